"""The one statement that SQLite and PostgreSQL both have and SQLAlchemy has twice.

Building it takes longer than running it, so each is built once for each kind of database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import prepared

Insert = sqlite.Insert | postgresql.Insert


def insert_for(dialect: str, table: Table) -> Insert:
    """An INSERT that can say what to do when the row exists already."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def upsert(
    connection: Connection,
    table: Table,
    values: Mapping[str, Any],
    key: Iterable[str],
    keep: Iterable[str] = (),
) -> None:
    """Insert `values`, or make the row with the same `key` like them, except for `keep`."""
    keys = tuple(key)
    changed = tuple(name for name in values if name not in keys and name not in keep)
    connection.execute(_upsert(connection.dialect.name, table, keys, changed), values)


@cache
def _upsert(dialect: str, table: Table, keys: tuple[str, ...], changed: tuple[str, ...]) -> Any:
    statement = insert_for(dialect, table)
    return prepared(
        statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in changed}
        )
    )
