"""Set up the play: Slack and mailboxes of the sandbox, the bot as in production, nothing mocked."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.config import Settings, read_settings
from handlers import router
from sandbox import delivery, triggers
from sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]


@dataclass
class Stage:
    slack: Sandbox
    bot: Bot
    settings: Settings


def settings_for(slack: Sandbox, folder: Path, **changes: Any) -> Settings:
    """Without `DATABASE_URL`: a new SQLite file in `folder`."""
    values: dict[str, Any] = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{folder}/frontdesk.db",
        "SMTP_URL": f"smtp://127.0.0.1:{slack.smtp_port}",
        "MAIL_FROM": "Assistance Méridien <support@meridien.example>",
        "FRONTDESK_MAIL_LISTEN": f"smtp://127.0.0.1:{free_port()}",
        "FRONTDESK_DESK": ROOT / "desk.example.yml",
        "FRONTDESK_STATE": folder,
        "FRONTDESK_HTTP_PORT": 0,
        "FRONTDESK_UNDO_SECONDS": 0,
    }
    return read_settings(_env_file=None, **(values | changes))


@asynccontextmanager
async def a_stage(folder: Path, *, over_http: bool = False, **changes: Any) -> AsyncIterator[Stage]:
    """`over_http`: signed requests, not Socket Mode. `changes` are settings by their names."""
    port = free_port()
    door = f"http://127.0.0.1:{port}/slack/events" if over_http else None
    async with Sandbox(ROOT / "manifest.yml", deliver_to=door) as slack:
        if over_http:
            changes = {"SLACK_APP_TOKEN": None, "FRONTDESK_HTTP_PORT": port, **changes}
        settings = settings_for(slack, folder, **changes)
        async with a_bot(slack, settings) as bot:
            yield Stage(slack, bot, settings)


@asynccontextmanager
async def a_bot(slack: Sandbox, settings: Settings) -> AsyncIterator[Bot]:
    bot = Bot(settings)
    try:
        await bot.start()
        if bot.mail_port:
            slack.desk_smtp = ("127.0.0.1", bot.mail_port)
        if settings.socket_mode:
            await slack.until_connected()
        yield bot
    finally:
        await bot.stop()


def take_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's three seconds have tests of their own; a machine full of tests may need longer."""
    monkeypatch.setattr(router, "ANSWER", 60.0)
    monkeypatch.setattr(triggers, "TRIGGER_LIFE", 60.0)
    monkeypatch.setattr(delivery, "PATIENCE", 70.0)


def free_port() -> int:
    """Below the ports that the system gives to outgoing connections: those are taken again at once.
    Each worker has a thousand of its own: two that began beside each other would go on meeting."""
    for port in _ports:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 16
_ports = itertools.cycle(range(15_000 + 1_000 * _WORKER, 16_000 + 1_000 * _WORKER))
for _ in range(random.SystemRandom().randrange(1_000)):
    next(_ports)
