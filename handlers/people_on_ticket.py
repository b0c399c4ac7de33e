"""Who is on a ticket: shown, added to, taken from."""

from __future__ import annotations

from blocks.drafts import Context as FormContext
from blocks.ids import Action, Field, Form
from blocks.options import people_options
from blocks.people_on_ticket import people_form
from desk.answers import TicketPage
from desk.ask_queue import FindPeople
from desk.ask_ticket import OpenPage
from desk.errors import NotYours
from desk.taking_part import AddPerson, RemovePerson
from handlers.answer import Answer, UpdateView, View, then
from handlers.context import Context, Table
from handlers.pages import after_form, beside
from handlers.payload import Click, Submission, Typing


async def on_show(click: Click, context: Context) -> Answer:
    return then(beside(click, await _form(click.ticket, click.user, context)))


async def on_find(typing: Typing, context: Context) -> Answer:
    people = await context.desk.ask(FindPeople(typing.query), by=typing.user)
    options = people_options(people, context.t, typing.query, with_new=False)
    return Answer(ack={"options": options})


async def on_add(sent: Submission, context: Context) -> Answer:
    """The form stays open, with the new list: there may be more people to add."""
    ticket = FormContext.decode(sent.metadata).ticket
    wish = AddPerson(ticket, sent.user, sent[Field.PERSON], sent[Field.ADDRESS])
    await context.desk.handle(wish, once=None)
    view = await _form(ticket, sent.user, context)
    return Answer(
        ack={"response_action": "update", "view": view}, then=await after_form(sent, context)
    )


async def on_remove(click: Click, context: Context) -> Answer:
    wish = RemovePerson(click.ticket, click.user, click.entry)
    await context.desk.handle(wish, once=click.once)
    view = await _form(click.ticket, click.user, context)
    return then(UpdateView(click.view, view, click.hash))


async def _form(ticket: int, user: str, context: Context) -> View:
    page = await context.desk.ask(OpenPage(ticket), by=user)
    if not isinstance(page, TicketPage):
        raise NotYours(ticket)
    return people_form(page, context.t)


ACTIONS: Table = {Action.PEOPLE_SHOW: on_show, Action.PEOPLE_REMOVE: on_remove}
FORMS: Table = {Form.PEOPLE: on_add}
OPTIONS: Table = {Action.FORM_PERSON: on_find}
