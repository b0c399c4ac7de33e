"""The three servers that are compared, each a process of its own with its own database."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import yaml

from bench.double import CHANNELS, TECHNICIANS, SlackDouble, address_of
from bench.payloads import SECRET
from bench.sink import MailSink
from storage.migrate import upgrade

STARTING = 30.0  # seconds until a server must answer
ROOT = Path(__file__).parents[1]


@dataclass
class Server:
    """A running server. `create` is where it takes a form for a new ticket."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    slack: SlackDouble
    mail: MailSink
    create: str = "/slack/events"
    tickets: int = 0  # how many it was asked to store so far: their numbers begin at one
    log: Path = field(default_factory=Path)

    def cpu(self) -> float:
        """Seconds of processor time until now."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


async def start(name: str, database: str, folder: Path, beside: Server | None = None) -> Server:
    """`name` is floor, ordinary or ours. `beside` is one whose Slack and mailboxes it shares.

    Raises RuntimeError where it does not start.
    """
    slack, mail = (beside.slack, beside.mail) if beside else (SlackDouble(), MailSink())
    if beside is None:
        await slack.start()
        await mail.start()
    port = free_port()
    command, settings = _HOW[name](port, database, slack.url, mail.port, folder)
    if name != "ordinary":
        await asyncio.to_thread(upgrade, database)
    log = folder / f"{name}.log"
    process = _run(command, {**os.environ, "PYTHONPATH": str(ROOT), **settings}, folder, log)
    server = Server(name, port, process, slack, mail, log=log)
    if name == "floor":
        server.create = "/create"
    await _answers(server)
    return server


def _run(
    command: list[str], settings: Mapping[str, str], folder: Path, log: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, *command], cwd=folder, env=settings, stdout=out, stderr=out
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _answers(server: Server) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await asyncio.sleep(0.5)  # what it does just after its start is not measured
        return
    said = server.log.read_text(errors="replace")[-2000:]
    server.stop()
    raise RuntimeError(f"{server.name} did not start:\n{said}")


How = tuple[list[str], Mapping[str, str]]


def _floor(port: int, database: str, slack: str, smtp: int, folder: Path) -> How:
    settings = {"BENCH_DATABASE": database, "BENCH_SLACK": slack, "BENCH_PORT": str(port)}
    return ["-m", "bench.floor"], settings


def _ordinary(port: int, database: str, slack: str, smtp: int, folder: Path) -> How:
    _, settings = _floor(port, database, slack, smtp, folder)
    return ["-m", "bench.ordinary"], {**settings, "BENCH_SMTP": str(smtp)}


def ours(port: int, database: str, slack: str, smtp: int, folder: Path) -> How:
    """The bot as `frontdesk run` starts it, over HTTP."""
    desk = folder / "desk.yml"
    desk.write_text(yaml.safe_dump(desk_file(), allow_unicode=True), encoding="utf-8")
    settings = {
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack,
        "DATABASE_URL": database,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "MAIL_FROM": "Bench <support@bench.example>",
        "FRONTDESK_DESK": str(desk),
        "FRONTDESK_STATE": str(folder),
        "FRONTDESK_HTTP_PORT": str(port),
        "FRONTDESK_MAIL_SECRET": "measured-not-guarded",
    }
    return ["-m", "bot", "run"], settings


_HOW = {"floor": _floor, "ordinary": _ordinary, "ours": ours}


def desk_file() -> dict[str, object]:
    """A house of some size: four teams, and a catalogue of 126 entries."""

    def named(kind: str, *place: int) -> dict[str, object]:
        label = f"{kind} {'.'.join(map(str, place))}"
        key = "-".join([kind.lower(), *map(str, place)])
        return {"key": key, "name": {"en": label, "fr": label}}

    channels = list(CHANNELS.values())
    teams = [
        {
            **named("Team", number),
            "channel": channel,
            "members": [address_of(user) for user in TECHNICIANS],
        }
        for number, channel in enumerate(channels)
    ]
    catalogue = [
        {
            **named("Family", f),
            "team": f"team-{f % len(channels)}",
            "services": [
                {
                    **named("Service", f, s),
                    "items": [named("Item", f, s, i) for i in range(4)],
                }
                for s in range(4)
            ],
        }
        for f in range(6)
    ]
    return {
        "name": "Bench",
        "language": "en",
        "fallback_team": "team-0",
        "teams": teams,
        "catalogue": catalogue,
    }
