"""When a commit of SQLite's must be on the disk, and when the next one may take it along.

SQLite knows one answer for all commits of a connection. Ours differ: what somebody is told of must
outlive a power cut before they are told, while the relay's "delivered" may be found out again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
import sys
import time
from threading import Lock

from desk.errors import Busy

log = logging.getLogger(__name__)

OTHERS_WRITE = 0.25  # seconds; mostly they are done by then
QUICK = 0.005  # seconds that everybody may be kept waiting for the disk

# On a Mac the file's data alone cannot be asked for.
_to_disk = os.fsync if sys.platform == "darwin" or not hasattr(os, "fdatasync") else os.fdatasync


class WriteAheadLog:
    """SQLite's journal beside the file. With `synchronous = NORMAL` SQLite itself takes it to the
    disk only before it is written back; whatever stands in it earlier goes along with what stands
    later, so one `settle` is enough for all commits before it."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._file = f"{database}-wal"
        self._open: int | None = None
        self.in_doubt = False  # whether the disk refused something that stands in it

    def settle(self) -> None:
        """Return when all commits so far are on the disk. Raises OSError where that failed."""
        if self._open is None or os.fstat(self._open).st_nlink == 0:
            self.close()
            self._open = os.open(self._file, os.O_RDWR)
        try:
            if not self.in_doubt:
                _to_disk(self._open)
        except OSError:
            log.warning("the disk refused the journal, which is written once more", exc_info=True)
            self.in_doubt = True
        if self.in_doubt:
            self._write_again()
            self.in_doubt = False

    def _write_again(self) -> None:
        """All of it, as it stands there.

        The system says once that it could not write something, and counts it as written from then
        on: asked again it says yes, and what is committed behind the gap would be lost with it. So
        SQLite, too, writes the same place anew after a commit that the disk refused. Writing it
        back into the database would be no help: a power cut in the middle needs a whole journal.
        """
        try:
            with contextlib.closing(
                sqlite3.connect(self._database, timeout=OTHERS_WRITE)
            ) as connection:
                connection.execute("BEGIN IMMEDIATE")  # nobody else changes it meanwhile
                with open(self._file, "r+b") as journal:
                    whole = journal.read()
                    journal.seek(0)
                    journal.write(whole)
                    journal.flush()
                    _to_disk(journal.fileno())
        except sqlite3.Error as fault:
            raise OSError(f"the journal could not be written once more: {fault}") from fault

    def close(self) -> None:
        if self._open is not None:
            os.close(self._open)
            self._open = None


class Disk:
    """Whether the disk has what was committed, for those who go on meanwhile and ask later."""

    def __init__(self, journal: WriteAheadLog) -> None:
        self._journal = journal
        self._lock = Lock()
        self._behind = False
        self._has_it = True
        self.is_quick = True  # as it was the last time
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = []

    def is_behind(self) -> None:
        """Something was committed that `take` is going to take to the disk."""
        with self._lock:
            self._behind = True

    def take(self) -> bool:
        """Whether all commits so far are on the disk."""
        began, has_it = time.monotonic(), False
        try:
            self._journal.settle()
            has_it = True
        except Exception:
            # Not only what the system refuses: a large journal may not fit into memory either.
            log.exception("the disk did not take what was committed")
        finally:
            self._reached(has_it)
        self.is_quick = self._has_it and time.monotonic() - began < QUICK
        return self._has_it

    async def reached(self) -> None:
        """Return when the disk has all commits so far. Raises Busy where it did not take them."""
        with self._lock:
            waiting = None
            if self._behind:
                loop = asyncio.get_running_loop()
                waiting = loop.create_future()
                self._waiting.append((loop, waiting))
        if waiting is not None:
            await waiting
        if not self._has_it:
            raise Busy

    def close(self) -> None:
        self._journal.close()

    def _reached(self, has_it: bool) -> None:
        with self._lock:
            self._behind, self._has_it = False, has_it
            waiting, self._waiting = self._waiting, []
        for loop, future in waiting:
            with contextlib.suppress(RuntimeError):  # closed: nobody waits there any more
                loop.call_soon_threadsafe(_done, future)


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
