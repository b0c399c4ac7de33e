"""Which teams a ticket was with before."""

from __future__ import annotations

from desk.journal import Kind
from desk.organisation import Team
from desk.ports import Transaction


def earlier_teams(tx: Transaction, ticket: int) -> tuple[Team, ...]:
    """Those that gave it away. The journal has their names only: of one name, all are meant."""
    present = tx.tickets.get(ticket).team
    transfers = (entry for entry in tx.journal.of(ticket) if entry.kind is Kind.TRANSFERRED)
    names = [entry.facts["from_team"] for entry in transfers]
    return tuple(
        team
        for team in tx.organisation.teams()
        if team.id != present and team.label.to_json() in names
    )
