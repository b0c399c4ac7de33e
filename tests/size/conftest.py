"""Databases, and one made-up desk for all that only look at it."""

from __future__ import annotations

import pytest

from bot.seeding.run import Size, seed
from storage.migrate import upgrade
from tests.databases import (
    database_url,
    migrated_postgresql,
    migrated_sqlite,
    postgresql_server,
    postgresql_url,
    sqlite_url,
)

__all__ = [
    "database_url",
    "migrated_postgresql",
    "migrated_sqlite",
    "postgresql_server",
    "postgresql_url",
    "sqlite_url",
]


@pytest.fixture(scope="session")
def directory_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Four thousand people of all kinds."""
    url = f"sqlite:///{tmp_path_factory.mktemp('directory') / 'desk.db'}"
    upgrade(url)
    seed(url, Size(people=4000, tickets=200, entries=3, seed=5), lambda *_: None)
    return url
