"""Who does the periodic work: any number of processes share it, and each time one does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Executable, bindparam, or_, select, true, update

from storage.columns import EPOCH, UtcTime
from storage.dialect import insert_for
from storage.tables import leases as t

ASTRAY = timedelta(minutes=1)  # no clock that was set right is so far from another

_OURS = (t.c.name == bindparam("work"), t.c.owner == bindparam("by"))
_RENEW = update(t).where(*_OURS).values(until=bindparam("then"))
_DONE = update(t).where(*_OURS).values(until=EPOCH, done_at=bindparam("at"))
_HAND_BACK = update(t).where(t.c.owner == bindparam("by")).values(owner="", until=EPOCH)
_HELD = select(t.c.name).where(
    t.c.name == bindparam("work"),
    t.c.until > bindparam("now", type_=UtcTime),
    t.c.until <= bindparam("latest", type_=UtcTime),
)


class SqlLeases:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, owner: str, now: datetime, hold: timedelta, every: timedelta) -> bool:
        """Whether `owner` is to do the work now: nobody else does, and it was not done for
        `every`. Others leave it to them for `hold`. What a clock that was ahead has left in the
        future keeps nobody from it."""
        values = {
            "name": name,
            "owner": owner,
            "until": now + hold,
            "now": now,
            "done_before": now - every,
            "latest": now + hold + ASTRAY,
            "latest_done": now + ASTRAY,
        }
        taken = self._connection.execute(_take(self._connection.dialect.name), values)
        return taken.first() is not None

    def is_held(self, name: str, now: datetime, hold: timedelta) -> bool:
        """Whether somebody is at it, or died less than `hold` ago."""
        values = {"work": name, "now": now, "latest": now + hold + ASTRAY}
        return self._connection.execute(_HELD, values).first() is not None

    def renew(self, name: str, owner: str, until: datetime) -> bool:
        """False where it is not the owner's any more."""
        values = {"work": name, "by": owner, "then": until}
        return self._connection.execute(_RENEW, values).rowcount > 0

    def done(self, name: str, owner: str, at: datetime) -> None:
        self._connection.execute(_DONE, {"work": name, "by": owner, "at": at})

    def hand_back(self, owner: str, name: str | None = None) -> None:
        """What `owner` does, all of it or this, is for others to go on with, at once."""
        which = true() if name is None else t.c.name == name
        self._connection.execute(_HAND_BACK.where(which), {"by": owner})


@cache
def _take(dialect: str) -> Executable:
    statement = insert_for(dialect, t).values(
        name=bindparam("name"), owner=bindparam("owner"), until=bindparam("until")
    )
    now, latest, done_before, latest_done = (
        bindparam(name, type_=UtcTime) for name in ("now", "latest", "done_before", "latest_done")
    )
    is_free = or_(t.c.until <= now, t.c.until > latest)
    is_due = or_(t.c.done_at.is_(None), t.c.done_at <= done_before, t.c.done_at > latest_done)
    return statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"owner": statement.excluded.owner, "until": statement.excluded.until},
        where=is_free & is_due,
    ).returning(t.c.name)
