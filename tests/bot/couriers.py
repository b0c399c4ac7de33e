"""A relay on a real database, with a courier that does what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.outcomes import Attempting, Done
from bot.relay import Relay
from desk.effects import Effect, RefreshCard, SendMail, ShowEntry, WarnUndelivered
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import NOW

LONG = 30.0  # seconds a busy machine may need for what takes none
Ending = Callable[[Lease, Attempting], Awaitable[Done]]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def well(lease: Lease, attempting: Attempting) -> Done:
    return Done("sent")


@dataclass
class Play:
    """`endings` say how the next deliveries end, in turn; after them all end well."""

    store: SqlStore
    clock: Clock
    relay: Relay
    endings: list[Ending] = field(default_factory=list)
    carried: list[Lease] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, *effects: Effect, due: timedelta | None = None) -> None:
        at = self.clock()
        when = at + due if due else None
        for effect in effects:
            await self.store.write(partial(_put, effect, at, when))
        self.relay.wake()

    async def later(self, seconds: float) -> None:
        self.clock.now += timedelta(seconds=seconds)
        self.relay.wake()

    async def carry(self, effect: Any, lease: Lease, attempting: Attempting) -> Done:
        self.carried.append(lease)
        self._changed.set()
        ending = self.endings.pop(0) if self.endings else well
        return await ending(lease, attempting)

    async def until_carried(self, times: int) -> None:
        async with asyncio.timeout(LONG):
            while len(self.carried) < times:
                self._changed.clear()
                await self._changed.wait()

    async def rows(self) -> dict[str, int]:
        return await self.store.read(lambda tx: tx.outbox.counts())

    async def until_rows(self, **wanted: int) -> None:
        """Until so many rows are waiting, refused, uncertain."""
        async with asyncio.timeout(LONG):
            while not wanted.items() <= (await self.rows()).items():  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # the database has no event to wait for

    @property
    def kinds(self) -> list[str]:
        return [type(lease.effect).__name__ for lease in self.carried]


def _put(effect: Effect, at: datetime, due: datetime | None, tx: SqlTransaction) -> None:
    tx.outbox.put(effect, at, due)


def a_relay(play: Play, slots: int = 8) -> Relay:
    couriers = dict.fromkeys((RefreshCard, ShowEntry, SendMail, WarnUndelivered), play.carry)
    return Relay(play.store, couriers, play.clock, slots=slots)


@asynccontextmanager
async def a_play(store: SqlStore, slots: int = 8) -> AsyncIterator[Play]:
    play = Play(store, Clock(), relay=None)  # type: ignore[arg-type]
    play.relay = a_relay(play, slots)
    running = asyncio.create_task(play.relay.run())
    try:
        yield play
    finally:
        await play.relay.stop(LONG)
        await asyncio.wait_for(running, LONG)
