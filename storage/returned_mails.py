"""Mails that came back: which, to whom, why, how often, and whether that is still true."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from desk.mails import ReturnedMail
from storage.mail_tables import returned_mails as r
from storage.outbox import SqlOutbox
from storage.outbox_rows import DONE, REFUSED, UNCERTAIN
from storage.prepared import prepared
from storage.tables import outbox as o

_LEFT = (DONE, UNCERTAIN)
_COLUMNS = (
    r.c.ticket_id,
    r.c.outbox_id,
    r.c.person_id,
    r.c.address,
    r.c.reason,
    r.c.hard,
    r.c.entry_id,
    r.c.at,
    r.c.last_at,
    r.c.times,
    r.c.cleared_at,
)
_THIS = (r.c.outbox_id == bindparam("mail"), r.c.address == bindparam("to"))
_GET = prepared(select(*_COLUMNS).where(*_THIS).with_for_update())
_ADD = prepared(insert(r))
_CURRENT = select(*_COLUMNS).where(r.c.cleared_at.is_(None), r.c.reason != "delayed")
_OF_PERSON = prepared(_CURRENT.where(r.c.person_id == bindparam("person")).order_by(r.c.id))
_OF_ADDRESS = prepared(
    _CURRENT.where(r.c.address == bindparam("to")).order_by(r.c.last_at.desc()).limit(1)
)
_TICKET_OF = prepared(select(o.c.ticket_id).where(o.c.id == bindparam("mail")))


class SqlReturnedMails:
    def __init__(self, connection: Connection, outbox: SqlOutbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def get(self, outbox: int, address: str) -> ReturnedMail | None:
        row = self._connection.execute(_GET, {"mail": outbox, "to": address}).first()
        return None if row is None else ReturnedMail(*row)

    def put(self, mail: ReturnedMail, said: str) -> None:
        """A second writer of the same mail is refused as Stale when the work ends."""
        values = {
            "ticket_id": mail.ticket,
            "outbox_id": mail.outbox,
            "person_id": mail.person,
            "address": mail.address,
            "reason": mail.reason,
            "hard": mail.hard,
            "entry_id": mail.entry,
            "at": mail.at,
            "last_at": mail.last_at,
            "times": mail.times,
            "cleared_at": mail.cleared_at,
        }
        known = update(r).where(r.c.outbox_id == mail.outbox, r.c.address == mail.address)
        if not self._connection.execute(known.values(**values)).rowcount:
            self._connection.execute(_ADD, values)
        if mail.is_current and mail.reason != "delayed":
            self._change(mail.outbox, _LEFT, REFUSED, said)

    def of_person(self, person: int) -> tuple[ReturnedMail, ...]:
        rows = self._connection.execute(_OF_PERSON, {"person": person})
        return tuple(ReturnedMail(*row) for row in rows)

    def of_address(self, address: str) -> ReturnedMail | None:
        row = self._connection.execute(_OF_ADDRESS, {"to": address.strip().lower()}).first()
        return None if row is None else ReturnedMail(*row)

    def clear(self, mail: ReturnedMail, at: datetime) -> None:
        this = update(r).where(r.c.outbox_id == mail.outbox, r.c.address == mail.address)
        self._connection.execute(this.values(cleared_at=at))
        self._change(mail.outbox, (REFUSED,), DONE, "")

    def ticket_of(self, outbox: int) -> int | None:
        """The ticket that this mail is about."""
        self._outbox.settle()
        found: int | None = self._connection.execute(_TICKET_OF, {"mail": outbox}).scalar()
        return found

    def _change(self, mail: int, states: tuple[str, ...], state: str, error: str) -> None:
        """A mail that left and came back is one that a person decides about, like a refused one."""
        self._outbox.settle()
        these = update(o).where(o.c.id == mail, o.c.state.in_(states))
        self._connection.execute(these.values(state=state, error=error))
