"""Periodic work that several processes share is done once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from storage.store import SqlStore
from storage.syncs import Sync
from tests.storage.house import MINUTE, NOW

DAY = timedelta(days=1)


async def _take(store: SqlStore, owner: str, now: datetime = NOW) -> bool:
    return await store.write(lambda tx: tx.leases.take("tidy", owner, now, MINUTE, DAY))


async def test_one_of_many_does_it(store: SqlStore) -> None:
    took = await asyncio.gather(*(_take(store, f"process {n}") for n in range(8)))

    assert sorted(took) == [False] * 7 + [True]


async def test_who_says_nothing_any_more_is_followed_by_another(store: SqlStore) -> None:
    await _take(store, "died")
    await store.write(lambda tx: tx.leases.renew("tidy", "died", NOW + 2 * MINUTE))

    assert not await _take(store, "next", NOW + MINUTE)
    assert await _take(store, "next", NOW + 2 * MINUTE)


async def test_what_was_done_is_not_done_again_before_its_time(store: SqlStore) -> None:
    await _take(store, "first")
    await store.write(lambda tx: tx.leases.done("tidy", "first", NOW))

    assert not await _take(store, "second", NOW + DAY - MINUTE)
    assert await _take(store, "second", NOW + DAY)


async def test_who_lost_the_lease_neither_renews_nor_ends_it(store: SqlStore) -> None:
    await _take(store, "slept")
    await _take(store, "next", NOW + MINUTE)
    await store.write(lambda tx: tx.leases.renew("tidy", "slept", NOW + DAY))
    await store.write(lambda tx: tx.leases.done("tidy", "slept", NOW))

    assert not await _take(store, "third", NOW + MINUTE)
    assert await _take(store, "third", NOW + 2 * MINUTE)


async def test_what_is_handed_back_goes_on_elsewhere_at_once(store: SqlStore) -> None:
    await _take(store, "stops")

    await store.write(lambda tx: tx.leases.hand_back("stops"))

    assert await _take(store, "next")


async def test_what_was_done_while_the_clock_was_ahead_is_not_left_undone_until_then(
    store: SqlStore,
) -> None:
    ahead = NOW + 365 * DAY
    await _take(store, "ahead", ahead)
    await store.write(lambda tx: tx.leases.done("tidy", "ahead", ahead))

    assert await _take(store, "next")


async def test_who_died_while_the_clock_was_ahead_is_followed_at_once(store: SqlStore) -> None:
    await _take(store, "died", NOW + 365 * DAY)

    assert not await store.read(lambda tx: tx.leases.is_held("tidy", NOW, MINUTE))
    assert await _take(store, "next")


async def test_clocks_that_differ_a_little_take_nobodys_work_away(store: SqlStore) -> None:
    little = timedelta(seconds=5)
    await _take(store, "first", NOW + little)

    assert not await _take(store, "second")
    assert await store.read(lambda tx: tx.leases.is_held("tidy", NOW, MINUTE))
    await store.write(lambda tx: tx.leases.done("tidy", "first", NOW + little))
    assert not await _take(store, "second")


async def test_it_is_told_whether_somebody_is_at_it(store: SqlStore) -> None:
    async def is_held() -> bool:
        return await store.read(lambda tx: tx.leases.is_held("tidy", NOW, MINUTE))

    assert not await is_held()
    await _take(store, "first")
    assert await is_held()
    await store.write(lambda tx: tx.leases.done("tidy", "first", NOW))
    assert not await is_held()


async def test_how_far_a_sync_came_is_kept(store: SqlStore) -> None:
    assert await store.read(lambda tx: tx.syncs.of("people")) is None

    for sync in (Sync("page 2", 200, NOW), Sync("", 201, NOW, NOW + MINUTE)):
        await store.write(lambda tx, one=sync: tx.syncs.keep("people", one))
        assert await store.read(lambda tx: tx.syncs.of("people")) == sync
