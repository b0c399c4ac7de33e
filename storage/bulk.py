"""Many rows at once, past the desk: for filling an empty database, never while a bot runs on it.

The rows must be right: nothing looks whether what they refer to exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, delete, func, select, text

from storage.dialect import upsert
from storage.engine import database_url, is_sqlite, migration_engine
from storage.prepared import QuickConnection
from storage.tables import indexing, once, tickets, unindexed

Rows = Iterable[Sequence[Any]]


class Bulk:
    """One database, open until `close`."""

    def __init__(self, url: str) -> None:
        parsed = database_url(url)
        self.is_sqlite = is_sqlite(parsed)
        self._engine: Engine = migration_engine(parsed)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def portion(self) -> Iterator[Connection]:
        """A transaction: all of its rows appear, or none."""
        with self._engine.connect() as connection:
            if self.is_sqlite:
                # Only before a transaction begins does SQLite listen.
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                if not self.is_sqlite:
                    _trust(connection)
                quick = QuickConnection(connection)
                yield cast(Connection, quick)
                quick.settle()

    def finish(self, *tables: Table) -> None:
        """New rows get numbers of their own again, and the planner knows how large things are."""
        with self._engine.begin() as connection:
            for table in tables if not self.is_sqlite else ():
                _go_on_counting(connection, table)
            connection.execute(text("ANALYZE"))


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Rows) -> None:
    """Values as they are stored: times in microseconds, words as JSON text."""
    names = ", ".join(columns)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def last_id(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one())


def mark_done(connection: Connection, name: str, first: int, at: int) -> None:
    """Remember, with the rows themselves, that they are there and where they begin."""
    insert_rows(connection, once, ("key", "ticket_id", "changed", "at"), [(name, first, True, at)])


def leave_to_the_index(connection: Connection, first: int) -> None:
    """Rows written one by one would be noted for the index one by one: tickets from `first` on are
    left to its way through what is older."""
    connection.execute(delete(unindexed).where(unindexed.c.ticket_id >= first))
    below = {"id": 1, "below": last_id(connection, tickets) + 1}
    upsert(connection, indexing, below, key=("id",))


def done(connection: Connection, prefix: str) -> dict[str, int]:
    """The first row of each portion that is there already, by what follows `prefix`."""
    statement = select(once.c.key, once.c.ticket_id).where(once.c.key.startswith(prefix))
    return {key.removeprefix(prefix): first for key, first in connection.execute(statement)}


def _trust(connection: Connection) -> None:
    """Leave out the look-up of each foreign key, where the role may; otherwise it takes longer."""
    may = connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    if may.scalar():
        connection.execute(text("SET LOCAL session_replication_role = replica"))


def _go_on_counting(connection: Connection, table: Table) -> None:
    connection.execute(
        text("SELECT setval(pg_get_serial_sequence(:name, 'id'), greatest(:last, 1), :last > 0)"),
        {"name": table.name, "last": last_id(connection, table)},
    )
