"""Assign a ticket: to oneself with one click, or to a colleague of its team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.effects import Notice, TellPerson
from desk.errors import AlreadyTaken, InvalidField
from desk.journal import Kind
from desk.lifecycle import Move, State
from desk.moving import move_ticket
from desk.people import Actor, Person
from desk.ports import Transaction
from desk.result import Result
from desk.ticket import Ticket


@dataclass(frozen=True)
class ClaimTicket:
    """ "Assign to me"."""

    ticket: int
    by: str


@dataclass(frozen=True)
class AssignTicket:
    """Give the ticket to `to`, a handle; somebody else may hold it until now."""

    ticket: int
    by: str
    to: str


def claim_ticket(ask: ClaimTicket, tx: Transaction, now: datetime) -> Result:
    """Raises AlreadyTaken, naming the holder, when somebody was faster."""
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.ASSIGN, ticket)
    if ticket.state is State.ASSIGNED and ticket.assignee == actor.id:
        return Result(ticket.id, changed=False)
    if ticket.state is State.ASSIGNED and ticket.assignee is not None:
        raise AlreadyTaken(ticket.id, tx.people.get(ticket.assignee).name)
    return _give(ticket, Move.ASSIGN, actor.person, actor, tx, now)


def assign_ticket(ask: AssignTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.REASSIGN, ticket)
    to = tx.people.by_handle(ask.to)
    if to is None:
        raise InvalidField("assignee", "no_such_person")
    if to.id not in {member.id for member in tx.organisation.members(ticket.team)}:
        raise InvalidField("assignee", "not_a_member")
    if ticket.state is State.ASSIGNED and ticket.assignee == to.id:
        return Result(ticket.id, changed=False)
    return _give(ticket, Move.REASSIGN, to, actor, tx, now)


def _give(
    ticket: Ticket, move: Move, to: Person, actor: Actor, tx: Transaction, now: datetime
) -> Result:
    facts = {"to": to.name, "to_self": to.id == actor.id}
    held, entry = move_ticket(
        tx, ticket, move, at=now, by=actor.id, kind=Kind.ASSIGNED, facts=facts, assignee=to.id
    )
    if to.id != actor.id and to.slack_id:
        tx.outbox.put(
            TellPerson(Notice.ASSIGNED_TO_YOU, held.id, to.id, held.version, actor.id), now
        )
    return Result(held.id, entry.id)
