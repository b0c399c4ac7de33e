"""A mailbox is fetched for as long as the process lives, whatever the database says meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from bot import mail_fetching
from bot.mail_fetching import Fetching
from bot.mailboxes import Mailbox
from mail.imap import Imap
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
def fetching(server: PlainImap, store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> Fetching:
    monkeypatch.setattr(mail_fetching, "RENEWED", 0.05)
    monkeypatch.setattr(mail_fetching, "LOOK", 0.2)
    monkeypatch.setattr(mail_fetching, "FIRST_PAUSE", 0.05)
    way = Way("support", "network")
    place = ImapServer.read(server.url)
    box = Mailbox("support", place, way, password=SecretStr("secret"), backlog=True)
    return Fetching(box, store, lambda: datetime.now(UTC), lambda: None, 100_000)


@asynccontextmanager
async def at_work(fetching: Fetching) -> AsyncIterator[asyncio.Task[None]]:
    running = asyncio.create_task(fetching.run())
    try:
        yield running
    finally:
        await fetching.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until_passed(store: SqlStore, uid: int) -> dict[str, str]:
    """The mails that are kept by then, and why they are set aside."""
    async with asyncio.timeout(LONG):
        while True:
            progress = await store.read(lambda tx: tx.mailboxes.of("support"))
            if progress is not None and progress.seen >= uid:
                mails = await store.read(lambda tx: tx.spool.latest(10))
                return {mail.subject: mail.error for mail in mails}
            await asyncio.sleep(0.03)


def a_mail(name: str) -> bytes:
    return f"Message-ID: <{name}@x>\r\nFrom: p@x.example\r\nSubject: {name}\r\n\r\nHi\r\n".encode()


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

    async with at_work(fetching) as running:
        await asyncio.wait_for(failing.well.wait(), LONG)

        assert not running.done()


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


@pytest.mark.parametrize(
    "instead",
    [
        "",
        "* {number} FETCH (UID {uid} RFC822.SIZE 9 BODY[HEADER.FIELDS (FROM)] NIL)",
        "* {number} FETCH (UID {uid} BODY[HEADER.FIELDS (FROM)] {{2}}\r\n\r\n)",
    ],
    ids=["nothing", "no header", "no size"],
)
async def test_a_mail_that_the_server_lists_badly_is_fetched_all_the_same(
    fetching: Fetching, server: PlainImap, store: SqlStore, instead: str
) -> None:
    server.instead = instead
    server.withheld[server.add(a_mail("badly listed"))] = 1
    last = server.add(a_mail("well"))

    async with at_work(fetching):
        assert await until_passed(store, last) == {"badly listed": "", "well": ""}


@pytest.mark.parametrize("instead", ["", "* {number} FETCH (UID {uid} BODY[] NIL)"])
async def test_a_mail_that_the_server_never_shows_is_set_aside_and_not_passed_over(
    fetching: Fetching, server: PlainImap, store: SqlStore, instead: str
) -> None:
    server.instead = instead
    server.withheld[server.add(a_mail("never shown"))] = 1_000_000
    last = server.add(a_mail("well"))

    async with at_work(fetching):
        kept = await until_passed(store, last)

    assert kept == {"": "the server does not hand it out", "well": ""}


async def test_a_mail_that_is_gone_holds_nobody_up(
    fetching: Fetching, server: PlainImap, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted = server.add(a_mail("deleted"))
    last = server.add(a_mail("well"))
    after = Imap.after
    monkeypatch.setattr(Imap, "after", lambda imap, uid: [deleted, *after(imap, uid)])
    server.folders["INBOX"].pop(0)

    async with at_work(fetching):
        assert await until_passed(store, last) == {"well": ""}
