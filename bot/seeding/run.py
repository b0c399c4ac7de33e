"""Filling a database with a desk of any size, a portion at a time.

Each portion is a transaction that says of itself that it is there. So an interrupted run goes on
where it stopped, and the same seed gives the same desk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from bot.deskfile import DEFAULT_CODES
from bot.seeding.names import MadeUp
from bot.seeding.names import people as made_up
from bot.seeding.sentences import Sentences
from bot.seeding.tickets import COLUMNS, SECOND, Cast, Team, Writer
from desk.people import folded
from desk.ports import EntrySetup, HouseSetup, TeamSetup
from storage import tables
from storage.bulk import Bulk, done, insert_rows, last_id, leave_to_the_index, mark_done
from storage.columns import to_text
from storage.house_file import load
from storage.search import words_of

PEOPLE_AT_ONCE = 5_000
TICKETS_AT_ONCE = 2_000
TEAMS = 8
IN_TEAM = 6  # technicians

_PEOPLE = ("id", "name", "email", "slack_id", "language", "title", "zone", "active", "sort_name")

Say = Callable[[str, int, int], None]


class RealData(Exception):
    """There are tickets or people here that were not made up."""


@dataclass(frozen=True)
class Size:
    people: int
    tickets: int
    entries: int
    seed: int

    @property
    def name(self) -> str:
        """What this desk's portions are called. Another number of tickets is another desk."""
        return f"seed:{self.seed}:{self.people}:{self.tickets}:{self.entries}:"


def seed(url: str, size: Size, say: Say, *, yes: bool = False) -> None:
    """Raises RealData, unless told `yes`. The database must be migrated, and no bot run on it."""
    bulk = Bulk(url)
    try:
        with bulk.portion() as connection:
            there = done(connection, size.name)
            if not there and not yes and _is_in_use(connection):
                raise RealData
        numbers = _people(bulk, size, there, say)
        with bulk.portion() as connection:
            _house(connection, size)
            cast = _cast(connection, numbers, _random(size.seed))
        _tickets(bulk, size, there, cast, say)
        with bulk.portion() as connection:
            connection.execute(text(_COUNT_REQUESTS))
        bulk.finish(*(t for t in tables.METADATA.tables.values() if "id" in t.c and t != _HOUSE))
    finally:
        bulk.close()


_HOUSE = tables.house
_COUNT_REQUESTS = """
UPDATE people SET requests = coalesce(counted.times, 0)
FROM (SELECT requester_id, count(*) AS times FROM tickets GROUP BY requester_id) AS counted
WHERE counted.requester_id = people.id
"""


def _is_in_use(connection: Connection) -> bool:
    return any(last_id(connection, table) for table in (tables.tickets, tables.people))


def _people(bulk: Bulk, size: Size, there: dict[str, int], say: Say) -> list[int]:
    """The ids of all the people, the first of whom ask most."""
    numbers: list[int] = []
    everybody = made_up(_random(size.seed))
    while len(numbers) < size.people:
        portion = list(islice(everybody, min(PEOPLE_AT_ONCE, size.people - len(numbers))))
        name = f"people:{len(numbers)}"
        first = there.get(name)
        if first is None:
            with bulk.portion() as connection:
                first = last_id(connection, tables.people) + 1
                _store_people(connection, portion, first)
                mark_done(connection, size.name + name, first, _now())
        numbers += range(first, first + len(portion))
        say("people", len(numbers), size.people)
    return numbers


def _store_people(connection: Connection, portion: list[MadeUp], first: int) -> None:
    rows = [
        (
            *(number, one.name, one.email, one.slack_id, one.language, ""),
            *(one.zone, True, folded(one.name)),
        )
        for number, one in enumerate(portion, first)
    ]
    insert_rows(connection, tables.people, _PEOPLE, rows)
    words = [
        (word, number)
        for number, one in enumerate(portion, first)
        for word in words_of(one.name, one.email)
    ]
    insert_rows(connection, tables.person_words, ("word", "person_id"), sorted(words))


def _house(connection: Connection, size: Size) -> None:
    """A house of eight teams, where the desk file set up none; its technicians are made up too."""
    if connection.execute(select(tables.house.c.id)).first() is None:
        members = (one.slack_id or one.email or "" for one in made_up(_random(size.seed)))
        load(connection, _setup(members))


