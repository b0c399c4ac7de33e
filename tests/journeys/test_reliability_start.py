"""Starting while something else does not work, and being told to stop before that is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import app, socket_mode
from bot import slack as slack_edge
from bot.app import DIRECTORY, Bot, utc_now
from bot.directory import EVERYBODY
from bot.running import run_until_stopped
from sandbox.server import Sandbox
from storage.migrate import upgrade
from storage.store import SqlStore
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


async def test_a_desk_that_knows_nobody_waits_for_the_lease_of_a_process_that_died(
    slack: Sandbox, tmp_path: Path, bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after kill -9 in the first sync."""
    monkeypatch.setattr(app, "FIRST_SYNC", LONG)
    upgrade(bare_database_url)
    died, hold = utc_now(), timedelta(seconds=3)
    store = SqlStore(bare_database_url)
    await store.write(lambda tx: tx.leases.take(DIRECTORY, "died", died, hold, hold))
    store.close()

    async with a_bot(slack, settings_for(slack, tmp_path, DATABASE_URL=bare_database_url)) as bot:
        learned = await bot.store.read(lambda tx: tx.syncs.of(EVERYBODY))

    assert learned is not None
    assert learned.ended_at is not None


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
