"""The bot as a process of its own, which can be killed at any moment, before an unharmed Slack."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.changes import Change
from sandbox.server import Sandbox
from tests.fork_server import Child, forked
from tests.journeys.mishaps import LONG
from tests.journeys.stage import ROOT, Stage, free_port, settings_for


class Killable(Stage):
    """A stage whose bot is another process. It may be dead."""

    def __init__(self, slack: Sandbox, folder: Path, database: str, **changes: Any) -> None:
        self.http_port, self.mail_port = free_port(), free_port()
        settings = settings_for(
            slack,
            folder,
            DATABASE_URL=database,
            FRONTDESK_HTTP_PORT=self.http_port,
            FRONTDESK_MAIL_LISTEN=f"smtp://127.0.0.1:{self.mail_port}",
        )
        super().__init__(slack, None, settings)  # type: ignore[arg-type]
        self.log = folder / "bot.log"
        self.deaths = 0
        self._folder = folder
        self._process: Child | None = None
        self._changes = {name: str(value) for name, value in changes.items()}

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def spawn(self) -> None:
        self._process = await forked(
            "tests.journeys.quick_bot",
            folder=self._folder,
            env=self._environment(),
            log=self.log,
        )

    async def start(self) -> None:
        await self.spawn()
        await self.ready()

    async def ready(self) -> None:
        """Until Slack and we can reach it."""
        async with asyncio.timeout(LONG):
            while not (await self.health()).get("ok"):
                assert self.alive, self.last_words()
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """Without any warning: SIGKILL."""
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, signal.SIGKILL)

    def kill_after(self, records: int) -> Callable[[], None]:
        """Kill it when so much more went over the wire; in the middle of whatever that was.

        Answers how to change one's mind.
        """
        left = records

        def count(change: Change) -> None:
            nonlocal left
            if change.type == "traffic":
                left -= 1
                if left == 0:
                    self.kill()

        return self.slack.changes.listen(count)

    async def ended(self) -> int:
        assert self._process is not None
        code = await asyncio.wait_for(self._process.wait(), LONG)
        self.deaths += code == -signal.SIGKILL
        return code

    async def tell_to_stop(self) -> None:
        self.tell(signal.SIGTERM)

    def tell(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def health(self) -> dict[str, Any]:
        """Empty where nobody answers."""
        address = f"http://127.0.0.1:{self.http_port}/health"
        try:
            async with aiohttp.ClientSession() as session, session.get(address) as answer:
                facts: dict[str, Any] = await answer.json()
                return facts
        except (aiohttp.ClientError, OSError):
            return {}

    async def all_shown(self) -> None:
        """Until nothing is on its way to the world any more."""
        async with asyncio.timeout(LONG * 3):
            while await self._waiting():  # noqa: ASYNC110 - the bot tells nobody
                await asyncio.sleep(0.1)

    async def _waiting(self) -> int:
        facts = await self.health()
        return sum(facts.get(name, {}).get("waiting", 1) for name in ("mail", "outbox"))

    def last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def _environment(self) -> dict[str, str]:
        settings = self.settings
        ours = ("SLACK_", "FRONTDESK_", "SMTP_", "MAIL_", "DATABASE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": settings.database_url,
            "SMTP_URL": settings.smtp_url.get_secret_value(),
            "MAIL_FROM": settings.mail_from,
            "FRONTDESK_MAIL_LISTEN": settings.mail_listen,
            "FRONTDESK_DESK": str(settings.desk_file),
            "FRONTDESK_STATE": str(settings.state_folder),
            "FRONTDESK_HTTP_PORT": str(self.http_port),
            "FRONTDESK_UNDO_SECONDS": "0",
            **self._changes,
        }


@asynccontextmanager
async def a_killable_bot(folder: Path, database: str, **changes: Any) -> AsyncIterator[Killable]:
    """Not started yet."""
    async with Sandbox(ROOT / "manifest.yml", patience=LONG) as slack:
        stage = Killable(slack, folder, database, **changes)
        slack.desk_smtp = ("127.0.0.1", stage.mail_port)
        try:
            yield stage
        finally:
            stage.kill()
            if stage._process is not None:
                await stage._process.wait()
