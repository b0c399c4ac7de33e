"""The edge of the house, tried from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.stage import Stage, a_stage
from tests.security.street import Street, a_street


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with a_street() as open_street:
        yield open_street


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    """The real bot over HTTP, on each kind of database."""
    async with a_stage(tmp_path, over_http=True, DATABASE_URL=database_url) as running:
        yield running
