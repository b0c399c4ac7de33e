"""The journal: entries are added and read. Nothing changes one, here or in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, insert, select

from desk.errors import NoSuchTicket
from desk.journal import Draft, Entry, Kind, Visibility, visibility_of
from desk.mails import Delivery, DeliveryState
from desk.variants import variant
from storage.mail_tables import returned_mails
from storage.outbox import SqlOutbox
from storage.people import SqlPeople
from storage.people_rows import PERSON, person_of
from storage.prepared import prepared
from storage.tables import entries as e
from storage.tables import outbox, people

_later = e.alias("later")
_WITHDRAWN = exists().where(_later.c.refers_to == e.c.id, _later.c.kind == Kind.WITHDRAWN.value)
_ENTRY = (
    e.c.id,
    e.c.ticket_id,
    e.c.kind,
    e.c.at,
    e.c.visibility,
    e.c.words,
    e.c.facts,
    e.c.public_from,
    e.c.refers_to,
    _WITHDRAWN.label("withdrawn"),
)
_ENTRIES: Select[Any] = select(*_ENTRY, *PERSON).select_from(
    e.outerjoin(people, people.c.id == e.c.by_id)
)
_GET = prepared(_ENTRIES.where(e.c.id == bindparam("entry")))
_ABOUT = prepared(_ENTRIES.where(e.c.refers_to == bindparam("entry")).order_by(e.c.id))
_OF = prepared(_ENTRIES.where(e.c.ticket_id == bindparam("ticket")).order_by(e.c.id))
_LAST = prepared(
    _ENTRIES.where(e.c.ticket_id == bindparam("ticket")).order_by(e.c.id.desc()).limit(1)
)
_ADD = prepared(insert(e).returning(e.c.id))

_CAME_BACK = (
    select(returned_mails.c.reason)
    .where(returned_mails.c.outbox_id == outbox.c.id, returned_mails.c.cleared_at.is_(None))
    .where(returned_mails.c.reason != "delayed", outbox.c.state == "refused")
    .order_by(returned_mails.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_DELIVERIES: Select[Any] = (
    select(
        outbox.c.id,
        outbox.c.entry_id,
        outbox.c.state,
        outbox.c.done_at,
        outbox.c.error,
        outbox.c.lane,
        _CAME_BACK.label("came_back"),
        *PERSON,
    )
    .select_from(outbox.join(people, people.c.id == outbox.c.person_id))
    .where(outbox.c.ticket_id == bindparam("ticket"), outbox.c.entry_id.is_not(None))
    .order_by(outbox.c.id)
)
_OF_TICKET = prepared(_DELIVERIES)
_DELIVERY_STATES = {
    "waiting": DeliveryState.WAITING,
    "done": DeliveryState.SENT,
    "refused": DeliveryState.FAILED,
    "uncertain": DeliveryState.UNCERTAIN,
    "withdrawn": DeliveryState.WITHDRAWN,
}


class SqlJournal:
    def __init__(
        self,
        connection: Connection,
        outbox: SqlOutbox,
        people: SqlPeople,
        new_tickets: Collection[int] = (),
    ) -> None:
        """`new_tickets` are those that this transaction opens: it need not read what it wrote."""
        self._connection = connection
        self._outbox = outbox
        self._people = people
        self._new_tickets = new_tickets
        self._added: dict[int, tuple[Draft, datetime]] = {}  # entries of those, and the newest
        self._newest: dict[int, int] = {}

    def add(self, draft: Draft, at: datetime) -> Draft:
        number = self._connection.execute(
            _ADD,
            {
                "ticket_id": draft.ticket,
                "kind": str(draft.kind),
                "at": at,
                "by_id": draft.by or None,  # the system has the id 0 and is nobody
                "visibility": str(visibility_of(draft.kind)),
                "words": draft.words,
                "facts": dict(draft.facts),
                "public_from": draft.public_from,
                "refers_to": draft.refers_to,
            },
        ).scalar_one()
        added = variant(draft, id=number)
        if draft.refers_to is not None:
            self._added.pop(draft.refers_to, None)  # it may be withdrawn
        if draft.ticket in self._new_tickets:
            self._added[number] = (added, at)
            self._newest[draft.ticket] = number
        return added

    def get(self, entry: int) -> Entry:
        if entry in self._added:
            return self._just_added(*self._added[entry])
        row = self._connection.execute(_GET, {"entry": entry}).first()
        if row is None:
            raise NoSuchTicket(0)
        return _entry(row)

    def of(self, ticket: int) -> tuple[Entry, ...]:
        return tuple(map(_entry, self._connection.execute(_OF, {"ticket": ticket})))

    def about(self, entry: int) -> tuple[Entry, ...]:
        return tuple(map(_entry, self._connection.execute(_ABOUT, {"entry": entry})))

    def last(self, ticket: int) -> Entry | None:
        if ticket in self._newest:
            return self.get(self._newest[ticket])
        row = self._connection.execute(_LAST, {"ticket": ticket}).first()
        return None if row is None else _entry(row)

    def _just_added(self, draft: Draft, at: datetime) -> Entry:
        return Entry(
            id=draft.id,
            ticket=draft.ticket,
            kind=draft.kind,
            at=at,
            by=self._people.get(draft.by) if draft.by else None,
            visibility=visibility_of(draft.kind),
            words=draft.words,
            facts=draft.facts,
            public_from=draft.public_from,
            refers_to=draft.refers_to,
        )

    def deliveries(self, ticket: int) -> tuple[Delivery, ...]:
        self._outbox.settle()
        return tuple(map(_delivery, self._connection.execute(_OF_TICKET, {"ticket": ticket})))


def _entry(row: Row[Any]) -> Entry:
    author = row[len(_ENTRY) :]
    return Entry(
        id=row.id,
        ticket=row.ticket_id,
        kind=Kind(row.kind),
        at=row.at,
        by=None if author[0] is None else person_of(author),
        visibility=Visibility(row.visibility),
        words=row.words,
        facts=row.facts,
        public_from=row.public_from,
        refers_to=row.refers_to,
        withdrawn=bool(row.withdrawn),
    )


def _delivery(row: Row[Any]) -> Delivery:
    person = person_of(row[7:])
    by_mail = row.lane.startswith("mail:")
    return Delivery(
        entry=row.entry_id,
        person=person,
        address=(person.email or "") if by_mail else "",
        state=_DELIVERY_STATES[row.state],
        at=row.done_at,
        error=row.error,
        outbox=row.id,
        reason=row.came_back or "",
    )
