"""A start that cannot succeed ends with a line that says what to do, and can always be stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.fork_server import Child, forked
from tests.journeys.stage import ROOT, free_port

LONG = 60.0  # seconds a busy machine may need
NOBODY = "http://127.0.0.1:1/api/"


async def _start(folder: Path, **settings: str) -> Child:
    (folder / "bad.db").write_text("this is no database, whatever its name says")
    (folder / "folder.db").mkdir(exist_ok=True)
    own = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": NOBODY,
        "FRONTDESK_DESK": str(ROOT / "desk.example.yml"),
        "FRONTDESK_HTTP_PORT": "0",
    }
    env = {**os.environ, "PYTHONPATH": str(ROOT), **own, **settings}
    return await forked("bot", "run", folder=folder, env=env, log=folder / "bot.log")


async def _end(process: Child) -> tuple[int | None, str]:
    said = await asyncio.wait_for(process.said(), LONG)
    return process.returncode, said


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:secret@127.0.0.1:1/x", "Is DATABASE_URL right"),
        ("postgresql://u:secret@host:port/x", "DATABASE_URL: cannot be read"),
        ("sqlite:///bad.db", "Is DATABASE_URL right"),
        ("sqlite:///folder.db", "Is DATABASE_URL right"),
    ],
    ids=["no server", "no port", "no database", "a folder"],
)
async def test_a_database_that_cannot_be_used_is_said_in_a_line(
    tmp_path: Path, url: str, words: str
) -> None:
    code, said = await _end(await _start(tmp_path, DATABASE_URL=url))

    assert code == 2
    assert words in said
    assert "Traceback" not in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("method", "setting"),
    [("auth.test", "SLACK_BOT_TOKEN"), ("apps.connections.open", "SLACK_APP_TOKEN")],
)
async def test_a_token_that_slack_refuses_is_named(
    tmp_path: Path, method: str, setting: str
) -> None:
    async with Sandbox(ROOT / "manifest.yml") as slack:
        slack.faults.add(method, error="invalid_auth", times=100)
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}

        code, said = await _end(await _start(tmp_path, SLACK_API_URL=slack.api_url, **tokens))

    assert code == 2
    assert f"Slack refuses {setting} (invalid_auth)" in said
    assert "Traceback" not in said


async def test_a_start_that_waits_for_slack_can_be_stopped(tmp_path: Path) -> None:
    async with Sandbox(ROOT / "manifest.yml") as slack:
        slack.faults.add("apps.connections.open", 500, times=100)
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        port = free_port()
        process = await _start(
            tmp_path, SLACK_API_URL=slack.api_url, FRONTDESK_HTTP_PORT=str(port), **tokens
        )
        await slack.until(lambda: slack.traffic.of("apps.connections.open"), LONG)

        process.send_signal(signal.SIGTERM)
        code, said = await _end(process)

    assert code == 0
    assert "stopped" in said
