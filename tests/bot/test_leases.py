"""A process that lives keeps its rows for as long as it needs; one that died is soon missed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot import relay as relays
from bot.outcomes import Attempting, Done, Unreachable
from desk.effects import RefreshCard
from storage.outbox_rows import Lease
from storage.store import SqlStore
from tests.bot.couriers import LONG, Play, a_play


async def test_a_delivery_that_takes_long_keeps_its_row(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "RENEWED", 0.01)
    held = asyncio.Event()

    async def slowly(lease: Lease, attempting: Attempting) -> Done:
        await held.wait()
        return Done()

    async with a_play(store) as play:
        play.endings = [slowly]
        await play.ask(RefreshCard(1))
        await play.until_carried(1)

        for _ in range(4):
            play.clock.now += relays.HOLD / 2
            await _renewed(play)
            assert await _taken_by_another(play) == ()

        held.set()
        await play.until_rows(waiting=0)


async def test_a_row_that_nobody_carries_any_more_is_soon_taken(
    play: Play, store: SqlStore
) -> None:
    """As after kill -9: the row is leased, and its owner says nothing."""
    at = play.clock()
    await play.relay.stop(LONG)
    await play.ask(RefreshCard(1))
    await store.write(lambda tx: tx.outbox.lease(at, relays.HOLD, "died", 9))

    assert await _taken_by_another(play) == ()
    play.clock.now += timedelta(seconds=15)
    (lease,) = await _taken_by_another(play)
    assert lease.effect == RefreshCard(1)


async def test_a_row_of_somebody_else_is_not_renewed(play: Play, store: SqlStore) -> None:
    at = play.clock()
    await play.relay.stop(LONG)
    await play.ask(RefreshCard(1))
    (lease,) = await store.write(lambda tx: tx.outbox.lease(at, relays.HOLD, "first", 9))

    until = at + 9 * relays.HOLD
    await store.write(lambda tx: tx.outbox.renew("second", (lease.id,), until))

    play.clock.now += relays.HOLD
    assert len(await _taken_by_another(play)) == 1


@pytest.mark.parametrize("ends", ["well", "badly"])
async def test_who_slept_longer_than_its_lease_has_what_it_showed_shown_anew(
    play: Play, store: SqlStore, ends: str
) -> None:
    """What it read is older than what somebody else has shown meanwhile."""

    async def sleep(lease: Lease, attempting: Attempting) -> Done:
        later = play.clock() + relays.HOLD
        (theirs,) = await store.write(lambda tx: tx.outbox.lease(later, relays.HOLD, "other", 1))
        await store.write(lambda tx: tx.outbox.finish(theirs, later))
        if ends == "badly":
            raise Unreachable("chat.update: ServerDisconnectedError")
        return Done()

    play.endings = [sleep]
    await play.ask(RefreshCard(1))
    await play.until_carried(2)
    await play.until_rows(waiting=0)

    assert play.kinds == ["RefreshCard", "RefreshCard"]


async def _renewed(play: Play) -> None:
    """Until the lease ends a whole hold from now."""
    async with asyncio.timeout(LONG):
        while True:
            due = await play.store.read(lambda tx: tx.outbox.next_due(play.clock()))
            if due == play.clock() + relays.HOLD:
                return
            await asyncio.sleep(0.01)


async def _taken_by_another(play: Play) -> tuple[Lease, ...]:
    now = play.clock()
    return await play.store.write(lambda tx: tx.outbox.lease(now, relays.HOLD, "another", 9))
