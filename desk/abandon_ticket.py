"""Close a ticket that will not be worked on: without follow-up, or as another one's duplicate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.errors import InvalidField, NoSuchTicket
from desk.journal import Kind
from desk.lifecycle import Move
from desk.moving import move_ticket, require_words
from desk.ports import Transaction
from desk.result import Result
from desk.ticket import Outcome, Ticket, ticket_number
from desk.words import Words


@dataclass(frozen=True)
class AbandonTicket:
    """ "Close without follow-up". The reason is required and stays between technicians."""

    ticket: int
    by: str
    reason: Words


@dataclass(frozen=True)
class MarkDuplicate:
    """`of` is the reference of the ticket that goes on, as typed."""

    ticket: int
    by: str
    of: str


def abandon_ticket(ask: AbandonTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.ABANDON, ticket)
    closed, entry = move_ticket(
        tx,
        ticket,
        Move.ABANDON,
        at=now,
        by=actor.id,
        kind=Kind.ABANDONED,
        words=require_words("reason", ask.reason),
        outcome=Outcome.ABANDONED,
    )
    return Result(closed.id, entry.id)


def mark_duplicate(ask: MarkDuplicate, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.DUPLICATE, ticket)
    original = _original(ask, tx)
    closed, entry = move_ticket(
        tx,
        ticket,
        Move.DUPLICATE,
        at=now,
        by=actor.id,
        kind=Kind.DUPLICATE,
        facts={"of": original},
        outcome=Outcome.DUPLICATE,
        duplicate_of=original,
    )
    return Result(closed.id, entry.id)


def _original(ask: MarkDuplicate, tx: Transaction) -> int:
    if not ask.of.strip():
        raise InvalidField("duplicate_of", "blank")
    number = ticket_number(ask.of)
    if number == ask.ticket:
        raise InvalidField("duplicate_of", "same_ticket")
    try:
        original = tx.tickets.get(number or 0)
    except NoSuchTicket:
        raise InvalidField("duplicate_of", "no_such_ticket") from None
    if _leads_to(ask.ticket, original, tx):
        raise InvalidField("duplicate_of", "duplicate_of_this")
    return original.id


def _leads_to(wanted: int, ticket: Ticket, tx: Transaction) -> bool:
    """Whether `ticket` is closed as a duplicate of `wanted`, be it by way of others."""
    passed = {ticket.id}
    while ticket.duplicate_of is not None and ticket.duplicate_of not in passed:
        if ticket.duplicate_of == wanted:
            return True
        ticket = tx.tickets.get(ticket.duplicate_of)
        passed.add(ticket.id)
    return False
