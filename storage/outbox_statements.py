"""What the outbox asks of the database again and again, prepared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from storage.outbox_rows import (
    ATTEMPT,
    DONE,
    FREE,
    IN_TURN,
    IS_FREE,
    IS_WAITING,
    NONE_BEFORE,
    OURS,
    TO_LEASE,
    UNCERTAIN,
    WITHDRAWN,
    waits_in_lane,
)
from storage.prepared import prepared
from storage.tables import outbox as o

# As its index says it: bound, the numbers would stand for any.
_NO_MAIL: ColumnElement[bool] = literal_column("substr(outbox.lane, 1, 5) != 'mail:'", Boolean)


def _leasable(*which: Any) -> Any:
    free = TO_LEASE.where(*IN_TURN, o.c.due_at <= bindparam("now"), IS_FREE, NONE_BEFORE, *which)
    next_ones = free.order_by(o.c.due_at, o.c.id).limit(bindparam("most"))
    return prepared(next_ones.with_for_update(skip_locked=True, of=o))


_OLDER = or_(o.c.ticket_id.is_(None), o.c.ticket_id < bindparam("before"), ~_NO_MAIL)
# With mails, or without; and of older tickets only, or of all.
LEASABLE = {
    (True, False): _leasable(),
    (False, False): _leasable(_NO_MAIL),
    (True, True): _leasable(_OLDER),
    (False, True): _leasable(_NO_MAIL, _OLDER),
}
LEASE = prepared(
    update(o)
    .where(o.c.id == bindparam("row"))
    .values(
        lease_until=bindparam("until"),
        leased_by=bindparam("owner"),
        leased_asked=o.c.asked,
    )
)
HOLDS = prepared(select(o.c.id).where(*OURS))
WAITS = prepared(
    select(o.c.id).where(*waits_in_lane(o, bindparam("lane")), o.c.key == bindparam("key"))
)
ATTEMPTING = prepared(update(o).where(*OURS).values(**ATTEMPT))
_SENT: dict[str, Any] = {
    "remote": bindparam("name"),
    "error": "",
    "attempted_at": None,
    **FREE,
}
FINISH = prepared(
    update(o)
    .where(*OURS, o.c.asked == bindparam("times"))
    .values(state=DONE, done_at=bindparam("at"), **_SENT)
)
FOUND_OUT = prepared(
    update(o)
    .where(o.c.id == bindparam("row"), o.c.state == UNCERTAIN)
    .values(state=DONE, done_at=bindparam("at"), remote=bindparam("name"), error="")
)
BEGIN_ANEW = prepared(
    update(o).where(*OURS).values(due_at=bindparam("at"), attempts=0, pace=None, **_SENT)
)
_FREE_FROM = case((o.c.lease_until > o.c.due_at, o.c.lease_until), else_=o.c.due_at)
_DUE = select(func.min(_FREE_FROM)).where(*IN_TURN, NONE_BEFORE)
NEXT_DUE = {True: prepared(_DUE), False: prepared(_DUE.where(_NO_MAIL))}
OF_ENTRY = (
    select(o.c.id, o.c.state, o.c.leased_by, o.c.attempted_at)
    .where(o.c.entry_id == bindparam("entry"), o.c.state != WITHDRAWN)
    .order_by(o.c.id)
    .with_for_update()
)
WITHDRAW_FROM = (
    update(o)
    .where(o.c.ticket_id == bindparam("ticket"), o.c.person_id == bindparam("person"))
    .where(IS_WAITING, o.c.entry_id.is_not(None), o.c.attempted_at.is_(None))
    .values(state=WITHDRAWN, **FREE)
)
