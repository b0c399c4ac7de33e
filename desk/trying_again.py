"""Trying again what somebody else was quicker with: look again, decide again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from desk.errors import Busy, Stale
from desk.ports import Store

R = TypeVar("R")

TRIES = 3


async def persistently(store: Store, work: Callable[[Any], R]) -> R:
    """`work` in a transaction; and once more, twice at most, where somebody else has stored
    meanwhile what may exist once. Raises Busy after that."""
    for _ in range(TRIES):
        try:
            return await store.write(work)
        except Stale:
            continue
    raise Busy
