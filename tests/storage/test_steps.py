"""A step of the schema is safe while an older program is still at work: steps only add.

One that takes away, or asks more of what an older program writes, says with `CONTRACT_OF` which
step made it needless; it comes a release later.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, text

from storage.engine import database_url as parse
from storage.engine import writer_engine
from storage.migrate import upgrade
from storage.migrations import versions
from storage.store import SqlStore
from tests.storage.house import SETUP, a_person, a_reply

STEPS = sorted(
    (
        importlib.import_module(f"{versions.__name__}.{one.name}")
        for one in pkgutil.iter_modules(versions.__path__)
    ),
    key=lambda step: step.revision,
)


@dataclass(frozen=True)
class Shape:
    """What an older program relies on, and what it would have to obey."""

    columns: dict[tuple[str, str], tuple[str, bool]]  # type, and whether it may be left out
    duties: dict[str, set[tuple[Any, ...]]]  # by table: uniqueness, references, checks


def test_each_step_only_adds(bare_database_url: str):
    faults = []
    with _open(bare_database_url) as engine:
        before = Shape({}, {})
        for step in STEPS:
            upgrade(bare_database_url, to=step.revision)
            after = _shape(engine)
            if not hasattr(step, "CONTRACT_OF"):
                faults += [f"{step.__name__}: {fault}" for fault in _takes_away(before, after)]
            before = after

    assert faults == []


def test_what_a_step_contracts_was_made_needless_by_an_earlier_one():
    names = [step.__name__.rpartition(".")[2][:5] for step in STEPS]

    for name, step in zip(names, STEPS, strict=True):
        made_needless = getattr(step, "CONTRACT_OF", None)
        assert made_needless is None or made_needless in names[: names.index(name)]


@pytest.mark.postgres  # SQLite cannot change most of it
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("ALTER TABLE people ADD COLUMN needed INTEGER NOT NULL", "people.needed must be given"),
        ("ALTER TABLE people DROP COLUMN zone", "people.zone is gone"),
        ("ALTER TABLE people ALTER COLUMN email SET NOT NULL", "people.email must be given"),
        ("ALTER TABLE people ALTER COLUMN requests TYPE text", "people.requests is another type"),
        ("CREATE UNIQUE INDEX more ON people (name)", "people has a new duty"),
        ("ALTER TABLE cards ADD FOREIGN KEY (id) REFERENCES entries", "cards has a new duty"),
        ("ALTER TABLE people ADD CHECK (name <> '')", "people has a new duty"),
        ("DROP TABLE once", "once.at is gone"),
    ],
)
def test_what_would_break_an_older_program_is_noticed(postgresql_url: str, change: str, fault: str):
    with _open(postgresql_url) as engine, engine.connect() as connection:
        before = _shape(connection)
        connection.execute(text(change))  # never committed: others use this database, too
        found = list(_takes_away(before, _shape(connection)))

    assert fault in found


async def test_an_older_program_goes_on_with_a_newer_database(
    bare_database_url: str, caplog: pytest.LogCaptureFixture
):
    await asyncio.to_thread(upgrade, bare_database_url)
    with _open(bare_database_url) as engine:
        _run(engine, "UPDATE alembic_version SET version_num = '9999'")
        _run(engine, "CREATE TABLE later (id INTEGER PRIMARY KEY)")
        for table in ("people", "tickets", "entries", "outbox", "once"):
            _run(engine, f"ALTER TABLE {table} ADD COLUMN later TEXT NOT NULL DEFAULT 'new'")
            _run(engine, f"ALTER TABLE {table} ADD COLUMN perhaps TEXT")

    with caplog.at_level(logging.WARNING):
        await asyncio.to_thread(upgrade, bare_database_url)

    assert "newer version (9999)" in caplog.text
    store = SqlStore(bare_database_url)
    await store.write(lambda tx: tx.organisation.load(SETUP))
    reply = await store.write(lambda tx: a_reply(tx, "paul@acme.example"))
    await store.write(a_person)
    assert (await store.read(lambda tx: tx.tickets.get(reply.ticket))).id == reply.ticket
    assert len(await store.read(lambda tx: tx.journal.of(reply.ticket))) == 1
    await asyncio.to_thread(store.close)


def test_programs_that_start_at_once_bring_the_database_up_together(bare_database_url: str):
    command = "import sys; from storage.migrate import upgrade; upgrade(sys.argv[1])"

    started = [
        subprocess.Popen([sys.executable, "-c", command, bare_database_url]) for _ in range(4)
    ]

    assert [one.wait(60) for one in started] == [0] * 4
    with _open(bare_database_url) as engine:
        reached = _run(engine, "SELECT version_num FROM alembic_version")
    assert reached == [(STEPS[-1].revision,)]


def _shape(database: Engine | Connection) -> Shape:
    look = inspect(database)
    columns, duties = {}, {}
    for table in look.get_table_names():
        for one in look.get_columns(table):
            numbered = table in ("tickets", "people") and one["name"] == "id"
            optional = one["nullable"] or one["default"] is not None or numbered
            columns[table, one["name"]] = (str(one["type"]), bool(optional))
        duties[table] = {
            *(("unique", *one["column_names"]) for one in look.get_unique_constraints(table)),
            *(("unique", one["name"]) for one in look.get_indexes(table) if one["unique"]),
            *(("to", *one["constrained_columns"]) for one in look.get_foreign_keys(table)),
            *(("check", one["sqltext"]) for one in look.get_check_constraints(table)),
        }
    return Shape(columns, duties)


def _takes_away(before: Shape, after: Shape) -> Iterator[str]:
    tables = set(before.duties)
    for (table, name), (kind, optional) in before.columns.items():
        now = after.columns.get((table, name))
        if now is None:
            yield f"{table}.{name} is gone"
        elif now[0] != kind:
            yield f"{table}.{name} is another type"
        elif optional and not now[1]:
            yield f"{table}.{name} must be given"
    for (table, name), (_, optional) in after.columns.items():
        if table in tables and (table, name) not in before.columns and not optional:
            yield f"{table}.{name} must be given"
    for table in tables & set(after.duties):
        known = {name for of, name in before.columns if of == table}
        # What a reference holds to is a column that an older program leaves empty, if it is new.
        new = after.duties[table] - before.duties[table]
        if any(kind != "to" or known.intersection(names) for kind, *names in new):
            yield f"{table} has a new duty"


@contextmanager
def _open(url: str) -> Iterator[Engine]:
    engine = writer_engine(parse(url))
    yield engine
    engine.dispose()


def _run(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        return [tuple(row) for row in found] if found.returns_rows else []
