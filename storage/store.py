"""The desk's `Store` over SQLite or PostgreSQL: work runs in threads, callers await it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from storage.durable import WriteAheadLog
from storage.engine import (
    COMMITS,
    MUST_LAST,
    PATIENT_THREADS,
    READERS,
    THREADS,
    begin_to_read,
    begin_to_write,
    database_url,
    empty_the_journal,
    is_sqlite,
    sqlite_reader_engine,
    write_back,
    writer_engine,
)
from storage.finder import Finder
from storage.kept import Begin, KeptConnections, soon
from storage.known_house import Memory
from storage.listener import CHANNEL, MAIL, PACE, Listener
from storage.patience import patiently
from storage.prepared import QuickConnection, prepared
from storage.transaction import SqlTransaction, Taker
from storage.writer import Calm, Writer

log = logging.getLogger(__name__)

R = TypeVar("R")

_NOTIFY = prepared(text("SELECT pg_notify(:channel, :what)"))
RELAY = ""  # what is said to the relays of other processes


class SqlStore:
    """Open until `close`. The database must be migrated (`storage.migrate.upgrade`).

    `on_outbox` is called, from any thread, after each commit that gave the relay something to do
    and whose caller was told, and `on_spool` after one that left mail to work on.
    """

    def __init__(
        self,
        url: str,
        on_outbox: Callable[[], None] | None = None,
        on_spool: Callable[[], None] | None = None,
    ) -> None:
        self.taker: Taker | None = None  # who shows new tickets, once there is somebody
        self.calm: Calm = lambda patient: False  # who knows whether the event loop has time
        self._url = database_url(url)
        self._on_outbox = on_outbox
        self._on_spool = on_spool
        self._memory = Memory(Finder(self._read_later))
        sqlite = is_sqlite(self._url)
        writing = writer_engine(self._url)
        # SQLite's readers cannot write at all; PostgreSQL needs fewer connections if they do both.
        self._engines = (writing, sqlite_reader_engine(self._url)) if sqlite else (writing,)
        self._kept = tuple(map(KeptConnections, self._engines))
        self._begin_to_write: Begin = partial(self._kept[0].begin, begin_to_write(self._url))
        self._begin_patiently: Begin = partial(
            self._kept[0].begin, begin_to_write(self._url, patient=True)
        )
        self._begin_to_read: Begin = partial(self._kept[-1].begin, begin_to_read(self._url))
        self._threads = ThreadPoolExecutor(READERS if sqlite else THREADS, "storage")
        self._patient_threads = ThreadPoolExecutor(PATIENT_THREADS, "storage-patient")
        self._writer = self._sqlite_writer() if sqlite else None
        self._listeners: list[Listener] = []
        self._commits = 0  # since SQLite's journal was written back

    @property
    def has_one_writer(self) -> bool:
        """Whether whoever writes waits for everybody who writes."""
        return self._writer is not None

    async def write(
        self, work: Callable[[SqlTransaction], R], *, patient: bool = False, early: bool = False
    ) -> R:
        """`patient`: nobody watches, so whoever is watched goes first. `early`: return as soon as
        the commit is made; before anything is done that it must outlast, ask `lasts`."""
        if self._writer is not None:
            return await self._writer.written(work, patient=patient, early=early)
        threads = self._patient_threads if patient else self._threads
        # What nobody watches changes no tickets: it waits for nobody who does, nor they for it.
        future = threads.submit(patiently, lambda: self._write(work, patient=patient))
        waiting = asyncio.wrap_future(future)
        # Whoever waits for an answer has it before the relay begins to work.
        future.add_done_callback(self._wake)
        value, _ = await waiting
        return value

    async def lasts(self) -> None:
        """Return when a power cut takes back nothing of what was written. Raises Busy where the
        disk does not take it."""
        if self._writer is not None:
            await self._writer.lasts()

    async def read(self, work: Callable[[SqlTransaction], R]) -> R:
        future = self._threads.submit(patiently, lambda: self._read(work))
        return await asyncio.wrap_future(future)

    async def ping(self) -> None:
        """Raises Busy where the database does not answer."""
        await self.read(SqlTransaction.ping)

    async def settle_down(self) -> None:
        """Give back what SQLite's journal took of the disk in a busy time."""
        if self._writer is not None:
            await asyncio.wrap_future(self._threads.submit(empty_the_journal, self._url))

    def listen(
        self,
        callback: Callable[[], None],
        on_pace: Callable[[], None] | None = None,
        on_spool: Callable[[], None] | None = None,
    ) -> None:
        """Call back, from a thread, when another process gave the relay something to do,
        `on_pace` when it heard from Slack that we are too fast, and `on_spool` when it left mail
        to work on.

        SQLite has no way to tell; there nothing happens, and looking from time to time must do.
        """
        if self._writer is None:
            said = {PACE: on_pace or callback, MAIL: on_spool or callback}
            self._listeners.append(Listener(self._url, callback, said))

    def close(self) -> None:
        """Finish the work that was asked for, then let go of the database."""
        for listener in self._listeners:
            listener.close()
        if self._writer is not None:
            self._writer.close()
        self._threads.shutdown(wait=True)
        self._patient_threads.shutdown(wait=True)
        for kept in self._kept:
            kept.close()
        for engine in self._engines:
            engine.dispose()

    def _sqlite_writer(self) -> Writer:
        self._journal = WriteAheadLog(str(self._url.database))
        return Writer(
            self._begin_to_write,
            self._memory,
            self._committed,
            self._journal,
            self._with_room,
            lambda patient: self.calm(patient),
        )

    def _with_room(self) -> Taker | None:
        return self.taker if self.taker is not None and self.taker.has_room() else None

    def _write(
        self, work: Callable[[SqlTransaction], R], *, patient: bool
    ) -> tuple[R, SqlTransaction]:
        if patient:
            return self._written(work, self._begin_patiently, None, patient=True)
        taker = self._with_room()
        try:
            value, tx = self._written(work, self._begin_to_write, taker, patient=False)
            if taker is not None and tx.begun:
                taker.take(tx.begun)  # now, or the next ticket might overtake this one
            return value, tx
        finally:
            if taker is None and self.taker is not None:
                self.taker.turned_away()  # once more: others may have looked in between

    def _written(
        self,
        work: Callable[[SqlTransaction], R],
        begin: Begin,
        taker: Taker | None,
        *,
        patient: bool,
    ) -> tuple[R, SqlTransaction]:
        with begin() as connection:
            tx = SqlTransaction(
                connection, self._memory, writable=True, locks=not patient, taker=taker
            )
            value = work(tx)
            tx.settle()
            if patient and (tx.must_last or tx.outbox.mailed):
                soon(connection, MUST_LAST)
            for what in _news(tx):
                quick = QuickConnection(connection)
                quick.execute(_NOTIFY, {"channel": CHANNEL, "what": what})
        tx.end()
        return value, tx

    def _read(self, work: Callable[[SqlTransaction], R]) -> R:
        with self._begin_to_read() as connection:
            return work(SqlTransaction(connection, self._memory, writable=False))

    def _read_later(self, work: Callable[[Connection], None]) -> None:
        def run() -> None:
            try:
                with self._begin_to_read() as connection:
                    work(cast(Connection, QuickConnection(connection)))
            except SQLAlchemyError:
                log.warning("work in the background was interrupted", exc_info=True)

        with suppress(RuntimeError):  # the store is being closed
            self._threads.submit(run)

    def _write_back(self) -> None:
        if self._journal.in_doubt:
            # What the disk refused is whole nowhere until the journal is written once more.
            self._commits = COMMITS
            return
        try:
            write_back(self._url)
        except sqlite3.Error:
            log.warning("the journal was not written back", exc_info=True)

    def _wake(self, written: Future[tuple[Any, SqlTransaction]]) -> None:
        if not written.cancelled() and written.exception() is None:
            self._tell((written.result()[1],))

    def _committed(self, done: Sequence[SqlTransaction]) -> None:
        self._commits += 1
        if self._commits >= COMMITS:
            self._commits = 0
            with suppress(RuntimeError):  # the store is being closed
                self._threads.submit(self._write_back)
        for tx in done:
            if tx.begun and self.taker is not None:
                self.taker.take(tx.begun)
        self._tell(done)

    def _tell(self, done: Sequence[SqlTransaction]) -> None:
        outbox = spool = False
        for tx in done:
            outbox = outbox or tx.wakes_the_relay
            spool = spool or tx.spool.asked
        if outbox and self._on_outbox is not None:
            self._on_outbox()
        if spool and self._on_spool is not None:
            self._on_spool()


def _news(tx: SqlTransaction) -> Iterator[str]:
    """What other processes are told with the commit."""
    if tx.outbox.asked and (tx.outbox.wished or not tx.begun):
        yield RELAY
    if tx.pace.changed:
        yield PACE
    if tx.spool.asked:
        yield MAIL
