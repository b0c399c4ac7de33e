"""`python -m bench.soak`: a day of the real bot, as quick as it goes. Does it keep too much?

The desk's clock moves on and Slack answers at once. What is told is how much memory the process
has, and how many objects Python's collector looks after.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import psutil  # type: ignore[import-untyped]

from bench.double import SlackDouble
from bench.load import closed_loop
from bench.payloads import clicks, forms, numbered
from bench.servers import free_port, ours
from bench.sink import MailSink
from bot.app import Bot
from bot.config import read_settings
from bot.schedule import Jobs

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds a busy machine may need for a portion
TOGETHER = 20  # tickets in a portion


class Soak:
    """The whole bot over HTTP in this process. Each operation is a ticket, opened and claimed."""

    def __init__(self, slack: SlackDouble, mail: MailSink, port: int) -> None:
        self.slack = slack
        self.mail = mail
        self.port = port
        self.done = 0
        self.passed = timedelta()  # how far the desk's clock is ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self.passed

    async def run(self, operations: int, over: timedelta) -> None:
        """Also tidies up, as often as it would in that time."""
        until = self.passed + over
        step = over * TOGETHER / operations
        tidied = self.passed
        while self.passed < until:
            await self._portion()
            self.passed += step
            if self.passed - tidied >= timedelta(hours=6):
                await self.tidy()
                tidied = self.passed

    async def tidy(self) -> None:
        await Jobs(self.bot.store, self.bot.desk, self.now).tidy()

    async def _portion(self) -> None:
        numbers = range(self.done + 1, self.done + 1 + TOGETHER)
        made = await closed_loop(
            self.port, numbered(forms("/slack/events", HOST), numbers.start, TOGETHER), 1
        )
        assert not made.refused
        assert await self.slack.until_shown(dict.fromkeys(numbers, 2), PATIENCE)
        before = self.slack.messages
        await closed_loop(
            self.port, numbered(clicks("/slack/events", HOST), numbers.start, TOGETHER), 1
        )
        shown = before + 2 * TOGETHER
        assert await self.slack.until(lambda: self.slack.messages >= shown, PATIENCE)
        self.done += TOGETHER
        self.slack.forget()

    async def begin(self, folder: Path) -> None:
        _, values = ours(
            self.port, f"sqlite:///{folder}/soak.db", self.slack.url, self.mail.port, folder
        )
        given = {name: value for name, value in values.items() if value}
        self.bot = Bot(read_settings(_env_file=None, **given), self.now)
        await self.bot.start()


@contextlib.asynccontextmanager
async def soaking(folder: Path) -> AsyncIterator[Soak]:
    slack, mail = SlackDouble(), MailSink()
    await slack.start()
    await mail.start()
    soak = Soak(slack, mail, free_port())
    await soak.begin(folder)
    try:
        yield soak
    finally:
        with contextlib.suppress(OSError):
            await soak.bot.stop()
        await slack.stop()
        await mail.stop()


def objects() -> int:
    """How many the collector looks after, with nothing left to be collected."""
    gc.collect()
    # The list holds also what other threads are just making, and who grows a tuple that somebody
    # else holds fails: so no other thread comes to move while there is a list.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        time.sleep(0.01)  # until each of those that wait has heard of it
        return len(gc.get_objects())
    finally:
        sys.setswitchinterval(interval)


@click.command()
@click.option("--operations", default=20_000, show_default=True, help="Tickets in each day.")
@click.option("--hours", default=24, show_default=True, help="Of the desk's clock.")
def main(operations: int, hours: int) -> None:
    """Twelve lines: what the process holds after each twelfth of the time."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        asyncio.run(_day(Path(folder), operations, hours))


async def _day(folder: Path, operations: int, hours: int) -> None:
    process = psutil.Process()
    async with soaking(folder) as soak:
        for part in range(13):
            mb, kept = process.memory_info().rss / 1e6, objects()
            click.echo(f"{soak.passed}: {soak.done} tickets, {mb:.1f} MB, {kept} objects")
            if part < 12:
                await soak.run(operations // 12, timedelta(hours=hours) / 12)
                await soak.tidy()


if __name__ == "__main__":
    main()
