"""A new ticket: the command, the shortcuts, the form as it is filled in, and the confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from blocks.drafts import Draft
from blocks.ids import YES, Action, Command, Field, Form, Shortcut
from blocks.notes import help_message
from blocks.options import catalogue_options, people_options
from blocks.text import cut
from blocks.ticket_form import created_view, ticket_form
from desk.ask_queue import FindPeople, NewTicketForm, WhoIs
from desk.open_ticket import LONGEST_SUBJECT, OpenTicket
from desk.people import NewPerson
from desk.ticket import Impact, Origin, Urgency, ticket_number
from handlers.answer import Answer, OpenView, UpdateView, View, then
from handlers.context import Context, Table
from handlers.drafting import draft_from
from handlers.mail_queue import SIGN, on_signature
from handlers.pages import home_again, page_view, place_of
from handlers.payload import Called, Click, Malformed, Reached, Submission, Typing
from handlers.search import find, wants_to_find

HELP = frozenset({"help", "aide", "?"})
E = TypeVar("E", Impact, Urgency)


async def on_ticket_command(called: Called, context: Context) -> Answer:
    """`/ticket`, with a subject, `R-000042`, `find <words>` or `help` after it."""
    if called.text.casefold() in HELP:
        technician = context.viewer is not None and context.viewer.is_technician
        return Answer(ack=help_message(context.t, technician) | {"response_type": "ephemeral"})
    if called.text.casefold() in SIGN:
        return await on_signature(called, context)
    query = wants_to_find(called)
    if query is not None:
        return await find(called, query, context)
    number = ticket_number(called.text)
    if number is not None:
        return then(OpenView(called.trigger, await page_view(number, called.user, context)))
    draft = Draft(channel=called.channel or None)
    subject = " ".join(called.text.split())[:LONGEST_SUBJECT]
    return then(OpenView(called.trigger, await _form(draft, called.user, context, subject=subject)))


async def on_new_ticket(reached: Reached, context: Context) -> Answer:
    return then(OpenView(reached.trigger, await _form(Draft(), reached.user, context)))


async def on_ticket_from_message(reached: Reached, context: Context) -> Answer:
    """The message becomes the description, its author is proposed as the requester."""
    author = (
        await context.desk.ask(WhoIs(reached.author), by=reached.user) if reached.author else None
    )
    draft = Draft(
        requester=author.handle if author else None,
        channel=reached.channel or None,
        permalink=reached.permalink or None,
    )
    names = {}
    for span in (span for block in reached.words.blocks for span in block.spans if span.user):
        person = await context.desk.ask(WhoIs(str(span.user)), by=reached.user)
        names[span.user] = person.name if person else str(span.user)
    text = reached.words.named(lambda user: names.get(user, user)).text
    description = "\n\n".join(filter(None, (cut(text, 2500), reached.permalink)))
    view = await _form(draft, reached.user, context, description=description)
    return then(OpenView(reached.trigger, view))


async def on_new_from_home(click: Click, context: Context) -> Answer:
    draft = Draft(place=place_of(click))
    return then(OpenView(click.trigger, await _form(draft, click.user, context)))


async def on_another(click: Click, context: Context) -> Answer:
    """ "Create another": the confirmation becomes an empty form again."""
    draft = Draft(place=place_of(click) or None, after=click.ticket)
    return then(UpdateView(click.view, await _form(draft, click.user, context), click.hash))


async def on_changed(click: Click, context: Context) -> Answer:
    """Something was chosen that other inputs depend on."""
    return await _redraw(draft_from(click.metadata, click.values), click, context)


async def on_details(click: Click, context: Context) -> Answer:
    """Show impact and urgency."""
    draft = draft_from(click.metadata, click.values)
    return await _redraw(replace(draft, details=True), click, context)


async def on_created(sent: Submission, context: Context) -> Answer:
    """The form came back: the ticket exists before Slack hears that we have it."""
    draft = draft_from(sent.metadata, sent.values)
    # A window keeps its id when its confirmation becomes a form again.
    once = f"{sent.once}:{draft.after}" if draft.after else sent.once
    facts = await context.desk.open(_wish(sent, draft), once=once)
    place = draft.place or ""
    view = created_view(facts, context.t, place)
    home = await home_again(place, sent.user, context)
    return Answer(ack={"response_action": "update", "view": view}, then=home)


async def on_people(typing: Typing, context: Context) -> Answer:
    people = await context.desk.ask(FindPeople(typing.query), by=typing.user)
    new = typing.action == Action.FORM_REQUESTER
    return Answer(ack={"options": people_options(people, context.t, typing.query, with_new=new)})


async def on_catalogue(typing: Typing, context: Context) -> Answer:
    """Only where a level has more entries than a menu can hold."""
    draft = draft_from(typing.metadata, typing.values)
    parent = {
        Action.FORM_FAMILY: None,
        Action.FORM_SERVICE: draft.family,
        Action.FORM_ITEM: draft.service,
    }[Action(typing.action)]
    facts = await context.desk.ask(NewTicketForm(), by=typing.user)
    entries = facts.catalogue.children(parent)
    return Answer(ack={"options": catalogue_options(entries, context.t, typing.query)})


async def _form(
    draft: Draft, user: str, context: Context, *, subject: str = "", description: str = ""
) -> View:
    facts = await context.desk.ask(NewTicketForm(draft.requester, draft.beneficiary), by=user)
    return ticket_form(facts, draft, context.t, subject=subject, description=description)


async def _redraw(draft: Draft, click: Click, context: Context) -> Answer:
    """Without Slack's hash: the draft is read from the newest inputs, so the newest update wins."""
    return then(UpdateView(click.view, await _form(draft, click.user, context)))


