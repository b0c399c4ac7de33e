"""Who changed since one looked last, told by the database itself and missing nobody.

SQLite has one writer, so changes are numbered. PostgreSQL commits in another order than it begins:
there a change has the number of its transaction, and one looks again at all from the oldest that
was still running.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    cast,
    func,
    select,
)

from storage.prepared import prepared
from storage.tables import people

MOST = 5_000  # people who changed, read at once; whoever is told of as many makes all anew


class Seen(NamedTuple):
    """A moment of the database; the later one is greater."""

    before: int  # every change numbered below this is known
    running: int = 0  # PostgreSQL: and no transaction with this number had begun


@cache
def next_change(dialect: str) -> ColumnElement[int]:
    """What `people.changed` becomes when something about a person does."""
    if dialect == "sqlite":
        return select(func.coalesce(func.max(people.c.changed), 0) + 1).scalar_subquery()
    return _number(func.pg_current_xact_id())


def moment(connection: Connection) -> Seen:
    return Seen(*connection.execute(select(*_now(connection.dialect.name))).one())


def changed_since(connection: Connection, seen: Seen) -> tuple[list[Any], Seen]:
    """Rows of people, and from where to look next time."""
    dialect = connection.dialect.name
    rows = connection.execute(_changes(dialect), {"before": seen.before}).all()
    if not rows:
        return [], seen
    if len(rows) == MOST:
        return list(rows), Seen(rows[-1].changed, rows[-1].running)
    return list(rows), Seen(rows[0].before, rows[0].running)


@cache
def _changes(dialect: str) -> Any:
    before, running = _now(dialect)
    p = people.c
    statement = (
        select(
            *(p.id, p.name, p.email, p.active, p.requests, p.sort_name, p.changed),
            before.label("before"),
            running.label("running"),
        )
        .where(p.changed >= bindparam("before"))
        .order_by(p.changed, p.id)
        .limit(MOST)
    )
    # A database that was restored elsewhere may remember transactions which are still to come.
    return prepared(statement if dialect == "sqlite" else statement.where(p.changed < running))


def _now(dialect: str) -> tuple[ColumnElement[int], ColumnElement[int]]:
    if dialect == "sqlite":
        last = select(func.coalesce(func.max(people.c.changed), 0) + 1).scalar_subquery()
        return last.label("before"), last.label("running")
    snapshot = func.pg_current_snapshot()
    return (
        _number(func.pg_snapshot_xmin(snapshot)).label("before"),
        _number(func.pg_snapshot_xmax(snapshot)).label("running"),
    )


def _number(xid: Any) -> ColumnElement[int]:
    return cast(cast(xid, Text), BigInteger)
