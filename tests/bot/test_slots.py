"""What waits for somebody slow leaves room for what does not."""

from __future__ import annotations

import asyncio

from bot import relay as relays
from bot.outcomes import Attempting, Done
from desk.effects import RefreshCard, SendMail, ShowEntry
from storage.outbox_rows import Lease
from storage.store import SqlStore
from tests.bot.couriers import a_play
from tests.storage.house import SETUP, a_reply


async def test_a_mail_server_that_says_nothing_does_not_stop_slack(store: SqlStore) -> None:
    speaks = asyncio.Event()

    async def listen(lease: Lease, attempting: Attempting) -> Done:
        if isinstance(lease.effect, SendMail):
            await speaks.wait()
        return Done()

    addresses = [f"person{number}@acme.example" for number in range(3 * relays.MAILS)]
    await store.write(lambda tx: tx.organisation.load(SETUP))
    for address in addresses:
        await store.write(lambda tx, address=address: a_reply(tx, address))
    async with a_play(store, slots=2 * relays.MAILS) as play:
        play.endings = [listen] * 999
        play.relay.wake()
        await play.until_carried(relays.MAILS)
        await play.ask(RefreshCard(99), ShowEntry(98, 1))
        while not {"RefreshCard", "ShowEntry"} <= set(play.kinds):
            await play.until_carried(len(play.carried) + 1)

        assert play.kinds.count("SendMail") < 2 * relays.MAILS
        speaks.set()
        await play.until_rows(waiting=0)
        assert play.kinds.count("SendMail") == len(addresses)


async def test_never_more_are_under_way_than_there_are_slots(store: SqlStore) -> None:
    """What ends leases what comes next, and all that end at once must not do so twice over."""
    slots, many = 4, 120
    under_way: set[int] = set()
    most = 0

    async def slow(lease: Lease, attempting: Attempting) -> Done:
        nonlocal most
        under_way.add(lease.id)
        most = max(most, len(under_way))
        await asyncio.sleep(0.005)  # so that several end at once
        under_way.discard(lease.id)
        return Done()

    async with a_play(store, slots=slots) as play:
        play.endings = [slow] * many
        await play.ask(*map(RefreshCard, range(1, many + 1)))
        await play.until_rows(waiting=0)

    assert len(play.carried) == many
    assert most == slots
