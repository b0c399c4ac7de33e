"""The part of `frontdesk check` about the database: is it there, does it take what we write."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import URL

from bot.check_mail import Fact
from bot.config import Settings
from desk.errors import Busy
from storage.engine import database_url as parsed
from storage.engine import is_sqlite, migration_engine
from storage.faults import why_not_reached
from storage.migrate import upgrade
from storage.patience import patiently
from storage.store import SqlStore
from storage.transaction import SqlTransaction

_NEVER = datetime.min.replace(tzinfo=UTC)
_MAY_NOT = "42501"  # SQLSTATE: insufficient privilege
_SQLITE_FAULTS = {
    sqlite3.SQLITE_READONLY: "this user may not write to it, or to its folder",
    sqlite3.SQLITE_CANTOPEN: "this user may not open it, or make it in its folder",
    sqlite3.SQLITE_PERM: "this user may not open it",
    sqlite3.SQLITE_BUSY: "another program keeps it for itself",
    sqlite3.SQLITE_LOCKED: "another program keeps it for itself",
    sqlite3.SQLITE_IOERR: "the disk refused",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_NOTADB: "this file is no database of SQLite",
    sqlite3.SQLITE_CORRUPT: "the file is damaged. Put back a backup",
}


async def check_database(settings: Settings) -> list[Fact]:
    """Brings it to the present shape, and tries whether this user may write to it."""
    url = parsed(settings.database_url)
    trial = _sqlite if is_sqlite(url) else _postgresql
    return [await trial(url, settings.database_url)]


async def _sqlite(url: URL, given: str) -> Fact:
    named = f"database: SQLite, {url.database}"
    try:
        is_new = await asyncio.to_thread(_is_new, Path(str(url.database)))  # the next step makes it
        await asyncio.to_thread(upgrade, given)
        await _try_out(given)
    except IsADirectoryError:
        return False, f"{named}: is a folder. Name a file in DATABASE_URL."
    except PermissionError:
        return False, f"{named}: this user may not look into its folder, or make it."
    except OSError as fault:
        return False, f"{named}: {fault.strerror or type(fault).__name__}. Is DATABASE_URL right?"
    except Exception as fault:
        return False, f"{named}: {_sqlite_words(fault)}."
    return True, f"{named} (new and empty)" if is_new else named


def _is_new(file: Path) -> bool:
    """Raises OSError."""
    if file.is_dir():
        raise IsADirectoryError
    return not file.exists() or file.stat().st_size == 0


def _sqlite_words(fault: Exception) -> str:
    original = _of_the_driver(fault)
    code: int = getattr(original, "sqlite_errorcode", 0)
    return _SQLITE_FAULTS.get(code & 0xFF) or type(original).__name__


async def _postgresql(url: URL, given: str) -> Fact:
    """Texts of the driver's may quote the URL, so only words of ours are said."""
    named = f"database: {_at(url)}"
    may_not = "create tables: make it the owner of the database"
    try:
        encoding = await asyncio.to_thread(patiently, _asking_for_the_encoding(url))
        if encoding != "UTF8":
            return False, f"{named} is in {encoding}: make it anew with --encoding UTF8."
        await asyncio.to_thread(upgrade, given)
        may_not = "write to the tables: make it their owner"
        await _try_out(given)
    except Busy as fault:
        why = why_not_reached(fault)
        return False, f"database: {why}. Is DATABASE_URL right, and the server up?"
    except Exception as fault:
        original = _of_the_driver(fault)
        if getattr(original, "sqlstate", None) == _MAY_NOT:
            return False, f"{named}: this role may not {may_not}."
        return False, f"database: {type(original).__name__}. Is DATABASE_URL right?"
    return True, named


def _at(url: URL) -> str:
    """Without user and password."""
    hosts = [url.host] if url.host else url.normalized_query.get("host", ("this machine",))
    return f"PostgreSQL, {url.database} at {', '.join(map(str, hosts))}"


def _asking_for_the_encoding(url: URL) -> Callable[[], str]:
    def ask() -> str:
        engine = migration_engine(url)
        try:
            with engine.connect() as connection:
                return str(connection.execute(text("SHOW server_encoding")).scalar_one())
        finally:
            engine.dispose()

    return ask


async def _try_out(given: str) -> None:
    """Reads, and deletes nothing: SQLite begins and commits a transaction in a file that nobody may
    write to without a word, and refuses only what would change it."""
    store = SqlStore(given)

    def delete_nothing(tx: SqlTransaction) -> int:
        return tx.forget_once(_NEVER)

    try:
        await store.ping()
        await store.write(delete_nothing)
    finally:
        await asyncio.to_thread(store.close)


def _of_the_driver(fault: BaseException) -> Any:
    """The error behind those of SQLAlchemy's and ours; the last one where there is none."""
    while (behind := getattr(fault, "orig", None) or fault.__cause__) is not None:
        fault = behind
    return fault
