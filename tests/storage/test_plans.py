"""What is asked all the time walks an index, on both databases, however many rows there are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, insert, text
from sqlalchemy.pool import NullPool

from desk.people import Actor, Person
from desk.ports import Tab
from storage import tables
from storage.mail_tables import mails
from storage.spool import DONE, WAITING
from storage.spool_tables import spool
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, a_person, a_ticket
from tests.storage.test_spool_walks import row as a_mail

MANY = 4000
GROWS = ("tickets", "entries", "outbox", "mails", "messages", "cards", "once", "spool")

ADA = Actor(Person(1, "Ada", None, "U1", "en"), teams=frozenset((1, 2)))

ASKED: dict[str, Callable[[SqlTransaction], Any]] = {
    "queue of several teams": lambda tx: tx.tickets.queue(ADA, Tab.TEAMS, 0, 10),
    "what I hold": lambda tx: tx.tickets.queue(ADA, Tab.MINE, 0, 10),
    "what was solved": lambda tx: tx.tickets.queue(ADA, Tab.SOLVED, 0, 10),
    "what somebody asked for": lambda tx: tx.tickets.asked_by(1, open_only=False, limit=10),
    "tickets on hold": lambda tx: tx.tickets.due(NOW, 10),
    "one ticket": lambda tx: tx.tickets.get(7),
    "its journal": lambda tx: tx.journal.of(7),
    "its mails": lambda tx: tx.mails.ids(7),
    "a mail": lambda tx: tx.mails.seen("<7@acme.example>"),
    "its card": lambda tx: tx.cards.active(7),
    "cards under way": lambda tx: tx.cards.posting_since("C1"),
    "a key": lambda tx: tx.first_time("k7"),
    "when the relay looks again": lambda tx: tx.outbox.next_due(NOW),
    "what waits to be shown": lambda tx: tx.outbox.counts(),
    "what mails wait": lambda tx: tx.spool.counts(),
}
CHANGED: dict[str, Callable[[SqlTransaction], Any]] = {
    "leases": lambda tx: tx.outbox.lease(NOW, MINUTE, "us", 8),
    "leases that last": lambda tx: tx.outbox.renew("us", (7, 8), NOW),
    "a process that ends": lambda tx: tx.outbox.hand_back("us", NOW),
    "mails of a process that ends": lambda tx: tx.spool.hand_back("us"),
    "mails to be worked on": lambda tx: tx.spool.lease(NOW, MINUTE, "us", 8),
}


@pytest.fixture
async def full(desk: SqlStore, database_url: str) -> SqlStore:
    """Thousands of tickets, most of them over, and an outbox that is nearly done."""

    def first(tx: SqlTransaction) -> int:
        person = a_person(tx)
        return tx.tickets.add(a_ticket(person.id)).id

    await desk.write(first)
    await asyncio.to_thread(_multiply, database_url)
    return desk


async def test_what_is_asked_all_the_time_reads_no_whole_table(full: SqlStore):
    """All in one test: to fill the tables takes a hundred times as long as to ask."""
    plans = {name: await _plan_of(full, name) for name in (*ASKED, *CHANGED)}

    assert [name for name, plan in plans.items() if not plan] == []
    assert {
        name: plan for name, plan in plans.items() if any(_reads_all(line) for line in plan)
    } == {}


class _NothingHappened(Exception):
    pass


async def _plan_of(full: SqlStore, name: str) -> list[str]:
    seen: list[tuple[str, Any]] = []
    plan: list[str] = []

    def run(tx: SqlTransaction) -> None:
        connection = tx._connection
        slow: Connection = getattr(connection, "_slow", connection)
        seen.clear()
        plan.clear()
        {**ASKED, **CHANGED}[name](tx)
        for one in tuple(seen):
            if one[0].startswith(("SELECT", "UPDATE")):
                plan.extend(_plan(slow, *one))
        raise _NothingHappened

    def see(*about: Any) -> None:
        seen.append(about[2:4])

    event.listen(Engine, "before_cursor_execute", see)
    try:
        with contextlib.suppress(_NothingHappened):
            await (full.write(run) if name in CHANGED else full.read(run))
    finally:
        event.remove(Engine, "before_cursor_execute", see)
    return plan


def _plan(connection: Connection, statement: str, values: Any) -> list[str]:
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    one = values[0] if isinstance(values, list) else values  # of many the plan is that of each
    rows = connection.exec_driver_sql(f"{explain} {statement}", one)
    return [str(row[-1]) for row in rows]


def _reads_all(line: str) -> bool:
    """A table that grows, without an index."""
    words = line.replace("->", " ").split()
    whole = words[0] == "SCAN" and "USING" not in words
    if words[:2] == ["Seq", "Scan"]:
        return words[3] in GROWS
    return whole and words[1] in GROWS


def _multiply(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        one = dict(connection.execute(tables.tickets.select()).mappings().one())
        del one["id"]
        numbers = range(2, MANY)
        over = {"is_open": 0, "state": "closed"}
        team = {"en": "T", "fr": "E", "language": "en", "position": 9, "obsolete": False}
        connection.execute(
            insert(tables.teams), [team | {"id": n, "key": f"t{n}"} for n in range(3, 41)]
        )
        rows = [one | (over if n % 20 else {}) | {"id": n, "team_id": 1 + n % 37} for n in numbers]
        connection.execute(insert(tables.tickets), rows)
        note = {"kind": "note", "at": NOW, "visibility": "internal", "facts": {}}
        words = one["description"]
        connection.execute(
            insert(tables.entries), [note | {"ticket_id": n, "words": words} for n in numbers]
        )
        sent = {"incoming": False, "at": NOW}
        connection.execute(
            insert(mails),
            [sent | {"ticket_id": n, "message_id": f"<{n}@acme.example>"} for n in numbers],
        )
        connection.execute(
            insert(tables.once), [{"key": f"k{n}", "changed": True, "at": NOW} for n in numbers]
        )
        connection.execute(
            insert(tables.cards),
            [
                {"ticket_id": n, "team_id": 1, "channel": "C", "ts": str(n), "active": True}
                | {"at": NOW}
                for n in numbers
            ],
        )
        row = {"payload": {"kind": "RefreshCard", "ticket": 1}, "asked": 1, "due_at": NOW}
        row |= {"attempts": 0, "error": "", "created_at": NOW}
        connection.execute(
            insert(tables.outbox),
            [
                row
                | {"lane": f"slack:{n}", "key": f"card:{n}", "ticket_id": n}
                | {"state": "done" if n % 100 else "waiting"}
                for n in numbers
            ],
        )
        connection.execute(
            insert(spool), [a_mail(n, DONE if n % 100 else WAITING, "paul") for n in numbers]
        )
        connection.execute(text("ANALYZE"))
    engine.dispose()
