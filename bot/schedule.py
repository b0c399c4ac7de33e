"""Every periodic job, in one table.

What is due is a column in the database, so a restart loses nothing. Processes share the work by
turns (turns.py); should two do the same at once, it does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.files import FileStore
from bot.turns import Job, Turns
from desk.acknowledging import KEPT
from desk.errors import Busy
from desk.hold_ticket import WakeTicket
from desk.service import Desk
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

KEYS_KEPT = timedelta(days=7)  # Slack redelivers for an hour at most; a week costs nothing
ROWS_KEPT = timedelta(days=7)  # outbox rows of Slack that are done
AT_ONCE = 200
LOOK = timedelta(minutes=1)  # how soon somebody takes over the work of a process that died


class Jobs:
    """The periodic work itself."""

    def __init__(
        self,
        store: SqlStore,
        desk: Desk,
        clock: Callable[[], datetime],
        mail_kept: timedelta = timedelta(days=30),
        files: FileStore | None = None,
    ) -> None:
        self._mail_kept = mail_kept
        self._store = store
        self._desk = desk
        self._clock = clock
        self._files = files

    async def wake_tickets(self) -> None:
        """Tickets whose hold until a date is over go on."""
        now = self._clock()
        for ticket in await self._store.read(lambda tx: tx.tickets.due(now, AT_ONCE)):
            await self._desk.handle(WakeTicket(ticket), once=f"wake:{ticket}:{now:%Y-%m-%dT%H:%M}")

    async def tidy(self) -> None:
        """Forget once keys and finished rows that nobody can ask about any more, and begin anew
        what grows in memory and on the disk meanwhile."""
        now = self._clock()
        keys = await self._until_none(lambda tx: tx.forget_once(now - KEYS_KEPT))
        rows = await self._until_none(lambda tx: tx.outbox.purge(now - ROWS_KEPT))
        mails = await self._until_none(lambda tx: tx.spool.purge(now - self._mail_kept))
        await self._until_none(lambda tx: tx.mailboxes.purge(now - ROWS_KEPT))
        await self._until_none(lambda tx: tx.acknowledgements.forget(now - KEPT))
        await self._store.read(lambda tx: tx.people.make_index())
        await self._store.settle_down()
        files = await self._files.forget_orphans(self._store, now) if self._files else 0
        log.info("tidied", once_keys=keys, outbox_rows=rows, mails=mails, files=files)

    async def _until_none(self, forget: Callable[[SqlTransaction], int]) -> int:
        """A portion in each transaction: clicks come in between."""
        forgotten = 0
        while portion := await self._store.write(forget):
            forgotten += portion
        return forgotten


def in_turn(
    turns: Turns, jobs: dict[str, tuple[timedelta, Job]]
) -> dict[str, tuple[timedelta, Job]]:
    """The same work, where each time one process does it. All of them look often whether it is
    due; a little early, or every second look would come just too soon."""
    return {
        name: (min(every, LOOK), partial(turns.do, name, every - every / 10, job))
        for name, (every, job) in jobs.items()
    }


def start_schedule(jobs: dict[str, tuple[timedelta, Job]]) -> AsyncIOScheduler:
    """`misfire_grace_time=None`: by default APScheduler drops a job after a stall of 1 s."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, (every, job) in jobs.items():
        trigger = IntervalTrigger(seconds=int(every.total_seconds()), timezone="UTC")
        scheduler.add_job(guarded(name, job), trigger, id=name, name=name)
    scheduler.start()
    return scheduler


def stop_schedule(scheduler: AsyncIOScheduler) -> None:
    """Break off what runs, and begin nothing. It shuts down in the next round of the event loop
    only: what fell due in this one would be broken off before its first step, and logged as failed.
    """
    scheduler.pause()
    scheduler.shutdown(wait=False)


def guarded(name: str, job: Job) -> Callable[[], Coroutine[Any, Any, None]]:
    """The job, which logs what it fails of and raises nothing."""

    async def run() -> None:
        try:
            await job()
        except asyncio.CancelledError:
            # We are being stopped. The scheduler would log that as a failure, with a traceback.
            log.info("job_broken_off", job=name)
        except Busy:
            log.warning("job_waits_for_database", job=name)
        except Exception:
            # The schedule must go on; the job comes again by itself.
            log.exception("job_failed", job=name)

    return run
