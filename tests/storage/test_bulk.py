"""A portion of many rows is there as a whole, whatever it ends with."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from storage.bulk import Bulk
from storage.dialect import upsert
from storage.store import SqlStore
from storage.tables import indexing, once
from tests.storage.house import NOW

BELOW = select(indexing.c.below)


async def test_what_a_portion_ends_with_is_kept(store: SqlStore, database_url: str):
    bulk = Bulk(database_url)

    with bulk.portion() as connection:
        upsert(connection, indexing, {"id": 1, "below": 77}, key=("id",))

    bulk.close()
    assert await store.read(lambda tx: tx._connection.execute(BELOW).scalar()) == 77


async def test_a_portion_that_is_refused_leaves_nothing(store: SqlStore, database_url: str):
    bulk = Bulk(database_url)

    def twice() -> None:
        with bulk.portion() as connection:
            upsert(connection, indexing, {"id": 1, "below": 77}, key=("id",))
            connection.execute(insert(once), {"key": "x", "changed": True, "at": NOW})
            raise LookupError

    with pytest.raises(LookupError):
        twice()

    bulk.close()
    assert await store.read(lambda tx: tx._connection.execute(BELOW).scalar()) is None
