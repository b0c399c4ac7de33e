"""`python -m bench.size`: what questions and work cost in a small desk and in a large one.

The databases themselves count: steps of SQLite's virtual machine, or pages that PostgreSQL touched.
Those are the same on every machine; times are told beside them.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine

from desk.ask_queue import FindPeople, Home, NewTicketForm
from desk.ask_ticket import MoveForm, OpenPage
from desk.find_tickets import FindTickets
from desk.lifecycle import Move
from desk.ports import Tab
from desk.service import Desk
from storage.engine import is_sqlite
from storage.store import SqlStore
from storage.transaction import SqlTransaction

TIMES = 20  # of each question; the median is told
HOLD = timedelta(seconds=15)

# Who holds a ticket: an open one, which an index has apart, or else any.
_HELD = (
    "SELECT t.id, p.slack_id FROM tickets t JOIN people p ON p.id = t.assignee_id"
    " WHERE p.slack_id IS NOT NULL"
)
_NEWEST = " ORDER BY t.id DESC LIMIT 1"
_BUSY = (text(_HELD + " AND t.is_open = 1" + _NEWEST), text(_HELD + _NEWEST))
_OFTEN = text(
    "SELECT slack_id FROM people WHERE slack_id IS NOT NULL ORDER BY requests DESC LIMIT 1"
)
_SIZE = text("SELECT max(id) FROM tickets")


@dataclass(frozen=True)
class Cost:
    work: float  # steps, or pages
    seconds: float


class Counter:
    """What the databases did since `begin`."""

    def __init__(self) -> None:
        self.steps = 0
        self.asked: list[tuple[str, Any]] = []
        self._listening = False

    def opened(self, connection: Any, record: Any) -> None:
        if hasattr(connection, "set_progress_handler"):
            connection.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self.steps += 1
        return 0

    def _heard(self, connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        self.asked.append((statement, values))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Statements are heard meanwhile, and take the long way round."""
        event.listen(Engine, "before_cursor_execute", self._heard)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self._heard)


class Grown:
    """A filled desk, and somebody who works in it."""

    def __init__(self, url: str, counter: Counter) -> None:
        self.store = SqlStore(url)
        self.desk = Desk(self.store, lambda: datetime.now(UTC), timedelta(seconds=20))
        self.counter = counter

    async def meet(self) -> None:
        def look(tx: SqlTransaction) -> tuple[Any, ...]:
            find = tx._connection.execute
            held = find(_BUSY[0]).first() or find(_BUSY[1]).one()
            return (*held, find(_OFTEN).scalar_one(), find(_SIZE).scalar_one())

        self.ticket, self.technician, self.requester, self.tickets = await self.store.read(look)
        await self.store.read(lambda tx: tx.people.make_index())

    async def cost(self, question: Callable[[Grown], Any], by: str) -> Cost:
        async def ask() -> None:
            await self.desk.ask(question(self), by=by)

        await ask()  # what is kept in memory is there from now on
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            await ask()
            took.append(time.perf_counter() - began)
        return Cost(await self._work(ask), statistics.median(took))

    async def _work(self, ask: Callable[[], Any]) -> float:
        self.counter.steps = 0
        self.counter.asked.clear()
        await ask()
        if self.counter.steps:
            return self.counter.steps
        with self.counter.listening():
            await ask()
        asked = list(self.counter.asked)
        return await self.store.read(lambda tx: sum(_pages(tx._connection, *one) for one in asked))


def _pages(connection: Connection, statement: str, values: Any) -> int:
    """Pages that PostgreSQL touches for it, found in memory or not."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return 0
    explained = connection.exec_driver_sql(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values
    ).scalar_one()
    plan = (json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


QUESTIONS: dict[str, tuple[Callable[[Grown], Any], bool]] = {
    "App Home, a technician's teams": (lambda desk: Home(), True),
    "App Home, mine": (lambda desk: Home(Tab.MINE), True),
    "App Home, recently resolved": (lambda desk: Home(Tab.SOLVED), True),
    "a requester's home (who has asked most)": (lambda desk: Home(), False),
    "the form for a new ticket": (lambda desk: NewTicketForm(desk.requester), True),
    "a ticket's page": (lambda desk: OpenPage(desk.ticket), True),
    "the reply form": (lambda desk: MoveForm(desk.ticket, Move.REPLY), True),
    'type-ahead, "ma du"': (lambda desk: FindPeople("ma du"), True),
    'type-ahead, "mraie"': (lambda desk: FindPeople("mraie"), True),
    "find tickets, two frequent words": (lambda desk: FindTickets("printer floor"), True),
    "find tickets, no such word": (lambda desk: FindTickets("xylophone"), True),
}


async def measure(urls: Sequence[str]) -> list[str]:
    """The table, line by line."""
    counter = Counter()
    event.listen(Engine, "connect", counter.opened)
    desks = [Grown(url, counter) for url in urls]
    try:
        for one in desks:
            await one.meet()
        sizes = " → ".join(f"{one.tickets:,}" for one in desks)
        unit = "steps" if is_sqlite(desks[0].store._url) else "pages"
        lines = [f"| | {unit}, {sizes} tickets | ms |", "|---|---|---|"]
        for name, (question, works) in QUESTIONS.items():
            costs = [
                await one.cost(question, one.technician if works else one.requester)
                for one in desks
            ]
            work = " → ".join(f"{cost.work:,.0f}" for cost in costs)
            took = " → ".join(f"{cost.seconds * 1e3:.2f}" for cost in costs)
            lines.append(f"| {name} | {work} | {took} |")
        return lines
    finally:
        event.remove(Engine, "connect", counter.opened)
        for one in desks:
            one.store.close()


@click.command()
@click.argument("small")
@click.argument("large")
def main(small: str, large: str) -> None:
    """Compare two databases, SMALL and LARGE, that `frontdesk bench seed` has filled.

    \b
    Example:
      python -m bench.size sqlite:///build/small.db sqlite:///build/large.db
    """
    for line in asyncio.run(measure((small, large))):
        click.echo(line)


if __name__ == "__main__":
    main()
