"""Whoever looks for what to do next reads a few rows, however many wait.

PostgreSQL plans by what it counted last, mostly at a time when next to nothing waited. Rows are
counted by the server itself: exact, and the same on any machine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from desk.effects import RefreshCard
from storage.outbox_rows import DONE, REFUSED, WAITING, Lease
from storage.store import SqlStore
from storage.tables import outbox
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW
from tests.storage.rows_read import counted, emptied, rows_read

BEFORE = 60  # rows that were done when the rows were counted last
TICKETS = 300  # each waits with three rows in two lanes
A_FEW = 100
EVERY_ROW = TICKETS * 3


@pytest.fixture
async def busy(store: SqlStore) -> SqlStore:
    def quiet(tx: SqlTransaction) -> None:
        emptied(tx, outbox)
        tx._connection.execute(insert(outbox), [row(n, "slack", 1, DONE) for n in range(BEFORE)])
        counted(tx, outbox)

    def rush(tx: SqlTransaction) -> None:
        numbers = range(1000, 1000 + TICKETS)
        kinds = (("mail", 3), ("slack", 1), ("slack", 2))
        rows = [row(n, lane, place, WAITING) for n in numbers for lane, place in kinds]
        tx._connection.execute(insert(outbox), rows)

    await store.write(quiet)
    await store.write(rush)
    return store


def row(ticket: int, lane: str, place: int, state: str) -> dict[str, Any]:
    return {
        "lane": f"{lane}:{ticket}",
        "key": f"{place}:{ticket}",
        "payload": {"kind": "RefreshCard", "ticket": ticket},
        "asked": 1,
        "due_at": NOW + timedelta(microseconds=ticket),
        "state": state,
        "attempts": 0,
        "error": "",
        "ticket_id": ticket,
        "created_at": NOW,
        "rank": 1,
    }


def leased(tx: SqlTransaction) -> Lease:
    (lease,) = tx.outbox.lease(NOW + MINUTE, MINUTE, "me", 1, mails=False)
    return lease


LOOKS: dict[str, Callable[[SqlTransaction], Any]] = {
    "the next of all": lambda tx: tx.outbox.lease(NOW + MINUTE, MINUTE, "me", 4),
    "the next that is no mail": lambda tx: tx.outbox.lease(
        NOW + MINUTE, MINUTE, "me", 4, mails=False
    ),
    "done": lambda tx: tx.outbox.finish(leased(tx), NOW),
    "about to be done": lambda tx: tx.outbox.attempting(leased(tx), NOW),
    "still ours": lambda tx: tx.outbox.holds(leased(tx)),
    "kept for longer": lambda tx: tx.outbox.renew("me", [leased(tx).id], NOW + MINUTE),
    "refused": lambda tx: tx.outbox.bury(leased(tx), NOW, REFUSED),
    "waiting": lambda tx: tx.outbox.waits(RefreshCard(1234)),
}


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("look", LOOKS)
async def test_whoever_looks_reads_a_few_rows(busy: SqlStore, look: str):
    assert await busy.write(lambda tx: rows_read(tx, outbox, LOOKS[look])) < A_FEW


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_when_to_look_again_reads_each_row_a_few_times(busy: SqlStore):
    def looks_again(tx: SqlTransaction) -> None:
        tx.outbox.next_due(NOW)

    read = await busy.write(lambda tx: rows_read(tx, outbox, looks_again))

    assert EVERY_ROW <= read < 4 * EVERY_ROW


async def test_rows_are_leased_in_the_order_of_their_time_and_one_of_a_lane(busy: SqlStore):
    def both(tx: SqlTransaction) -> tuple[list[str], list[str]]:
        calls = tx.outbox.lease(NOW + MINUTE, MINUTE, "me", 3, mails=False)
        rest = tx.outbox.lease(NOW + MINUTE, MINUTE, "me", 4)
        return [keys(tx, one) for one in calls], [keys(tx, one) for one in rest]

    def keys(tx: SqlTransaction, lease: Lease) -> str:
        found = tx._connection.execute(
            outbox.select()
            .with_only_columns(outbox.c.lane, outbox.c.key)
            .where(outbox.c.id == lease.id)
        ).one()
        return f"{found.lane} {found.key}"

    calls, rest = await busy.write(both)

    assert calls == [f"slack:{n} 1:{n}" for n in (1000, 1001, 1002)]
    assert rest == [*(f"mail:{n} 3:{n}" for n in (1000, 1001, 1002, 1003))]
