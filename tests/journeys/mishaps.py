"""What may go wrong around the bot, for journeys: locked database, time that passes, doubles."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from bot.app import Bot
from sandbox import payloads
from sandbox.changes import NeverHappened
from sandbox.delivery import Parcel
from sandbox.person import Person
from sandbox.server import Sandbox
from sandbox.world import Message
from storage.tables import METADATA
from tests.fork_server import forked
from tests.journeys.sights import shown
from tests.journeys.stage import ROOT, Stage, settings_for

T = TypeVar("T")

LONG = 60.0  # seconds a busy machine may need for what takes one


LOOK = 0.2  # seconds: what is in a database tells nobody that it changed


async def soon(slack: Sandbox, condition: Callable[[], T]) -> T:
    """Wait for it, however slow the machine."""
    deadline = asyncio.get_running_loop().time() + LONG
    while asyncio.get_running_loop().time() < deadline - LOOK:
        with suppress(NeverHappened):
            return await slack.until(condition, LOOK)
    return await slack.until(condition, LOOK)


async def settled(stage: Stage) -> None:
    """Nothing is on its way from the bot to the world, or from a mail to the desk, any more."""
    async with asyncio.timeout(LONG):
        while await _waiting(stage):  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.02)


async def _waiting(stage: Stage) -> int:
    counts = await stage.bot.store.read(lambda tx: (tx.outbox.counts(), tx.spool.counts()))
    return sum(each["waiting"] for each in counts)


class Clock:
    """The time of day, and what a test lets pass besides."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class TimedStage(Stage):
    clock: Clock

    def later(self, seconds: float) -> None:
        """Let time pass for the bot."""
        self.clock.ahead += timedelta(seconds=seconds)
        self.bot.relay.wake()


@asynccontextmanager
async def a_timed_stage(folder: Path, **changes: Any) -> AsyncIterator[TimedStage]:
    """A stage whose bot has a clock that can be put forward."""
    async with Sandbox(ROOT / "manifest.yml") as slack:
        settings = settings_for(slack, folder, **changes)
        clock = Clock()
        bot = Bot(settings, clock)
        try:
            await bot.start()
            slack.desk_smtp = ("127.0.0.1", bot.mail_port or 0)
            await slack.until_connected(LONG)
            yield TimedStage(slack, bot, settings, clock)
        finally:
            await bot.stop()


@contextmanager
def past_the_bot(stage: Stage) -> Iterator[sqlite3.Connection | psycopg.Connection]:
    """A connection of one's own, without transactions by itself."""
    url = stage.settings.database_url
    connection: sqlite3.Connection | psycopg.Connection
    if url.startswith("sqlite:///"):
        file = url.removeprefix("sqlite:///")
        connection = sqlite3.connect(file, isolation_level=None, timeout=LONG)
    else:
        connection = psycopg.connect(url, autocommit=True)
    with closing(connection):
        yield connection


def stored(stage: Stage, query: str) -> list[tuple[Any, ...]]:
    """What is committed at this moment."""
    with past_the_bot(stage) as connection:
        return connection.execute(query).fetchall()


async def frontdesk(stage: Stage, *words: str) -> str:
    """What an administrator types, in a process of its own; what it said."""
    own = {
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "DATABASE_URL": stage.settings.database_url,
    }
    folder = Path(tempfile.mkdtemp(dir=stage.settings.state_folder))
    program = await forked(
        "bot", *words, folder=folder, env={**os.environ, **own}, log=folder / "said"
    )
    said = await asyncio.wait_for(program.said(), LONG)
    assert program.returncode == 0, said
    return said


@contextmanager
def database_locked(stage: Stage) -> Iterator[None]:
    """Another program keeps everybody else from writing."""
    with past_the_bot(stage) as connection:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("BEGIN IMMEDIATE")
        else:
            connection.execute("BEGIN")
            tables = ", ".join(sorted(METADATA.tables))
            connection.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def submission(stage: Stage, person: Person) -> Parcel:
    """The form that `person` has open, as Slack would send it now."""
    ws = stage.slack.workspace
    payload = payloads.view_submission(
        ws.world,
        person.profile,
        ws.views.as_json(person.form),
        trigger_id=ws.triggers.new(person.id, person.form.id),
        urls=[],
    )
    return Parcel("interactive", payload, "view_submission again", person.id)


async def filled_form(stage: Stage, person: Person, *, requester: str, subject: str) -> None:
    """A new ticket's form, ready to be sent. What was open before is closed."""
    if person.modal:
        await person.close(clear=True)
    await person.command("/ticket", subject, channel="support-postes")
    await soon(stage.slack, lambda: person.modal)
    await person.fill({"requester": requester, "description": "It jams."})


def cards(person: Person, channel: str, words: str) -> list[Message]:
    """Every card in the channel that shows `words`."""
    return [m for m in person.messages(channel) if words in shown(m)]


def raw_mails(slack: Sandbox) -> list[str]:
    """Everything that any mailbox holds, in all its parts, decoded and as it came."""
    mails = [mail for box in slack.mailboxes.boxes.values() for mail in box]
    return [
        "\n".join([mail.raw.decode("utf-8", "replace"), mail.subject, mail.text, mail.html])
        for mail in mails
    ]
