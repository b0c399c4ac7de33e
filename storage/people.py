"""People: who is known, who acts, and finding somebody by a few letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, false, func, or_, select, update

from desk.effects import LookUpPerson
from desk.people import SYSTEM, Actor, Person
from storage import directory, membership, search
from storage.columns import EPOCH
from storage.outbox import SqlOutbox
from storage.people_rows import PEOPLE, PERSON, address, person_of
from storage.tables import administrators, house, members, people, teams

_SYSTEM = Person(id=0, name="")
_UNKNOWN = -1  # the id of somebody seen while nothing may be stored

_named = people.alias("named")
# Somebody found to be the same as somebody else is read as that one.
_MANY = (
    select(_named.c.id, *PERSON)
    .select_from(
        _named.join(people, people.c.id == func.coalesce(_named.c.merged_into, _named.c.id))
    )
    .where(_named.c.id.in_(bindparam("people", expanding=True)))
)
_BY_SLACK = PEOPLE.where(people.c.slack_id == bindparam("handle"))
_BY_ADDRESS = PEOPLE.where(people.c.email == bindparam("handle"))
_LANGUAGE = select(house.c.language)
_TEAMS = (
    select(members.c.team_id)
    .join(teams, teams.c.id == members.c.team_id)
    .where(teams.c.obsolete == false())
    # By reference too: somebody the desk file names may act before the directory knows them.
    .where(or_(members.c.person_id == bindparam("person"), members.c.ref == bindparam("ref")))
)
_IS_ADMINISTRATOR = select(administrators.c.ref).where(
    or_(administrators.c.person_id == bindparam("person"), administrators.c.ref == bindparam("ref"))
)
_NOTE_REQUEST = (
    update(people).where(people.c.id == bindparam("person")).values(requests=people.c.requests + 1)
)


class SqlPeople:
    def __init__(self, connection: Connection, outbox: SqlOutbox | None) -> None:
        """`outbox` is None where nothing may be stored."""
        self._connection = connection
        self._outbox = outbox

    def get(self, person: int) -> Person:
        """Raises LookupError."""
        found = self.many((person,)).get(person)
        if found is None:
            raise LookupError(f"no person {person}")
        return found

    def many(self, people: Iterable[int]) -> Mapping[int, Person]:
        wanted = set(people)
        known = {_SYSTEM.id: _SYSTEM} if _SYSTEM.id in wanted else {}
        if not wanted - {_SYSTEM.id}:
            return known
        rows = self._connection.execute(_MANY, {"people": sorted(wanted)})
        return {**known, **{row[0]: person_of(row[1:]) for row in rows}}

    def by_handle(self, handle: str) -> Person | None:
        kind, _, number = handle.partition(":")
        if kind == "person":
            wanted = int(number) if number.isascii() and number.isdigit() else 0
            return self.many((wanted,)).get(wanted) if 0 < wanted < 2**63 else None
        statement, known_as = (
            (_BY_ADDRESS, address(handle)) if "@" in handle else (_BY_SLACK, handle)
        )
        row = self._connection.execute(statement, {"handle": known_as}).first()
        return None if row is None else person_of(row)

    def actor(self, handle: str) -> Actor:
        if handle == SYSTEM:
            return Actor(_SYSTEM, is_administrator=True)
        person = self.by_handle(handle) or self._newcomer(handle)
        whom = {"person": person.id, "ref": person.slack_id or person.email}
        served = self._connection.execute(_TEAMS, whom).scalars()
        administers = self._connection.execute(_IS_ADMINISTRATOR, whom).first() is not None
        return Actor(person, frozenset(served), administers)

    def add(self, name: str, email: str | None, slack_id: str | None, language: str) -> Person:
        newcomer = Person(0, name.strip(), address(email), slack_id, language)
        return directory.insert_person(self._connection, newcomer)

    def learn(self, person: Person) -> Person:
        return directory.learn(self._connection, person)

    def set_address(self, person: int, email: str) -> None:
        directory.set_address(self._connection, self.get(person), email)

    def search(self, query: str, limit: int) -> tuple[Person, ...]:
        return search.search(self._connection, query, limit)

    def note_request(self, person: int) -> None:
        self._connection.execute(_NOTE_REQUEST, {"person": person})

    def rejoin_teams(self) -> None:
        membership.rejoin_teams(self._connection)

    def count(self) -> int:
        """How many active people there are."""
        statement = select(func.count()).select_from(people).where(people.c.active)
        return self._connection.execute(statement).scalar_one()

    def _newcomer(self, handle: str) -> Person:
        """Somebody who acts before the directory knows them: by that handle, until it does."""
        if handle.startswith("person:"):
            raise LookupError(f"no {handle}")
        language = self._connection.execute(_LANGUAGE).scalar() or "en"
        by_mail = "@" in handle
        newcomer = Person(
            _UNKNOWN,
            handle.strip(),
            email=address(handle) if by_mail else None,
            slack_id=None if by_mail else handle,
            language=language,
        )
        if self._outbox is None:
            return newcomer
        stored = directory.insert_person(self._connection, newcomer)
        if not by_mail:
            # Nobody said what time it is: the row has been due since ever.
            self._outbox.put(LookUpPerson(handle), EPOCH)
        return stored
