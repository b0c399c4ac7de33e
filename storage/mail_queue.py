"""Mails of the outbox that are refused, uncertain, or tried in vain so far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, literal, or_, select, true, update

from desk.queued_mails import QueuedMail, Trouble
from storage.outbox import SqlOutbox
from storage.outbox_rows import FREE, IS_POSTPONED, IS_STUCK, WITHDRAWN
from storage.people import SqlPeople
from storage.tables import outbox as o

_IN_TROUBLE = and_(o.c.entry_id.is_not(None), or_(IS_STUCK, IS_POSTPONED))
_ROWS = select(
    o.c.id,
    o.c.state,
    o.c.ticket_id,
    o.c.entry_id,
    o.c.person_id,
    o.c.payload,
    o.c.created_at,
    o.c.due_at,
    o.c.error,
).where(_IN_TROUBLE)


class SqlMailQueue:
    def __init__(self, connection: Connection, people: SqlPeople, outbox: SqlOutbox) -> None:
        self._connection = connection
        self._people = people
        self._outbox = outbox

    def mails(self, limit: int) -> tuple[QueuedMail, ...]:
        """Oldest first."""
        return self._read(_ROWS.order_by(o.c.id).limit(limit))

    def get(self, row: int) -> QueuedMail | None:
        found = self._read(_ROWS.where(o.c.id == row).with_for_update())
        return found[0] if found else None

    def count(self, most: int) -> int:
        some = select(literal(1)).select_from(o).where(_IN_TROUBLE).limit(most).subquery()
        return self._connection.execute(select(func.count()).select_from(some)).scalar_one()

    def send(self, row: int, at: datetime) -> bool:
        """Try it at once, under the same Message-ID. False where it needs that no more, or a relay
        is at it."""
        if self._outbox.retry(row, at):
            return True
        # Whether an earlier attempt may have arrived stays known: such a row is not sent blindly.
        return self._change(row, IS_POSTPONED, due_at=at)

    def give_up(self, row: int, at: datetime) -> bool:
        """Never send it. False where there is nothing to give up, or a relay is at it."""
        return self._change(row, true(), state=WITHDRAWN, done_at=at, **FREE)

    def _change(self, row: int, which: Any, **values: Any) -> bool:
        self._outbox.asked = True
        idle = (_IN_TROUBLE, which, o.c.id == row, o.c.lease_until.is_(None))
        return self._connection.execute(update(o).where(*idle).values(**values)).rowcount > 0

    def _read(self, statement: Any) -> tuple[QueuedMail, ...]:
        rows = self._connection.execute(statement).all()
        people = self._people.many({row.person_id for row in rows if row.person_id})
        return tuple(_mail(row, people[row.person_id]) for row in rows if row.person_id in people)


def _mail(row: Any, person: Any) -> QueuedMail:
    by_mail = row.payload.get("kind") == "SendMail"
    return QueuedMail(
        row=row.id,
        trouble=Trouble.LATE if row.state == "waiting" else Trouble(row.state),
        ticket=row.ticket_id,
        entry=row.entry_id,
        person=person,
        address=(person.email or "") if by_mail else "",
        since=row.created_at,
        next_try=row.due_at,
        error=row.error,
    )
