"""The schedule ends without a word too many, whatever it is in the midst of."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.schedule import start_schedule, stop_schedule


async def test_a_job_that_falls_due_as_it_is_stopped_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = 0

    async def job() -> None:
        nonlocal begun
        begun += 1
        await asyncio.sleep(60)

    scheduler = start_schedule({"a job": (timedelta(days=1), job)})
    scheduler.modify_job("a job", next_run_time=datetime.now(UTC))
    with caplog.at_level(logging.WARNING, "apscheduler"):
        stop_schedule(scheduler)
        scheduler._process_jobs()  # as its timer may do in the same round
        for _ in range(5):
            await asyncio.sleep(0)

    assert caplog.messages == []
    assert begun == 0
