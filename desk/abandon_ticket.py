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
from desk.ticket import Outcome, ticket_number
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
        return tx.tickets.get(number or 0).id
    except NoSuchTicket:
        raise InvalidField("duplicate_of", "no_such_ticket") from None
