"""A database of its own for each test of the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from storage.store import SqlStore
from tests.bot.couriers import Play, a_play


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    opened = SqlStore(database_url)
    yield opened
    opened.close()


@pytest.fixture
async def play(store: SqlStore) -> AsyncIterator[Play]:
    async with a_play(store) as going_on:
        yield going_on
