"""Message-IDs of mails sent and taken in, so that an answer finds its ticket."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from storage.dialect import insert_for
from storage.prepared import prepared
from storage.tables import mails as m

_ENTRY_OF = prepared(
    select(m.c.ticket_id, m.c.entry_id).where(m.c.message_id == bindparam("message"))
)
_IDS = prepared(select(m.c.message_id).where(m.c.ticket_id == bindparam("ticket")).order_by(m.c.id))
_KEEP = prepared(insert(m))


class SqlMails:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entry_of(self, message_id: str) -> tuple[int, int | None] | None:
        row = self._connection.execute(_ENTRY_OF, {"message": message_id.strip()}).first()
        return None if row is None else (row.ticket_id, row.entry_id)

    def ids(self, ticket: int) -> tuple[str, ...]:
        return tuple(self._connection.execute(_IDS, {"ticket": ticket}).scalars())

    def seen(self, message_id: str) -> bool:
        """Whether a mail of this Message-ID was sent or taken in before."""
        return self.entry_of(message_id) is not None

    def keep_incoming(self, ticket: int, entry: int, message_id: str, at: datetime) -> None:
        """A second mail of the same Message-ID is refused as Stale when the work ends."""
        values = _values(ticket, entry, message_id, at, incoming=True)
        self._connection.execute(_KEEP, values)

    def keep_outgoing(self, ticket: int, entry: int | None, message_id: str, at: datetime) -> None:
        """A mail of ours left. One that is sent again has the same Message-ID and is kept once."""
        values = _values(ticket, entry, message_id, at, incoming=False)
        self._connection.execute(_keep_once(self._connection.dialect.name), values)


@cache
def _keep_once(dialect: str) -> Any:
    once = insert_for(dialect, m).on_conflict_do_nothing(index_elements=["message_id"])
    return prepared(once)


def _values(
    ticket: int, entry: int | None, message_id: str, at: datetime, *, incoming: bool
) -> dict[str, object]:
    return {
        "message_id": message_id.strip(),
        "ticket_id": ticket,
        "entry_id": entry,
        "incoming": incoming,
        "at": at,
    }
