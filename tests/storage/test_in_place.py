"""On SQLite, work that comes alone is done by whoever brings it, not by the writer's thread."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desk.effects import RefreshCard
from desk.errors import Busy, Stale, TechniciansOnly
from storage import durable
from storage.durable import WriteAheadLog
from storage.migrate import upgrade
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import NOW, a_person

LONG = 10.0  # seconds a busy machine may need


def here(tx: SqlTransaction) -> bool:
    """Whether this very thread does the work."""
    a_person(tx)
    return threading.current_thread() is threading.main_thread()


class Company:
    """How many want something at once, as the bot knows it of its event loop."""

    def __init__(self) -> None:
        self.people = 0

    async def write(self, store: SqlStore) -> bool:
        self.people += 1
        try:
            return await store.write(here)
        finally:
            self.people -= 1

    def is_calm(self, patient: bool) -> bool:
        return self.people == (0 if patient else 1)


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqlStore]:
    monkeypatch.setattr(durable, "QUICK", 0.5)  # seconds: the disk may be busy with other tests
    upgrade(f"sqlite:///{tmp_path}/desk.db")
    opened = SqlStore(f"sqlite:///{tmp_path}/desk.db")
    opened.calm = lambda patient: True
    yield opened
    opened.close()


async def test_work_that_comes_alone_is_done_at_once(store: SqlStore):
    assert await store.write(here)


async def test_those_who_come_in_the_same_breath_share_a_commit(store: SqlStore):
    company = Company()
    store.calm = company.is_calm

    assert await company.write(store)
    assert await asyncio.gather(*(company.write(store) for _ in range(3))) == [False] * 3
    assert await company.write(store)
    assert await store.read(lambda tx: tx.people.count()) == 5


async def test_what_nobody_watches_is_done_at_once_only_where_it_is_short(store: SqlStore):
    assert await store.write(here, patient=True, early=True)
    assert not await store.write(here, patient=True)


async def test_what_is_refused_leaves_nothing(store: SqlStore):
    def refuse(tx: SqlTransaction) -> None:
        a_person(tx)
        raise TechniciansOnly

    def add_twice(tx: SqlTransaction) -> None:
        tx.people.add("Ada", "ada@example.org", None, "en")
        tx.people.add("Grace", "ada@example.org", None, "en")

    with pytest.raises(TechniciansOnly):
        await store.write(refuse)
    with pytest.raises(Stale):
        await store.write(add_twice)

    assert await store.read(lambda tx: tx.people.count()) == 0


async def test_it_is_on_the_disk_before_anybody_hears_of_it(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    def gone(journal: WriteAheadLog) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(WriteAheadLog, "settle", gone)
        with pytest.raises(Busy):
            await store.write(here)

    assert not await store.write(here)  # until the disk has shown that it is well
    assert await store.write(here)


async def test_a_slow_disk_keeps_nobody_else_waiting(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patched:
        patched.setattr(WriteAheadLog, "settle", lambda journal: time.sleep(durable.QUICK))
        assert await store.write(here)
        assert not await store.write(here)

    assert not await store.write(here)
    assert await store.write(here)


async def test_another_program_that_writes_keeps_nobody_else_waiting(
    store: SqlStore, tmp_path: Path
):
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(store.write(here))

    await asyncio.sleep(0.05)  # which the loop would not come back from if it waited itself
    assert not writing.done()
    other.execute("ROLLBACK")

    assert await asyncio.wait_for(writing, LONG) is False
    other.close()


async def test_the_thread_at_work_is_not_waited_for(store: SqlStore):
    started, may_end = threading.Event(), threading.Event()

    def work(tx: SqlTransaction) -> None:
        started.set()
        may_end.wait(LONG)

    working = asyncio.create_task(store.write(work, patient=True))
    await asyncio.to_thread(started.wait, LONG)
    writing = asyncio.create_task(store.write(here))
    await asyncio.sleep(0.05)
    may_end.set()

    assert await asyncio.wait_for(writing, LONG) is False
    await working


async def test_what_nobody_watches_overtakes_nothing_that_was_given_to_the_thread(store: SqlStore):
    started, may_end, done = threading.Event(), threading.Event(), threading.Event()
    came: list[str] = []

    def keep_the_thread(tx: SqlTransaction) -> None:
        started.set()
        may_end.wait(LONG)

    async def lease(name: str) -> None:
        await store.write(lambda tx: done.set(), patient=True, early=True)
        came.append(name)

    working = asyncio.create_task(store.write(keep_the_thread, patient=True))
    await asyncio.to_thread(started.wait, LONG)
    first = asyncio.create_task(lease("first"))
    await asyncio.sleep(0)
    may_end.set()
    done.wait(LONG)  # in the loop, which hears nothing meanwhile
    time.sleep(0.05)  # noqa: ASYNC251 - as above
    await lease("second")
    await asyncio.gather(working, first)

    assert came == ["first", "second"]


async def test_whoever_asked_has_the_answer_before_the_relay_begins(tmp_path: Path):
    heard: list[str] = []
    upgrade(f"sqlite:///{tmp_path}/desk.db")
    store = SqlStore(f"sqlite:///{tmp_path}/desk.db", lambda: heard.append("relay"))
    store.calm = lambda patient: True

    await store.write(lambda tx: tx.outbox.put(RefreshCard(1), NOW))
    heard.append("person")
    await asyncio.sleep(0)

    assert heard == ["person", "relay"]
    store.close()


async def test_nothing_is_written_once_the_store_is_closed(store: SqlStore):
    await asyncio.to_thread(store.close)

    with pytest.raises(RuntimeError):
        await store.write(here)
