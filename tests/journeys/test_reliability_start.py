"""Starting while something else does not work, and being told to stop before that is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import slack as slack_edge
from bot import socket_mode
from bot.app import Bot
from bot.running import run_until_stopped
from sandbox.server import Sandbox
from tests.journeys.mishaps import LONG
from tests.journeys.stage import ROOT, a_bot, settings_for


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    """A Slack whose bot is not there yet, and will be quick to try again."""
    monkeypatch.setattr(slack_edge, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(socket_mode, "PING", 0.1)
    async with Sandbox(ROOT / "manifest.yml") as sandbox:
        yield sandbox


@pytest.mark.parametrize("method", ["auth.test", "conversations.list", "apps.connections.open"])
@pytest.mark.parametrize("trouble", [500, 429, "drop_before"])
async def test_the_start_waits_for_slack(
    slack: Sandbox, tmp_path: Path, database_url: str, method: str, trouble: int | str
) -> None:
    slack.faults.add(method, trouble, times=2)

    async with a_bot(slack, settings_for(slack, tmp_path, DATABASE_URL=database_url)):
        assert slack.connected

    assert len(slack.traffic.of(method)) >= 3


async def test_an_address_that_led_nowhere_is_not_tried_for_ever(
    slack: Sandbox, tmp_path: Path, bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_mode, "ADDRESS", 0.3)
    good = slack.workspace.socket_url
    assert good is not None
    given: list[str] = []

    def the_first_spoiled() -> str:
        given.append(good())
        return given[-1].replace("ticket=", "ticket=spoiled" if len(given) == 1 else "ticket=")

    slack.workspace.socket_url = the_first_spoiled

    async with a_bot(slack, settings_for(slack, tmp_path, DATABASE_URL=bare_database_url)):
        assert slack.connected

    assert len(given) == 2


@pytest.mark.parametrize("method", ["auth.test", "conversations.list", "apps.connections.open"])
async def test_told_to_stop_while_slack_hangs_it_stops(
    slack: Sandbox, tmp_path: Path, database_url: str, method: str
) -> None:
    slack.faults.add(method, "timeout_after", times=99)
    bot = Bot(settings_for(slack, tmp_path, DATABASE_URL=database_url))
    running = asyncio.create_task(run_until_stopped(bot))
    async with asyncio.timeout(LONG):
        while slack.faults.waiting[0].times == 99:  # noqa: ASYNC110 - a hanging call tells nobody
            await asyncio.sleep(0.02)

        bot.stopping.set()
        await running

    assert not bot.ready.is_set()
