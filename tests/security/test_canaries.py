"""Secrets planted in every setting come out nowhere, whatever goes wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import traceback
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.config import Settings, SettingsFault, read_settings
from sandbox.server import Sandbox
from tests.fork_server import Child, forked
from tests.journeys.stage import ROOT, free_port

LONG = 60.0  # seconds a busy machine may need
CANARY = "Kanarienvogel7"
NOBODY = "127.0.0.1:1"
PLANTED = {
    "SLACK_BOT_TOKEN": f"xoxb-{CANARY}-bot",
    "SLACK_APP_TOKEN": f"xapp-{CANARY}-app",
    "SLACK_SIGNING_SECRET": f"{CANARY}new,{CANARY}old",
    "DATABASE_URL": f"postgresql://desk:{CANARY}db@{NOBODY}/desk?connect_timeout=2",
    "SMTP_URL": f"smtp://desk:{CANARY}smtp@{NOBODY}?starttls=never",
    "FRONTDESK_MAIL_SECRET": f"{CANARY}mail",
    "FRONTDESK_FILES": f"memory://{CANARY}files/{CANARY}prefix",
}
SECRET = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL")
SECRET_TOO = ("SMTP_URL", "FRONTDESK_MAIL_SECRET", "FRONTDESK_FILES")


def test_what_is_secret_is_of_a_type_that_does_not_print() -> None:
    """The seven of them, and no other setting holds any."""
    typed = {
        field.alias
        for field in Settings.model_fields.values()
        if "SecretStr" in str(field.annotation)
    }

    assert typed == {*SECRET, *SECRET_TOO} == set(PLANTED)


def test_settings_show_no_secret_however_they_are_shown() -> None:
    settings = read_settings(_env_file=None, **PLANTED)

    ways = [repr(settings), str(settings), f"{settings}", str(settings.model_dump())]
    ways += [settings.model_dump_json(), json.dumps(settings.model_dump(), default=str)]

    assert not any(CANARY in shown for shown in ways)


@pytest.mark.parametrize("name", PLANTED)
def test_a_wrong_secret_is_in_no_error_and_no_traceback(name: str) -> None:
    """Of another form, cut off, with what no URL may hold, and of commas alone."""
    told: list[str] = []
    for wrong in (f"{CANARY} {CANARY}", f"x://{CANARY}:{CANARY}@[", f"smtp://u:{CANARY}@h:p", ",,"):
        try:
            read_settings(_env_file=None, **{**PLANTED, name: wrong})
        except SettingsFault as fault:
            told.append("".join(traceback.format_exception(fault, chain=True)) + repr(fault))

    assert CANARY not in "".join(told)


async def _frontdesk(folder: Path, *words: str, **settings: str) -> Child:
    own = {
        "FRONTDESK_DESK": str(ROOT / "desk.example.yml"),
        "FRONTDESK_HTTP_PORT": "0",
        "FRONTDESK_LOG_LEVEL": "debug",
        "SLACK_API_URL": f"http://{NOBODY}/api/",
    }
    env = {**os.environ, "PYTHONPATH": str(ROOT), **own, **PLANTED, **settings}
    return await forked("bot", *words, folder=folder, env=env, log=folder / "bot.log")


async def _said(process: Child) -> str:
    return await asyncio.wait_for(process.said(), LONG)


FAILURES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "a database that is not there": (("run",), {}),
    "a database URL that cannot be read": (
        ("run",),
        {"DATABASE_URL": f"postgresql://u:{CANARY}@h:port/x"},
    ),
    "a mail server URL that cannot be read": (("run",), {"SMTP_URL": f"smtp://u:{CANARY}@h:p"}),
    "tokens of the wrong kind": (("run",), {"SLACK_BOT_TOKEN": f"xapp-{CANARY}"}),
    "a check of all that fails": (("check",), {}),
    "a look at what got stuck": (("outbox", "list"), {}),
    "a list of people": (("people", "import", os.devnull), {}),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failure_shows_no_secret(tmp_path: Path, failure: str) -> None:
    words, settings = FAILURES[failure]
    process = await _frontdesk(tmp_path, *words, **settings)

    said = await _said(process)

    assert process.returncode != 0
    assert said
    assert CANARY not in said


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("form", ["text", "json"])
async def test_tokens_that_slack_refuses_are_not_shown(
    tmp_path: Path, method: str, form: str
) -> None:
    async with Sandbox(ROOT / "manifest.yml") as slack:
        slack.faults.add(method, error="invalid_auth", times=100)
        known = {"SLACK_BOT_TOKEN": slack.bot_token} if method != "auth.test" else {}
        process = await _frontdesk(
            tmp_path,
            "run",
            SLACK_API_URL=slack.api_url,
            DATABASE_URL=f"sqlite:///{tmp_path}/desk.db",
            FRONTDESK_LOG_FORMAT=form,
            **known,
        )
        said = await _said(process)

    assert "Slack refuses" in said
    assert CANARY not in said


async def test_a_bot_that_runs_shows_no_secret_in_its_log_and_pages(tmp_path: Path) -> None:
    port = free_port()
    async with Sandbox(ROOT / "manifest.yml") as slack:
        tokens: dict[str, Any] = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": ""}
        process = await _frontdesk(
            tmp_path,
            "run",
            SLACK_API_URL=slack.api_url,
            DATABASE_URL=f"sqlite:///{tmp_path}/desk.db",
            FRONTDESK_HTTP_PORT=str(port),
            **tokens,
        )
        page = await _health(port)
        process.send_signal(signal.SIGTERM)
        said = await _said(process)

    assert process.returncode == 0
    assert "started" in said
    assert not [secret for secret in (CANARY, slack.bot_token) if secret in said + page]


async def _health(port: int) -> str:
    """The page and its headers, once it is there."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(LONG):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/health") as answer:
                    return str(dict(answer.headers)) + await answer.text()
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


def test_a_secret_in_a_settings_file_is_not_shown_either(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\n".join(f"{name}={value}" for name, value in PLANTED.items()))

    settings = read_settings(_env_file=file)

    assert CANARY not in repr(settings)
    assert isinstance(settings.database, SecretStr)
