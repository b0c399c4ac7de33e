"""What Slack takes only so fast: rows that wait for their turn, and who may go next.

Nothing here is asked while Slack takes everything. Once it has said 429, the method (in a channel,
where that counts) has a budget: a row in `budgets` with the moment of its next call. Whatever meets
it is parked: without a lease, due much later, with the budget's name in `pace`. At each slot one
statement moves the budget on, for one process of any number, and that one takes the parked row
whose turn it is. A budget that nothing had to wait for is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    case,
    delete,
    exists,
    func,
    select,
    type_coerce,
    update,
)

from desk.variants import variant
from storage.columns import UtcTime
from storage.dialect import Insert, insert_for
from storage.outbox import SqlOutbox
from storage.outbox_rows import (
    FREE,
    IS_FREE,
    IS_WAITING,
    NONE_BEFORE,
    OURS,
    TO_LEASE,
    Lease,
    waits_in_lane,
)
from storage.outbox_rows import which as of_lease
from storage.tables import budgets as b
from storage.tables import outbox as o

STRANDED = timedelta(minutes=10)  # a row whose budget is lost all the same comes by itself then
_MICROSECOND = timedelta(microseconds=1)
_REFUSED = 2  # what a 429 adds to the pauses after further ones; each slot takes one away
_MOST_REFUSALS = 20  # where they stop growing

_now = bindparam("now", type_=UtcTime)
_IS_PARKED = (IS_WAITING, o.c.pace == b.c.name)
_micros = type_coerce(_now, BigInteger)
_next_micros = type_coerce(b.c.next_at, BigInteger)
# Whoever takes the slot comes at once if it waited for it; two slots later nothing had.
_HAD_TO_WAIT = _micros < _next_micros + 2 * b.c.every
# One at a time: the next one, sent while the last is under way, might arrive before it.
_HAS_NEXT = (
    exists().where(*_IS_PARKED, IS_FREE),
    ~exists().where(*_IS_PARKED, o.c.lease_until > bindparam("now")),
)
_HAS_COME = (
    select(b.c.name)
    .where(b.c.next_at <= _now, *_HAS_NEXT)
    .order_by(b.c.next_at, b.c.name)
    .limit(bindparam("most"))
)
_GRANT = (
    update(b)
    # Once more: another process may have taken it meanwhile.
    .where(b.c.name.in_(_HAS_COME), b.c.next_at <= _now, *_HAS_NEXT)
    .values(
        next_at=_micros + b.c.every,
        waited_at=case((_HAD_TO_WAIT, _micros), else_=type_coerce(b.c.waited_at, BigInteger)),
        refusals=case((b.c.refusals > 0, b.c.refusals - 1), else_=0),
    )
    .returning(b.c.name)
)
_same_lane = o.alias("same_lane")
# A lane is as urgent as the most urgent of what waits in it.
_RANK = (
    select(func.min(_same_lane.c.rank))
    .where(*waits_in_lane(_same_lane, o.c.lane))
    .scalar_subquery()
)
_WHOSE_TURN = (
    TO_LEASE.where(IS_WAITING, o.c.pace == bindparam("name"), IS_FREE, NONE_BEFORE)
    # Two tickets of one moment draw their numbers in one order, and those of their rows in another.
    .order_by(_RANK, func.coalesce(o.c.ticket_id, 0), o.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=o)
)
_DUE_NOW = update(o).where(o.c.id == bindparam("row")).values(due_at=_now)
_PARK = (
    update(o)
    .where(*OURS)
    .values(
        pace=bindparam("name"),
        due_at=bindparam("at"),
        attempted_at=bindparam("attempted"),
        **FREE,
    )
)
_NEXT_SLOT = select(func.min(b.c.next_at)).where(*_HAS_NEXT)
_KNOWN = select(b.c.name, b.c.next_at, b.c.waited_at)


@dataclass(frozen=True)
class Budget:
    """When the next call may be made, and when something last had to wait for one."""

    next_at: datetime
    waited_at: datetime


class SqlPace:
    def __init__(self, connection: Connection, outbox: SqlOutbox) -> None:
        self._connection = connection
        self._outbox = outbox
        self.changed = False  # whether other processes should look at the budgets

    def known(self) -> Mapping[str, Budget]:
        rows = self._connection.execute(_KNOWN)
        return {row.name: Budget(row.next_at, row.waited_at) for row in rows}

    def refused(
        self, name: str, every: timedelta, until: datetime, now: datetime, *, again: bool
    ) -> None:
        """Slack said 429: no call before `until`. `again`, although we were paced: each further
        time in a row a slot longer."""
        self.changed = True
        values = {
            "name": name,
            "every": every // _MICROSECOND,
            "next_at": until,
            "waited_at": now,
            "refusals": 0,
            "again": int(again),
        }
        self._connection.execute(_refused(self._connection.dialect.name), values)

    def park(self, lease: Lease, name: str, every: timedelta, now: datetime) -> bool:
        """Let go of the row until it is its turn. A doubt about an earlier attempt stays."""
        values = {
            "name": name,
            "every": every // _MICROSECOND,
            "next_at": now,
            "waited_at": now,
            "refusals": 0,
        }
        self._connection.execute(_begun(self._connection.dialect.name), values)
        parked = {
            **of_lease(lease),
            "name": name,
            "at": now + STRANDED,
            "attempted": lease.attempted_at,
        }
        return self._connection.execute(_PARK, parked).rowcount > 0

    def grant(self, now: datetime, hold: timedelta, owner: str, limit: int) -> tuple[Lease, ...]:
        """Lease the next row of each budget whose slot has come, of `limit` at most: who has waited
        longest goes first, and the others keep their slot."""
        self._outbox.settle()
        granted: list[Lease] = []
        granting = {"now": now, "most": limit}
        for name in self._connection.execute(_GRANT, granting).scalars().all():
            rows = self._connection.execute(_WHOSE_TURN, {"name": name, "now": now}).all()
            for lease in self._outbox.take(rows, now, hold, owner):
                self._connection.execute(_DUE_NOW, {"row": lease.id, "now": now})
                granted.append(variant(lease, granted=True))
        return tuple(granted)

    def next_slot(self, now: datetime) -> datetime | None:
        """When the next parked row may go. None where none is parked, or all that could go before
        it are on their way."""
        return self._connection.execute(_NEXT_SLOT, {"now": now}).scalar()

    def forget_quiet(self, before: datetime) -> None:
        """Budgets that nothing waits for, and nothing had to since that moment."""
        quiet = delete(b).where(b.c.waited_at < before, ~exists().where(*_IS_PARKED))
        self.changed = self._connection.execute(quiet).rowcount > 0 or self.changed

    def release(self, names: Collection[str], now: datetime) -> None:
        """What is still parked on budgets that are no more may go at once."""
        self._outbox.freed = True
        parked = update(o).where(IS_WAITING, o.c.pace.in_(names))
        self._connection.execute(parked.values(pace=None, due_at=now))


@cache
def _begun(dialect: str) -> Insert:
    return insert_for(dialect, b).on_conflict_do_nothing(index_elements=["name"])


@cache
def _refused(dialect: str) -> Insert:
    statement = insert_for(dialect, b).values(
        name=bindparam("name"),
        every=bindparam("every"),
        next_at=bindparam("next_at"),
        waited_at=bindparam("waited_at"),
        refusals=bindparam("refusals"),
    )
    again = bindparam("again", type_=BigInteger)
    wanted = (
        type_coerce(statement.excluded.next_at, BigInteger) + again * (b.c.refusals + 1) * b.c.every
    )
    return statement.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "next_at": case((wanted > _next_micros, wanted), else_=_next_micros),
            "waited_at": statement.excluded.waited_at,
            "refusals": case(
                (b.c.refusals < _MOST_REFUSALS, b.c.refusals + again * _REFUSED),
                else_=b.c.refusals,
            ),
        },
    )
