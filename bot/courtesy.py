"""Who waits for an answer goes first: there is one thread for people and for everything else."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import types
from bisect import insort
from collections.abc import Callable, Coroutine, Generator, Iterator
from itertools import count, islice
from time import perf_counter
from typing import Any, TypeVar

R = TypeVar("R")

# Where somebody always waits: seconds until one step is made all the same, and the part of the time
# that such steps may take.
PATIENCE, SHARE = 0.004, 1 / 5
AT_ONCE = 32  # short steps that are let on together
IN_A_ROUND = 0.001  # seconds of it in one round of the loop, which hears nobody meanwhile

# Whoever is woken on this machine by what we have just sent runs before we go on: a proxy that
# takes our answers along mostly waits for our own processor, and would wait for all that follows an
# answer. Without the call (Windows) it does.
give_way: Callable[[], None] = getattr(os, "sched_yield", lambda: None)


class Courtesy:
    """People being answered, and ways to let them go first."""

    def __init__(self) -> None:
        self.people = 0  # being answered
        self._answered = -math.inf  # when the last one was, by perf_counter
        self._waiting: list[Callable[[], None]] = []
        self._numbers = count()
        self._behind: list[tuple[int, asyncio.Future[bool]]] = []  # who waits longest first
        self._steppers: set[asyncio.Task[Any] | None] = set()
        self._spent = 0.0  # seconds of this round, on what goes behind people
        self._last = 0.0  # the same, of the last step
        self._is_seen_to = False  # the next round
        self._loses_patience = False

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        self.people += 1
        try:
            yield
        finally:
            self.people -= 1
            self._answered = perf_counter()
            if not self.people and (self._waiting or self._behind):
                waiting, self._waiting = self._waiting, []
                for work in (*waiting, self._let_on):
                    asyncio.get_running_loop().call_soon(work)  # the answer first

    def is_quiet(self, since: float) -> bool:
        """Whether nobody was answered within so many seconds."""
        return not self.people and perf_counter() - self._answered > since

    def when_quiet(self, work: Callable[[], None]) -> None:
        """At once, where nobody waits for an answer. For who can wait for as long as somebody
        does."""
        if not self.people:
            work()
        elif work not in self._waiting:
            self._waiting.append(work)

    async def behind(self, work: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """Do it, each step of it only while nobody waits for an answer, and few steps in one round
        of the event loop, in the order in which they could be made. Where somebody always waits
        one is made all the same each PATIENCE."""
        task = asyncio.current_task()
        if task in self._steppers:
            return await work()  # its steps are those of the work that does it
        self._steppers.add(task)
        try:
            return await self._by_steps(work())
        finally:
            self._steppers.discard(task)

    @types.coroutine
    def _by_steps(self, work: Coroutine[Any, Any, R]) -> Generator[Any, Any, R]:
        fault: BaseException | None = None
        try:
            while True:
                if self.people or self._behind or self._spent > IN_A_ROUND:
                    try:
                        yield from self._turn().__await__()
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
                    raise
                except BaseException as thrown:
                    fault = thrown
        except GeneratorExit:
            work.close()
            raise

    async def _turn(self) -> None:
        number = next(self._numbers)
        while self._others_first(number):
            turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            waiting = (number, turn)
            insort(self._behind, waiting)
            if self.people:
                self._let_on()
            else:
                self._see_to_next_round()
            try:
                if await turn:
                    return
            finally:
                self._behind.remove(waiting)

    def _others_first(self, number: int) -> bool:
        """Than a step that came as the `number`th to wait for its turn."""
        earlier = bool(self._behind) and self._behind[0][0] < number
        return self.people > 0 or earlier or self._spent > IN_A_ROUND

    def _count(self, seconds: float) -> None:
        self._last = seconds
        self._spent += seconds
        if self._behind:
            self._let_on()  # into the next round
        if not self._is_seen_to:
            self._see_to_next_round()

    def _see_to_next_round(self) -> None:
        if not self._is_seen_to:
            self._is_seen_to = True
            asyncio.get_running_loop().call_soon(self._begin_round)

    def _begin_round(self) -> None:
        self._spent, self._is_seen_to = 0.0, False
        if not self._behind:
            return
        self._let_on()
        if not self.people and next(self._pending(), None):
            self._see_to_next_round()  # whoever is let on may have gone without a step

    def _let_on(self) -> None:
        """Those who wait longest, as many as fit into a round; or one, where somebody waits for an
        answer, in a while."""
        if not self._behind:
            return
        if not self.people:
            fit = max(min(int(IN_A_ROUND / max(self._last, 1e-6)), AT_ONCE), 1)
            for turn in islice(self._pending(), fit):
                turn.set_result(False)
        elif not self._loses_patience:
            self._loses_patience = True
            pause = max(PATIENCE, self._last * (1 / SHARE - 1))
            asyncio.get_running_loop().call_later(pause, self._lose_patience)

    def _lose_patience(self) -> None:
        self._loses_patience = False
        turn = next(self._pending(), None)
        if turn is not None:
            turn.set_result(True)
            self._let_on()

    def _pending(self) -> Iterator[asyncio.Future[bool]]:
        return (turn for _, turn in self._behind if not turn.done())
