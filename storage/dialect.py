"""The one statement that SQLite and PostgreSQL both have and SQLAlchemy has twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_for(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do when the row exists already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def upsert(
    connection: Connection,
    table: Table,
    values: Mapping[str, Any],
    key: Iterable[str],
    keep: Iterable[str] = (),
) -> Any:
    """Insert `values`, or make the row with the same `key` like them, except for `keep`."""
    keys = tuple(key)
    statement = insert_for(connection, table).values(dict(values))
    changed = {
        name: statement.excluded[name] for name in values if name not in keys and name not in keep
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)
