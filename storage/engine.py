"""From a database URL to engines: SQLite with one writer and some readers, or PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from storage.faults import without_values

THREADS = 8  # PostgreSQL: commands and questions at once in one process
PATIENT_THREADS = 3  # the same, for what nobody watches
READERS = 4  # SQLite: questions at once, beside the one writer
STATEMENT_TIMEOUT_MS = 2000  # what a command may wait in all; no healthy statement comes near
LOCK_TIMEOUT_MS = 1500
# A server that went away without a word is noticed after 15 seconds, not after as many minutes.
ALIVE: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
# Commits before SQLite's journal is written back into the file, which another thread does: some
# 4,000 pages of 4 KiB, mostly the same ones again and again.
COMMITS = 300
# Pages with which the commit that reaches them writes it back itself: large ones, and where the
# other thread is too slow.
JOURNAL_PAGES = 8000
JOURNAL_KEPT = 32 << 20  # bytes of the journal that stay on the disk after a burst
TIMES = 4  # to write back what came while the journal was written back
BEGIN_TO_WRITE, BEGIN_TO_READ = "BEGIN IMMEDIATE", "BEGIN"
MUST_LAST = "SET LOCAL synchronous_commit TO DEFAULT"  # after all
READ_ONLY = "25006"  # SQLSTATE: somebody writes where only reading is possible
ONLY_ASKS = "frontdesk only asks"  # of a PostgreSQL connection: its transaction may not write
BUSY_TIMEOUT_MS = 250  # of what only reads: a journal being cut off is over by then


def database_url(text: str) -> URL:
    """The URL with the driver this project uses. Raises ValueError for anything unsupported.

    Several PostgreSQL hosts may be named, as its own tools write them: `host1,host2:5433`.
    """
    try:
        url = make_url(_SEVERAL_HOSTS.sub(_hosts_as_options, text, count=1))
    except ArgumentError as wrong:
        raise ValueError("The database URL cannot be read") from wrong
    match url.get_backend_name():
        case "sqlite":
            if url.database in (None, "", ":memory:"):
                raise ValueError("SQLite needs a file: sqlite:///path/to/frontdesk.db")
            return url.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"Unsupported database {other!r}: use sqlite or postgresql")


_SEVERAL_HOSTS = re.compile(r"(?<=://)([^/?@]*@)?([^/?@]+,[^/?@]+)(/[^?]*)?(\?|$)")


def _hosts_as_options(found: re.Match[str]) -> str:
    """The way in which SQLAlchemy takes more than one."""
    user, hosts, path, more = found.groups()
    options = "&".join(f"host={host}" for host in hosts.split(","))
    return f"{user or ''}{path or '/'}?{options}{more and '&'}"


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def writer_engine(url: URL) -> Engine:
    """Where transactions may write."""
    if is_sqlite(url):
        _make_folder(url)
        engine = _sqlite(url, BEGIN_TO_WRITE, _prepare_writer, pool_size=1)
        _is_lost_too(engine, _was_opened_to_read)
        return engine
    return _postgresql(url)


def migration_engine(url: URL) -> Engine:
    """The same without the time-outs of everyday work: a step, and waiting for one, may be long."""
    if is_sqlite(url):
        _make_folder(url)

        def prepare(connection: Any) -> None:
            _prepare_writer(connection, busy_timeout_ms=60_000)

        return _sqlite(url, BEGIN_TO_WRITE, prepare, pool_size=1)
    arguments = connect_arguments(url)
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    event.listen(engine, "handle_error", _say_no_values)
    return engine


def sqlite_reader_engine(url: URL) -> Engine:
    """Where transactions cannot write."""
    return _sqlite(url, BEGIN_TO_READ, _prepare_reader, pool_size=READERS)


def begin_to_write(url: URL, *, patient: bool = False) -> str:
    """`patient`: what a crash of the server takes back is found out again (see `durable`)."""
    if is_sqlite(url):
        return BEGIN_TO_WRITE
    begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
    return f"{begin}; SET LOCAL synchronous_commit TO off" if patient else begin


def begin_to_read(url: URL) -> str:
    """One moment of the database throughout."""
    return BEGIN_TO_READ if is_sqlite(url) else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def empty_the_journal(url: URL) -> None:
    """Write SQLite's journal back into the file and cut it off, unless somebody is in the way."""
    with contextlib.closing(
        sqlite3.connect(str(url.database), timeout=BUSY_TIMEOUT_MS / 1000)
    ) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def write_back(url: URL) -> None:
    """Write SQLite's journal back into the file beside whoever writes, so that it begins anew.
    Raises sqlite3.Error."""
    with contextlib.closing(sqlite3.connect(str(url.database), timeout=0)) as connection:
        connection.execute("PRAGMA synchronous = NORMAL")
        for _ in range(TIMES):
            _, written, back = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if back == written:
                break  # nobody has written meanwhile


