"""What is known of a delivery's end is written down, whatever is in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from bot import failures
from bot.outcomes import Attempting, Done, Refused
from desk.effects import SendMail
from desk.errors import Busy
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.tables import outbox
from storage.transaction import SqlTransaction
from tests.bot.couriers import LONG, Play, a_play
from tests.storage.house import SETUP, a_reply


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Event]:
    """While it is set, the database takes nothing; as in a failover that lasts for minutes."""
    monkeypatch.setattr(failures, "AFTER_TROUBLE", 0.02)
    set_, write = asyncio.Event(), SqlStore.write

    async def perhaps(store, work, **how):  # type: ignore[no-untyped-def]
        if set_.is_set():
            raise Busy
        return await write(store, work, **how)

    monkeypatch.setattr(SqlStore, "write", perhaps)
    yield set_
    set_.clear()


@asynccontextmanager
async def a_reply_whose_server_says(
    ending: Done | Refused, store: SqlStore, away: asyncio.Event
) -> AsyncIterator[Play]:
    """The database goes away just as the server has spoken."""

    async def end(lease: Lease, attempting: Attempting) -> Done:
        assert await attempting()
        away.set()
        if isinstance(ending, Refused):
            raise ending
        return ending

    await store.write(lambda tx: tx.organisation.load(SETUP))
    await store.write(lambda tx: a_reply(tx, "paul@acme.example"))
    async with a_play(store) as play:
        play.endings = [end]
        await play.until_carried(1)
        yield play


@pytest.mark.parametrize(
    ("ending", "rows"),
    [(Done("250 taken"), {}), (Refused("550 no such mailbox"), {"refused": 1})],
    ids=["sent", "refused"],
)
async def test_a_mail_whose_fate_is_known_waits_for_the_database(
    store: SqlStore, away: asyncio.Event, ending: Done | Refused, rows: dict[str, int]
):
    async with a_reply_whose_server_says(ending, store, away) as play:
        await asyncio.sleep(0.2)
        away.clear()

        await play.until_rows(**rows, waiting=0)
        assert play.kinds.count("SendMail") == 1
        assert (await play.rows()).get("uncertain", 0) == 0


async def test_whoever_stops_meanwhile_leaves_it_to_its_lease(store: SqlStore, away: asyncio.Event):
    async with a_reply_whose_server_says(Done("250 taken"), store, away) as play:
        await asyncio.wait_for(play.relay.stop(LONG), LONG)

    def left(tx: SqlTransaction) -> list[tuple[str, bool]]:
        rows = tx._connection.execute(select(outbox.c.payload, outbox.c.attempted_at))
        return [(row[0]["kind"], row[1] is not None) for row in rows]

    assert (SendMail.__name__, True) in await store.read(left)


async def test_a_mail_that_was_not_handed_over_is_not_in_doubt(
    store: SqlStore, away: asyncio.Event
):
    """The note that it is about to be was committed, and the answer lost on its way."""

    async def lose_the_answer(lease: Lease, attempting: Attempting) -> Done:
        assert await attempting()
        away.set()
        raise Busy

    await store.write(lambda tx: tx.organisation.load(SETUP))
    await store.write(lambda tx: a_reply(tx, "paul@acme.example"))
    async with a_play(store) as play:
        play.endings = [lose_the_answer]
        await asyncio.wait_for(away.wait(), LONG)
        await asyncio.sleep(0.1)
        away.clear()

        await play.until_rows(waiting=0)

        assert play.kinds.count("SendMail") == 2
        assert (await play.rows()).get("uncertain", 0) == 0


async def test_a_mail_that_somebody_gave_up_in_doubt_is_done_once_it_is_known_to_be(
    store: SqlStore,
):
    """Who sent it slept for longer than its lease, and hears of it only then."""

    def give_up(tx: SqlTransaction) -> None:
        in_doubt = {"state": "uncertain", "error": "we stopped", "leased_by": None}
        tx._connection.execute(outbox.update().values(in_doubt))

    async def sleep(lease: Lease, attempting: Attempting) -> Done:
        assert await attempting()
        await store.write(give_up)
        return Done("250 taken")

    await store.write(lambda tx: tx.organisation.load(SETUP))
    await store.write(lambda tx: a_reply(tx, "paul@acme.example"))
    async with a_play(store) as play:
        play.endings = [sleep]
        await play.until_carried(1)

        await play.until_rows(waiting=0, uncertain=0)

        mail = select(outbox.c.state, outbox.c.remote, outbox.c.error).where(
            outbox.c.entry_id.is_not(None)
        )
        (row,) = await store.read(lambda tx: tx._connection.execute(mail).all())
        assert tuple(row) == ("done", "250 taken", "")
        assert {"ShowEntry", "RefreshCard"} <= set(play.kinds), "what said otherwise is put right"
