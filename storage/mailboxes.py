"""How far each mailbox has been read, which of its mails are ours, and whether it works."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage.dialect import upsert
from storage.spool import SET_ASIDE, WAITING
from storage.spool_tables import claims as c
from storage.spool_tables import mailboxes as m
from storage.spool_tables import spool as s


@dataclass(frozen=True)
class Progress:
    """`seen` is the highest UID looked at. Of the UIDs below `old_below`, which the server gave to
    mails that were there already, those from before `since` are left alone; None: none are.

    `trouble` is "" while the mailbox works; `told`: administrators know of it.
    """

    name: str
    place: str
    uidvalidity: int
    seen: int
    since: datetime | None
    old_below: int = 0
    trouble: str = ""
    failing_since: datetime | None = None
    told: bool = False


class SqlMailboxes:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, name: str) -> Progress | None:
        row = self._connection.execute(_PROGRESS.where(m.c.name == name)).first()
        return None if row is None else Progress(*row)

    def all(self) -> tuple[Progress, ...]:
        return tuple(Progress(*row) for row in self._connection.execute(_PROGRESS))

    def keep(self, progress: Progress) -> None:
        values = {column.name: getattr(progress, column.name) for column in m.c}
        upsert(self._connection, m, values, key=("name",))

    def claim(self, box: Progress, uid: int, mail: int, at: datetime, *, file: bool) -> None:
        """This UID is that mail of the spool. `file`: something is to be done in the mailbox when
        the mail is done."""
        place = {"mailbox": box.name, "uidvalidity": box.uidvalidity, "uid": uid}
        values = {**place, "spool_id": mail, "at": at, "filed_at": None if file else at}
        upsert(self._connection, c, values, key=tuple(place), keep=("filed_at", "at"))
        self.passed(box, uid)

    def passed(self, box: Progress, uid: int) -> None:
        """Everything up to this UID was looked at."""
        self._connection.execute(
            update(m)
            .where(m.c.name == box.name, m.c.uidvalidity == box.uidvalidity, m.c.seen < uid)
            .values(seen=uid)
        )

    def to_file(self, box: Progress, limit: int) -> tuple[int, ...]:
        """UIDs of mails that are decided and still lie where they came in. One that was set aside
        stays there for whoever looks."""
        found = (
            select(c.c.uid)
            .join(s, s.c.id == c.c.spool_id)
            .where(c.c.mailbox == box.name, c.c.uidvalidity == box.uidvalidity)
            .where(c.c.filed_at.is_(None), s.c.state.not_in((WAITING, SET_ASIDE)))
            .order_by(c.c.uid)
            .limit(limit)
        )
        return tuple(self._connection.execute(found).scalars())

    def is_to_file(self, box: Progress) -> bool:
        """Whether something is to be filed, now or when the desk is done with it."""
        found = (
            select(c.c.uid)
            .join(s, s.c.id == c.c.spool_id)
            .where(c.c.mailbox == box.name, c.c.uidvalidity == box.uidvalidity)
            .where(c.c.filed_at.is_(None), s.c.state != SET_ASIDE)
            .limit(1)
        )
        return self._connection.execute(found).first() is not None

    def filed(self, box: Progress, uids: Collection[int], at: datetime) -> None:
        where = (c.c.mailbox == box.name, c.c.uidvalidity == box.uidvalidity, c.c.uid.in_(uids))
        self._connection.execute(update(c).where(*where).values(filed_at=at))

    def begin_anew(self, box: Progress) -> None:
        """The server has numbered its mails anew, or it is another server or folder, which may use
        the same numbers: what was claimed by the old ones is nothing to be filed any more."""
        self._connection.execute(delete(c).where(c.c.mailbox == box.name))
        self.keep(box)

    def purge(self, before: datetime, limit: int = 1000) -> int:
        """Forget claims of mails filed before that moment, a portion at a time."""
        old = (
            select(c.c.mailbox, c.c.uidvalidity, c.c.uid).where(c.c.filed_at < before).limit(limit)
        )
        rows = self._connection.execute(old).all()
        for mailbox, uidvalidity, uid in rows:
            self._connection.execute(
                delete(c).where(
                    c.c.mailbox == mailbox, c.c.uidvalidity == uidvalidity, c.c.uid == uid
                )
            )
        return len(rows)


_PROGRESS = select(*(m.c[name] for name in Progress.__dataclass_fields__))
