"""The ticket's page and App Home: shown again wherever a move changed them."""

from __future__ import annotations

from blocks.drafts import Context as FormContext
from blocks.home import requester_home, technician_home
from blocks.ticket_page import requester_page, ticket_page
from desk.answers import RequesterHome, TicketPage
from desk.ask_queue import Home
from desk.ask_ticket import OpenPage
from desk.errors import NoSuchTicket
from desk.ports import Tab
from handlers.answer import OpenView, PublishHome, PushView, Then, UpdateView, View
from handlers.context import Context
from handlers.payload import Click, Submission


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

    A form opened from App Home remembers where, so that the home is drawn again afterwards.
    """
    if click.container == "view":
        return PushView(click.trigger, view)
    if click.container == "home" and view.get("private_metadata"):
        kept = FormContext.decode(str(view["private_metadata"]))
        placed = FormContext(kept.ticket, kept.entry, place=click.metadata)
        view = {**view, "private_metadata": placed.encode()}
    return OpenView(click.trigger, view)


async def after_click(click: Click, context: Context) -> tuple[Then, ...]:
    """Draw again what the click came from. A card is drawn by the outbox."""
    if click.container == "view":
        return await _page_again(click.view, click.ticket, click.user, context)
    if click.container == "home":
        return (PublishHome(click.user, await home_view(click.metadata, click.user, context)),)
    return ()


async def after_form(sent: Submission, context: Context) -> tuple[Then, ...]:
    """Draw again what lies below the form that was just sent."""
    kept = FormContext.decode(sent.metadata)
    if sent.below:
        return await _page_again(sent.below, kept.ticket, sent.user, context)
    if kept.place:
        return (PublishHome(sent.user, await home_view(kept.place, sent.user, context)),)
    return ()


async def _page_again(view: str, ticket: int, user: str, context: Context) -> tuple[Then, ...]:
    """Nothing where the move itself took the ticket out of this person's sight: it was made."""
    try:
        return (UpdateView(view, await page_view(ticket, user, context)),)
    except NoSuchTicket:
        return ()
