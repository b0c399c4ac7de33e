"""Which teams a ticket was with before."""

from __future__ import annotations

from desk.earlier_teams import earlier_teams
from desk.transfer_ticket import TransferTicket
from tests.desk.office import ROOT_ADMIN, Office


async def test_the_teams_that_gave_a_ticket_away_are_known_except_the_one_that_has_it(
    office: Office,
) -> None:
    number = await office.open()
    seen = [await _names(office, number)]

    for team in ("reseau", "applis", "reseau"):
        await office.does(TransferTicket(number, ROOT_ADMIN, await office.team(team)))
        seen.append(await _names(office, number))

    assert seen == [set(), {"postes"}, {"postes", "reseau"}, {"postes", "applis"}]


async def _names(office: Office, number: int) -> set[str]:
    return {team.key for team in await office.store.read(lambda tx: earlier_teams(tx, number))}
