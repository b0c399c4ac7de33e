"""A store on every kind of database, and a house to fill it with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.store import SqlStore
from tests.storage.house import SETUP


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    opened = SqlStore(database_url)
    yield opened
    opened.close()


@pytest.fixture
async def desk(store: SqlStore) -> SqlStore:
    """The store, with the house of `tests.storage.house` loaded."""
    await store.write(lambda tx: tx.organisation.load(SETUP))
    return store
