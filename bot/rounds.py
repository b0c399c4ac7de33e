"""Looking for work in rounds, on a lease: what the relay and the mail spool both do.

A round begins what there is and says when there may be more. Rounds follow each other until
`stop`; between them the leases of what runs are renewed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog

from desk.errors import Busy

log = structlog.get_logger(__name__)

AFTER_TROUBLE = 1.0  # seconds


class Rounds:
    """`look` is one round: how many seconds later there may be more to do. `renew` is called every
    `renewed` seconds."""

    def __init__(
        self,
        what: str,
        look: Callable[[], Awaitable[float]],
        renew: Callable[[], Awaitable[None]],
        renewed: float,
    ) -> None:
        """To be made where an event loop runs. `what` is its name in the log."""
        self._what = what
        self._look, self._renew, self._renewed = look, renew, renewed
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._resting = asyncio.Event()
        self._resting.set()
        self.stopping = False

    def wake(self) -> None:
        """There may be something to do. Safe from any thread, also after the loop has ended."""
        self.call_soon(self._wake.set)

    def call_soon(self, work: Callable[[], None]) -> None:
        """On the loop, and at once from there. Safe from any thread, also after it has ended: then
        it is not done."""
        if asyncio._get_running_loop() is self._loop:
            work()  # to be woken takes the loop another round
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    def wake_here(self) -> None:
        """The same, from a task of the loop itself."""
        self._wake.set()

    async def run(self) -> None:
        """Until `stop`. Never cancel it: what it has just leased would stay leased."""
        self._resting.clear()
        renewing = asyncio.create_task(self._keep_renewing())
        while not self.stopping:
            self._wake.clear()
            pause = await self._guarded(self._look())
            if not self.stopping:
                await self._sleep(AFTER_TROUBLE if pause is None else pause)
        renewing.cancel()
        self._resting.set()

    async def stop(self, running: Callable[[], Iterable[asyncio.Task[Any]]], within: float) -> None:
        """No round begins any more. Waits for what runs, and cancels it when `within` is over."""
        self.stopping = True
        self._wake.set()
        await self._resting.wait()
        tasks = tuple(running())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _keep_renewing(self) -> None:
        while True:
            await asyncio.sleep(self._renewed)
            await self._guarded(self._renew())

    async def _guarded(self, work: Awaitable[Any]) -> Any:
        """What it answers, or None: there must be a next time whatever it met."""
        try:
            return await work
        except Busy:
            log.warning("waits_for_database", what=self._what)
        except Exception:
            log.exception("round_failed", what=self._what)
        return None

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
