"""Keep the index of tickets' words near the present, and make it anew from the command line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from storage.store import SqlStore
from storage.ticket_index import Portion, SqlTicketIndex, Unindexable

log = structlog.get_logger(__name__)

# Tickets in one transaction. People's clicks wait behind it on SQLite, so the bot takes them one by
# one there; whoever wants all of them anew waits for the whole.
AT_ONCE, BESIDE_OTHERS, ANEW_AT_ONCE = 1, 5, 5
COURTESY = 3.0  # of the time that work took, left to everybody else before there is more
LONGEST_PAUSE = 0.5  # seconds
# Seconds: it is begun when nobody was answered for so long, and in a rush so much later in any
# case; and how often that is looked at. A ticket's words take a fifth of the time that the ticket
# itself takes, and whoever came in their midst waited.
QUIET, PATIENCE, GLANCE = 0.2, 5.0, 0.02
LATER = timedelta(hours=1)  # until a ticket is tried again that could not be indexed


class Indexing:
    def __init__(
        self,
        store: SqlStore,
        clock: Callable[[], datetime],
        is_quiet: Callable[[float], bool] = lambda seconds: True,
    ) -> None:
        """`is_quiet` says whether nobody was answered within so many seconds."""
        self._store = store
        self._clock = clock
        self._is_quiet = is_quiet

    async def catch_up(self) -> None:
        """Index what changed and is not indexed yet, while nobody is there, or after PATIENCE.
        Where nothing changed, nothing is written."""
        more = await self._store.read(lambda tx: tx.index.is_behind(self._clock()))
        at_once = AT_ONCE if self._store.has_one_writer else BESIDE_OTHERS
        latest = time.monotonic() + PATIENCE
        while more:
            while not self._is_quiet(QUIET) and time.monotonic() < latest:  # noqa: ASYNC110
                await asyncio.sleep(GLANCE)
            portion, took = await self._one(SqlTicketIndex.catch_up, at_once)
            more = portion.more
            if more:
                await asyncio.sleep(min(took * COURTESY, LONGEST_PAUSE))

    async def again(self, *, anew: bool, progress: Callable[[int, int], None]) -> int:
        """Index every ticket, newest first, and return how many were left to be done.

        Goes on where an earlier run was interrupted, unless told to begin `anew`. A bot that runs
        beside this does a part of the work.
        """
        left = await self._store.read(lambda tx: tx.index.left())
        if left is None or anew:
            await self._store.write(lambda tx: tx.index.begin_anew())
        total = await self._store.read(lambda tx: tx.index.left()) or 0
        done, more = 0, True
        while more:
            portion, took = await self._one(SqlTicketIndex.go_back, ANEW_AT_ONCE)
            done, more = done + portion.tickets, portion.more
            progress(min(done, total) if more else total, total)
            # A portion of nothing is another process at work.
            await asyncio.sleep(took if portion.tickets else LONGEST_PAUSE)
        return total

    async def _one(
        self, work: Callable[[SqlTicketIndex, datetime, int], Portion], most: int
    ) -> tuple[Portion, float]:
        """A portion, and the seconds it took."""
        began = time.monotonic()
        try:
            portion = await self._portion(work, most)
        except Unindexable:
            portion = await self._alone(work)
        return portion, time.monotonic() - began

    async def _alone(self, work: Callable[[SqlTicketIndex, datetime, int], Portion]) -> Portion:
        """One ticket instead of many that failed together: what is wrong with one of them must
        not keep the others from being found."""
        try:
            return await self._portion(work, 1)
        except Unindexable as fault:
            (ticket,) = fault.tickets
            log.exception("ticket_not_indexed", ticket=ticket, again_in=LATER.total_seconds())
            until = self._clock() + LATER
            await self._store.write(lambda tx: tx.index.put_off(ticket, until), patient=True)
            return Portion(1, more=True)

    async def _portion(
        self, work: Callable[[SqlTicketIndex, datetime, int], Portion], most: int
    ) -> Portion:
        return await self._store.write(
            lambda tx: work(tx.index, self._clock(), most), patient=True, early=True
        )
