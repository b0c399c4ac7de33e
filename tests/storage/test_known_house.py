"""What the desk file says is read once and remembered, and never longer than it is true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import Engine, event, text

from storage.engine import database_url as parse
from storage.engine import writer_engine
from storage.migrate import _config, upgrade
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import SETUP

RENAMED = replace(SETUP, name="Renamed", codes=())


@contextmanager
def statements(store: SqlStore) -> Iterator[list[str]]:
    """What any connection of the store runs, other than beginning and ending transactions."""
    seen: list[str] = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def everything(tx: SqlTransaction):
    organisation = tx.organisation
    return (
        organisation.house(),
        organisation.teams(),
        organisation.catalogue(),
        organisation.codes(),
    )


async def test_the_second_transaction_asks_only_whether_anything_changed(desk: SqlStore):
    before = await desk.read(everything)

    with statements(desk) as seen:
        after = await desk.read(everything)

    assert after == before
    assert len(seen) == 1


async def test_what_another_process_loads_is_seen_at_once(desk: SqlStore, database_url: str):
    await desk.read(everything)
    other = SqlStore(database_url)

    await other.write(lambda tx: tx.organisation.load(RENAMED))
    house, _, _, codes = await desk.read(everything)

    assert house.name == "Renamed"
    assert all(code.obsolete for code in codes)
    other.close()


async def test_a_load_is_seen_within_its_own_transaction(desk: SqlStore):
    def load(tx: SqlTransaction):
        tx.organisation.house()
        tx.organisation.load(RENAMED)
        return tx.organisation.house()

    house = await desk.write(load)

    assert house.name == "Renamed"


async def test_a_load_that_was_rolled_back_is_forgotten(desk: SqlStore):
    before = await desk.read(everything)

    def fail(tx: SqlTransaction):
        tx.organisation.load(RENAMED)
        assert tx.organisation.house().name == "Renamed"
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await desk.write(fail)

    assert await desk.read(everything) == before


def test_a_house_loaded_before_it_had_revisions_is_kept(bare_database_url: str):
    engine = writer_engine(parse(bare_database_url))
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO teams (id, key, en, fr, language, position, obsolete)"
                " VALUES (1, 'a', 'A', 'A', 'en', 0, FALSE)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO house (id, name, language, fallback_team_id)"
                " VALUES (1, 'Old', 'fr', 1)"
            )
        )

    upgrade(bare_database_url)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT name, revision FROM house")).all() == [("Old", 0)]
    engine.dispose()
