"""Whoever takes the next mail reads a few rows, however many wait."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from storage.spool import DONE, WAITING
from storage.spool_tables import spool
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW
from tests.storage.rows_read import counted, emptied, rows_read

BEFORE = 60  # mails that were done when the rows were counted last
RUSH = 300
A_FEW = 50


def row(number: int, state: str, sender: str) -> dict[str, Any]:
    return {
        "key": f"{state} {number}",
        "way": "lmtp",
        "strangers": "refuse",
        "state": state,
        "sender": sender,
        "subject": "Printer",
        "message_id": f"<{number}@acme.example>",
        "thread": f"<{number}@acme.example>",
        "size": 31,
        "envelope_from": "paul@acme.example",
        "envelope_to": ["support@acme.example"],
        "raw": b"Hello",
        "received_at": NOW,
        "due_at": NOW,
        "attempts": 0,
        "deaths": 0,
        "error": "",
    }


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("senders", [1, RUSH])
async def test_the_next_mail_is_found_among_many(store: SqlStore, senders: int):
    def fill(tx: SqlTransaction) -> None:
        emptied(tx, spool)
        tx._connection.execute(insert(spool), [row(n, DONE, "done") for n in range(BEFORE)])
        counted(tx, spool)
        waiting = [row(n, WAITING, f"person {n % senders}") for n in range(RUSH)]
        tx._connection.execute(insert(spool), waiting)

    def take(tx: SqlTransaction) -> None:
        assert len(tx.spool.lease(NOW, MINUTE, "me", 4)) == min(4, senders)

    await store.write(fill)

    assert await store.write(lambda tx: rows_read(tx, spool, take)) < A_FEW + 4 * RUSH
