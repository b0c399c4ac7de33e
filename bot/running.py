"""Run the bot until a signal says stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import structlog

from bot.app import Bot

log = structlog.get_logger(__name__)

R = TypeVar("R")

SIGNALS = (signal.SIGTERM, signal.SIGINT)

# Seconds until a thread that works lets another one on. The database's threads wait for their turn
# after each statement, and Python's own five milliseconds are as much as a whole ticket takes.
HANDOVER = 0.0005

# Seconds that a stop may take. It takes three, but for a database that says nothing: what waits for
# it then in threads cannot be called off, and whoever supervises us loses patience at fifteen.
STOPPING = 13.0


def run_loop(work: Coroutine[Any, Any, R]) -> R:
    """`asyncio.run` on the quickest loop there is: a request takes half the processor time."""
    sys.setswitchinterval(HANDOVER)
    runner = asyncio.Runner(loop_factory=_loop_factory())
    try:
        return runner.run(work)
    finally:
        with _in_time():  # threads may still wait for what a start was called off from
            runner.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def run_until_stopped(bot: Bot, *, second_ends: bool = False) -> None:
    """Stops in order on SIGTERM and SIGINT. `second_ends`: at a second one the system ends the
    process at once, as if it had never heard of signals; its leases run out then."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        log.info("stopping")
        bot.stopping.set()
        for number in SIGNALS if second_ends else ():
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    starting = asyncio.create_task(bot.start())
    told = asyncio.create_task(bot.stopping.wait())
    try:
        # A start may take long (Slack is down), and must be stopped as well as anything else.
        await asyncio.wait({starting, told}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            # What is there now stays. Left to the collector, each full round of it would stop us
            # for fifty milliseconds.
            gc.collect()
            gc.freeze()
            await told
    finally:
        for task in (starting, told):
            task.cancel()
        with _in_time():
            await asyncio.gather(starting, told, return_exceptions=True)
            await bot.stop()


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    """End the process where this takes too long, from a thread: the loop may be what hangs. That is
    as if it were killed: what it leased is for others when the leases run out."""
    timer = threading.Timer(STOPPING, _end_at_once)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end_at_once() -> None:
    log.warning("stopped_in_the_midst", after_seconds=STOPPING)
    logging.shutdown()
    os._exit(1)
