"""Put a ticket on hold, resume it, and wake those that waited for a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.errors import InvalidField
from desk.journal import Kind
from desk.lifecycle import Move, State
from desk.moving import move_ticket
from desk.ports import Transaction
from desk.result import Result
from desk.ticket import Hold, HoldReason
from desk.words import NO_WORDS, Words


@dataclass(frozen=True)
class HoldTicket:
    """HoldReason.DATE needs `until`; who waits for somebody may name a day, too, on which the
    ticket comes back all the same. `note` is for technicians only."""

    ticket: int
    by: str
    reason: HoldReason | None
    until: datetime | None = None
    note: Words = NO_WORDS


@dataclass(frozen=True)
class ResumeTicket:
    ticket: int
    by: str


@dataclass(frozen=True)
class WakeTicket:
    """The date that the ticket was put on hold for has come."""

    ticket: int


def hold_ticket(ask: HoldTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.HOLD, ticket)
    hold = _hold(ask, now)
    facts = {"reason": hold.reason.value}
    if hold.until:
        facts["until"] = hold.until.isoformat()
    held, entry = move_ticket(
        tx,
        ticket,
        Move.HOLD,
        at=now,
        by=actor.id,
        kind=Kind.HELD,
        words=ask.note,
        facts=facts,
        hold=hold,
    )
    return Result(held.id, entry.id)


def _hold(ask: HoldTicket, now: datetime) -> Hold:
    if ask.reason is None:
        raise InvalidField("hold_reason", "blank")
    if ask.until is None and ask.reason is HoldReason.DATE:
        raise InvalidField("until", "date_missing")
    if ask.until is not None and ask.until <= now:
        raise InvalidField("until", "not_in_future")
    return Hold(ask.reason, ask.until)


def resume_ticket(ask: ResumeTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.RESUME, ticket)
    resumed, entry = move_ticket(tx, ticket, Move.RESUME, at=now, by=actor.id, kind=Kind.RESUMED)
    return Result(resumed.id, entry.id)


def wake_ticket(ask: WakeTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    due = ticket.state is State.PENDING and ticket.hold and ticket.hold.until
    if not due or due > now:
        return Result(ticket.id, changed=False)
    facts = {"reason": HoldReason.DATE.value, "by_itself": True}
    woken, entry = move_ticket(
        tx, ticket, Move.RESUME, at=now, by=None, kind=Kind.RESUMED, facts=facts
    )
    return Result(woken.id, entry.id)
