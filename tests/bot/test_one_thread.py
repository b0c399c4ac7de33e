"""Calls go to their thread one after the other, and none ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.one_thread import OneThread


class Panic(BaseException):
    """What a library of Rust's raises where it has a defect."""


def _raise(fault: BaseException) -> None:
    raise fault


@pytest.fixture
def thread() -> Iterator[OneThread]:
    made = OneThread("test")
    yield made
    made.close()


async def test_a_call_that_fails_fails_alone(thread: OneThread) -> None:
    with pytest.raises(ValueError, match="no such page"):
        await thread.do(_raise, ValueError("no such page"))

    assert await asyncio.wait_for(thread.do(lambda: 1), 10) == 1


async def test_what_is_no_usual_exception_is_told_as_one_and_the_thread_goes_on(
    thread: OneThread,
) -> None:
    with pytest.raises(RuntimeError, match="Panic: index out of bounds"):
        await asyncio.wait_for(thread.do(_raise, Panic("index out of bounds")), 10)

    assert await asyncio.wait_for(thread.do(lambda: 1), 10) == 1
