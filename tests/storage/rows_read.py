"""How many rows PostgreSQL reads, told by itself: exact, and the same on any machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, text

from storage.transaction import SqlTransaction

# So far, by this connection: of the table itself, and of its indexes.
_READ = text(
    "SELECT pg_stat_get_xact_tuples_returned(CAST(:table AS regclass))"
    " + (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index"
    " WHERE indrelid = CAST(:table AS regclass))"
)


def rows_read(tx: SqlTransaction, table: Table, look: Callable[[SqlTransaction], Any]) -> int:
    """By `look`, of that table and its indexes. Dead rows count as well."""
    before = tx._connection.execute(_READ, {"table": table.name}).scalar_one()
    look(tx)
    return int(tx._connection.execute(_READ, {"table": table.name}).scalar_one() - before)


def emptied(tx: SqlTransaction, table: Table) -> None:
    """Of the dead rows of other tests, too."""
    if tx._connection.dialect.name == "postgresql":
        tx._connection.execute(text(f"TRUNCATE {table.name} CASCADE"))


def counted(tx: SqlTransaction, table: Table) -> None:
    """What the database plans by from now on."""
    tx._connection.execute(text(f"ANALYZE {table.name}"))
