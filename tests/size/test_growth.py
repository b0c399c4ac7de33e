"""What the desk costs does not grow with what it has done, as the database itself counts.

SQLite's virtual machine tells the steps that a statement takes: as many on every machine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from bot.seeding.run import Size, seed
from desk import ask_queue
from desk.ask_queue import FindPeople, Home, NewTicketForm
from desk.ask_ticket import MoveForm, OpenPage
from desk.assign_ticket import ClaimTicket
from desk.lifecycle import Move
from desk.open_ticket import OpenTicket
from desk.ports import Tab
from desk.reply import Reply
from desk.resolve_ticket import ResolveTicket
from desk.service import Desk
from desk.words import Words
from storage import queues
from storage.migrate import upgrade
from storage.store import SqlStore
from storage.transaction import SqlTransaction

TIMES = 20
FEW = Size(people=120, tickets=300, entries=4, seed=3)
MANY = Size(people=120, tickets=300 * TIMES, entries=4, seed=3)
MOST = 3  # times the steps: trees are deeper, and people have some requests of their own to show
WEEK = timedelta(days=7)


class Undone(Exception):
    """So that the next one finds what this one found."""


class Steps:
    """Of all connections to SQLite that were opened since."""

    def __init__(self) -> None:
        self.taken = 0

    def count(self, connection: Any, record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_progress_handler(self._one, 1)

    def _one(self) -> int:
        self.taken += 1
        return 0


class Grown:
    """A desk that has done some work, and people who are there at any size."""

    def __init__(self, url: str, steps: Steps) -> None:
        self.store = SqlStore(url)
        self.now = datetime.now(UTC)
        self.desk = Desk(self.store, lambda: self.now, timedelta(seconds=20))
        self.steps = steps

    async def meet(self) -> None:
        def look(tx: SqlTransaction) -> tuple[Any, ...]:
            work = (
                "SELECT t.id, slack_id FROM tickets t JOIN people ON people.id = assignee_id"
                " WHERE state = 'assigned' AND slack_id IS NOT NULL"
                " ORDER BY abs(t.version - 3), t.id"
            )
            rarely = "SELECT slack_id FROM people WHERE slack_id IS NOT NULL ORDER BY requests, id"
            find = tx._connection.execute
            return (*find(text(work)).all()[0], find(text(rarely)).scalars().first())

        self.ticket, self.technician, self.requester = await self.store.read(look)

    async def asking(self, question: Any) -> int:
        await self.desk.ask(question, by=self.technician)
        self.steps.taken = 0
        await self.desk.ask(question, by=self.technician)
        return self.steps.taken

    async def doing(self, work: Any) -> int:
        def undone(tx: SqlTransaction) -> None:
            self.steps.taken = 0
            work(self, tx)
            tx.settle()
            raise Undone

        with pytest.raises(Undone):
            await self.store.write(undone)
        return self.steps.taken


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder: Path = tmp_path_factory.mktemp("grown")
    found = []
    for size in (FEW, MANY):
        url = f"sqlite:///{folder / f'{size.tickets}.db'}"
        upgrade(url)
        seed(url, size, lambda *_: None)
        # As it is where nobody ever analysed anything.
        with sqlite3.connect(folder / f"{size.tickets}.db") as connection:
            connection.execute("DELETE FROM sqlite_stat1")
        found.append(url)
    return found[0], found[1]


@pytest.fixture
def steps() -> Iterator[Steps]:
    counted = Steps()
    event.listen(Engine, "connect", counted.count)
    yield counted
    event.remove(Engine, "connect", counted.count)


@pytest.fixture
async def desks(urls: tuple[str, str], steps: Steps) -> AsyncIterator[tuple[Grown, Grown]]:
    """The smaller one and the larger one."""
    async with AsyncExitStack() as closing:
        both = [Grown(url, steps) for url in urls]
        for desk in both:
            closing.callback(desk.store.close)
            await desk.meet()
        yield both[0], both[1]


QUESTIONS = {
    "the teams' queue": lambda desk: Home(),
    "my queue": lambda desk: Home(Tab.MINE),
    "what was solved": lambda desk: Home(Tab.SOLVED),
    "a new ticket's form": lambda desk: NewTicketForm(desk.requester),
    "a ticket": lambda desk: OpenPage(desk.ticket),
    "a form": lambda desk: MoveForm(desk.ticket, Move.REPLY),
    "people": lambda desk: FindPeople("ma"),
    "people misspelt": lambda desk: FindPeople("mraie"),
}


@pytest.mark.parametrize("what", QUESTIONS)
async def test_an_answer_costs_the_same_after_twenty_times_the_tickets(
    desks: tuple[Grown, Grown], monkeypatch, what: str
):
    # Both have as much as that, so that both show and count as much.
    monkeypatch.setattr(queues, "COUNTED", 1)
    monkeypatch.setattr(ask_queue, "HOME_ROWS", 1)

    few, many = [await desk.asking(QUESTIONS[what](desk)) for desk in desks]

    assert 0 < many <= few * MOST


def _use_case(command: Any) -> Any:
    def work(desk: Grown, tx: SqlTransaction) -> None:
        wish = command(desk)
        desk.desk._use_cases[type(wish)](wish, tx, desk.now)

    return work


WORDS = Words.plain("Have you tried to turn it off?")
COMMANDS = {
    "open": _use_case(
        lambda d: OpenTicket(
            by=d.technician, requester=d.requester, subject="Toner", description=WORDS
        )
    ),
    "claim": _use_case(lambda d: ClaimTicket(d.ticket, d.technician)),
    "reply": _use_case(lambda d: Reply(d.ticket, d.technician, WORDS)),
    "resolve": _use_case(lambda d: ResolveTicket(d.ticket, d.technician, "assistance", WORDS)),
    "lease": lambda d, tx: tx.outbox.lease(d.now, WEEK, "me", 8),
    "wake": lambda d, tx: tx.tickets.due(d.now, 200),
    "look when": lambda d, tx: tx.outbox.next_due(d.now),
    "count what is stuck": lambda d, tx: tx.outbox.counts(),
    "forget rows": lambda d, tx: tx.outbox.purge(d.now - WEEK),
    "forget keys": lambda d, tx: tx.forget_once(d.now - WEEK),
}


@pytest.mark.parametrize("what", COMMANDS)
async def test_work_costs_the_same_after_twenty_times_the_tickets(
    desks: tuple[Grown, Grown], what: str
):
    few, many = [await desk.doing(COMMANDS[what]) for desk in desks]

    assert 0 < many <= few * MOST
