"""Bots as processes of their own on one PostgreSQL, each with its own way to Slack and for mail:
they are started, stopped and killed one by one while people work."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from psycopg.rows import tuple_row

from sandbox.eitherway import EitherWay
from sandbox.server import Sandbox
from tests.chaos.database import _Asked
from tests.fork_server import Child, forked
from tests.journeys.member import NAME, RECORD
from tests.journeys.stage import ROOT, free_port

START = 120.0  # seconds that a start may take on a busy machine
RETRIES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before Slack tells an event again


class Rows(_Asked):
    """What is committed, read with plain SQL."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def _connect(self) -> Any:
        return psycopg.connect(self._url, autocommit=True, row_factory=tuple_row)

    def _dialect(self, query: str) -> str:
        return query.replace("%", "%%").replace("?", "%s")


@dataclass
class Member:
    name: str
    over_http: bool
    log: Path
    http_port: int = field(default_factory=free_port)
    mail_port: int = field(default_factory=free_port)
    process: Child | None = None
    ended_at: float | None = None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def tell(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def ended(self) -> int:
        assert self.process is not None
        code = await asyncio.wait_for(self.process.wait(), START)
        self.ended_at = time.time()
        return code

    async def stop(self) -> int:
        self.tell(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        self.tell(signal.SIGKILL)
        await self.ended()

    async def health(self) -> dict[str, Any]:
        """Empty where nobody answers."""
        address = f"http://127.0.0.1:{self.http_port}/health"
        try:
            async with aiohttp.ClientSession() as session, session.get(address) as answer:
                facts: dict[str, Any] = await answer.json()
                return facts
        except (aiohttp.ClientError, OSError):
            return {}

    def words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


class Crowd:
    def __init__(self, slack: Sandbox, url: str, folder: Path) -> None:
        self.slack, self.url = slack, url
        way = slack.courier.transport
        assert isinstance(way, EitherWay)
        self._way = way
        self.members: dict[str, Member] = {}
        self.database = Rows(url)
        self._folder = folder
        self._record = folder / "record.jsonl"
        self._record.touch()

    @property
    def processes(self) -> list[Member]:
        """Those that run; people's mail servers choose among them."""
        return [member for member in self.members.values() if member.alive]

    def __getitem__(self, name: str) -> Member:
        return self.members[name]

    async def start(self, name: str, *, over_http: bool = False) -> Member:
        """Until it answers for itself."""
        member = Member(name, over_http, self._folder / f"{name}.log")
        member.process = await forked(
            "tests.journeys.member",
            folder=self._folder,
            env=self._environment(member),
            log=member.log,
        )
        async with asyncio.timeout(START):
            while not (await member.health()).get("ok"):
                assert member.alive, member.words()[-3000:]
                await asyncio.sleep(0.1)
        self.members[name] = member
        if over_http:
            self._way.http.url = f"http://127.0.0.1:{member.http_port}/slack/events"
        return member

    def record(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._record.read_text().splitlines()]

    async def leased_by(self, name: str) -> list[dict[str, Any]]:
        """What the database holds back for this process."""
        owners = [r["owner"] for r in self.record() if r["who"] == name and "owner" in r]
        assert len(owners) == 2
        rows = await self.database.rows(
            "SELECT payload AS what FROM outbox WHERE state = 'waiting' AND leased_by IN (?, ?)"
            " UNION ALL SELECT name FROM leases WHERE owner IN (?, ?) AND until > 0",
            *(*owners, *owners),
        )
        return rows

    async def waiting(self) -> int:
        """Effects that are not done, and mails that nobody has worked on to their end: those of a
        process that was killed wait for its lease."""
        rows = await self.database.rows(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'waiting')"
            " + (SELECT count(*) FROM spool WHERE state = 'waiting') AS n"
        )
        return int(rows[0]["n"])

    def _environment(self, member: Member) -> dict[str, str]:
        ours = ("SLACK_", "FRONTDESK_", "SMTP_", "MAIL_", "DATABASE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        slack = self.slack
        way = (
            {"SLACK_SIGNING_SECRET": slack.signing_secret}
            if member.over_http
            else {"SLACK_APP_TOKEN": slack.app_token}
        )
        return (
            kept
            | way
            | {
                "PYTHONPATH": str(ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_API_URL": slack.api_url,
                "DATABASE_URL": self.url,
                "SMTP_URL": f"smtp://127.0.0.1:{slack.smtp_port}",
                "MAIL_FROM": f"Assistance Méridien <{slack.desk_address}>",
                "FRONTDESK_MAIL_LISTEN": f"smtp://127.0.0.1:{member.mail_port}",
                "FRONTDESK_MAIL_SECRET": "the same for all of them",
                "FRONTDESK_DESK": str(ROOT / "desk.example.yml"),
                "FRONTDESK_STATE": str(self._folder),
                "FRONTDESK_HTTP_PORT": str(member.http_port),
                "FRONTDESK_UNDO_SECONDS": "1",
                "FRONTDESK_MAILS_PER_SENDER": "1000000",  # few people do the work of many
                NAME: member.name,
                RECORD: str(self._record),
            }
        )

    async def end(self) -> None:
        for member in self.processes:
            await member.kill()
        self.database.close()


@asynccontextmanager
async def a_crowd(folder: Path, url: str) -> AsyncIterator[Crowd]:
    """Nobody is started yet."""
    nowhere = f"http://127.0.0.1:{free_port()}/slack/events"
    async with Sandbox(
        ROOT / "manifest.yml", deliver_to=nowhere, either_way=True, retry_delays=RETRIES
    ) as slack:
        crowd = Crowd(slack, url, folder)
        try:
            yield crowd
        finally:
            await crowd.end()
