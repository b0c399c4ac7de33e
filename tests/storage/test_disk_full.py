"""A disk that is full refuses a write kindly, keeps what was there, and takes the next once it is
larger."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from desk.errors import Busy, TechniciansOnly
from storage import patience
from storage.store import SqlStore
from storage.transaction import SqlTransaction

LARGE = 200  # people, of whom a few fill the little room that is left


@contextmanager
def no_room(store: SqlStore) -> Iterator[None]:
    """The file must not grow, as SQLite itself says it where the disk is full."""
    writing = store._engines[0]
    limits = {"now": 1}

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limits['now']}")

    event.listen(writing, "begin", limit, insert=True)
    try:
        yield
    finally:
        limits["now"] = 1 << 30


def add_people(tx: SqlTransaction) -> None:
    for _ in range(LARGE):
        tx.people.add("Ada " + "x" * 500, None, None, "en")


async def count(store: SqlStore) -> int:
    return await store.read(lambda tx: tx.people.count())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.1)


@pytest.mark.parametrize("together", [1, 5], ids=["one piece of work", "several in one commit"])
async def test_nothing_is_half_done_and_all_goes_on_when_there_is_room(
    sqlite_url: str, together: int
) -> None:
    store = SqlStore(sqlite_url)
    before = await count(store)

    with no_room(store):
        work = [store.write(add_people) for _ in range(together)]
        refused = await asyncio.gather(*work, return_exceptions=True)
        seen = await count(store)

    assert [type(one) for one in refused] == [Busy] * together
    assert seen == before
    await asyncio.gather(*(store.write(add_people) for _ in range(together)))
    assert await count(store) == before + LARGE * together
    store.close()


def fill(tx: SqlTransaction) -> None:
    """More than SQLite keeps in memory until the commit: it finds out in the middle of the work."""
    driver = tx._connection.connection.dbapi_connection
    driver.execute("PRAGMA max_page_count = 1")
    try:
        add_people(tx)
    finally:
        driver.execute(f"PRAGMA max_page_count = {1 << 30}")


class Together:
    """Several pieces of work in one commit."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._may_begin = threading.Event()

    async def write(self, *works: Callable[[SqlTransaction], Any]) -> list[Any]:
        first = asyncio.create_task(self._store.write(lambda tx: self._may_begin.wait(10)))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(self._store.write(work)) for work in works]
        await asyncio.sleep(0)
        self._may_begin.set()
        await first
        return await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.parametrize("way", ["prepared", "sqlalchemy"])
async def test_who_shares_a_commit_with_what_finds_no_room_is_served(
    sqlite_url: str, way: str
) -> None:
    """SQLite then undoes the whole commit by itself, and savepoints with it."""
    store = SqlStore(sqlite_url)

    def add(name: str) -> Callable[[SqlTransaction], Any]:
        def work(tx: SqlTransaction) -> Any:
            if way == "sqlalchemy":
                tx._connection.execute(text("SELECT 1"))
            return tx.people.add(name, None, None, "en").id

        return work

    before, large, behind = await Together(store).write(add("Ada"), fill, add("Grace"))

    assert isinstance(large, Busy)
    assert await store.read(lambda tx: tx.people.count()) == 2
    assert {
        p.name for p in (await store.read(lambda tx: tx.people.many([before, behind]))).values()
    } == {
        "Ada",
        "Grace",
    }
    store.close()


async def test_what_fails_for_itself_leaves_the_others_alone(sqlite_url: str) -> None:
    store = SqlStore(sqlite_url)

    def fail(tx: SqlTransaction) -> None:
        tx.people.add("Nobody", None, None, "en")
        raise TechniciansOnly

    def add(tx: SqlTransaction) -> int:
        return tx.people.add("Ada", None, None, "en").id

    answers = await Together(store).write(add, fail, add)

    assert isinstance(answers[1], TechniciansOnly)
    assert sorted(await store.read(lambda tx: tx.people.many([answers[0], answers[2]])))
    assert await store.read(lambda tx: tx.people.count()) == 2
    store.close()
