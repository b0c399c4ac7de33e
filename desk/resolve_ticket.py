"""Resolve a ticket; reopen it; close it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.effects import Message
from desk.errors import InvalidField
from desk.journal import Kind
from desk.lifecycle import Move
from desk.moving import as_resolver, move_ticket, require_words, tell_audience, with_names
from desk.organisation import ResolutionCode
from desk.ports import Transaction
from desk.result import Result
from desk.ticket import Outcome, Resolution
from desk.words import NO_WORDS, Words


@dataclass(frozen=True)
class ResolveTicket:
    ticket: int
    by: str
    code: str
    solution: Words


@dataclass(frozen=True)
class ReopenTicket:
    """`reason` is for technicians only."""

    ticket: int
    by: str
    reason: Words = NO_WORDS


@dataclass(frozen=True)
class CloseTicket:
    ticket: int
    by: str


def resolve_ticket(ask: ResolveTicket, tx: Transaction, now: datetime) -> Result:
    """Mark a ticket solved and mail the solution to the people it was for."""
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.RESOLVE, ticket)
    code = _code(ask.code, tx)
    solution = with_names(tx, require_words("solution", ask.solution))
    solved, entry = move_ticket(
        tx,
        as_resolver(ticket, actor.id),
        Move.RESOLVE,
        at=now,
        by=actor.id,
        kind=Kind.RESOLVED,
        words=solution,
        facts={"code": code.label.to_json()},
        resolution=Resolution(code.key, solution),
        outcome=Outcome.SOLVED,
    )
    tell_audience(tx, solved, Message.RESOLVED, entry, now)
    return Result(solved.id, entry.id)


def _code(key: str, tx: Transaction) -> ResolutionCode:
    codes = tx.organisation.codes()
    code = next((code for code in codes if code.key == key and not code.obsolete), None)
    if code is None:
        raise InvalidField("code", "no_such_code" if key else "blank")
    return code


def reopen_ticket(ask: ReopenTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.REOPEN, ticket)
    reopened, entry = move_ticket(
        tx, ticket, Move.REOPEN, at=now, by=actor.id, kind=Kind.REOPENED, words=ask.reason
    )
    return Result(reopened.id, entry.id)


def close_ticket(ask: CloseTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.CLOSE, ticket)
    closed, entry = move_ticket(
        tx, ticket, Move.CLOSE, at=now, by=actor.id, kind=Kind.CLOSED, outcome=Outcome.SOLVED
    )
    return Result(closed.id, entry.id)
