"""Message-IDs of mails sent and taken in, so that an answer finds its ticket."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, insert, literal, select, union_all

from desk.mails import MailThread
from storage.dialect import insert_for, upsert
from storage.mail_tables import mail_threads
from storage.mail_tables import mails as m
from storage.prepared import prepared
from storage.spool_tables import mail_repeats as r
from storage.tables import entries as e

_ENTRY_OF = prepared(
    select(m.c.ticket_id, m.c.entry_id).where(m.c.message_id == bindparam("message"))
)


def _public(table: Any) -> Any:
    """The mails of a ticket that a requester may know of; no technician's notes."""
    internal = exists().where(e.c.id == table.c.entry_id, e.c.visibility == "internal")
    ids = select(table.c.message_id, table.c.at, table.c.id)
    return ids.where(table.c.ticket_id == bindparam("ticket"), ~internal)


_IDS = prepared(union_all(_public(m), _public(r)).order_by("at", "id"))
_WRITTEN = prepared(
    select(func.count()).select_from(
        select(literal(1))
        .select_from(m.join(e, e.c.id == m.c.entry_id))
        .where(m.c.ticket_id == bindparam("ticket"), m.c.incoming, m.c.at > bindparam("since"))
        .where(e.c.by_id == bindparam("person"))
        .limit(bindparam("most"))
        .subquery()
    )
)
_KEEP_REPEAT = prepared(insert(r))
_THREAD_OF = prepared(
    select(mail_threads.c.outlook_index, mail_threads.c.topic).where(
        mail_threads.c.ticket_id == bindparam("ticket")
    )
)


class SqlMails:
    def __init__(self, connection: Connection, new_tickets: Collection[int] = ()) -> None:
        """`new_tickets` are those that this transaction opens."""
        self._connection = connection
        self._new_tickets = new_tickets
        self._written: set[int] = set()  # tickets for which this transaction kept anything

    def entry_of(self, message_id: str) -> tuple[int, int | None] | None:
        row = self._connection.execute(_ENTRY_OF, {"message": message_id.strip()}).first()
        return None if row is None else (row.ticket_id, row.entry_id)

    def ids(self, ticket: int) -> tuple[str, ...]:
        if self.is_blank(ticket):
            return ()
        return tuple(self._connection.execute(_IDS, {"ticket": ticket}).scalars())

    def seen(self, message_id: str) -> bool:
        """Whether a mail of this Message-ID was sent or taken in before."""
        return self.entry_of(message_id) is not None

    def written_since(self, ticket: int, person: int, since: datetime, most: int) -> int:
        values = {"ticket": ticket, "person": person, "since": since, "most": most}
        return int(self._connection.execute(_WRITTEN, values).scalar_one())

    def thread_of(self, ticket: int) -> MailThread | None:
        if self.is_blank(ticket):
            return None
        row = self._connection.execute(_THREAD_OF, {"ticket": ticket}).first()
        return None if row is None else MailThread(row[0], row[1])

    def is_blank(self, ticket: int) -> bool:
        """Whether this transaction has opened the ticket, and no mail is kept of it yet."""
        return ticket in self._new_tickets and ticket not in self._written

    def keep_thread(self, ticket: int, thread: MailThread) -> None:
        self._written.add(ticket)
        values = {"ticket_id": ticket, "outlook_index": thread.index, "topic": thread.topic}
        upsert(self._connection, mail_threads, values, ("ticket_id",))

    def keep_incoming(self, ticket: int, entry: int, message_id: str, at: datetime) -> None:
        """What answers refer to. Another mail may have the same Message-ID: the first one stays
        the one that it leads to."""
        self._written.add(ticket)
        values = _values(ticket, entry, message_id, at, incoming=True)
        if not self._connection.execute(_keep_once(self._connection.dialect.name), values).rowcount:
            del values["incoming"]
            self._connection.execute(_KEEP_REPEAT, values)

    def keep_outgoing(self, ticket: int, entry: int | None, message_id: str, at: datetime) -> None:
        """A mail of ours left. One that is sent again has the same Message-ID and is kept once."""
        self._written.add(ticket)
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
