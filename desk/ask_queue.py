"""Questions about many tickets and people: App Home, the form for a new ticket, type-ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from desk.answers import NewTicketFacts, RequesterHome, TechnicianHome
from desk.gathering import came_back_to, many_facts, requester_line
from desk.mail_queue import COUNTED
from desk.people import Actor, Person
from desk.ports import Page, Tab, Transaction

HOME_ROWS = 12  # two blocks a row, with headings: well below Slack's hundred blocks
SHOWN_OPEN = 3


@dataclass(frozen=True)
class Home:
    tab: Tab = Tab.TEAMS
    page: int = 0


@dataclass(frozen=True)
class NewTicketForm:
    """`requester` and `beneficiary` are handles already chosen; a technician's own name is not
    proposed, everybody else asks for themselves."""

    requester: str | None = None
    beneficiary: str | None = None


@dataclass(frozen=True)
class FindPeople:
    query: str
    limit: int = 20


@dataclass(frozen=True)
class WhoIs:
    """The person behind a handle, or None."""

    handle: str


@dataclass(frozen=True)
class Viewer:
    """Who asks: their language and whether they are a technician."""


def home(ask: Home, actor: Actor, tx: Transaction, now: datetime) -> TechnicianHome | RequesterHome:
    if not actor.is_technician:
        page = _page(
            lambda number: tx.tickets.asked_by(
                actor.id, open_only=False, limit=HOME_ROWS, page=number
            ),
            ask.page,
        )
        rows = tuple(requester_line(facts) for facts in many_facts(tx, page.tickets))
        return RequesterHome(actor.person, page.extent, rows)
    page = _page(lambda number: tx.tickets.queue(actor, ask.tab, number, HOME_ROWS), ask.page)
    own = tx.tickets.asked_by(actor.id, open_only=True, limit=SHOWN_OPEN)
    return TechnicianHome(
        viewer=actor.person,
        tab=ask.tab,
        page=page,
        rows=many_facts(tx, page.tickets),
        moves={ticket.id: actor.moves(ticket) for ticket in page.tickets},
        counts={
            tab: page.total if tab is ask.tab else tx.tickets.queue(actor, tab, 0, 1).total
            for tab in Tab
        },
        teams=tuple(team for team in tx.organisation.teams() if team.id in actor.teams),
        own=tuple(requester_line(facts) for facts in many_facts(tx, own.tickets)),
        mails=tx.mail_queue.count(COUNTED) if actor.is_administrator else None,
    )


def _page(fetch: Callable[[int], Page], wanted: int) -> Page:
    """The page asked for, or the last one where the list has become shorter since."""
    page = fetch(wanted)
    return page if page.tickets or not page.total else fetch(page.pages - 1)


def new_ticket_form(
    ask: NewTicketForm, actor: Actor, tx: Transaction, now: datetime
) -> NewTicketFacts:
    wanted = ask.requester if actor.is_technician else actor.person.handle
    requester = tx.people.by_handle(wanted) if wanted else None
    open_page = (
        tx.tickets.asked_by(requester.id, open_only=True, limit=SHOWN_OPEN) if requester else None
    )
    return NewTicketFacts(
        viewer=actor.person,
        actor=actor,
        house=tx.organisation.house(),
        catalogue=tx.organisation.catalogue(),
        teams=tx.organisation.teams(),
        requester=requester or (None if actor.is_technician else actor.person),
        requester_open=many_facts(tx, open_page.tickets) if open_page else (),
        requester_open_total=open_page.total if open_page else 0,
        returned=came_back_to(tx, requester) if actor.is_technician else None,
        beneficiary=tx.people.by_handle(ask.beneficiary) if ask.beneficiary else None,
    )


def find_people(
    ask: FindPeople, actor: Actor, tx: Transaction, now: datetime
) -> tuple[Person, ...]:
    """The directory is for technicians; others may not leaf through it."""
    return tx.people.search(ask.query, ask.limit) if actor.is_technician else ()


def who_is(ask: WhoIs, actor: Actor, tx: Transaction, now: datetime) -> Person | None:
    return tx.people.by_handle(ask.handle)


def viewer(ask: Viewer, actor: Actor, tx: Transaction, now: datetime) -> Actor:
    return actor
