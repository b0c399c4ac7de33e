"""Teams, catalogue and resolution codes, as the desk file set them up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, false, select, true

from desk.labels import Label
from desk.organisation import Catalogue, CatalogueEntry, House, ResolutionCode, Team
from desk.people import Person
from desk.ports import HouseSetup
from desk.ticket import Impact, RequestType, Urgency
from storage import house_file
from storage.people_rows import PEOPLE, person_of
from storage.tables import catalogue, codes, house, members, people, teams

_HOUSE = select(house)
_TEAM = select(teams)
_ONE_TEAM = _TEAM.where(teams.c.id == bindparam("team"))
_TEAMS = _TEAM.where(teams.c.obsolete == false()).order_by(teams.c.position, teams.c.id)
_IN_TEAM = select(members.c.person_id).where(members.c.team_id == bindparam("team"))
_MEMBERS = PEOPLE.where(people.c.active == true(), people.c.id.in_(_IN_TEAM)).order_by(
    people.c.sort_name, people.c.id
)
_CATALOGUE = select(catalogue).order_by(catalogue.c.position, catalogue.c.id)
_CODES = select(codes).order_by(codes.c.position, codes.c.key)


class SqlOrganisation:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def house(self) -> House:
        """Raises LookupError while no desk file was ever loaded."""
        row = self._connection.execute(_HOUSE).first()
        if row is None:
            raise LookupError("no desk file was loaded yet")
        return House(row.language, row.fallback_team_id, row.name, row.admin_channel)

    def team(self, team: int) -> Team:
        """Raises LookupError."""
        row = self._connection.execute(_ONE_TEAM, {"team": team}).first()
        if row is None:
            raise LookupError(f"no team {team}")
        return _team(row)

    def teams(self) -> tuple[Team, ...]:
        return tuple(map(_team, self._connection.execute(_TEAMS)))

    def members(self, team: int) -> tuple[Person, ...]:
        return tuple(map(person_of, self._connection.execute(_MEMBERS, {"team": team})))

    def catalogue(self) -> Catalogue:
        return Catalogue(tuple(map(_entry, self._connection.execute(_CATALOGUE))))

    def codes(self) -> tuple[ResolutionCode, ...]:
        return tuple(
            ResolutionCode(row.key, Label(row.en, row.fr), row.obsolete)
            for row in self._connection.execute(_CODES)
        )

    def load(self, setup: HouseSetup) -> None:
        house_file.load(self._connection, setup)


def _team(row: Row[Any]) -> Team:
    return Team(
        id=row.id,
        key=row.key,
        label=Label(row.en, row.fr),
        channel=row.channel,
        language=row.language,
        lead=row.lead_id,
        obsolete=row.obsolete,
    )


def _entry(row: Row[Any]) -> CatalogueEntry:
    return CatalogueEntry(
        id=row.id,
        key=row.key,
        label=Label(row.en, row.fr),
        parent=row.parent_id,
        team=row.team_id,
        request_type=RequestType(row.request_type) if row.request_type else None,
        impact=Impact(row.impact) if row.impact else None,
        urgency=Urgency(row.urgency) if row.urgency else None,
        obsolete=row.obsolete,
    )
