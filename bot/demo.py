"""`frontdesk demo`: the real bot, a local Slack in the browser, and some tickets to look at."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import aiohttp
import click
import structlog
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.alone import NotAlone, hold
from bot.app import Bot
from bot.config import Settings
from bot.demo_tickets import open_some_tickets
from bot.logs import set_up_logs
from bot.running import run_until_stopped
from desk.errors import DeskError

log = structlog.get_logger(__name__)

PATIENCE = 20.0  # seconds for the local Slack to start
DESK_ADDRESS = "support@meridien.example"
MARK, SAVED = "demo.lock", "slack.json"  # files that only a demo's folder has


@dataclass(frozen=True)
class Ports:
    slack: int
    smtp: int  # where the bot hands its mails in
    desk: int  # where the bot takes people's mails
    http: int


class PortTaken(OSError):
    """Another program listens there."""


class DemoSettings(Settings):
    """What the environment or a `.env` says of a real desk has no say in a demo."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *others: PydanticBaseSettingsSource,
        **more: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class NotADemo(OSError):
    """The folder is no demo's, or another demo is at work in it."""


async def run_demo(port: int, folder: Path, *, fresh: bool, over_http: bool, undo: int) -> None:
    """Until Ctrl-C. Raises PortTaken when the local Slack cannot have its port, and NotADemo for a
    folder that holds other things: nothing is deleted then."""
    ports = Ports(_port(port), _port(port + 1), _port(port + 2), _port(port + 3))
    with await asyncio.to_thread(_prepare, folder, fresh):
        settings = _settings(ports, folder, over_http, undo)
        set_up_logs(settings)
        process = await _start_slack(ports, folder, over_http)
        try:
            await _wait_for_slack(ports, process)
            await _run_bot(settings, ports)
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


def _prepare(folder: Path, fresh: bool) -> IO[str]:
    """The folder, ours as long as the file that is returned is open."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / MARK
    if not mark.exists() and not (folder / SAVED).exists() and any(folder.iterdir()):
        raise NotADemo(0, f"{folder} holds other things than a demo; try --folder var/demo")
    try:
        held = hold(mark)
    except NotAlone:
        raise NotADemo(0, f"Another demo is at work in {folder}; try --folder") from None
    if fresh:
        for one in folder.iterdir():
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            elif one != mark:
                one.unlink()
    return held


async def _run_bot(settings: Settings, ports: Ports) -> None:
    bot = Bot(settings)

    async def greet() -> None:
        await bot.ready.wait()
        try:
            await open_some_tickets(bot)
        except DeskError as refusal:
            log.warning("demo_tickets_refused", refusal=repr(refusal))
        _greet(ports)

    greeting = asyncio.create_task(greet())
    try:
        await run_until_stopped(bot)
    finally:
        greeting.cancel()


def _settings(ports: Ports, folder: Path, over_http: bool, undo: int) -> Settings:
    values: dict[str, Any] = {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": None if over_http else "xapp-sandbox",
        "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
        "SLACK_API_URL": f"http://127.0.0.1:{ports.slack}/api/",
        "DATABASE_URL": f"sqlite:///{folder}/frontdesk.db",
        "SMTP_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "MAIL_FROM": f"Assistance Méridien <{DESK_ADDRESS}>",
        "FRONTDESK_MAIL_LISTEN": f"smtp://127.0.0.1:{ports.desk}",
        "FRONTDESK_MAIL_STRANGERS": "hold",
        "FRONTDESK_DESK": Path(__file__).parent.parent / "desk.example.yml",
        "FRONTDESK_STATE": folder,
        "FRONTDESK_HTTP_PORT": ports.http,
        "FRONTDESK_UNDO_SECONDS": undo,
        "FRONTDESK_LOG_LEVEL": "warning",
    }
    return DemoSettings(**values)


async def _start_slack(ports: Ports, folder: Path, over_http: bool) -> asyncio.subprocess.Process:
    """A process of its own: the bot meets it as it meets Slack, through its settings alone."""
    door = ["--deliver-to", f"http://127.0.0.1:{ports.http}/slack/events"] if over_http else []
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        *("--port", str(ports.slack), "--smtp-port", str(ports.smtp)),
        *("--desk-smtp", f"127.0.0.1:{ports.desk}", "--desk-address", DESK_ADDRESS),
        *("--save", str(folder / SAVED)),
        *door,
        cwd=Path(__file__).parent.parent,
        stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C stops the bot first, and the bot's end stops this
    )


async def _wait_for_slack(ports: Ports, process: asyncio.subprocess.Process) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    async with aiohttp.ClientSession() as session:
        while asyncio.get_running_loop().time() < deadline and process.returncode is None:
            try:
                async with session.get(f"http://127.0.0.1:{ports.slack}/ui/people"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    raise OSError("The local Slack did not start")


def _port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            raise PortTaken(0, f"Port {wanted} is taken; try --port {wanted + 100}") from None
    return wanted


def _greet(ports: Ports) -> None:
    address = f"http://127.0.0.1:{ports.slack}/"
    click.echo(
        f"""
  Frontdesk is running, with a Slack and mailboxes of its own. Open
  Frontdesk fonctionne, avec son Slack et ses boîtes aux lettres. Ouvrez

      {address}

  1. You are Pierre Durand. In #support-postes type /ticket, choose Paul Smith, Create.
     Vous êtes Pierre Durand. Dans #support-postes tapez /ticket, choisissez Paul Smith, Créer.
  2. On the card: Assign to me, then Reply to requester. Become Paul, read his mail, answer it.
     Sur la carte : Me l'assigner, puis Répondre au demandeur. Devenez Paul, lisez, répondez.
  3. As Pierre again: Resolve. Paul receives the solution.
     De nouveau Pierre : Résoudre. Paul reçoit la solution.

  Ctrl-C stops everything; what you did is kept (frontdesk demo --fresh begins anew).
"""
    )
