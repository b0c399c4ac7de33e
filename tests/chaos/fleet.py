"""The bots: processes of their own, which are killed at any moment and come back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.server import Sandbox
from tests.chaos.child import CLOCK
from tests.journeys.stage import ROOT, free_port

PATIENCE = 120.0  # seconds that a start may take on a busy machine


@dataclass
class Process:
    """One of the bots, under whichever process id it has now."""

    name: str
    log: Path
    http_port: int = field(default_factory=free_port)
    mail_port: int = field(default_factory=free_port)
    running: asyncio.subprocess.Process | None = None
    killed: bool = False
    deaths: int = 0

    @property
    def pid(self) -> int | None:
        alive = self.running is not None and self.running.returncode is None
        return self.running.pid if alive and self.running else None

    def kill(self) -> bool:
        """SIGKILL. Whether there was anybody to kill."""
        if self.pid is None:
            return False
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False  # dead already, of which the event loop has not heard yet
        self.killed = True
        return True


class Fleet:
    """Keeps `count` bots alive, as a process manager would, until it is stopped."""

    def __init__(
        self, slack: Sandbox, url: str, folder: Path, count: int, ended: Callable[[str], None]
    ) -> None:
        self._slack, self._url, self._folder = slack, url, folder
        self._ended = ended
        self._stopping = False
        self._keepers: list[asyncio.Task[None]] = []
        self.clock = folder / "clock"
        self.clock.write_text("0")
        names = [f"bot-{number + 1}" for number in range(count)]
        self.processes = [Process(name, folder / f"{name}.log") for name in names]

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes if process.pid is not None]

    @property
    def deaths(self) -> int:
        return sum(process.deaths for process in self.processes)

    async def start(self) -> None:
        for process in self.processes:
            await self._spawn(process)
            await self._first_start(process)  # each by itself: the first migrates the database
            self._keepers.append(asyncio.create_task(self._keep(process)))

    async def _first_start(self, process: Process) -> None:
        async with asyncio.timeout(PATIENCE):
            while not (await _health(process)).get("ok"):
                assert process.pid is not None, process.log.read_text(encoding="utf-8")[-3000:]
                await asyncio.sleep(0.1)

    async def ready(self) -> None:
        """Until all that run answer for themselves and for their database."""
        async with asyncio.timeout(PATIENCE):
            for process in self.processes:
                while not (await _health(process)).get("ok"):  # noqa: ASYNC110 - it cannot tell us
                    await asyncio.sleep(0.1)

    async def stop(self) -> None:
        self._stopping = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for process in self.processes:
            process.kill()
            if process.running is not None:
                await process.running.wait()

    async def _keep(self, process: Process) -> None:
        while not self._stopping:
            assert process.running is not None
            code = await process.running.wait()
            if process.killed:
                process.deaths += 1
            else:
                self._ended(f"{process.name} ended by itself with {code}")
                await asyncio.sleep(0.5)
            await self._spawn(process)

    async def _spawn(self, process: Process) -> None:
        """Its words go through a pipe, so that a limit on its files is not one on its log."""
        process.killed = False
        process.running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.child"),
            cwd=self._folder,
            env=self._environment(process),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 20,
        )
        task = asyncio.create_task(_copy(process.running, process.log))
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())

    def _environment(self, process: Process) -> dict[str, str]:
        ours = ("SLACK_", "FRONTDESK_", "SMTP_", "MAIL_", "DATABASE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        slack = self._slack
        return kept | {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "DATABASE_URL": self._url,
            "SMTP_URL": f"smtp://127.0.0.1:{slack.smtp_port}",
            "MAIL_FROM": f"Assistance Méridien <{slack.desk_address}>",
            "FRONTDESK_MAIL_LISTEN": f"smtp://127.0.0.1:{process.mail_port}",
            "FRONTDESK_MAIL_SECRET": "the same for all of them",
            "FRONTDESK_DESK": str(ROOT / "desk.example.yml"),
            "FRONTDESK_STATE": str(self._folder),
            "FRONTDESK_HTTP_PORT": str(process.http_port),
            "FRONTDESK_UNDO_SECONDS": "1",
            "FRONTDESK_MAILS_PER_SENDER": "1000000",  # few people do the work of many
            CLOCK: str(self.clock),
        }

    async def command(self, *words: str) -> bool:
        """An administrator's `frontdesk …`. Whether it went well."""
        told = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=self._folder,
            env=self._environment(self.processes[0]),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await told.wait() == 0


async def _copy(running: asyncio.subprocess.Process, log: Path) -> None:
    assert running.stdout is not None
    with log.open("ab", buffering=0) as sink:
        while said := await running.stdout.read(65536):
            sink.write(said)


async def _health(process: Process) -> dict[str, Any]:
    """Empty where nobody answers."""
    address = f"http://127.0.0.1:{process.http_port}/health"
    limit = aiohttp.ClientTimeout(total=5)
    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(address) as answer:
            facts: dict[str, Any] = await answer.json()
            return facts
    return {}
