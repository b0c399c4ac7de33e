"""A connection that each thread keeps between transactions, and transactions at the driver's price.

Fetching a connection from a pool and giving it back costs more than an everyday transaction does,
and SQLAlchemy's own BEGIN and COMMIT as much as all statements between them.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.prepared import raise_as_usual

Begin = Callable[[], AbstractContextManager[Connection]]


class KeptConnections:
    """For SQLite, whose connections are to a file and are not lost."""

    def __init__(self, engine: Engine, begin: str) -> None:
        """`begin` is the statement that begins a transaction."""
        self._engine = engine
        self._begin = begin
        self._mine = threading.local()
        self._opened: list[Connection] = []

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back where anything is raised."""
        connection: Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = self._engine.connect()
            self._opened.append(connection)
        driver = self._begun(connection)
        try:
            if driver is None:
                connection.begin()
            yield connection
            _committed(connection, driver)
        except BaseException:
            _rolled_back(connection)
            raise

    def _begun(self, connection: Connection) -> Any:
        """The driver's connection, in a transaction; None where SQLAlchemy's way is to be gone:
        somebody counts statements, the connection must be made anew, or there is an error to
        tell."""
        if connection.invalidated or connection.dispatch.before_cursor_execute:
            return None
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.execute(self._begin)
        except sqlite3.Error:
            return None
        return driver

    def close(self) -> None:
        """When no thread is at work any more."""
        for connection in self._opened:
            connection.close()


def at_once(connection: Connection, sql: str) -> None:
    """Run a statement without values and without SQLAlchemy's bookkeeping."""
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(sql)
    except sqlite3.Error as fault:
        raise_as_usual(connection, driver, sql, fault)


def _committed(connection: Connection, driver: Any) -> None:
    if driver is None or connection.in_transaction():
        connection.commit()  # a statement went SQLAlchemy's way, so it knows of the transaction
        return
    try:
        driver.commit()
    except sqlite3.Error as fault:
        raise_as_usual(connection, driver, "COMMIT", fault)


def _rolled_back(connection: Connection) -> None:
    """What led here is the error to tell; but a transaction that cannot be ended must not become
    a part of the next one, so its connection is given up."""
    if connection.get_transaction() is not None:
        with suppress(SQLAlchemyError):
            connection.rollback()  # what is known of it; after a commit that failed, no more
    if connection.invalidated:
        return
    try:
        driver: Any = connection.connection.dbapi_connection
        driver.rollback()
    except sqlite3.Error:
        connection.invalidate()
