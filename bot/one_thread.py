"""A thread for calls that wait for a server, one after the other.

A daemon's, unlike those of asyncio's pool: a server that hangs does not keep the program from
ending, and many mailboxes that wait do not use up what others need.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from storage.faults import ordinary

R = TypeVar("R")

Call = tuple[Callable[..., Any], tuple[Any, ...], asyncio.Future[Any]]


class OneThread:
    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        Thread(target=self._run, name=name, daemon=True).start()

    async def do(self, call: Callable[..., R], *arguments: Any) -> R:
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._calls.put((call, arguments, future))
        return await future

    def close(self) -> None:
        """What runs goes on to its end; nobody waits for it."""
        self._calls.put(None)

    def _run(self) -> None:
        while (given := self._calls.get()) is not None:
            call, arguments, future = given
            try:
                value, fault = call(*arguments), None
            except BaseException as raised:
                value, fault = None, ordinary(raised)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                future.get_loop().call_soon_threadsafe(_tell, future, value, fault)


def _tell(future: asyncio.Future[Any], value: Any, fault: Exception | None) -> None:
    if future.done():
        return  # given up meanwhile
    if fault is not None:
        future.set_exception(fault)
    else:
        future.set_result(value)
