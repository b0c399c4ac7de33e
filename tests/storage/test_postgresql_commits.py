"""What PostgreSQL has on its disk when somebody hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from desk.effects import RefreshCard
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import NOW, SETUP, a_person, a_reply

HOLD = timedelta(seconds=15)


@pytest.fixture
def store(postgresql_url: str) -> Iterator[SqlStore]:
    # The tests' server is a careless one.
    careful = make_url(postgresql_url).update_query_dict({"options": "-c synchronous_commit=on"})
    opened = SqlStore(careful.render_as_string(hide_password=False))
    yield opened
    opened.close()


def asked(tx: SqlTransaction, sql: str, **values: Any) -> Any:
    return tx._connection.execute(text(sql), values).scalar_one()


async def is_on_the_disk(
    store: SqlStore, work: Callable[[SqlTransaction], Any], *, patient: bool
) -> bool:
    """Whether all that `work` wrote is there as soon as it is told to be done."""

    def watched(tx: SqlTransaction) -> str:
        work(tx)
        tx.settle()
        return str(asked(tx, "SELECT pg_current_wal_insert_lsn()::text"))

    written = await store.write(watched, patient=patient)
    question = "SELECT pg_current_wal_flush_lsn() >= CAST(:written AS pg_lsn)"
    return bool(await store.read(lambda tx: asked(tx, question, written=written)))


async def leased(store: SqlStore) -> Lease:
    (lease,) = await store.write(lambda tx: tx.outbox.lease(NOW, HOLD, "us", 1), patient=True)
    return lease


async def test_what_a_person_did(store: SqlStore) -> None:
    assert await is_on_the_disk(store, a_person, patient=False)


async def test_an_attempt(store: SqlStore) -> None:
    await store.write(lambda tx: tx.outbox.put(RefreshCard(1), NOW))
    lease = await leased(store)

    assert await is_on_the_disk(store, lambda tx: tx.outbox.attempting(lease, NOW), patient=True)


async def test_a_mail_that_left(store: SqlStore) -> None:
    await store.write(lambda tx: tx.organisation.load(SETUP))
    await store.write(lambda tx: a_reply(tx, "paul@acme.example"))
    lease = await leased(store)

    assert await is_on_the_disk(store, lambda tx: tx.outbox.finish(lease, NOW), patient=True)


async def test_what_can_be_found_out_again_waits_for_nobody(store: SqlStore) -> None:
    setting = "SHOW synchronous_commit"

    patiently = await store.write(lambda tx: asked(tx, setting), patient=True)
    watched = await store.write(lambda tx: asked(tx, setting))

    assert (patiently, watched) == ("off", "on")
