"""A connection that each thread keeps between transactions, since fetching one from a pool and
giving it back costs more than an everyday transaction does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine

Begin = Callable[[], AbstractContextManager[Connection]]


class KeptConnections:
    """For SQLite, whose connections are to a file and are not lost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mine = threading.local()
        self._opened: list[Connection] = []

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back where anything is raised."""
        connection: Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = self._engine.connect()
            self._opened.append(connection)
        with connection.begin():
            yield connection

    def close(self) -> None:
        """When no thread is at work any more."""
        for connection in self._opened:
            connection.close()
