"""Chromium, and a whole desk with some tickets on it, in French and in English."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.scene import Scene, a_scene
from tests.browser.window import Windows
from tests.chromium import find_chromium
from tests.journeys.stage import take_time

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    take_time(monkeypatch)


@pytest.fixture
def executable() -> Path:
    found = find_chromium()
    assert found is not None  # the marker leaves these tests out otherwise
    return found


@pytest.fixture
async def browser(executable: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield running
        await running.close()


@pytest.fixture(params=[pytest.param("fr", marks=pytest.mark.postgres), "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, language: str) -> str:
    """French is spoken on PostgreSQL, English on SQLite."""
    if language == "fr":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path}/frontdesk.db"


@pytest.fixture
async def scene(tmp_path: Path, language: str, database: str) -> AsyncIterator[Scene]:
    async with a_scene(tmp_path, language, DATABASE_URL=database) as ready:
        yield ready


@pytest.fixture
async def windows(browser: Browser, scene: Scene) -> AsyncIterator[Windows]:
    """Everybody's windows; at the end none may have complained on its console."""
    opened = Windows(browser, scene.slack.web_url, scene.language)
    yield opened
    await opened.close()
    assert opened.complaints == []
