"""Connections that are kept between transactions, and transactions at the driver's price.

Fetching a connection from SQLAlchemy's pool and giving it back costs more than an everyday
transaction does, and its own BEGIN and COMMIT as much as all statements between them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.engine import ONLY_ASKS
from storage.libpq import Libpq
from storage.prepared import POSTGRESQL, QuickConnection, raise_as_usual

Begin = Callable[[], AbstractContextManager[Connection]]


class KeptConnections:
    """As many as are needed at once. One that is lost is made anew by whoever needs it next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Connection] = deque()

    def begin(self, how: str) -> AbstractContextManager[Connection]:
        """A transaction that the statement `how` begins: committed at the end, rolled back where
        anything is raised. To be used by `QuickConnection` alone: on PostgreSQL it begins with the
        first statement."""
        return _Begun(self, how)

    def take(self) -> Connection:
        """The one used last, so that few are at work where few are needed."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()

    def give_back(self, connection: Connection) -> None:
        self._idle.append(connection)

    def close(self) -> None:
        """When nobody is at work any more."""
        for connection in self._idle:
            connection.close()


class _Begun:
    """Written out: `contextmanager` costs half as much again as BEGIN and COMMIT do."""

    __slots__ = ("_connection", "_how", "_kept")

    def __init__(self, kept: KeptConnections, how: str) -> None:
        self._kept, self._how = kept, how

    def __enter__(self) -> Connection:
        connection = self._connection = self._kept.take()
        try:
            _begin(connection, self._how)
        except BaseException:
            self._roll_back()
            raise
        return connection

    def __exit__(self, kind: type[BaseException] | None, *about: object) -> None:
        if kind is not None:
            self._roll_back()
            return
        try:
            _commit(self._connection)
        except BaseException:
            self._roll_back()
            raise
        self._kept.give_back(self._connection)

    def _roll_back(self) -> None:
        try:
            _rolled_back(self._connection)
        finally:
            self._kept.give_back(self._connection)


def at_once(connection: Connection, sql: str) -> None:
    """Run a statement without values and without SQLAlchemy's bookkeeping."""
    driver: Any = connection.connection.dbapi_connection
    libpq = Libpq.of(connection) if connection.dialect.name == POSTGRESQL else None
    try:
        if libpq is not None:
            libpq.order(sql)
        else:
            driver.execute(sql)
    except connection.dialect.loaded_dbapi.Error as fault:
        # What is refused may be what went with it.
        raise_as_usual(connection, driver, libpq.refused or sql if libpq else sql, fault)


def soon(connection: Connection, sql: str) -> None:
    """The same, for who goes on by `QuickConnection`: on PostgreSQL with the next statement."""
    if connection.dialect.name == POSTGRESQL:
        Libpq.of(connection).order_later(sql)
    else:
        at_once(connection, sql)


def _begin(connection: Connection, how: str) -> None:
    if connection.dialect.name == POSTGRESQL:
        connection.info[ONLY_ASKS] = "READ ONLY" in how
    elif connection.dispatch.before_cursor_execute:
        connection.begin()  # somebody counts statements, and this is one
        return
    soon(connection, how)


def _commit(connection: Connection) -> None:
    if connection.in_transaction() and is_open(connection):
        _settle(connection)
        connection.commit()  # a statement went SQLAlchemy's way, so it knows of the transaction
    else:
        # Refused where SQLite has undone everything by itself; SQLAlchemy would say nothing.
        at_once(connection, "COMMIT")


def _settle(connection: Connection) -> None:
    if connection.dialect.name == POSTGRESQL:
        QuickConnection(connection).settle()


def _rolled_back(connection: Connection) -> None:
    """What led here is the error to tell; but a transaction that cannot be ended must not become
    a part of the next one, so its connection is given up."""
    try:
        if not connection.invalidated and is_open(connection):
            at_once(connection, "ROLLBACK")
    except (SQLAlchemyError, connection.dialect.loaded_dbapi.Error):
        connection.invalidate()
    if connection.get_transaction() is not None:
        with suppress(SQLAlchemyError):
            connection.rollback()  # only in SQLAlchemy's books by now


def is_open(connection: Connection) -> bool:
    """Whether the database is in the middle of a transaction."""
    if connection.dialect.name == POSTGRESQL:
        return Libpq.of(connection).is_open
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.in_transaction)
