"""Work in transactions: whole or not at all, one answer per once key, and patience with faults."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from desk.effects import RefreshCard
from desk.errors import Busy, DeskError, Stale, TechniciansOnly
from desk.result import Result
from desk.words import Words
from storage import patience
from storage.engine import database_url as parse
from storage.migrate import upgrade
from storage.prepared import prepared
from storage.store import SqlStore
from storage.tables import entries
from storage.transaction import SqlTransaction
from storage.writer import Writer
from tests.storage.house import MINUTE, NOW, a_person


async def test_what_work_returns_comes_back_and_what_it_stored_stays(store: SqlStore):
    person = await store.write(a_person)

    assert await store.read(lambda tx: tx.people.get(person.id)) == person


async def test_a_refusal_undoes_everything_and_reaches_the_caller(store: SqlStore):
    def refuse(tx: SqlTransaction) -> None:
        a_person(tx)
        tx.outbox.put(RefreshCard(1), NOW)
        tx.remember("k", Result(), NOW)
        raise TechniciansOnly

    with pytest.raises(TechniciansOnly):
        await store.write(refuse)

    assert await store.read(lambda tx: tx.people.count()) == 0
    assert await store.read(lambda tx: tx.outbox.next_due(NOW)) is None
    assert await store.read(lambda tx: tx.first_time("k")) is None


async def test_one_refusal_does_not_undo_what_others_did_at_the_same_time(store: SqlStore):
    def work(number: int):
        def run(tx: SqlTransaction) -> None:
            a_person(tx)
            if number % 2:
                raise TechniciansOnly

        return run

    answers = await asyncio.gather(
        *(store.write(work(n)) for n in range(40)), return_exceptions=True
    )

    assert sum(isinstance(answer, DeskError) for answer in answers) == 20
    assert await store.read(lambda tx: tx.people.count()) == 20


@pytest.mark.parametrize("result", [Result(), Result(3, 5), Result(4, None, changed=False)])
async def test_an_answer_is_remembered_under_its_key(store: SqlStore, result: Result):
    assert await store.read(lambda tx: tx.first_time("k")) is None

    await store.write(lambda tx: tx.remember("k", result, NOW))

    assert await store.read(lambda tx: tx.first_time("k")) == result


async def test_of_two_who_use_a_key_at_once_one_is_stale(store: SqlStore):
    def work(tx: SqlTransaction) -> None:
        a_person(tx)
        tx.remember("k", Result(), NOW)

    answers = await asyncio.gather(*(store.write(work) for _ in range(5)), return_exceptions=True)

    assert sum(isinstance(answer, Stale) for answer in answers) == 4
    assert await store.read(lambda tx: tx.people.count()) == 1


async def test_old_keys_are_forgotten(store: SqlStore):
    await store.write(lambda tx: tx.remember("old", Result(), NOW))
    await store.write(lambda tx: tx.remember("new", Result(), NOW + MINUTE))

    assert await store.write(lambda tx: tx.forget_once(NOW + MINUTE)) == 1

    assert await store.read(lambda tx: tx.first_time("old")) is None
    assert await store.read(lambda tx: tx.first_time("new")) == Result()


class Panic(BaseException):
    """What a library of Rust's raises where it has a defect."""


async def test_what_is_no_usual_exception_is_one_failure_among_others(store: SqlStore):
    def work(number: int):
        def run(tx: SqlTransaction) -> None:
            a_person(tx)
            if number == 3:
                raise Panic("index out of bounds")

        return run

    async with asyncio.timeout(20):
        answers = await asyncio.gather(
            *(store.write(work(n)) for n in range(8)), return_exceptions=True
        )

    (failed,) = [answer for answer in answers if answer is not None]
    assert isinstance(failed.__cause__ or failed, Panic)
    assert await store.read(lambda tx: tx.people.count()) == 7


async def test_what_nobody_foresaw_is_told_and_the_next_one_served(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    def broken(*given: Any) -> None:
        raise Panic

    store = SqlStore(sqlite_url)
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "_settle", broken)
        with pytest.raises(RuntimeError, match="Panic"):
            await asyncio.wait_for(store.write(a_person), 10)

    await asyncio.wait_for(store.write(a_person), 10)
    store.close()


async def test_questions_cannot_write(store: SqlStore):
    with pytest.raises(DBAPIError):
        await store.read(lambda tx: tx.remember("k", Result(), NOW))

    assert await store.read(lambda tx: tx.first_time("k")) is None


async def test_a_question_sees_one_moment_throughout(store: SqlStore):
    started, written = threading.Event(), threading.Event()

    def ask(tx: SqlTransaction) -> tuple[int, int]:
        before = tx.people.count()
        started.set()
        written.wait(5)
        return before, tx.people.count()

    asking = asyncio.create_task(store.read(ask))
    await asyncio.to_thread(started.wait, 5)
    await store.write(a_person)
    written.set()

    assert await asking == (0, 0)
    assert await store.read(lambda tx: tx.people.count()) == 1


