"""The uses of one view, one after the other, as they arrived."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Who asked first is answered first, so an older drawing of a form never follows a newer."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def of(self, view: str) -> AsyncIterator[None]:
        """Wait until earlier uses of the view are answered. Without a view, there is no waiting."""
        if not view:
            yield
            return
        lock = self._locks.setdefault(view, asyncio.Lock())
        self._waiting[view] += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[view] -= 1
            if not self._waiting[view]:
                del self._waiting[view], self._locks[view]
