"""What was promised is there after the process is killed."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.mail_spool import letter
from desk.effects import RefreshCard
from desk.errors import Busy
from mail.ways import Way
from storage import durable
from storage.durable import WriteAheadLog
from storage.engine import COMMITS, write_back
from storage.migrate import upgrade
from storage.store import SqlStore

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

_PROMISE_UNTIL_KILLED = """
import asyncio, sys
from storage.store import SqlStore

async def promise():
    store = SqlStore(sys.argv[1])
    while True:
        person = await store.write(lambda tx: tx.people.add("Ada", None, None, "en"))
        print(person.id, flush=True)

asyncio.run(promise())
"""


async def test_what_was_answered_survives_a_killed_process(database_url: str):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROMISE_UNTIL_KILLED, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    promised = [int(await process.stdout.readline()) for _ in range(20)]

    process.kill()
    promised += [int(line) for line in (await process.communicate())[0].split()]

    store = SqlStore(database_url)
    kept = await store.read(lambda tx: tx.people.many(promised))
    assert sorted(kept) == promised
    store.close()


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Journal:
    return Journal(monkeypatch)


class Journal:
    """Counts how often SQLite's journal was taken to the disk; or the disk takes nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settled, self.broken = 0, False
        monkeypatch.setattr(WriteAheadLog, "settle", self._wrap(WriteAheadLog.settle))

    def _wrap(self, settle):  # type: ignore[no-untyped-def]
        def settled(log: WriteAheadLog) -> None:
            if self.broken:
                raise OSError("the disk is gone")
            settle(log)
            self.settled += 1

        return settled


@pytest.fixture
async def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    url = f"sqlite:///{tmp_path}/desk.db"
    upgrade(url)
    opened = SqlStore(url)
    yield opened
    opened.close()


async def test_what_a_person_did_is_on_the_disk_before_they_hear_of_it(
    store: SqlStore, journal: Journal
):
    for made in range(1, 4):
        await store.write(lambda tx: tx.people.add("Ada", None, None, "en"))

        assert journal.settled == made


async def test_an_attempt_is_on_the_disk_before_it_is_made_and_its_end_goes_along_later(
    store: SqlStore, journal: Journal
):
    await store.write(lambda tx: tx.outbox.put(RefreshCard(1), NOW))
    hold = timedelta(seconds=15)
    (lease,) = await store.write(lambda tx: tx.outbox.lease(NOW, hold, "us", 1), patient=True)
    before = journal.settled

    await store.write(lambda tx: tx.outbox.attempting(lease, NOW), patient=True)
    noted = journal.settled
    await store.write(lambda tx: tx.outbox.finish(lease, NOW), patient=True)

    assert noted == before + 1
    assert journal.settled == noted


