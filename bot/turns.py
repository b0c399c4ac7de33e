"""Periodic work, shared by any number of processes: each time one of them does it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.outcomes import Unreachable
from bot.slack_calls import SlackDeclined
from desk.errors import Busy
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

# How long a process that died keeps others from its work: a desk that knows nobody waits for it.
HOLD = timedelta(seconds=10)
RENEWED = HOLD.total_seconds() / 3  # seconds
LOOK = 1.0  # seconds between looks at whether another process is still at it
# After what failed, twice as long each time; at the next start at once. A desk that knows nobody
# must not wait long for a Slack that is back.
AGAIN, AGAIN_AT_MOST = timedelta(seconds=50), timedelta(minutes=10)

Job = Callable[[], Awaitable[None]]


class Turns:
    """One per process."""

    def __init__(self, store: SqlStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._put_off: dict[str, tuple[datetime, timedelta]] = {}  # since when, for how long
        self._taking: set[asyncio.Task[bool]] = set()

    async def see_done(self, name: str, every: timedelta, job: Job) -> None:
        """Like `do`; but where another process does it, it may die of it, and we come after."""
        while True:
            # Looked before and after: what somebody has at neither moment nobody was at meanwhile.
            was_held = await self._is_held(name)
            await self.do(name, every, job)
            if not was_held and not await self._is_held(name):
                return
            await asyncio.sleep(LOOK)

    async def _is_held(self, name: str) -> bool:
        return await self._store.read(lambda tx: tx.leases.is_held(name, self._clock(), HOLD))

    async def do(self, name: str, every: timedelta, job: Job) -> None:
        """Do `job` unless another process does, or one has done it within `every`."""
        now = self._clock()
        if self._is_put_off(name, now):
            return
        try:
            if await self._take(name, now, every):
                await self._carry_out(name, job)
        except (SlackDeclined, Unreachable, Busy) as fault:
            log.warning("work_put_off", work=name, reason=str(fault) or type(fault).__name__)

    def _is_put_off(self, name: str, now: datetime) -> bool:
        since, pause = self._put_off.get(name, (now, timedelta()))
        return timedelta() <= now - since < pause  # not for as long as a clock was wrong

    async def _take(self, name: str, now: datetime, every: timedelta) -> bool:
        """Whoever is told to stop meanwhile may have it all the same, so `close` waits for that."""
        taking = asyncio.create_task(
            self._store.write(lambda tx: tx.leases.take(name, self._owner, now, HOLD, every))
        )
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)
        return await asyncio.shield(taking)

    async def _carry_out(self, name: str, job: Job) -> None:
        renewing = asyncio.create_task(self._renew(name))
        try:
            await job()
        except Exception:
            self._put_off[name] = self._clock(), self._next_pause(name)
            await self._store.write(lambda tx: tx.leases.hand_back(self._owner, name))
            raise
        finally:
            renewing.cancel()
        at = self._clock()
        self._put_off.pop(name, None)
        await self._store.write(lambda tx: tx.leases.done(name, self._owner, at))

    def _next_pause(self, name: str) -> timedelta:
        before = self._put_off.get(name)
        return AGAIN if before is None else min(2 * before[1], AGAIN_AT_MOST)

    async def _renew(self, name: str) -> None:
        while True:
            await asyncio.sleep(RENEWED)
            try:
                await self._store.write(partial(self._renewed, name, self._clock() + HOLD))
            except Busy:
                log.warning("lease_not_renewed", work=name)  # the next renewal may do

    def _renewed(self, name: str, until: datetime, tx: SqlTransaction) -> None:
        tx.leases.renew(name, self._owner, until)

    async def close(self) -> None:
        """Leave what is not done to the others, at once. When nothing is begun any more."""
        await asyncio.gather(*self._taking, return_exceptions=True)
        try:
            await self._store.write(lambda tx: tx.leases.hand_back(self._owner))
        except Busy:
            log.warning("work_not_handed_back")  # its leases end by themselves
