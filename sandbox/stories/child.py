"""The real bot as a process of its own; its settings alone tell it where Slack and mail are."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import yaml

from sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[2]
OURS = ("SLACK_", "FRONTDESK_", "SMTP_", "MAIL_", "DATABASE_")  # settings a shell may have for real
PATIENCE = 30.0  # seconds for the bot to start
GRACE = 10.0  # seconds for it to stop
LAST_LINES = 15  # of its log, when something went wrong


class BotDied(Exception):
    """The bot ended, or never called; the message is the end of its log."""


@asynccontextmanager
async def a_bot(slack: Sandbox, folder: Path, *, language: str, undo: int) -> AsyncIterator[None]:
    """`folder` gets its database, log and desk file. `undo` is in seconds."""
    log = folder / "bot.log"
    desk = desk_file(folder, language)
    port = free_port()
    slack.desk_smtp = ("127.0.0.1", port)
    with log.open("wb") as sink:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=folder,  # a .env of the project is for a real workspace
            env=_environment(slack, folder, desk, port, undo),
            stdout=sink,
            stderr=sink,
        )
        try:
            await _connected(slack, process, log)
            yield
        finally:
            await _stopped(process)


def desk_file(folder: Path, language: str) -> Path:
    """The example desk, speaking this language in its channels."""
    desk = yaml.safe_load((ROOT / "desk.example.yml").read_text(encoding="utf-8"))
    copy = folder / "desk.yml"
    copy.write_text(yaml.safe_dump({**desk, "language": language}, allow_unicode=True), "utf-8")
    return copy


def last_lines(folder: Path) -> str:
    log = folder / "bot.log"
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-LAST_LINES:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(
    slack: Sandbox, folder: Path, desk: Path, mail_port: int, undo: int
) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{folder}/frontdesk.db",
        "SMTP_URL": f"smtp://{slack.smtp_host}:{slack.smtp_port}",
        "MAIL_FROM": f"Assistance Méridien <{slack.desk_address}>",
        "FRONTDESK_MAIL_LISTEN": f"smtp://127.0.0.1:{mail_port}",
        "FRONTDESK_DESK": str(desk),
        "FRONTDESK_STATE": str(folder),
        "FRONTDESK_HTTP_PORT": "0",
        "FRONTDESK_UNDO_SECONDS": str(undo),
        "FRONTDESK_LOG_LEVEL": "warning",
    }


async def _connected(slack: Sandbox, process: asyncio.subprocess.Process, log: Path) -> None:
    calling = asyncio.ensure_future(slack.until_connected(PATIENCE))
    ending = asyncio.ensure_future(process.wait())
    await asyncio.wait({calling, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if calling.done() and calling.exception() is None:
        return
    calling.cancel()
    raise BotDied(last_lines(log.parent) or "It did not call within 30 seconds.")


async def _stopped(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        process.kill()
        await process.wait()
