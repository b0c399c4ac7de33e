"""People: who is known, who acts, and finding somebody by a few letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Text,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    update,
)

from desk.effects import LookUpPerson
from desk.errors import Stale
from desk.people import SYSTEM, Actor, Person
from desk.words import NO_WORDS, Words
from storage import directory, membership
from storage.changes import next_change
from storage.columns import EPOCH
from storage.known_house import KnownHouse
from storage.outbox import SqlOutbox
from storage.people_rows import PEOPLE, PERSON, address, person_of
from storage.prepared import ahead, prepared
from storage.tables import administrators, house, members, people, teams

_SYSTEM = Person(id=0, name="")
_UNKNOWN = -1  # the id of somebody seen while nothing may be stored

_named = people.alias("named")
# Somebody found to be the same as somebody else is read as that one.
_NAMED = select(_named.c.id.label("named"), *PERSON).select_from(
    _named.join(people, people.c.id == func.coalesce(_named.c.merged_into, _named.c.id))
)
_MANY = _NAMED.where(_named.c.id.in_(bindparam("people", expanding=True)))
_FEW = 4
_SOME = prepared(
    _NAMED.where(_named.c.id.in_([bindparam(f"person_{place}") for place in range(_FEW)]))
)
_BY_SLACK = prepared(PEOPLE.where(people.c.slack_id == bindparam("handle")))
_BY_ADDRESS = prepared(PEOPLE.where(people.c.email == bindparam("handle")))
_LANGUAGE = select(house.c.language)
_COMMA: Any = literal_column("','")  # a value would be written into the text each time anew


def _offices(person: ColumnElement[Any], ref: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """The ids of the teams somebody serves, as one text, and whether they are an administrator.

    By reference too: somebody the desk file names may act before the directory knows them.
    """
    served = (
        select(func.aggregate_strings(cast(members.c.team_id, Text), _COMMA))
        .join(teams, teams.c.id == members.c.team_id)
        .where(teams.c.obsolete == false())
        .where(or_(members.c.person_id == person, members.c.ref == ref))
    )
    named = select(administrators.c.ref).where(
        or_(administrators.c.person_id == person, administrators.c.ref == ref)
    )
    return served.scalar_subquery(), named.exists()


_ACTORS = select(
    *PERSON,
    *_offices(people.c.id, func.coalesce(people.c.slack_id, people.c.email)),
    select(house.c.revision).scalar_subquery(),
).select_from(people)
_ACTOR_BY_SLACK = prepared(_ACTORS.where(people.c.slack_id == bindparam("handle")))
_ACTOR_BY_ADDRESS = prepared(_ACTORS.where(people.c.email == bindparam("handle")))
_SIGNATURE = prepared(select(people.c.signature).where(people.c.id == bindparam("person")))
_OFFICES = select(*_offices(bindparam("person", type_=Integer), bindparam("ref", type_=Text)))


class SqlPeople:
    def __init__(self, connection: Connection, known: KnownHouse, outbox: SqlOutbox | None) -> None:
        """`outbox` is None where nothing may be stored."""
        self._connection = connection
        self._known = known
        self._outbox = outbox
        self._acting: dict[str, Actor] = {}
        self._noted: list[Any] = []
        self._met: dict[int, Person] = {}  # by id; who acts is often whom it is about

    def get(self, person: int) -> Person:
        """Raises LookupError."""
        found = self.many((person,)).get(person)
        if found is None:
            raise LookupError(f"no person {person}")
        return found

    def many(self, people: Iterable[int]) -> Mapping[int, Person]:
        wanted = set(people)
        known = {number: self._met[number] for number in wanted & self._met.keys()}
        if _SYSTEM.id in wanted:
            known[_SYSTEM.id] = _SYSTEM
        missing = sorted(wanted - known.keys())
        if missing:
            rows = self._connection.execute(*_by_id(missing))
            met = {row[0]: person_of(row[1:]) for row in rows}
            self._met |= met
            known |= met
        return known

    def by_handle(self, handle: str) -> Person | None:
        kind, _, number = handle.partition(":")
        if kind == "person":
            wanted = int(number) if number.isascii() and number.isdigit() else 0
            return self.many((wanted,)).get(wanted) if 0 < wanted < 2**63 else None
        acting = self._acting.get(handle)
        if acting is not None and acting.person.id > 0:
            return acting.person
        row = self._connection.execute(*_by_handle(handle)).first()
        return None if row is None else self._meet(person_of(row))

    def expect(self, acting: str, others: Iterable[str]) -> None:
        for statement, values in (
            _acting_by_handle(acting),
            *(_by_handle(other) for other in others if other != acting),
        ):
            if not str(values["handle"]).startswith("person:"):
                ahead(self._connection, statement, values)

    def actor(self, handle: str) -> Actor:
        if handle == SYSTEM:
            return Actor(_SYSTEM, is_administrator=True)
        if handle not in self._acting:
            self._acting[handle] = self._actor(handle)
        return self._acting[handle]

    def _actor(self, handle: str) -> Actor:
        if not handle.startswith("person:"):
            row = self._connection.execute(*_acting_by_handle(handle)).first()
            if row is not None:
                self._known.is_at(row[-1])
                person = self._meet(person_of(row[: len(PERSON)]))
                return _actor(person, row[len(PERSON) : -1])
        person = self.by_handle(handle) or self._newcomer(handle)
        whom = {"person": person.id, "ref": person.slack_id or person.email}
        return _actor(person, self._connection.execute(_OFFICES, whom).one())

    def add(self, name: str, email: str | None, slack_id: str | None, language: str) -> Person:
        newcomer = Person(0, name.strip(), address(email), slack_id, language)
        return directory.insert_person(self._connection, newcomer)

    def learn(self, person: Person) -> Person:
        self._settle()
        return directory.learn(self._connection, person)

    def set_address(self, person: int, email: str) -> None:
        known = self.get(person)
        self._settle()
        directory.set_address(self._connection, known, email)

    def signature(self, person: int) -> Words:
        found = self._connection.execute(_SIGNATURE, {"person": person}).scalar()
        return found or NO_WORDS

    def set_signature(self, person: int, words: Words) -> None:
        kept = words if words else None
        self._connection.execute(update(people).where(people.c.id == person).values(signature=kept))

    def search(self, query: str, limit: int) -> tuple[Person, ...]:
        return self._known.finder.search(self._connection, query, limit)

    def make_index(self) -> None:
        """Read everybody anew for `search`; the first one would do it otherwise."""
        self._known.finder.make(self._connection)

    def note_request(self, person: int) -> None:
        statement = _note_request(self._connection.dialect.name)
        self._noted.append(self._connection.execute(statement, {"person": person}))

    def settle(self) -> None:
        """Raises Stale where somebody whose request was noted was found to be somebody else since
        they were read. Must come before the commit."""
        if any(rows.rowcount == 0 for rows in self._noted):
            raise Stale

    def rejoin_teams(self) -> None:
        self._acting.clear()
        membership.rejoin_teams(self._connection)

    def count(self) -> int:
        """How many active people there are."""
        statement = select(func.count()).select_from(people).where(people.c.active)
        return self._connection.execute(statement).scalar_one()

    def _meet(self, person: Person) -> Person:
        self._met[person.id] = person
        return person

    def _settle(self) -> None:
        """Two people becoming one takes along what was already put in the outbox for either."""
        self._met.clear()
        self._acting.clear()
        if self._outbox is not None:
            self._outbox.settle()

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


def _by_handle(handle: str) -> tuple[Any, Mapping[str, Any]]:
    """The statement that finds somebody by address or Slack id, and its values."""
    if "@" in handle:
        return _BY_ADDRESS, {"handle": address(handle)}
    return _BY_SLACK, {"handle": handle}


def _acting_by_handle(handle: str) -> tuple[Any, Mapping[str, Any]]:
    if "@" in handle:
        return _ACTOR_BY_ADDRESS, {"handle": address(handle)}
    return _ACTOR_BY_SLACK, {"handle": handle}


def _by_id(wanted: list[int]) -> tuple[Any, Mapping[str, Any]]:
    """The statement for that many, and its values."""
    if len(wanted) > _FEW:
        return _MANY, {"people": wanted}
    filled = [*wanted, *[wanted[-1]] * (_FEW - len(wanted))]
    return _SOME, {f"person_{place}": person for place, person in enumerate(filled)}


@cache
def _note_request(dialect: str) -> Any:
    changed = {"requests": people.c.requests + 1, "changed": next_change(dialect)}
    themselves = (people.c.id == bindparam("person"), people.c.merged_into.is_(None))
    return prepared(update(people).where(*themselves).values(changed))


def _actor(person: Person, offices: Sequence[Any]) -> Actor:
    served, is_administrator = offices
    teams_ = (int(team) for team in served.split(",")) if served else ()
    return Actor(person, frozenset(teams_), bool(is_administrator))
