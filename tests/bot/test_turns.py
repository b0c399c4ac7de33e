"""Work that comes periodically is done once, however many processes there are."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot import turns as turns_
from bot.outcomes import Unreachable
from bot.turns import Turns
from storage.store import SqlStore
from tests.bot.couriers import LONG, Clock

DAY = timedelta(days=1)


class Work:
    def __init__(self) -> None:
        self.done = 0
        self.held = asyncio.Event()
        self.held.set()

    async def __call__(self) -> None:
        await self.held.wait()
        self.done += 1


async def test_each_time_one_process_does_it(store: SqlStore) -> None:
    clock, work = Clock(), Work()
    crowd = [Turns(store, clock) for _ in range(3)]

    for _ in range(2):
        await asyncio.gather(*(one.do("tidy", DAY, work) for one in crowd))
        clock.now += DAY

    assert work.done == 2


async def test_who_works_long_keeps_its_work(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns_, "RENEWED", 0.01)
    clock, work = Clock(), Work()
    first, second = Turns(store, clock), Turns(store, clock)
    work.held.clear()
    working = asyncio.create_task(first.do("tidy", DAY, work))
    for _ in range(4):
        await asyncio.sleep(0.2)
        clock.now += turns_.HOLD / 2
        await asyncio.sleep(0.2)
    others = Work()

    await second.do("tidy", DAY, others)

    assert others.done == 0
    work.held.set()
    await working


async def test_who_stops_leaves_its_work_to_the_next_at_once(store: SqlStore) -> None:
    clock, work = Clock(), Work()
    first, second = Turns(store, clock), Turns(store, clock)
    work.held.clear()
    working = asyncio.create_task(first.do("tidy", DAY, work))
    await asyncio.sleep(0.2)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await first.close()
    work.held.set()

    await second.do("tidy", DAY, work)

    assert work.done == 1


async def test_what_failed_is_put_off_and_left_to_others(store: SqlStore) -> None:
    clock, work = Clock(), Work()
    first, second = Turns(store, clock), Turns(store, clock)

    async def fails() -> None:
        raise Unreachable("Slack is down")

    await first.do("tidy", DAY, fails)
    await first.do("tidy", DAY, work)
    assert work.done == 0

    await second.do("tidy", DAY, work)
    assert work.done == 1


async def test_what_fails_again_is_put_off_for_longer_until_it_is_done(store: SqlStore) -> None:
    """A minute, two, … ten; the schedule looks each minute."""
    clock, minute = Clock(), timedelta(minutes=1)
    one, began, tries = Turns(store, clock), clock(), list[float]()
    is_down = True

    async def tried() -> None:
        tries.append((clock() - began) / minute)
        if is_down:
            raise Unreachable("Slack is down")

    async def look(minutes: int) -> None:
        for _ in range(minutes):
            await one.do("tidy", minute, tried)
            clock.now += minute

    await look(35)
    assert tries == [0, 1, 3, 7, 14, 24, 34]

    is_down = False
    await look(10)
    is_down = True
    await look(3)
    assert tries[-3:] == [44, 45, 46]  # done once, it begins anew


async def test_who_stops_while_it_takes_its_turn_leaves_that_too(store: SqlStore) -> None:
    clock, work = Clock(), Work()
    first, second = Turns(store, clock), Turns(store, clock)
    work.held.clear()
    working = asyncio.create_task(first.do("tidy", DAY, work))
    await asyncio.sleep(0)
    working.cancel()  # the database has it all the same, a moment later

    await first.close()

    work.held.set()
    await second.do("tidy", DAY, work)
    assert work.done == 1


async def test_who_sees_it_done_comes_after_a_process_that_died(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns_, "LOOK", 0.01)
    clock, work = Clock(), Work()
    at = clock()
    await store.write(lambda tx: tx.leases.take("learn", "died", at, turns_.HOLD, DAY))
    seeing = asyncio.create_task(Turns(store, clock).see_done("learn", DAY, work))
    await asyncio.sleep(0.2)
    assert work.done == 0

    clock.now += turns_.HOLD

    await asyncio.wait_for(seeing, LONG)
    assert work.done == 1


async def test_so_it_does_where_that_one_lets_go_just_as_it_has_looked(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused its turn, and then nobody has it."""
    monkeypatch.setattr(turns_, "LOOK", 0.01)
    clock, work = Clock(), Work()
    at = clock()
    await store.write(lambda tx: tx.leases.take("learn", "died", at, turns_.HOLD, DAY))
    turns = Turns(store, clock)
    take = turns._take

    async def refused_at_the_last_moment(*what: Any) -> bool:
        taken = await take(*what)
        clock.now = at + turns_.HOLD
        return taken

    monkeypatch.setattr(turns, "_take", refused_at_the_last_moment)

    await asyncio.wait_for(turns.see_done("learn", DAY, work), LONG)

    assert work.done == 1


async def test_who_sees_it_done_waits_for_whoever_does_it_and_does_it_no_second_time(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns_, "LOOK", 0.01)
    clock, work, second = Clock(), Work(), Work()
    work.held.clear()
    working = asyncio.create_task(Turns(store, clock).do("learn", DAY, work))
    await asyncio.sleep(0.2)
    seeing = asyncio.create_task(Turns(store, clock).see_done("learn", DAY, second))
    await asyncio.sleep(0.2)
    assert not seeing.done()

    work.held.set()

    await asyncio.wait_for(asyncio.gather(working, seeing), LONG)
    assert (work.done, second.done) == (1, 0)


async def test_what_failed_while_the_clock_was_ahead_is_not_put_off_until_then(
    store: SqlStore,
) -> None:
    clock, work = Clock(), Work()
    one = Turns(store, clock)

    async def fails() -> None:
        raise Unreachable("Slack is down")

    clock.now += 365 * DAY
    await one.do("tidy", DAY, fails)
    clock.now -= 365 * DAY

    await one.do("tidy", DAY, work)

    assert work.done == 1
