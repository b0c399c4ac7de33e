"""The bot keeps nothing of what it has done: what it holds does not grow with each ticket."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bench.soak import objects, soaking

FEW = 60
A_TICKET = 5  # objects for each at most; one that is kept by mistake brings dozens with it


async def test_nothing_is_left_of_a_ticket_in_memory(tmp_path: Path):
    async with soaking(tmp_path) as soak:
        await soak.run(FEW, timedelta(hours=12))  # statements are built, connections opened
        await soak.tidy()
        before = objects()

        await soak.run(2 * FEW, timedelta(hours=12))
        await soak.tidy()

        assert objects() - before < A_TICKET * 2 * FEW