def _wish(sent: Submission, draft: Draft) -> OpenTicket:
    """What the form asks for. The desk checks all of it again."""
    values = sent.values
    return OpenTicket(
        by=sent.user,
        requester=_requester(sent, draft),
        subject=values[Field.SUBJECT],
        description=values.words(Field.DESCRIPTION),
        beneficiary=draft.beneficiary,
        tell_beneficiary=not values.shows(Field.TELL_BENEFICIARY)
        or YES in values.ticked(Field.TELL_BENEFICIARY),
        path=draft.path,
        impact=_wanted(Impact, draft.impact),
        urgency=_wanted(Urgency, draft.urgency),
        address=values[Field.ADDRESS],
        origin=Origin.CHAT,
        files=values.files(Field.FILES),
    )


def _requester(sent: Submission, draft: Draft) -> str | NewPerson | None:
    """Whom the form asks for: whoever sends one that asks for nobody asks for themselves."""
    if not sent.values.shows(Field.REQUESTER):
        return sent.user
    if draft.somebody_new:
        return NewPerson(sent.values[Field.NEW_NAME], sent.values[Field.NEW_ADDRESS])
    return draft.requester


def _wanted(kind: Callable[[str], E], value: str | None) -> E | None:
    try:
        return kind(value) if value else None
    except ValueError:
        raise Malformed("level") from None


COMMANDS: Table = {Command.TICKET: on_ticket_command}
SHORTCUTS: Table = {
    Shortcut.TICKET_CREATE: on_new_ticket,
    Shortcut.TICKET_FROM_MESSAGE: on_ticket_from_message,
}
ACTIONS: Table = {
    Action.FORM_REQUESTER: on_changed,
    Action.FORM_BENEFICIARY: on_changed,
    Action.FORM_OTHER: on_changed,
    Action.FORM_FAMILY: on_changed,
    Action.FORM_SERVICE: on_changed,
    Action.FORM_ITEM: on_changed,
    Action.FORM_DETAILS: on_details,
    Action.FORM_IMPACT: on_changed,
    Action.FORM_URGENCY: on_changed,
    Action.FORM_AGAIN: on_another,
    Action.HOME_NEW: on_new_from_home,
}
FORMS: Table = {Form.TICKET_NEW: on_created}
OPTIONS: Table = {
    Action.FORM_REQUESTER: on_people,
    Action.FORM_BENEFICIARY: on_people,
    Action.FORM_FAMILY: on_catalogue,
    Action.FORM_SERVICE: on_catalogue,
    Action.FORM_ITEM: on_catalogue,
}
