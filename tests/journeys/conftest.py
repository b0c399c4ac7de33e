"""A whole desk: the sandbox's Slack and mailboxes, and the real bot, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.stage import Stage, a_stage, take_time


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    take_time(monkeypatch)


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    """Socket Mode, as a newcomer has it, on each kind of database."""
    async with a_stage(tmp_path, DATABASE_URL=database_url) as running:
        yield running


@pytest.fixture(params=["socket", "http"])
async def any_stage(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str
) -> AsyncIterator[Stage]:
    """Both ways to hear from Slack, and both databases."""
    over_http = request.param == "http"
    async with a_stage(tmp_path, over_http=over_http, DATABASE_URL=database_url) as running:
        yield running
