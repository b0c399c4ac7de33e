"""Which errors of the database pass by themselves, and which mean that somebody was quicker."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_UNIQUE_VIOLATION = "23505"

# SQLSTATE classes: connection lost, not enough resources, operator intervention (a restart, a
# statement that took too long), rollback (deadlock, serialisation); and some that are no class:
# a lock that did not come in time, a transaction that was kept waiting by us, a disk that failed, a
# prepared statement that a pooler has let go.
_PASSING_CLASSES = ("08", "53", "57", "40")
_PASSING = ("55P03", "25P03", "58030", "26000")

_PASSING_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


def is_passing(error: BaseException) -> bool:
    """Whether the same work may succeed in a moment."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    original: Any = error.orig
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorcode", 0) & 0xFF in _PASSING_SQLITE
    state = getattr(original, "sqlstate", None)
    if state is None:  # never connected
        return type(original).__name__ in ("OperationalError", "ConnectionTimeout")
    return state[:2] in _PASSING_CLASSES or state in _PASSING


# What PostgreSQL and psycopg say of a connection that did not come about, and in words of ours:
# theirs quote the user, and may be in any language, where nothing is recognised.
_NOT_REACHED = {
    "password authentication failed": "refuses our user or password",
    "no password supplied": "wants a password",
    "no pg_hba.conf entry": "lets nobody in from this machine as this user",
    "does not exist": "has no such database or user",
    "connection refused": "cannot be reached: nothing listens there",
    "failed to resolve host": "cannot be reached: its host is unknown",
    "could not translate host name": "cannot be reached: its host is unknown",
}


def why_not_reached(error: BaseException) -> str:
    """What is behind Busy where no connection came about, or that the database does not answer."""
    cause: BaseException | None = error
    while cause is not None:
        original: Any = getattr(cause, "orig", None) or cause
        said = str(original).lower() if getattr(original, "sqlstate", None) is None else ""
        for mark, words in _NOT_REACHED.items():
            if mark in said:
                return words
        cause = cause.__cause__
    return "does not answer"


def is_taken(error: BaseException) -> bool:
    """Whether something that may exist once exists already."""
    if not isinstance(error, IntegrityError):
        return False
    original: Any = error.orig
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", 0)
        return code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
    return getattr(original, "sqlstate", None) == _UNIQUE_VIOLATION


def without_values(error: Any) -> None:
    """Leave of an error of PostgreSQL's its first sentence: what follows quotes the row that it is
    about, people's words included, and errors end in a log."""
    said = getattr(getattr(error, "diag", None), "message_primary", None)
    if said:
        error.args = (said,)


def ordinary(raised: BaseException) -> Exception:
    """As a failure that is over with what failed: a panic in a library of Rust's is no Exception,
    and would end the thread of whoever goes on after one."""
    if isinstance(raised, Exception):
        return raised
    plain = RuntimeError(f"{type(raised).__name__}: {raised}")
    plain.__cause__ = raised
    return plain