async def test_who_goes_on_early_can_wait_for_the_disk(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    may_end, lasts = threading.Event(), None
    monkeypatch.setattr(WriteAheadLog, "settle", lambda log: may_end.wait())
    try:
        added = store.write(lambda tx: tx.people.add("Ada", None, None, "en"), early=True)
        await asyncio.wait_for(added, 10)
        lasts = asyncio.create_task(store.lasts())
        await asyncio.sleep(0.05)

        assert not lasts.done()
    finally:
        may_end.set()
    await asyncio.wait_for(lasts, 10)
    await store.lasts()


async def test_who_went_on_early_hears_that_the_disk_did_not_take_it(
    store: SqlStore, journal: Journal
):
    journal.broken = True

    await store.write(lambda tx: tx.people.add("Ada", None, None, "en"), early=True)
    with pytest.raises(Busy):
        await store.lasts()

    journal.broken = False
    await store.write(lambda tx: tx.people.add("Grace", None, None, "en"))
    await store.lasts()


async def test_whoever_asked_has_the_answer_before_the_relay_begins(database_url: str):
    heard: list[str] = []
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    store = SqlStore(database_url, lambda: loop.call_soon_threadsafe(woken.set))

    async def relay() -> None:
        await woken.wait()
        heard.append("relay")

    resting = asyncio.create_task(relay())
    await store.write(lambda tx: tx.outbox.put(RefreshCard(1), NOW))
    heard.append("person")
    await asyncio.wait_for(resting, 10)

    assert heard == ["person", "relay"]
    store.close()


async def test_a_mail_is_on_the_disk_before_its_sender_may_forget_it(
    store: SqlStore, journal: Journal
):
    mail = letter(b"Message-ID: <1@example.org>\r\n\r\nHello", Way("the door"))

    await store.write(lambda tx: tx.spool.keep(mail, NOW), patient=True)

    assert journal.settled == 1


async def test_what_the_disk_did_not_take_is_not_promised(store: SqlStore, journal: Journal):
    journal.broken = True

    with pytest.raises(Busy):
        await store.write(lambda tx: tx.people.add("Ada", None, None, "en"))

    journal.broken = False
    await store.write(lambda tx: tx.people.add("Grace", None, None, "en"))
    assert journal.settled == 1


async def test_a_journal_that_does_not_fit_into_memory_stops_no_writer(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    def no_memory(log: WriteAheadLog) -> None:
        raise MemoryError

    async def written(*, early: bool) -> None:
        async with asyncio.timeout(10):
            await store.write(lambda tx: tx.ping(), early=early)
            await store.lasts()

    with monkeypatch.context() as patched:
        patched.setattr(WriteAheadLog, "settle", no_memory)
        for early in (False, True):
            with pytest.raises(Busy):
                await written(early=early)

    await written(early=False)


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[OSError]:
    """What the system says of the disk next; then it says yes, whether the disk has it or not."""
    answers: list[OSError] = []

    def to_disk(file: int) -> None:
        if answers:
            raise answers.pop()

    monkeypatch.setattr(durable, "_to_disk", to_disk)
    return answers


class Watched:
    """SQLite's journal of the store's file, and whether anybody wrote to it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "desk.db-wal"
        self._database = folder / "desk.db"
        self.log = WriteAheadLog(str(self._database))

    def is_written_to_by(self, settle: Callable[[], None]) -> bool:
        before = self._file.read_bytes()
        os.utime(self._file, (0, 0))
        with suppress(OSError):
            settle()
        assert self._file.read_bytes() == before
        return self._file.stat().st_mtime > 0

    @contextmanager
    def somebody_else_writing(self) -> Iterator[None]:
        with closing(sqlite3.connect(self._database)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


@pytest.fixture
async def watched(store: SqlStore, tmp_path: Path):  # type: ignore[no-untyped-def]
    await store.write(lambda tx: tx.people.add("Ada", None, None, "en"))
    watched = Watched(tmp_path)
    yield watched
    watched.log.close()


async def test_what_the_disk_refused_once_is_written_anew_before_it_is_promised(
    watched: Watched, refusals: list[OSError]
):
    refusals.append(OSError(errno.EIO, "the disk is slow to answer"))

    assert watched.is_written_to_by(watched.log.settle)
    watched.log.settle()

    assert not watched.is_written_to_by(watched.log.settle)


async def test_nothing_is_promised_until_what_the_disk_refused_is_written_anew(
    watched: Watched, refusals: list[OSError]
):
    refusals += [OSError(errno.EIO, "the disk is slow to answer")] * 2
    with pytest.raises(OSError, match="slow"):
        watched.log.settle()

    with watched.somebody_else_writing(), pytest.raises(OSError, match="locked"):
        watched.log.settle()

    assert watched.is_written_to_by(watched.log.settle)
    watched.log.settle()


async def test_a_disk_that_refuses_once_keeps_nobody_from_being_promised(
    store: SqlStore, refusals: list[OSError]
):
    refusals.append(OSError(errno.EIO, "the disk is slow to answer"))

    ada = await store.write(lambda tx: tx.people.add("Ada", None, None, "en"))

    assert await store.read(lambda tx: tx.people.get(ada.id)) == ada


async def _write_often(store: SqlStore) -> None:
    for _ in range(COMMITS):
        await store.write(lambda tx: tx.people.add("Ada", None, None, "en"), patient=True)


def _known_without_the_journal(folder: Path) -> int:
    """How many people the database's file holds by itself; 0 where it was copied half written."""
    alone = folder / "alone.db"
    shutil.copy(folder / "desk.db", alone)
    with closing(sqlite3.connect(alone)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM people").fetchone()[0])
        except sqlite3.DatabaseError:
            return 0


async def _until_written_back(folder: Path) -> None:
    async with asyncio.timeout(20):
        while _known_without_the_journal(folder) < COMMITS:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_journal_is_written_back_by_nobody_who_writes(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    threads: list[str] = []

    def noted(url: URL) -> None:
        threads.append(threading.current_thread().name)
        write_back(url)

    monkeypatch.setattr("storage.store.write_back", noted)

    await _write_often(store)
    await _until_written_back(tmp_path)
    largest = (tmp_path / "desk.db-wal").stat().st_size
    await _write_often(store)
    await asyncio.sleep(0.1)

    assert len(threads) == 2
    assert not any("writer" in name or "Main" in name for name in threads)
    assert (tmp_path / "desk.db-wal").stat().st_size <= largest * 1.2  # it began anew


async def test_who_writes_does_not_hear_that_the_journal_could_not_be_written_back(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tried = threading.Event()

    def refused(url: URL) -> None:
        tried.set()
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("storage.store.write_back", refused)
        await _write_often(store)
        assert await asyncio.to_thread(tried.wait, 20)
    await _write_often(store)

    await _until_written_back(tmp_path)


async def test_a_journal_that_the_disk_refused_is_not_written_back(
    store: SqlStore, tmp_path: Path, refusals: list[OSError], monkeypatch: pytest.MonkeyPatch
):
    refusals.append(OSError(errno.EIO, "the disk is slow to answer"))
    monkeypatch.setattr(WriteAheadLog, "_write_again", lambda log: _refuse())
    with pytest.raises(Busy):
        await store.write(lambda tx: tx.people.add("Ada", None, None, "en"))

    await _write_often(store)
    assert _known_without_the_journal(tmp_path) == 0

    monkeypatch.undo()
    await store.write(lambda tx: tx.people.add("Grace", None, None, "en"))
    await _until_written_back(tmp_path)


def _refuse() -> None:
    raise OSError(errno.EIO, "the disk is gone")


async def test_a_journal_that_was_made_anew_is_the_one_taken_to_the_disk(tmp_path: Path):
    log = WriteAheadLog(str(tmp_path / "desk.db"))
    file = tmp_path / "desk.db-wal"
    file.write_bytes(b"old")
    log.settle()

    file.unlink()
    with pytest.raises(OSError):
        log.settle()
    file.write_bytes(b"new")
    log.settle()

    log.close()