def _sqlite(url: URL, begin: str, prepare: Any, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # they are people's words, and errors end in a log
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        # The driver's own transactions begin too late and too weakly; ours begin by `begin`.
        connection.isolation_level = None
        prepare(connection)

    # A begin hook shared by both engines would take the write lock for every read.
    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if not driver.in_transaction:  # see `kept`
            connection.exec_driver_sql(begin)

    return engine


def _is_lost_too(engine: Engine, is_of_no_use: Callable[[Any, Any], bool]) -> None:
    """Connections are given up, and made anew, also after errors that `is_of_no_use` knows."""
    as_usual = engine.dialect.is_disconnect

    def is_disconnect(error: Any, connection: Any, cursor: Any) -> bool:
        return as_usual(error, connection, cursor) or is_of_no_use(error, connection)

    engine.dialect.is_disconnect = is_disconnect  # type: ignore[assignment, method-assign]


def _was_opened_to_read(error: Any, connection: Any) -> bool:
    """A file opened while nobody could write to it stays so for the connection that opened it."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_READONLY


def _make_folder(url: URL) -> None:
    assert url.database is not None
    file = Path(url.database)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # For nobody else's eyes, in whatever folder; SQLite makes the files beside it alike. What
    # stands in the way SQLite says itself.
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare_writer(connection: Any, busy_timeout_ms: int = 0) -> None:
    """Without patience of its own, which nobody could end: the store itself tries again."""
    opening = max(busy_timeout_ms, BUSY_TIMEOUT_MS)
    connection.execute(f"PRAGMA busy_timeout = {opening}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_KEPT}")
    # Survives a killed process, and a power cut from one `WriteAheadLog.settle` to the next.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {JOURNAL_PAGES}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")


def _prepare_reader(connection: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA query_only = ON")


def connect_arguments(url: URL) -> dict[str, Any]:
    """What every PostgreSQL connection of ours is opened with, unless the URL says otherwise."""
    ours = {
        "connect_timeout": 2,
        "application_name": "frontdesk",
        # Only the primary is of use. Servers tell at the greeting: it costs no question.
        "target_session_attrs": "read-write",
        **ALIVE,
    }
    return {name: value for name, value in ours.items() if name not in url.query}


def _postgresql(url: URL) -> Engine:
    given = url.query.get("options", "")
    options = (
        f"{given if isinstance(given, str) else ' '.join(given)}"
        f" -c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS}"
        " -c idle_in_transaction_session_timeout=10000 -c timezone=UTC"
        # For what `libpq` prepares: planning it anew for its values takes longer than it does.
        " -c plan_cache_mode=force_generic_plan"
    )
    engine = create_engine(
        url,
        pool_size=THREADS + PATIENT_THREADS,
        max_overflow=0,
        isolation_level="READ COMMITTED",
        connect_args={
            **connect_arguments(url),
            "options": options.strip(),
            # By itself the driver prepares what it sees again, and a newer version may change the
            # types that was prepared for; what is worth it is prepared by `libpq`, which knows.
            "prepare_threshold": None,
        },
        hide_parameters=True,
    )
    _is_lost_too(engine, _is_no_primary)
    event.listen(engine, "handle_error", _say_no_values)
    return engine


def _say_no_values(context: ExceptionContext) -> None:
    shown, fault = context.sqlalchemy_exception, context.original_exception
    whole = str(fault)
    without_values(fault)
    if shown is not None:
        shown.args = (str(shown.args[0]).replace(whole, str(fault)), *shown.args[1:])


def _is_no_primary(error: Any, connection: Any) -> bool:
    """It was the primary and is no more: what comes next finds the new one. There is no asking
    beforehand: that would be a round trip for each command."""
    known = getattr(connection, "info", None)
    only_asks = isinstance(known, dict) and known.get(ONLY_ASKS)
    return getattr(error, "sqlstate", None) == READ_ONLY and not only_asks
