"""A mailbox is fetched for as long as the process lives, whatever the database says meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from bot import mail_fetching
from bot.mail_fetching import Fetching
from bot.mailboxes import Mailbox
from mail.imap_url import ImapServer
from mail.ways import Way
from storage.leases import SqlLeases
from storage.store import SqlStore
from tests.plain_imap import PlainImap, a_plain_server

LONG = 20.0  # seconds a busy machine may need


@pytest.fixture
async def server() -> AsyncIterator[PlainImap]:
    async with a_plain_server("IDLE") as plain:
        plain.passwords.add("secret")
        yield plain


@pytest.fixture
def fetching(
    server: PlainImap, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fetching]:
    monkeypatch.setattr(mail_fetching, "RENEWED", 0.05)
    monkeypatch.setattr(mail_fetching, "LOOK", 0.2)
    store = SqlStore(database_url)
    way = Way("support", "network")
    place = ImapServer.read(server.url)
    box = Mailbox("support", place, way, password=SecretStr("secret"), backlog=True)
    yield Fetching(box, store, lambda: datetime.now(UTC), lambda: None, 100_000)
    store.close()


class Failing:
    """A lease's statement that the database refuses at first, with an error that none expects."""

    def __init__(self, times: int, really: Callable[..., Any]) -> None:
        self.left, self.well, self.really = times, asyncio.Event(), really
        self.loop = asyncio.get_running_loop()

    def __get__(self, leases: SqlLeases, kind: type) -> Callable[..., Any]:
        return lambda *given: self.run(leases, *given)

    def run(self, leases: SqlLeases, *given: Any) -> Any:
        if self.left:
            self.left -= 1
            raise OperationalError("INSERT", None, sqlite3.OperationalError("locking protocol"))
        self.loop.call_soon_threadsafe(self.well.set)
        return self.really(leases, *given)


@pytest.mark.parametrize("what", ["take", "renew"])
async def test_an_error_nobody_expects_does_not_end_a_mailbox(
    fetching: Fetching, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    failing = Failing(2, getattr(SqlLeases, what))
    monkeypatch.setattr(SqlLeases, what, failing)
    running = asyncio.create_task(fetching.run())

    await asyncio.wait_for(failing.well.wait(), LONG)

    assert not running.done()
    await fetching.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_mailbox_that_only_meets_errors_can_be_told_to_stop(
    fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlLeases, "take", Failing(1_000_000, SqlLeases.take))
    running = asyncio.create_task(fetching.run())
    await asyncio.sleep(0.3)

    running.cancel()

    await asyncio.wait({running}, timeout=LONG)
    assert running.cancelled()
    await fetching.stop()
