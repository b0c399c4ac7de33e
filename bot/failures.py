"""What is written down of a lane that broke off, however long the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.endings import Ended, Endings, Note
from bot.rounds import AFTER_TROUBLE
from desk.errors import Busy
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)


class Failures:
    def __init__(self, store: SqlStore, endings: Endings, stopping: Callable[[], bool]) -> None:
        """`stopping`: whether there is no more time to wait for the database."""
        self._store = store
        self._endings = endings
        self._stopping = stopping

    async def note(self, leases: Sequence[Lease], ended: Sequence[Ended], fault: Exception) -> None:
        """Write down what ended well before it, how this one failed, and that the others are free.

        `ended` holds all of them where it was the writing down that failed. That is tried again
        where the database was away; a defect in it must not be met again in the same breath.
        """
        lease = leases[min(len(ended), len(leases) - 1)]
        well = ended if len(ended) < len(leases) or isinstance(fault, Busy) else ()
        badly = self._endings.badly(lease, fault)

        def note(tx: SqlTransaction) -> None:
            self._endings.well(tx, well)
            if badly is not None:
                badly(tx)
            for other in leases[len(ended) + 1 :]:
                tx.outbox.let_go(other)

        if badly is not None or well:
            try:
                await self._written(lease, note)
            except Exception as defect:
                await self._put_off(leases, defect)

    async def _put_off(self, leases: Sequence[Lease], defect: Exception) -> None:
        """How they ended cannot be written down: what breaks that may stand in any of them."""
        log.exception("ending_not_written", row=leases[0].id, exc_info=defect)

        def note(tx: SqlTransaction) -> None:
            for lease in leases:
                self._endings.put_off(tx, lease, defect)

        await self._written(leases[0], note)

    async def _written(self, lease: Lease, note: Note) -> None:
        """However long the database is away: what is known of a mail that left, nobody else could
        find out."""
        while True:
            try:
                return await self._store.write(note, patient=True)
            except Busy:
                log.warning("relay_waits_for_database", row=lease.id)
            if self._stopping():
                return None
            await asyncio.sleep(AFTER_TROUBLE)
