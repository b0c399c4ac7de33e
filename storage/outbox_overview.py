"""What the schedule, the health pages and administrators ask of the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, true

from storage.outbox_rows import (
    DONE,
    IS_POSTPONED,
    IS_STUCK,
    IS_WAITING,
    REFUSED,
    UNCERTAIN,
    WAITING,
    WITHDRAWN,
    Stuck,
)
from storage.outbox_statements import NEXT_DUE
from storage.tables import outbox as o


class Overview:
    @property
    def _connection(self) -> Connection:
        """Where whatever was asked for so far is written down."""
        raise NotImplementedError

    def stuck(self, limit: int, row: int | None = None) -> tuple[Stuck, ...]:
        """Refused and uncertain rows, oldest first; or `row` alone, if it is one."""
        statement = (
            select(o.c.id, o.c.payload, o.c.state, o.c.attempts, o.c.error, o.c.due_at)
            .where(IS_STUCK, true() if row is None else o.c.id == row)
            .order_by(o.c.id)
            .limit(limit)
        )
        return tuple(Stuck(*row) for row in self._connection.execute(statement))

    def postponed(self, limit: int) -> tuple[Stuck, ...]:
        """Rows that will be tried again by themselves, oldest first: a server was away, or is."""
        statement = (
            select(o.c.id, o.c.payload, o.c.state, o.c.attempts, o.c.error, o.c.due_at)
            .where(IS_POSTPONED)
            .order_by(o.c.id)
            .limit(limit)
        )
        return tuple(Stuck(*row) for row in self._connection.execute(statement))

    def next_due(self, now: datetime, *, mails: bool = True) -> datetime | None:
        """When the relay should look again, `now` at the earliest. None: nothing is waiting."""
        found = self._first_due(mails)
        return None if found is None else max(found, now)

    def late(self, now: datetime) -> timedelta:
        """For how long something has been due that nobody carries out."""
        found = self._first_due(mails=True)
        return max(now - found, timedelta(0)) if found else timedelta(0)

    def _first_due(self, mails: bool) -> datetime | None:
        found: datetime | None = self._connection.execute(NEXT_DUE[mails]).scalar()
        return found

    def counts(self) -> dict[str, int]:
        """How many rows are waiting, refused and uncertain, and how many of those that wait were
        tried in vain. The others are many and need nobody."""
        counted = dict.fromkeys((WAITING, REFUSED, UNCERTAIN), 0)
        for condition in (IS_WAITING, IS_STUCK):
            rows = select(o.c.state, func.count()).where(condition).group_by(o.c.state)
            counted.update({row[0]: row[1] for row in self._connection.execute(rows)})
        tried = select(func.count()).where(IS_POSTPONED)
        counted["postponed"] = self._connection.execute(tried).scalar_one()
        return counted

    def purge(self, before: datetime, limit: int = 1000) -> int:
        """Drop Slack rows done before that moment, a portion at a time; returns how many.

        Mails and messages in their place stay: they are how the journal knows what was delivered.
        """
        old = (
            select(o.c.id)
            .where(o.c.done_at < before, o.c.entry_id.is_(None))
            .where(o.c.state.in_((DONE, WITHDRAWN)))
            .limit(limit)
        )
        return self._connection.execute(delete(o).where(o.c.id.in_(old))).rowcount
