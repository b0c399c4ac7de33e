"""Transfer a ticket to another team: its card moves to that team's channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.effects import OpenThread, RefreshCard
from desk.errors import InvalidField
from desk.journal import Kind
from desk.lifecycle import Move
from desk.moving import move_ticket
from desk.ports import Transaction
from desk.result import Result
from desk.share_files import bring_along
from desk.words import NO_WORDS, Words

SETTLED = timedelta(seconds=2)  # after which a post in doubt can be looked for


@dataclass(frozen=True)
class TransferTicket:
    """`note` says why, to technicians only."""

    ticket: int
    by: str
    team: int
    note: Words = NO_WORDS


def transfer_ticket(ask: TransferTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.TRANSFER, ticket)
    team = next((team for team in tx.organisation.teams() if team.id == ask.team), None)
    if team is None:
        raise InvalidField("team", "no_such_team")
    if team.id == ticket.team:
        raise InvalidField("team", "same_team")
    facts = {
        "team": team.label.to_json(),
        "from_team": tx.organisation.team(ticket.team).label.to_json(),
    }
    tx.cards.retire(ticket.id)
    # A lane goes by its rows: the new card, who can read its thread, and only then what is said.
    card = RefreshCard(ticket.id)
    tx.outbox.put(card, now)
    # What its old channel does not take may wait for long, and all of this behind it.
    tx.outbox.hurry(card.lane, now + SETTLED)
    tx.outbox.put(OpenThread(ticket.id, team.id), now)
    moved, entry = move_ticket(
        tx,
        ticket,
        Move.TRANSFER,
        at=now,
        by=actor.id,
        kind=Kind.TRANSFERRED,
        words=ask.note,
        facts=facts,
        team=team.id,
        assignee=None,
    )
    bring_along(tx, moved, now)
    return Result(moved.id, entry.id)
