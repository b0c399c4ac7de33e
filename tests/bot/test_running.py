"""A stop ends, whatever hangs."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
import structlog

from bot import running
from bot.running import run_loop, run_until_stopped


class Stuck:
    """A bot that is told to stop, and waits for something that says nothing."""

    def __init__(self, free: threading.Event) -> None:
        self.stopping = asyncio.Event()
        self.stopping.set()
        self.free = free

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.free.wait()  # in the loop itself: nobody there could call it off


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """With what the process would have ended."""
    codes: list[int] = []
    monkeypatch.setattr(running.os, "_exit", codes.append)
    return codes


async def test_a_stop_that_hangs_is_cut_short(
    monkeypatch: pytest.MonkeyPatch, ended: list[int]
) -> None:
    free = threading.Event()
    monkeypatch.setattr(running, "STOPPING", 0.05)
    monkeypatch.setattr(running.logging, "shutdown", free.set)
    bot: Any = Stuck(free)

    with structlog.testing.capture_logs() as logs:
        await run_until_stopped(bot)

    assert [line["event"] for line in logs] == ["stopped_in_the_midst"]
    assert ended == [1]


async def test_one_in_time_is_not(ended: list[int]) -> None:
    free = threading.Event()
    free.set()
    bot: Any = Stuck(free)

    await run_until_stopped(bot)

    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()  # it has been called off
    assert ended == []


def test_what_a_start_left_to_a_thread_keeps_no_process_alive(
    monkeypatch: pytest.MonkeyPatch, ended: list[int]
) -> None:
    """Told to stop while the database's tables are made anew, which waits for somebody's lock."""
    free = threading.Event()
    monkeypatch.setattr(running, "STOPPING", 0.05)
    monkeypatch.setattr(running.logging, "shutdown", free.set)

    async def begin() -> None:
        begun = asyncio.create_task(asyncio.to_thread(free.wait))
        await asyncio.sleep(0.01)
        begun.cancel()

    run_loop(begin())

    assert ended == [1]
