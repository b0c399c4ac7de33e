"""Questions about one ticket by the people who work on it or asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.answers import (
    CreatedFacts,
    MoveFormFacts,
    RequesterPage,
    TakenBack,
    TicketFacts,
    TicketPage,
)
from desk.errors import MoveNotAllowed, NoSuchTicket
from desk.gathering import came_back_to, requester_line, ticket_facts
from desk.journal import Entry, Kind, PublicEntry, public_entries, standing
from desk.lifecycle import LIFECYCLE, Move
from desk.people import Actor
from desk.ports import Transaction
from desk.share_files import offered_files
from desk.ticket import Ticket
from desk.words import NO_WORDS


@dataclass(frozen=True)
class OpenPage:
    """The ticket as this person may see it: a TicketPage or a RequesterPage."""

    ticket: int


@dataclass(frozen=True)
class RequesterView:
    """The ticket as the person it is for sees it, even if they are a technician too."""

    ticket: int


@dataclass(frozen=True)
class MoveForm:
    """The form of a move. Refused here already where the move is not allowed.

    `again` is a reply that was taken back, whose choice of files the form begins with.
    """

    ticket: int
    move: Move
    again: int | None = None


@dataclass(frozen=True)
class Created:
    ticket: int


@dataclass(frozen=True)
class EntryWords:
    """A reply taken back, whose text goes into the form again."""

    entry: int


def open_page(
    ask: OpenPage, actor: Actor, tx: Transaction, now: datetime
) -> TicketPage | RequesterPage:
    ticket = _readable(ask.ticket, actor, tx)
    facts = ticket_facts(tx, ticket)
    journal = tx.journal.of(ticket.id)
    if not actor.is_technician and not actor.serves(ticket):
        return requester_page(facts, journal, actor, now, _before(ticket, tx))
    return TicketPage(
        facts=facts,
        # A reply that was taken back says so itself.
        journal=tuple(entry for entry in standing(journal) if entry.kind is not Kind.WITHDRAWN),
        deliveries=tx.journal.deliveries(ticket.id),
        undoable=frozenset(entry.id for entry in journal if entry.undoable(now)),
        moves=actor.moves(ticket),
        viewer=actor.person,
        followers=() if ticket.is_open else tx.tickets.followers(ticket.id),
    )


def requester_view(
    ask: RequesterView, actor: Actor, tx: Transaction, now: datetime
) -> RequesterPage:
    ticket = tx.tickets.get(ask.ticket)
    if not ticket.concerns(actor.id):
        raise NoSuchTicket(ask.ticket)
    facts, journal = ticket_facts(tx, ticket), tx.journal.of(ticket.id)
    return requester_page(facts, journal, actor, now, _before(ticket, tx))


def _before(ticket: Ticket, tx: Transaction) -> Ticket | None:
    return tx.tickets.get(ticket.follows) if ticket.follows else None


def requester_page(
    facts: TicketFacts,
    journal: tuple[Entry, ...],
    actor: Actor,
    now: datetime,
    before: Ticket | None = None,
) -> RequesterPage:
    """`before`: the ticket that this one goes on with."""
    ticket = facts.ticket
    return RequesterPage(
        line=requester_line(facts),
        description=ticket.description,
        requester=facts.requester,
        beneficiary=facts.beneficiary,
        journal=public_entries(journal, now),
        solution=ticket.resolution.solution if ticket.resolution else None,
        may_answer=Move.ANSWER in actor.moves(ticket),
        viewer=actor.person,
        # Whoever takes part in this one only may not know of the other.
        follows=before.id if before and before.concerns(actor.id) else None,
    )


def move_form(ask: MoveForm, actor: Actor, tx: Transaction, now: datetime) -> MoveFormFacts:
    ticket = _readable(ask.ticket, actor, tx)
    actor.require(ask.move, ticket)
    if (ticket.state, ask.move) not in LIFECYCLE:
        raise MoveNotAllowed(ticket.id, ticket.state, ask.move, ticket.state_since)
    journal = tx.journal.of(ticket.id)
    replies = ask.move is Move.REPLY
    facts = ticket_facts(tx, ticket)
    told = facts.audience if ask.move in (Move.REPLY, Move.RESOLVE) else ()
    return MoveFormFacts(
        facts=facts,
        viewer=actor.person,
        move=ask.move,
        codes=tuple(code for code in tx.organisation.codes() if not code.obsolete),
        teams=tx.organisation.teams(),
        members=tx.organisation.members(ticket.team),
        recent_public=public_entries(journal, now)[-2:],
        signature=tx.people.signature(actor.id) if replies else NO_WORDS,
        files=offered_files(tx, ticket.id, journal) if replies else (),
        shared=frozenset(file.id for file in tx.files.shared_by(ask.again) if replies)
        if ask.again
        else frozenset(),
        returned=tuple(m for m in (came_back_to(tx, p) for p in told) if m is not None),
    )


def created(ask: Created, actor: Actor, tx: Transaction, now: datetime) -> CreatedFacts:
    ticket = _readable(ask.ticket, actor, tx)
    facts = ticket_facts(tx, ticket)
    told = tuple(p for p in (facts.requester,) if p.email or p.slack_id)
    return CreatedFacts(facts, actor.person, told, actor.is_technician)


@dataclass(frozen=True)
class WholeEntry:
    """Everything an entry says, and for technicians what a mail quoted, where there was no room."""

    entry: int


def whole_entry(
    ask: WholeEntry, actor: Actor, tx: Transaction, now: datetime
) -> Entry | PublicEntry:
    """Raises NoSuchTicket for what this person cannot read, or what was deleted meanwhile."""
    ticket = _readable(tx.journal.get(ask.entry).ticket, actor, tx)
    journal = tx.journal.of(ticket.id)
    may_read_all = actor.is_technician or actor.serves(ticket)
    readable = standing(journal) if may_read_all else public_entries(journal, now)
    entry = next((entry for entry in readable if entry.id == ask.entry), None)
    if entry is None:
        raise NoSuchTicket(ticket.id)
    return entry


def entry_words(ask: EntryWords, actor: Actor, tx: Transaction, now: datetime) -> TakenBack:
    entry = tx.journal.get(ask.entry)
    actor.require(Move.REPLY, tx.tickets.get(entry.ticket))
    then_hold = any(e.kind is Kind.HELD and e.at == entry.at for e in tx.journal.of(entry.ticket))
    return TakenBack(entry.words, then_hold)


def _readable(number: int, actor: Actor, tx: Transaction) -> Ticket:
    """The ticket, or NoSuchTicket: whether it exists is not for others to know."""
    ticket = tx.tickets.get(number)
    if not actor.may_read(ticket):
        raise NoSuchTicket(number)
    return ticket