async def test_the_relay_is_woken_after_commits_that_give_it_work_and_no_others(database_url: str):
    woken = []
    store = SqlStore(database_url, on_outbox=lambda: woken.append("relay"))

    def refuse(tx: SqlTransaction) -> None:
        tx.outbox.put(RefreshCard(1), NOW)
        raise TechniciansOnly

    await store.write(a_person)
    with pytest.raises(TechniciansOnly):
        await store.write(refuse)
    assert woken == []

    await store.write(lambda tx: tx.outbox.put(RefreshCard(1), NOW))
    await asyncio.sleep(0)  # the caller goes first
    store.close()

    assert woken == ["relay"]


async def test_closing_waits_for_the_work_that_was_asked_for(database_url: str):
    store = SqlStore(database_url)
    work = [asyncio.create_task(store.write(a_person)) for _ in range(10)]
    await asyncio.sleep(0)

    await asyncio.to_thread(store.close)

    assert len({person.id for person in await asyncio.gather(*work)}) == 10
    with pytest.raises(RuntimeError):
        await store.write(a_person)


async def test_a_live_database_answers(store: SqlStore):
    await store.ping()


async def test_a_caller_who_gives_up_does_no_harm(store: SqlStore):
    impatient = asyncio.create_task(store.write(a_person))
    await asyncio.sleep(0)
    impatient.cancel()

    await store.write(a_person)

    assert await store.read(lambda tx: tx.people.count()) in (1, 2)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.3)


async def test_another_writer_is_waited_for(sqlite_url: str):
    store, other = SqlStore(sqlite_url), sqlite3.connect(_file(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(store.write(a_person))
    await asyncio.sleep(0.4)

    other.execute("ROLLBACK")

    assert (await waiting).id == 1
    other.close()
    store.close()


async def test_whoever_waits_too_long_for_another_writer_hears_busy(sqlite_url: str, impatient):
    store, other = SqlStore(sqlite_url), sqlite3.connect(_file(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    answers = await asyncio.gather(
        *(store.write(a_person) for _ in range(3)), return_exceptions=True
    )

    assert all(isinstance(answer, Busy) for answer in answers)
    other.execute("ROLLBACK")
    await store.write(a_person)
    other.close()
    store.close()


async def test_a_lost_connection_is_made_anew_and_the_work_done_again(postgresql_url: str):
    store = SqlStore(postgresql_url)
    attempts = []

    def work(tx: SqlTransaction) -> None:
        attempts.append(1)
        if len(attempts) == 1:
            tx._connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        a_person(tx)

    await store.write(work)

    assert len(attempts) == 2
    assert await store.read(lambda tx: tx.people.count()) == 1
    store.close()


async def test_a_database_that_is_not_there_is_busy(tmp_path: Path, impatient):
    store = SqlStore("postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(Busy):
        await store.write(a_person)

    store.close()


async def test_another_process_is_heard_through_postgresql(postgresql_url: str):
    listening, speaking = SqlStore(postgresql_url), SqlStore(postgresql_url)
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    listening.listen(lambda: loop.call_soon_threadsafe(heard.set))
    await asyncio.wait_for(heard.wait(), 5)  # it says so once it listens
    heard.clear()

    await speaking.write(lambda tx: tx.outbox.put(RefreshCard(1), NOW))

    await asyncio.wait_for(heard.wait(), 5)
    listening.close()
    speaking.close()


async def test_listening_survives_a_lost_connection(postgresql_url: str, caplog):
    store = SqlStore(postgresql_url)
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    store.listen(lambda: loop.call_soon_threadsafe(heard.set))
    await asyncio.wait_for(heard.wait(), 5)
    heard.clear()
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )

    await store.write(lambda tx: tx._connection.execute(others).all())

    await asyncio.wait_for(heard.wait(), 5)
    store.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense"])
def test_a_url_that_cannot_work_is_refused_at_once(url: str):
    with pytest.raises(ValueError):
        parse(url)


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "sqlite:///var/a.db"])
def test_usual_urls_are_understood(url: str):
    assert parse(url).database in ("d", "var/a.db")


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


@pytest.mark.parametrize("by", [lambda statement: statement, prepared], ids=["slow", "prepared"])
async def test_an_error_does_not_repeat_what_people_wrote(store: SqlStore, by: Any):
    """Errors end in a log, and what was to be written is a person's words."""
    spoilt = by(insert(entries))

    def write(tx: SqlTransaction) -> None:
        values = {"kind": "note", "at": NOW, "visibility": "internal", "facts": {}}
        words = Words.plain("my password is hunter2")
        tx._connection.execute(spoilt, {**values, "ticket_id": 424242, "words": words})

    with pytest.raises(IntegrityError) as fault:
        await store.write(write)

    assert "hunter2" not in "".join(traceback.format_exception(fault.value))


def modes_in(folder: Path) -> dict[str, int]:
    return {place.name: place.stat().st_mode & 0o777 for place in folder.iterdir()}


async def test_nobody_else_on_the_machine_reads_the_file(tmp_path: Path):
    """In a folder that was there before, too, and whatever the umask."""
    url = f"sqlite:///{tmp_path / 'frontdesk.db'}"
    upgrade(url)
    store = SqlStore(url)
    try:
        await store.write(a_person)
        modes = modes_in(tmp_path)
    finally:
        store.close()

    assert {"frontdesk.db", "frontdesk.db-wal"} <= set(modes)
    assert set(modes.values()) == {0o600}
