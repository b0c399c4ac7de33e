"""Rows of the outbox: how they come, which of them may be taken, and who has taken one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    type_coerce,
)

from desk.effects import Effect, SendDirect, SendMail, effect_from_json, effect_to_json, rank
from storage.dialect import insert_for
from storage.prepared import prepared
from storage.tables import outbox as o

UNDER_WAY = timedelta(seconds=15)  # longer than any call: what was attempted is over by then
_MICROSECOND = timedelta(microseconds=1)

WAITING = "waiting"
DONE = "done"
REFUSED = "refused"
UNCERTAIN = "uncertain"
WITHDRAWN = "withdrawn"

# Written out, not bound: only then do both databases see that partial indexes will do.
_AS_WAITING: Any = literal_column("'waiting'")
IS_WAITING = o.c.state == _AS_WAITING
IS_POSTPONED = and_(IS_WAITING, o.c.attempts > 0)  # tried in vain, and to be tried again
# The same, for whoever looks for a row otherwise than by what waits. PostgreSQL counts the rows at
# times when hardly any do, and would go through all of them to find the one of a number or a lane.
# So this stands for no index; and `waits_in_lane` for that of lanes alone.
STILL_WAITS = o.c.state.concat(literal_column("''")) == _AS_WAITING
# And this for the indexes of what comes next.
IN_TURN = (func.lower(o.c.state) == _AS_WAITING, o.c.asked > literal_column("0"))
IS_STUCK = o.c.state.in_([literal_column("'refused'"), literal_column("'uncertain'")])
FREE: dict[str, Any] = {"lease_until": None, "leased_by": None, "leased_asked": None}
EARLIER = o.alias("earlier")


def waits_in_lane(row: FromClause, lane: Any) -> tuple[ColumnElement[bool], ...]:
    return row.c.lane == lane, func.lower(row.c.state) == _AS_WAITING


# Asked of each row by itself; `NOT EXISTS` would be joined to all that wait.
_FIRST = (
    select(EARLIER.c.id)
    .where(*waits_in_lane(EARLIER, o.c.lane))
    .order_by(EARLIER.c.id)
    .limit(literal_column("1"))
    .correlate(o)
    .scalar_subquery()
)
NONE_BEFORE = o.c.id == _FIRST
_TAKEN = (
    o.c.id,
    o.c.payload,
    o.c.asked,
    o.c.attempts,
    o.c.attempted_at,
    o.c.created_at,
    o.c.remote,
)
TO_LEASE = select(*_TAKEN)
IS_FREE = or_(o.c.lease_until.is_(None), o.c.lease_until <= bindparam("now"))
# What a lease says of itself, see `which`.
OURS = (
    o.c.id == bindparam("row"),
    STILL_WAITS,
    o.c.leased_by == bindparam("owner"),
    o.c.leased_asked == bindparam("times"),
)
# Nobody else may take what is just being done because our lease was about to end.
ATTEMPT: dict[str, Any] = {"attempted_at": bindparam("at"), "lease_until": bindparam("until")}


@dataclass(frozen=True)
class Lease:
    """An effect that `owner` alone may carry out until the lease ends.

    `attempted_at` is set where an earlier lease ended in the middle of an attempt: whether the
    other side took it must be found out first. `hold`: for how long it is ours, from the lease on
    and again from each attempt. `granted`: it waited for its turn (see pace.py) and
    has it now. `facts`: what it shows, where that was read in the transaction that leased it, and
    `noted_at`: when that transaction noted an attempt, too. `before`: how the row before it in its
    lane ended, where one task carries out both. `remote`: what it showed was called so when it was
    done before, and then asked for anew.
    """

    id: int
    effect: Effect
    asked: int
    attempts: int
    attempted_at: datetime | None
    owner: str
    created_at: datetime
    hold: timedelta = timedelta(0)
    granted: bool = False
    facts: Any = None
    noted_at: datetime | None = None
    before: Any = None
    remote: str | None = None


def which(lease: Lease) -> dict[str, Any]:
    """The values of OURS."""
    return {"row": lease.id, "owner": lease.owner, "times": lease.asked}


def attempt(lease: Lease, at: datetime) -> dict[str, Any]:
    """The values of OURS and ATTEMPT."""
    return {**which(lease), "at": at, "until": at + lease.hold}


@dataclass(frozen=True)
class Hand:
    """A relay with room for more, of the process whose transaction this is. `mails`: for these,
    too. `notes`: posts are about to be made, and to be noted; otherwise that comes later."""

    owner: str
    hold: timedelta
    mails: bool = True
    notes: bool = True


@dataclass(frozen=True)
class Stuck:
    """A row that needs a person. `effect` is the stored payload: its kind may be unknown here."""

    id: int
    effect: dict[str, Any]
    state: str
    attempts: int
    error: str
    due_at: datetime


def lease_of(row: Any, owner: str, hold: timedelta) -> Lease:
    return Lease(
        id=row.id,
        effect=effect_from_json(row.payload),
        asked=row.asked,
        attempts=row.attempts,
        attempted_at=row.attempted_at,
        owner=owner,
        created_at=row.created_at,
        hold=hold,
        remote=row.remote,
    )


def values_of(effect: Effect, at: datetime, due: datetime) -> dict[str, Any]:
    mail = effect if isinstance(effect, SendMail | SendDirect) else None
    return {
        "lane": effect.lane,
        "key": effect.key,
        "payload": effect_to_json(effect),
        "asked": 1,
        "due_at": due,
        "state": WAITING,
        "attempts": 0,
        "error": "",
        "ticket_id": getattr(effect, "ticket", None),
        "entry_id": mail and mail.entry,
        "person_id": mail and mail.to,
        "rank": rank(effect),
        "created_at": at,
    }


@cache
def numbered(place: int, columns: tuple[str, ...]) -> tuple[str, ...]:
    """What the values of one of many rows are called."""
    return tuple(f"{name}_{place}" for name in columns)


@cache
def so_many(rows: int, columns: tuple[str, ...]) -> Any:
    """To insert so many rows at once, which are numbered in their order; values are `numbered`."""
    values = [
        {
            name: bindparam(value, type_=o.c[name].type)
            for name, value in zip(columns, numbered(place, columns), strict=True)
        }
        for place in range(rows)
    ]
    return prepared(insert(o).values(values).returning(o.c.id))


@cache
def wish(dialect: str) -> Any:
    """To ask for what is shown: one row more, or one that waits asked for once more."""
    statement = insert_for(dialect, o)
    due, wanted = (type_coerce(of.due_at, BigInteger) for of in (o.c, statement.excluded))
    # What may still be under way is not looked for: nobody would find it, and it would come twice.
    over = type_coerce(o.c.attempted_at, BigInteger) + UNDER_WAY // _MICROSECOND
    earliest = case((over > wanted, over), else_=wanted)
    # Who waits for a turn keeps it: what is shown then is what is true then.
    sooner = o.c.pace.is_(None) & (earliest < due)
    upsert = statement.on_conflict_do_update(
        index_elements=["key"],
        index_where=IS_WAITING,
        set_={"asked": o.c.asked + 1, "due_at": case((sooner, earliest), else_=due)},
    )
    return prepared(upsert)
