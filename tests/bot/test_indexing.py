"""The index of tickets' words follows by itself, and can be made anew from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from bot import indexing
from bot.commands import main
from bot.indexing import Indexing
from desk.journal import Draft, Kind
from desk.searchable import Searchable, searchable
from desk.ticket import Ticket
from storage import ticket_index
from storage.store import SqlStore
from storage.tables import ticket_words, tickets
from storage.transaction import SqlTransaction
from tests.bot.couriers import LONG, Clock
from tests.storage.house import NOW, SETUP, a_person, a_ticket


@pytest.fixture
async def full(store: SqlStore) -> SqlStore:
    """A store with five tickets."""

    def fill(tx: SqlTransaction) -> None:
        tx.organisation.load(SETUP)
        for _ in range(5):
            ticket = tx.tickets.add(a_ticket(a_person(tx).id, subject="Printer"))
            tx.journal.add(Draft(ticket.id, Kind.OPENED, None), NOW)

    await store.write(fill)
    return store


async def found(store: SqlStore) -> list[int]:
    return [one.id for one in await store.read(lambda tx: tx.tickets.find(("printer",), 100))]


async def lose(store: SqlStore) -> None:
    await store.write(lambda tx: tx._connection.execute(ticket_words.delete()))


async def test_it_catches_up_in_portions(full: SqlStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    monkeypatch.setattr(indexing, "BESIDE_OTHERS", 2)

    await Indexing(full, lambda: NOW).catch_up()

    assert await found(full) == [5, 4, 3, 2, 1]
    assert not await full.read(lambda tx: tx.index.is_behind(NOW))


async def test_it_waits_for_a_quiet_moment(full: SqlStore):
    quiet = asyncio.Event()
    catching_up = asyncio.create_task(
        Indexing(full, lambda: NOW, lambda seconds: quiet.is_set()).catch_up()
    )
    await asyncio.sleep(5 * indexing.GLANCE)
    assert await found(full) == []

    quiet.set()

    await asyncio.wait_for(catching_up, LONG)
    assert await found(full) == [5, 4, 3, 2, 1]


async def test_but_not_for_ever(full: SqlStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(indexing, "PATIENCE", 0.1)

    await asyncio.wait_for(Indexing(full, lambda: NOW, lambda seconds: False).catch_up(), LONG)

    assert await found(full) == [5, 4, 3, 2, 1]


async def test_where_nothing_changed_nothing_is_written(full: SqlStore):
    keeping = Indexing(full, lambda: NOW)
    await keeping.catch_up()

    async def nothing(work: object) -> None:
        raise AssertionError("written")

    full.write = nothing  # type: ignore[method-assign, assignment]

    await keeping.catch_up()


async def test_an_interrupted_run_goes_on_where_it_ended(
    full: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(indexing, "ANEW_AT_ONCE", 2)
    keeping = Indexing(full, lambda: NOW)
    await keeping.catch_up()
    await lose(full)
    told: list[tuple[int, int]] = []

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await keeping.again(anew=False, progress=interrupt)
    before = await found(full)
    total = await keeping.again(anew=False, progress=lambda *how: told.append(how))

    assert before == [5, 4]
    assert (total, told) == (3, [(2, 3), (3, 3)])
    assert await found(full) == [5, 4, 3, 2, 1]
    assert await keeping.again(anew=True, progress=lambda *how: None) == 5


async def test_a_bot_beside_it_does_a_part_of_the_work(full: SqlStore):
    keeping = Indexing(full, lambda: NOW)
    await keeping.catch_up()
    await lose(full)

    await asyncio.gather(keeping.again(anew=True, progress=lambda *how: None), keeping.catch_up())

    assert await found(full) == [5, 4, 3, 2, 1]


async def spoil(store: SqlStore, ticket: int) -> None:
    """Make the ticket one that nobody can read."""
    spoilt = tickets.update().where(tickets.c.id == ticket).values(origin="nonsense")
    await store.write(lambda tx: tx._connection.execute(spoilt))


@pytest.mark.parametrize("at_once", [1, 2, 5])
async def test_a_ticket_that_cannot_be_read_keeps_no_other_from_being_found(
    full: SqlStore, monkeypatch: pytest.MonkeyPatch, at_once: int
):
    monkeypatch.setattr(indexing, "AT_ONCE", at_once)
    monkeypatch.setattr(indexing, "BESIDE_OTHERS", at_once)
    monkeypatch.setattr(indexing, "COURTESY", 0)
    await spoil(full, 3)
    clock = Clock()

    with capture_logs() as logs:
        await Indexing(full, clock).catch_up()

    assert await found(full) == [5, 4, 2, 1]
    assert [(line["event"], line["ticket"]) for line in logs] == [("ticket_not_indexed", 3)]
    assert not await full.read(lambda tx: tx.index.is_behind(NOW))


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite takes as much as there is
async def test_nor_does_one_whose_words_the_database_refuses(
    full: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    def too_much(ticket: Ticket, *more: Any) -> Searchable:
        found = searchable(ticket, *more)
        many = [f"{number:07d}abcdefghij" for number in range(90_000)]
        return replace(found, every=many) if ticket.id == 3 else found

    monkeypatch.setattr(ticket_index, "searchable", too_much)

    with capture_logs() as logs:
        await Indexing(full, Clock()).catch_up()

    assert await found(full) == [5, 4, 2, 1]
    assert [(line["event"], line["ticket"]) for line in logs] == [("ticket_not_indexed", 3)]


async def test_it_is_tried_again_later(full: SqlStore, monkeypatch: pytest.MonkeyPatch):
    clock = Clock()
    monkeypatch.setattr(ticket_index, "searchable", _only_the_others(3))
    await Indexing(full, clock).catch_up()
    monkeypatch.undo()
    before = await found(full)

    clock.now += indexing.LATER
    await Indexing(full, clock).catch_up()

    assert before == [5, 4, 2, 1]
    assert await found(full) == [5, 4, 3, 2, 1]


def _only_the_others(spoilt: int) -> Callable[..., Searchable]:
    def words(ticket: Ticket, *more: Any) -> Searchable:
        if ticket.id == spoilt:
            raise ValueError("words that break whoever reads them")
        return searchable(ticket, *more)

    return words


async def test_making_the_index_anew_passes_it_by(full: SqlStore):
    keeping = Indexing(full, lambda: NOW)
    await keeping.catch_up()
    await lose(full)
    await spoil(full, 3)

    await keeping.again(anew=True, progress=lambda *how: None)

    assert await found(full) == [5, 4, 2, 1]


def test_the_command_tells_how_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_url: str
):
    async def fill() -> None:
        store = SqlStore(sqlite_url)
        await store.write(lambda tx: tx.organisation.load(SETUP))
        await store.write(lambda tx: tx.tickets.add(a_ticket(a_person(tx).id)))
        store.close()

    asyncio.run(fill())
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "DATABASE_URL": sqlite_url,
    }.items():
        monkeypatch.setenv(name, value)

    said = CliRunner().invoke(main, ["reindex"])

    assert (said.exit_code, said.output) == (0, "1 ticket indexed.\n")
