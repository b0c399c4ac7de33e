"""The ticket's page and App Home: shown again wherever a move changed them."""

from __future__ import annotations

from dataclasses import replace

from blocks.drafts import Context as FormContext
from blocks.home import requester_home, technician_home
from blocks.ids import Form
from blocks.ticket_page import requester_page, ticket_page
from desk.answers import RequesterHome, TicketPage
from desk.ask_queue import Home
from desk.ask_ticket import OpenPage
from desk.errors import NoSuchTicket
from desk.ports import Tab
from handlers.answer import Answer, OpenView, PublishHome, PushView, Then, UpdateView, View
from handlers.context import Context
from handlers.payload import Click, Submission

BEGINNING = f"{Tab.TEAMS}:0"  # of App Home


async def page_view(ticket: int, user: str, context: Context) -> View:
    """The ticket as this person may see it. Raises NoSuchTicket."""
    page = await context.desk.ask(OpenPage(ticket), by=user)
    if isinstance(page, TicketPage):
        return ticket_page(page, context.t)
    return requester_page(page, context.t)


async def home_view(place: str, user: str, context: Context) -> View:
    """App Home at `place`, "<tab>:<page>"; its beginning for a place this version does not know."""
    tab, _, page = place.partition(":")
    wanted = Home(Tab(tab) if tab in set(Tab) else Tab.TEAMS, int(page) if page.isdecimal() else 0)
    facts = await context.desk.ask(wanted, by=user)
    if isinstance(facts, RequesterHome):
        return requester_home(facts, context.t)
    return technician_home(facts, context.t)


def beside(click: Click, view: View) -> Then:
    """Show a form or page: on top of the modal the click came from, else as a new one.

    What began in App Home remembers where, so that the home is drawn again after each move.
    """
    placed = _placed(view, place_of(click))
    return (PushView if click.container == "view" else OpenView)(click.trigger, placed)


async def after_click(click: Click, context: Context) -> tuple[Then, ...]:
    """Draw again what the click came from. A card is drawn by the outbox."""
    place = place_of(click)
    home = await home_again(place, click.user, context)
    if click.container == "view":
        return (*await _page_again(click.view, click.ticket, click.user, context, place), *home)
    return home


async def after_form(sent: Submission, context: Context) -> tuple[Then, ...]:
    """Draw again what lies below the form that was just sent."""
    kept = FormContext.decode(sent.metadata)
    home = await home_again(kept.place, sent.user, context)
    if sent.below:
        page = await _page_again(sent.below, kept.ticket, sent.user, context, kept.place)
        return (*page, *home)
    return home


async def page_instead(ticket: int, user: str, context: Context) -> Answer:
    """The ticket's page in place of the form that was just sent from a message, which stays as it
    is: what was written stands in the page."""
    try:
        view = await page_view(ticket, user, context)
    except NoSuchTicket:
        return Answer()
    return Answer(ack={"response_action": "update", "view": view})


def place_of(click: Click) -> str:
    """The place in App Home where this began; "" where it began elsewhere."""
    if click.container == "home":
        return click.metadata or BEGINNING
    if click.form == Form.TICKET_FIND:
        return click.metadata
    known = click.form in (Form.TICKET_PAGE, Form.JOURNAL_PAGE, Form.TICKET_CREATED)
    return FormContext.decode(click.metadata).place if known else ""


def _placed(view: View, place: str) -> View:
    if not place or not view.get("private_metadata"):
        return view
    kept = FormContext.decode(str(view["private_metadata"]))
    return {**view, "private_metadata": replace(kept, place=place).encode()}


async def home_again(place: str, user: str, context: Context) -> tuple[Then, ...]:
    """App Home drawn again, where it is what the person came from."""
    return (PublishHome(user, await home_view(place, user, context)),) if place else ()


async def _page_again(
    view: str, ticket: int, user: str, context: Context, place: str
) -> tuple[Then, ...]:
    """Nothing where the move itself took the ticket out of this person's sight: it was made."""
    try:
        return (UpdateView(view, _placed(await page_view(ticket, user, context), place)),)
    except NoSuchTicket:
        return ()
