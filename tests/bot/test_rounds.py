"""What is to be done on the loop: at once from there, and from any other thread as well."""

from __future__ import annotations

import asyncio
import threading

from bot.rounds import Rounds


async def _nothing() -> float:
    return 1.0


async def _renew() -> None: ...


async def test_it_is_done_at_once_from_the_loop_itself() -> None:
    rounds, done = Rounds("work", _nothing, _renew, 1.0), []

    rounds.call_soon(lambda: done.append(threading.current_thread()))

    assert done == [threading.current_thread()]


async def test_it_is_done_on_the_loop_when_another_thread_asks() -> None:
    rounds, done, here = Rounds("work", _nothing, _renew, 1.0), asyncio.Event(), []

    def work() -> None:
        here.append(threading.current_thread())
        done.set()

    await asyncio.to_thread(rounds.call_soon, work)
    await asyncio.wait_for(done.wait(), 10)

    assert here == [threading.current_thread()]


def test_nothing_is_done_when_the_loop_has_ended() -> None:
    async def made() -> Rounds:
        return Rounds("work", _nothing, _renew, 1.0)

    rounds, done = asyncio.run(made()), []

    rounds.call_soon(lambda: done.append(True))

    assert done == []
