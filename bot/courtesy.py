"""Who waits for an answer goes first: there is one thread for people and for everything else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import types
from bisect import insort
from collections.abc import Callable, Coroutine, Generator, Iterator
from itertools import count
from time import perf_counter
from typing import Any, TypeVar

R = TypeVar("R")

PATIENCE = 0.005  # seconds until a step is made all the same: somebody may always be waiting
IN_A_ROUND = 0.001  # seconds of it in one round of the loop, which hears nobody meanwhile

# Whoever is woken on this machine by what we have just sent runs before we go on: a proxy that
# takes our answers along mostly waits for our own processor, and would wait for all that follows an
# answer. Without the call (Windows) it does.
give_way: Callable[[], None] = getattr(os, "sched_yield", lambda: None)


class Courtesy:
    """People being answered, and ways to let them go first."""

    def __init__(self) -> None:
        self.people = 0  # being answered
        self._waiting: list[Callable[[], None]] = []
        self._numbers = count()
        self._behind: list[tuple[int, asyncio.Future[bool]]] = []  # the oldest first
        self._spent = 0.0  # seconds of this round, on what goes behind people
        self._is_counting = False
        self._loses_patience = False

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        self.people += 1
        try:
            yield
        finally:
            self.people -= 1
            if not self.people:
                waiting, self._waiting = self._waiting, []
                for work in (*waiting, self._let_one_on):
                    asyncio.get_running_loop().call_soon(work)  # the answer first

    def when_quiet(self, work: Callable[[], None]) -> None:
        """At once, where nobody waits for an answer. For who can wait for as long as somebody
        does."""
        if not self.people:
            work()
        elif work not in self._waiting:
            self._waiting.append(work)

    async def behind(self, work: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """Do it, each step of it only while nobody waits for an answer, and few steps in one round
        of the event loop, those of the oldest work first; but one step each PATIENCE."""
        return await self._by_steps(work())

    @types.coroutine
    def _by_steps(self, work: Coroutine[Any, Any, R]) -> Generator[Any, Any, R]:
        number = next(self._numbers)
        fault: BaseException | None = None
        while True:
            if self._others_first(number):
                try:
                    yield from self._turn(number).__await__()
                except asyncio.CancelledError as cancelled:
                    fault = cancelled
            began = perf_counter()
            try:
                awaited = work.send(None) if fault is None else work.throw(fault)
            except StopIteration as ended:
                returned: R = ended.value
                return returned
            finally:
                self._count(perf_counter() - began)
            fault = None
            try:
                yield awaited
            except GeneratorExit:
                work.close()
                raise
            except BaseException as thrown:
                fault = thrown

    async def _turn(self, number: int) -> None:
        """Wait for it, where it is not at once."""
        while self._others_first(number):
            turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            waiting = (number, turn)
            insort(self._behind, waiting)
            if self.people:
                self._let_one_on()
            try:
                if await turn:
                    return
            finally:
                self._behind.remove(waiting)

    def _others_first(self, number: int) -> bool:
        older_waits = bool(self._behind) and self._behind[0][0] < number
        return self.people > 0 or older_waits or self._spent > IN_A_ROUND

    def _count(self, seconds: float) -> None:
        self._spent += seconds
        if not self._is_counting:
            self._is_counting = True
            asyncio.get_running_loop().call_soon(self._begin_round)

    def _begin_round(self) -> None:
        self._spent, self._is_counting = 0.0, False
        self._let_one_on()

    def _let_one_on(self) -> None:
        """The oldest, whose step lets the next one on; or, while somebody waits, in a while."""
        if not self._behind:
            return
        if not self.people:
            self._let_on(all_the_same=False)
        elif not self._loses_patience:
            self._loses_patience = True
            asyncio.get_running_loop().call_later(PATIENCE, self._lose_patience)

    def _lose_patience(self) -> None:
        self._loses_patience = False
        if self._behind:
            self._let_on(all_the_same=True)

    def _let_on(self, *, all_the_same: bool) -> None:
        _, turn = self._behind[0]
        if not turn.done():
            turn.set_result(all_the_same)
