"""New messages of one channel leave in their order, so that they stand there in it.

Two that are under way at once may arrive either way round: over two connections, or because Slack
refuses the first and takes the second. So the next one leaves once Slack has answered the one
before, or a moment after it where Slack takes its time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

APART = 0.05  # seconds between two that leave without an answer
# And of the event loop: on a machine that stands still all this time goes by before the first one
# has so much as a connection.
ROUNDS = 40

# Its number, when it came to wait, and what tells it that it may leave.
Waiting = tuple[int, int, asyncio.Future[None]]


class InOrder:
    """One per process. Of those that wait for one channel the lowest number leaves first."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Waiting]] = {}  # by channel, where somebody has the turn
        self._came = count()

    @asynccontextmanager
    async def turn(self, channel: str, number: int) -> AsyncIterator[Callable[[], None]]:
        """Has the turn of this channel until it is left. What is given says that the message is on
        its way: then the turn goes on to the next one after APART and ROUNDS at the latest."""
        has_it = True

        def give_up() -> None:
            nonlocal has_it
            if has_it:
                has_it = False
                self._pass_on(channel)

        await self._take(channel, number)
        try:
            yield lambda: _soon(give_up)
        finally:
            give_up()

    async def _take(self, channel: str, number: int) -> None:
        if channel not in self._waiting:
            self._waiting[channel] = []
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting[channel], (number, next(self._came), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():
                self._pass_on(channel)  # it was told just now
            raise

    def _pass_on(self, channel: str) -> None:
        waiting = self._waiting[channel]
        while waiting:
            *_, its = heappop(waiting)
            if not its.done():
                its.set_result(None)
                return
        del self._waiting[channel]


def _soon(work: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(APART, _in_rounds, ROUNDS, work)


def _in_rounds(left: int, work: Callable[[], None]) -> None:
    if left:
        asyncio.get_running_loop().call_soon(_in_rounds, left - 1, work)
    else:
        work()
