"""Teams, catalogue and resolution codes, as the desk file set them up."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, bindparam, select, true, update

from desk.organisation import Catalogue, House, ResolutionCode, Team
from desk.people import Person
from desk.ports import HouseSetup
from storage import house_file
from storage.known_house import KnownHouse
from storage.people_rows import PEOPLE, person_of
from storage.tables import house, members, people

_IN_TEAM = select(members.c.person_id).where(members.c.team_id == bindparam("team"))
_MEMBERS = PEOPLE.where(people.c.active == true(), people.c.id.in_(_IN_TEAM)).order_by(
    people.c.sort_name, people.c.id
)


class SqlOrganisation:
    def __init__(self, connection: Connection, known: KnownHouse) -> None:
        self._connection = connection
        self._known = known

    def house(self) -> House:
        """Raises LookupError while no desk file was ever loaded."""
        house = self._known.facts.house
        if house is None:
            raise LookupError("no desk file was loaded yet")
        return house

    def team(self, team: int) -> Team:
        """Raises LookupError."""
        found = self._known.facts.teams.get(team)
        if found is None:
            raise LookupError(f"no team {team}")
        return found

    def teams(self) -> tuple[Team, ...]:
        return tuple(team for team in self._known.facts.teams.values() if not team.obsolete)

    def members(self, team: int) -> tuple[Person, ...]:
        return tuple(map(person_of, self._connection.execute(_MEMBERS, {"team": team})))

    def catalogue(self) -> Catalogue:
        return self._known.facts.catalogue

    def codes(self) -> tuple[ResolutionCode, ...]:
        return self._known.facts.codes

    def identity(self) -> str:
        """This database's, the same for ever: made where it is asked for first. Raises LookupError
        while no desk file was ever loaded."""
        nameless = update(house).where(house.c.identity.is_(None))
        self._connection.execute(nameless.values(identity=uuid4().hex))
        found: str | None = self._connection.execute(select(house.c.identity)).scalar()
        if found is None:
            raise LookupError("no desk file was loaded yet")
        return found

    def load(self, setup: HouseSetup, *, first: bool = False) -> None:
        """`first`: only where there is no house yet."""
        house_file.load(self._connection, setup, first=first)
        self._known.forget()
