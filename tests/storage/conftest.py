"""A store on every kind of database, and a house to fill it with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.store import SqlStore
from tests.databases import (
    bare_database_url,
    database_url,
    migrated_postgresql,
    migrated_sqlite,
    postgresql_server,
    postgresql_url,
    sqlite_url,
)
from tests.storage.house import SETUP

__all__ = [
    "bare_database_url",
    "database_url",
    "migrated_postgresql",
    "migrated_sqlite",
    "postgresql_server",
    "postgresql_url",
    "sqlite_url",
]


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
