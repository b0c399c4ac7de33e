"""`frontdesk bench seed`: the same desk each time, on both databases, and never among real data."""

from __future__ import annotations

import asyncio

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from bot.commands import main
from bot.seeding import run
from bot.seeding.run import Size, counts, seed
from desk.ask_queue import Home
from desk.open_ticket import OpenTicket
from desk.ports import Tab
from desk.service import Desk
from desk.words import Words
from storage.store import SqlStore
from tests.storage.house import MINUTE, NOW, a_person

SMALL = Size(people=120, tickets=60, entries=5, seed=1)
QUIET = ("--people", "120", "--tickets", "60", "--entries", "5")


def silent(what: str, have: int, total: int) -> None:
    pass


async def test_a_made_up_desk_can_be_worked_with(database_url: str):
    seed(database_url, SMALL, silent)

    store = SqlStore(database_url)
    desk = Desk(store, lambda: NOW, MINUTE)
    solved = await desk.ask(Home(Tab.SOLVED), by="USEED000000")
    wish = OpenTicket(
        by="USEED000000", requester="USEED000001", subject="Toner", description=Words.plain("Empty")
    )
    made = await desk.handle(wish)
    store.close()
    assert solved.page.tickets
    assert made.ticket == 61


async def test_what_is_made_up_is_stored_as_the_desk_stores_it(database_url: str):
    seed(database_url, SMALL, silent)

    store = SqlStore(database_url)
    tickets = [await store.read(lambda tx, n=n: tx.tickets.get(n)) for n in range(1, 61)]
    journals = [await store.read(lambda tx, n=n: tx.journal.of(n)) for n in range(1, 61)]
    sent = [await store.read(lambda tx, n=n: tx.journal.deliveries(n)) for n in range(1, 61)]
    store.close()
    assert all(
        journal[0].words == one.description for one, journal in zip(tickets, journals, strict=True)
    )
    assert all(deliveries for deliveries in sent)
    assert 0 < sum(one.is_open for one in tickets) < 20


def test_an_interrupted_run_goes_on_where_it_stopped(sqlite_url: str, monkeypatch):
    monkeypatch.setattr(run, "TICKETS_AT_ONCE", 20)

    def stop(what: str, have: int, total: int) -> None:
        if (what, have) == ("tickets", 40):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(sqlite_url, SMALL, stop)
    seed(sqlite_url, SMALL, silent)
    once = counts(sqlite_url)
    seed(sqlite_url, SMALL, silent)

    assert once["tickets"] == 60
    assert counts(sqlite_url) == once


async def test_real_data_is_left_alone_unless_asked(database_url: str):
    store = SqlStore(database_url)
    await store.write(a_person)
    command = ["bench", "seed", *QUIET, "--database-url", database_url]

    refused = await asyncio.to_thread(CliRunner().invoke, main, command)
    untouched = await store.read(lambda tx: tx.people.count())
    taken = await asyncio.to_thread(CliRunner().invoke, main, [*command, "--yes"])

    both = await store.read(lambda tx: tx.people.count())
    store.close()
    assert (refused.exit_code, untouched) == (2, 1)
    assert "--yes" in refused.output
    assert (taken.exit_code, both) == (0, 121)


async def test_no_made_up_ticket_waits_for_the_index_twice(sqlite_url: str):
    seed(sqlite_url, SMALL, silent)

    store = SqlStore(sqlite_url)
    noted = await store.read(
        lambda tx: tx._connection.execute(text("SELECT count(*) FROM unindexed")).scalar_one()
    )
    left = await store.read(lambda tx: tx.index.left())
    store.close()
    assert (noted, left) == (0, 60)
