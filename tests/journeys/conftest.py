"""A whole desk: the sandbox's Slack and mailboxes, and the real bot, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import migrated_postgresql, postgresql_server, postgresql_url
from tests.journeys.stage import Stage, a_stage

__all__ = ["migrated_postgresql", "postgresql_server", "postgresql_url"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Socket Mode and SQLite, as a newcomer has it."""
    async with a_stage(tmp_path) as running:
        yield running


@pytest.fixture(params=["socket", "http", "postgresql"])
async def any_stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """Both ways to hear from Slack, and both databases."""
    changes = {}
    if request.param == "postgresql":
        changes["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    async with a_stage(tmp_path, over_http=request.param == "http", **changes) as running:
        yield running
