"""Who waits for an answer goes first: there is one thread for people and for everything else."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator

PATIENCE = 0.05  # seconds that the next of what nobody watches steps back for, at most

# Whoever is woken on this machine by what we have just sent runs before we go on: a proxy that
# takes our answers along mostly waits for our own processor, and would wait for all that follows an
# answer. Without the call (Windows) it does.
give_way: Callable[[], None] = getattr(os, "sched_yield", lambda: None)


class Courtesy:
    """People being answered, and a way to wait until there are none."""

    def __init__(self) -> None:
        self.people = 0  # being answered
        self._waiting: list[Callable[[], None]] = []
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._door = asyncio.Lock()

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        self.people += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self.people -= 1
            if not self.people:
                self._quiet.set()
                waiting, self._waiting = self._waiting, []
                for work in waiting:
                    asyncio.get_running_loop().call_soon(work)  # the answer first

    def when_quiet(self, work: Callable[[], None]) -> None:
        """At once, where nobody waits for an answer. For who can wait for as long as somebody
        does."""
        if not self.people:
            work()
        elif work not in self._waiting:
            self._waiting.append(work)

    async def step_back(self) -> None:
        """Until nobody waits for an answer, but not for long: somebody may always be waiting.

        One after another: all at once would keep the next person waiting for all of them.
        """
        async with self._door:
            if self._quiet.is_set():
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._quiet.wait()
