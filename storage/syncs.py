"""How far a long list of Slack's has been read, so that whoever comes next goes on from there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage.dialect import upsert
from storage.tables import syncs as t

_OF = select(t.c.cursor, t.c.seen, t.c.begun_at, t.c.ended_at).where(t.c.name == bindparam("name"))


@dataclass(frozen=True)
class Sync:
    """`cursor` leads to the next page, "" where nothing is half read. `seen`: how many entries
    this time, or the last time where it came to its end."""

    cursor: str
    seen: int
    begun_at: datetime
    ended_at: datetime | None = None


class SqlSyncs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, name: str) -> Sync | None:
        row = self._connection.execute(_OF, {"name": name}).first()
        return None if row is None else Sync(*row)

    def keep(self, name: str, sync: Sync) -> None:
        values = {
            "name": name,
            "cursor": sync.cursor,
            "seen": sync.seen,
            "begun_at": sync.begun_at,
            "ended_at": sync.ended_at,
        }
        upsert(self._connection, t, values, key=("name",))
