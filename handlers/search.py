"""Find a ticket by its words or its number, from the command or from App Home."""

from __future__ import annotations

from blocks.ids import Action, Field, Form
from blocks.search import find_view
from desk.errors import NoSuchTicket
from desk.find_tickets import FindTickets, named_ticket
from handlers.answer import Answer, OpenView, View, then
from handlers.context import Context, Table
from handlers.pages import BEGINNING, page_view
from handlers.payload import Called, Click, Submission

# First word of the command.
FIND = frozenset({"find", "search", "cherche", "chercher", "rechercher", "trouver"})


def wants_to_find(called: Called) -> str | None:
    """What is looked for ("" where that is still to be typed); None where nothing is."""
    verb, _, query = called.text.partition(" ")
    return query.strip() if verb.casefold() in FIND else None


async def find(called: Called, query: str, context: Context) -> Answer:
    """`/ticket find printer paul`, `/ticket find 42`."""
    page = await _page(query, called.user, context)
    view = page or await _view(query, called.user, context)
    return then(OpenView(called.trigger, view))


async def on_find(click: Click, context: Context) -> Answer:
    place = click.metadata or BEGINNING
    return then(OpenView(click.trigger, await _view("", click.user, context, place)))


async def on_find_sent(sent: Submission, context: Context) -> Answer:
    """A number leads to its page; closing that leads back here."""
    query = sent[Field.QUERY]
    page = await _page(query, sent.user, context)
    if page is not None:
        return Answer(ack={"response_action": "push", "view": page})
    view = await _view(query, sent.user, context, sent.metadata)
    return Answer(ack={"response_action": "update", "view": view})


async def _page(query: str, user: str, context: Context) -> View | None:
    """Where no such ticket is theirs to see, the number may still be a word in another."""
    number = named_ticket(query)
    if number is None:
        return None
    try:
        return await page_view(number, user, context)
    except NoSuchTicket:
        return None


async def _view(query: str, user: str, context: Context, place: str = "") -> View:
    found = await context.desk.ask(FindTickets(query), by=user) if query.strip() else None
    is_technician = context.viewer is not None and context.viewer.is_technician
    return find_view(found, context.t, is_technician=is_technician, place=place)


ACTIONS: Table = {Action.HOME_FIND: on_find}
FORMS: Table = {Form.TICKET_FIND: on_find_sent}
