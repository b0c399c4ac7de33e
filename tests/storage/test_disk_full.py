"""A disk that is full refuses a write kindly, keeps what was there, and takes the next once it is
larger."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event

from desk.errors import Busy
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
