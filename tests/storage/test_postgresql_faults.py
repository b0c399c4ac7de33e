"""What a real PostgreSQL does to us, and that work goes on by itself afterwards."""

from __future__ import annotations

import asyncio
import json
import threading
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from desk.effects import RefreshCard
from desk.errors import Busy
from desk.open_ticket import OpenTicket
from desk.result import Result
from desk.words import Words
from storage import engine, patience
from storage.migrate import upgrade
from storage.prepared import prepared
from storage.store import SqlStore
from storage.tables import people
from storage.transaction import SqlTransaction
from tests.desk.office import PAUL, Office, furnish
from tests.postgresql import OwnServer, own_server
from tests.storage.house import NOW, a_person
from tests.storage.mistreating import ALWAYS, a_passage, new_people_fail, raises

LONG = 30.0  # seconds a busy machine may need
KILLED = "PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(1)"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long we try is another question, and a machine full of tests is slow."""
    monkeypatch.setattr(patience, "PATIENCE", LONG)


@pytest.fixture
async def store(ill_treated_url: str) -> AsyncIterator[SqlStore]:
    opened = SqlStore(ill_treated_url)
    yield opened
    await asyncio.to_thread(opened.close)


async def _known(store: SqlStore) -> int:
    return await store.read(lambda tx: tx.people.count())


@pytest.mark.parametrize(
    "code",
    ["40001", "40P01", "53100", "53200", "53300", "55P03", "57014", "57P01", "58030"],
)
async def test_what_passes_is_tried_again(store: SqlStore, ill_treated_url: str, code: str):
    with new_people_fail(ill_treated_url, raises(code)):
        await store.write(a_person)

    assert await _known(store) == 1


@pytest.mark.parametrize("code", ["53100", "25006"])
async def test_what_stays_is_busy_until_it_is_over(
    store: SqlStore, ill_treated_url: str, code: str, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as hurry, new_people_fail(ill_treated_url, raises(code), ALWAYS):
        hurry.setattr(patience, "PATIENCE", 0.2)
        with pytest.raises(Busy):
            await store.write(a_person)

    await store.write(a_person)
    assert await _known(store) == 1


@pytest.mark.parametrize("at_commit", [False, True], ids=["at work", "at the commit"])
async def test_killed_at_any_moment_it_is_done_once(
    store: SqlStore, ill_treated_url: str, at_commit: bool
):
    with new_people_fail(ill_treated_url, KILLED, at_commit=at_commit):
        await store.write(a_person)

    assert await _known(store) == 1


async def test_a_statement_that_takes_too_long_is_given_up_and_tried_again(
    ill_treated_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "STATEMENT_TIMEOUT_MS", 200)
    store = SqlStore(ill_treated_url)

    with new_people_fail(ill_treated_url, "PERFORM pg_sleep(60)", times=1):
        await store.write(a_person)

    assert await _known(store) == 1
    store.close()


async def test_two_who_wait_for_each_other_both_get_on(
    store: SqlStore, ill_treated_server: OwnServer
):
    ill_treated_server.set("deadlock_timeout = '20ms'")
    one, two = [(await store.write(a_person)).id for _ in range(2)]
    meeting, tries = threading.Barrier(2), Counter[int]()

    def rename(first: int, second: int) -> Callable[[SqlTransaction], None]:
        def work(tx: SqlTransaction) -> None:
            tries[first] += 1
            for person in (first, second):
                named = update(people).where(people.c.id == person).values(name=f"Of {first}")
                tx._connection.execute(named)
                if tries[first] == 1 and person == first:
                    meeting.wait(LONG)

        return work

    await asyncio.gather(store.write(rename(one, two)), store.write(rename(two, one)))

    assert tries.total() > 2
    names = await store.read(lambda tx: {tx.people.get(one).name, tx.people.get(two).name})
    assert len(names) == 1


async def test_a_commit_whose_answer_was_lost_is_carried_out_once(ill_treated_url: str):
    await asyncio.to_thread(furnish, ill_treated_url)
    wish = OpenTicket(PAUL, PAUL, "Printer jams", Words.plain("On the third floor."))

    async with a_passage(ill_treated_url) as (passage, through):
        office = Office(through)
        passage.losses = 1
        result = await office.does(wish, once="view:V1:ticket.new")
        again = await office.does(wish, once="view:V1:ticket.new")
        rows = await asyncio.to_thread(office.rows)
        stored = await office.store.read(lambda tx: tx.tickets.count())
        await asyncio.to_thread(office.close)

    assert passage.losses == 0
    assert again == result
    assert stored == 1
    assert [row.effect.key for row in rows].count(f"card:{result.ticket}") == 1


async def test_more_commands_than_connections_all_succeed(
    ill_treated_url: str, ill_treated_server: OwnServer
):
    ill_treated_server.administer(
        "CREATE ROLE clerk LOGIN CONNECTION LIMIT 2 IN ROLE pg_read_all_data, pg_write_all_data"
    )
    url = make_url(ill_treated_url).set(username="clerk").render_as_string(hide_password=False)
    store = SqlStore(url)

    await asyncio.gather(*(store.write(a_person) for _ in range(20)))

    assert await _known(store) == 20
    await asyncio.to_thread(store.close)
    ill_treated_server.administer("DROP ROLE clerk")


async def test_what_is_expected_of_a_connection_that_is_gone_is_asked_of_another(
    store: SqlStore, ill_treated_server: OwnServer
):
    await store.write(a_person)  # prepares nothing of what is expected next
    ill_treated_server.administer(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )

    def ask(tx: SqlTransaction) -> object:
        tx.people.expect("U0", ["who@acme.example"])
        return tx.people.by_handle("who@acme.example")

    assert await store.write(ask) is None


async def test_a_server_that_restarts_costs_nothing_that_was_promised(
    store: SqlStore, ill_treated_server: OwnServer
):
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    store.listen(lambda: loop.call_soon_threadsafe(heard.set))
    at_work, accepted = True, []

    async def busily(who: int) -> None:
        number = 0
        while at_work:
            key = f"{who}:{number}"
            try:
                await store.write(lambda tx, key=key: _add_once(tx, key))
            except Busy:
                continue
            accepted.append(key)
            number += 1

    working = [asyncio.create_task(busily(who)) for who in range(4)]
    await asyncio.sleep(0.2)
    await asyncio.to_thread(ill_treated_server.stop)
    await asyncio.to_thread(ill_treated_server.start)
    before = len(accepted)
    async with asyncio.timeout(LONG):
        while len(accepted) < before + 20:  # noqa: ASYNC110 - the workers tell nobody
            await asyncio.sleep(0.02)
    at_work = False
    await asyncio.gather(*working)

    assert await _known(store) == len(accepted) == len(set(accepted))
    heard.clear()
    speaking = SqlStore(store._url.render_as_string(hide_password=False))
    async with asyncio.timeout(LONG):
        while not heard.is_set():
            await speaking.write(lambda tx: tx.outbox.put(RefreshCard(1), NOW))
            await asyncio.sleep(0.1)
    await asyncio.to_thread(speaking.close)


async def test_a_server_that_stands_still_is_waited_for_and_work_goes_on(
    store: SqlStore, ill_treated_server: OwnServer
):
    await asyncio.gather(*(store.write(a_person) for _ in range(4)))

    with ill_treated_server.paused():
        waiting = [asyncio.create_task(store.write(a_person)) for _ in range(4)]
        asking = asyncio.create_task(_known(store))
        done, _ = await asyncio.wait({*waiting, asking}, timeout=0.5)
        assert not done

    await asyncio.gather(*waiting)
    assert 4 <= await asking <= 8
    assert await _known(store) == 8


async def test_a_server_that_only_reads_is_left_for_the_one_that_writes(
    store: SqlStore, ill_treated_url: str, ill_treated_server: OwnServer
):
    with own_server() as other:
        name = make_url(ill_treated_url).database
        other.administer(f"CREATE DATABASE {name}")
        upgrade(other.beside(str(name)))
        several = _both(ill_treated_url, other.url)
        failing_over = SqlStore(several)
        await asyncio.gather(*(failing_over.write(a_person) for _ in range(4)))
        assert await _known(store) == 4

        ill_treated_server.set("default_transaction_read_only = on")
        try:
            await asyncio.gather(*(failing_over.write(a_person) for _ in range(4)))
        finally:
            ill_treated_server.set("default_transaction_read_only = off")

        assert await _known(failing_over) == 4
        assert await _known(store) == 4
        await asyncio.to_thread(failing_over.close)


@pytest.mark.parametrize("way", [text, lambda sql: prepared(text(sql))], ids=["slow", "quick"])
async def test_an_error_quotes_nobody(store: SqlStore, way: Callable[[str], Any]):
    """PostgreSQL's own words quote the whole row that it refuses."""
    refused = way("INSERT INTO entries (words) VALUES (:words)")
    words = json.dumps({"text": "The director is ill."})

    with pytest.raises(IntegrityError) as raised:
        await store.write(lambda tx: tx._connection.execute(refused, {"words": words}))

    said = "".join(traceback.format_exception(raised.value, chain=True))
    assert "violates" in said
    assert "director" not in said


async def test_while_no_server_writes_it_is_busy_and_afterwards_all_is_well(
    store: SqlStore, ill_treated_server: OwnServer, monkeypatch: pytest.MonkeyPatch
):
    await store.write(a_person)
    ill_treated_server.set("default_transaction_read_only = on")

    try:
        with monkeypatch.context() as hurry:
            hurry.setattr(patience, "PATIENCE", 0.3)
            with pytest.raises(Busy):
                await store.write(a_person)
    finally:
        ill_treated_server.set("default_transaction_read_only = off")

    async with asyncio.timeout(LONG):
        await _until_taken(store)


async def _until_taken(store: SqlStore) -> None:
    while True:
        try:
            await store.write(a_person)
        except Busy:
            continue
        return


def _add_once(tx: SqlTransaction, key: str) -> None:
    if tx.first_time(key) is None:
        a_person(tx)
        tx.remember(key, Result(), NOW)


def _both(first: str, second: str) -> str:
    """The URL of a database of the same name on either server."""
    one, two = make_url(first), make_url(second)
    hosts = (one.query["host"], two.query["host"])
    return one.set(query={"host": hosts}).render_as_string(hide_password=False)