def _setup(members: Iterator[str]) -> HouseSetup:
    teams = tuple(
        TeamSetup(
            f"team-{number}",
            f"Team {number}",
            f"Équipe {number}",
            f"CSEED{number:04d}",
            "fr" if number % 2 else "en",
            tuple(islice(members, IN_TEAM)),
        )
        for number in range(TEAMS)
    )
    catalogue = tuple(
        EntrySetup(f"family-{number}", None, f"Family {number}", f"Famille {number}", team=team.key)
        for number, team in enumerate(teams)
    )
    return HouseSetup(
        "Frontdesk", "fr", teams[0].key, None, (), teams, catalogue, tuple(DEFAULT_CODES)
    )


def _cast(connection: Connection, numbers: list[int], random: Random) -> Cast:
    members, teams = tables.members, tables.teams
    served: dict[int, list[int]] = {}
    for team, person in connection.execute(
        select(members.c.team_id, members.c.person_id)
        .where(members.c.person_id.is_not(None))
        .order_by(members.c.team_id, members.c.position)
    ):
        served.setdefault(team, []).append(person)
    in_use = connection.execute(
        select(teams.c.id, teams.c.channel).where(~teams.c.obsolete).order_by(teams.c.id)
    )
    return Cast(
        people=numbers,
        teams=tuple(
            Team(number, channel or f"CSEED{number:04d}", tuple(served.get(number, ())))
            for number, channel in in_use
        ),
        catalogue=_ids(connection, tables.catalogue),
        codes=tuple(
            (row.key, to_text({"code": {"en": row.en, "fr": row.fr}}))
            for row in connection.execute(select(tables.codes).where(~tables.codes.c.obsolete))
        ),
        sentences=Sentences(random),
    )


def _ids(connection: Connection, table: Table) -> tuple[int, ...]:
    statement = select(table.c.id).where(~table.c.obsolete).order_by(table.c.id)
    return tuple(connection.execute(statement).scalars())


def _tickets(bulk: Bulk, size: Size, there: dict[str, int], cast: Cast, say: Say) -> None:
    """The sum of all is said as it grows, so that there is something to see."""
    for start in range(0, size.tickets, TICKETS_AT_ONCE):
        places = range(start, min(start + TICKETS_AT_ONCE, size.tickets))
        name = f"tickets:{start}"
        if name not in there:
            with bulk.portion() as connection:
                ticket = last_id(connection, tables.tickets) + 1
                entry = last_id(connection, tables.entries) + 1
                writer = Writer(cast, _random(f"{size.name}{start}"), ticket, entry, _now())
                rows = writer.portion(places, size.tickets, size.entries)
                for table, columns in COLUMNS.items():
                    insert_rows(connection, tables.METADATA.tables[table], columns, rows[table])
                leave_to_the_index(connection, ticket)
                mark_done(connection, size.name + name, ticket, _now())
        say("tickets", places.stop, size.tickets)


def _random(seed: object) -> Random:
    return Random(str(seed))  # noqa: S311 - nothing here is secret


def _now() -> int:
    return int(datetime.now(UTC).timestamp()) * SECOND


def counts(url: str) -> dict[str, int]:
    """How many there are of everything."""
    bulk = Bulk(url)
    try:
        with bulk.portion() as connection:
            wanted = ("people", "person_words", *COLUMNS)
            return {name: _count(connection, tables.METADATA.tables[name]) for name in wanted}
    finally:
        bulk.close()


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


class Progress:
    """A line a second: how far, how quick, how long still."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write = write
        self._what = ""
        self._said_at = 0.0

    def __call__(self, what: str, have: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what:
            self._what, self._began, self._from = what, now, have
        if have < total and now - self._said_at < 1:
            return
        self._said_at = now
        rate = (have - self._from) / max(now - self._began, 1e-9)
        left = f", {(total - have) / rate:.0f} s left" if rate and have < total else ""
        speed = f" ({rate:,.0f}/s{left})" if rate else ""
        self._write(f"{what}: {have:,} of {total:,}{speed}")
