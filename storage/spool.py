"""Mail that came in, kept as it came until the desk has taken it. Each mail is here once, also
where it comes by several ways: the first that takes it counts.

A mail waits until it is done, held for somebody to decide, refused, or set aside because it failed
again and again. Waiting, it may be leased to one worker at a time, and not before earlier mails of
its sender and its conversation; one that failed before keeps nobody waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from storage.dialect import insert_for
from storage.prepared import prepared
from storage.spool_tables import held_mails as h
from storage.spool_tables import spool as s

WAITING = "waiting"
DONE = "done"
HELD = "held"
REFUSED = "refused"
SET_ASIDE = "set_aside"
DROPPED = "dropped"
UNDECIDED = (HELD, SET_ASIDE)
REFUSING = "refuse"  # what a way does with strangers

_IS_WAITING = s.c.state == literal_column("'waiting'")
_IS_UNDECIDED = s.c.state.in_([literal_column(f"'{state}'") for state in UNDECIDED])
_IS_REFUSING = s.c.strangers == REFUSING
# By its way. What somebody refused who was asked stays refused, whichever way it comes again.
_WAS_REFUSED = and_(s.c.state == REFUSED, ~exists().where(h.c.mail_id == s.c.id))
_FREE: dict[str, Any] = {"lease_until": None, "leased_by": None}
_earlier = s.alias("earlier")
# By the index of what comes next, and by those of senders and threads: each in its own words, see
# `outbox_rows`.
_IS_NEXT = (func.lower(s.c.state) == literal_column("'waiting'"), s.c.deaths >= literal_column("0"))


def _first(column: Any, earlier: Any, *others: Any) -> Any:
    """Whether no mail before it, with the same in that column, waits to be tried first."""
    before = (
        select(_earlier.c.id)
        .where(earlier == column, func.lower(_earlier.c.state) == literal_column("'waiting'"))
        .where(_earlier.c.attempts == 0, _earlier.c.id < s.c.id, *others)
        .order_by(_earlier.c.id)
        .limit(literal_column("1"))
        .correlate(s)
        .scalar_subquery()
    )
    return before.is_(None)


_IN_TURN = (
    _first(s.c.sender, _earlier.c.sender),
    _first(s.c.thread, _earlier.c.thread, _earlier.c.thread != ""),
)
_LEASABLE = prepared(
    select(s.c.id, s.c.leased_by)
    .where(*_IS_NEXT, s.c.due_at <= bindparam("now"))
    .where(or_(s.c.lease_until.is_(None), s.c.lease_until <= bindparam("now")))
    .where(*_IN_TURN)
    .order_by(s.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=s)
)
_LEASE = prepared(
    update(s)
    .where(s.c.id == bindparam("row"))
    .values(
        lease_until=bindparam("until"),
        leased_by=bindparam("owner"),
        deaths=s.c.deaths + bindparam("died"),
    )
)
_FREE_FROM = case((s.c.lease_until > s.c.due_at, s.c.lease_until), else_=s.c.due_at)
_NEXT_DUE = prepared(select(func.min(_FREE_FROM)).where(*_IS_NEXT, *_IN_TURN))
_FACTS: tuple[Any, ...] = (
    s.c.id,
    s.c.state,
    s.c.way,
    s.c.team,
    s.c.strangers,
    s.c.sender,
    s.c.subject,
    s.c.message_id,
    s.c.size,
    s.c.received_at,
    s.c.attempts,
    s.c.deaths,
    s.c.error,
    s.c.key,
)


@dataclass(frozen=True)
class Letter:
    """A mail on its way into the spool. `raw` is None where it was too large to be fetched."""

    key: str
    raw: bytes | None
    way: str
    team: str | None
    strangers: str
    sender: str
    subject: str
    message_id: str
    thread: str
    size: int
    envelope_from: str = ""
    envelope_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """A mail of the spool, without its bytes."""

    id: int
    state: str
    way: str
    team: str | None
    strangers: str
    sender: str
    subject: str
    message_id: str
    size: int
    received_at: datetime
    attempts: int
    deaths: int
    error: str
    key: str


@dataclass(frozen=True)
class Contents:
    raw: bytes | None
    envelope_from: str
    envelope_to: tuple[str, ...]


class SqlSpool:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.kept = False  # whether a mail came in, of which we are about to say that we have it
        self.asked = False  # there is work for whoever works on mails

    # Coming in

    def keep(self, letter: Letter, at: datetime, *, set_aside: str = "") -> tuple[int, bool]:
        """Its number, and whether there is something new to do: it was never here, or is begun
        anew because it was refused where it came before. `set_aside`: why nobody is to work on it.
        """
        values = {
            **{name: getattr(letter, name) for name in Letter.__dataclass_fields__},
            "envelope_to": list(letter.envelope_to),
            "state": SET_ASIDE if set_aside else WAITING,
            "received_at": at,
            "due_at": at,
            "attempts": 0,
            "deaths": 0,
            "error": set_aside,
        }
        self.kept = True
        new = self._connection.execute(_keep(self._connection.dialect.name), values).first()
        if new is not None:
            self.asked = self.asked or not set_aside
            return int(new[0]), True
        anew = not set_aside and self._came_another_way(letter, values)
        return self.known((letter.key,))[letter.key], anew

    def known(self, keys: Collection[str], strangers: str = REFUSING) -> dict[str, int]:
        """The numbers of those that came in before, without those that are to be kept once more:
        they were refused, and come by a way that does `strangers`."""
        found = select(s.c.key, s.c.id).where(s.c.key.in_(keys))
        if strangers != REFUSING:
            found = found.where(~(_IS_REFUSING & (_IS_WAITING | _WAS_REFUSED)))
        return {row[0]: row[1] for row in self._connection.execute(found)}

    def _came_another_way(self, letter: Letter, values: dict[str, Any]) -> bool:
        """Refused at one way, it goes on with the facts of the next one that would take it. One
        that waits to be refused goes that way as well, also where a worker is at it, see `refuse`.
        """
        if letter.strangers == REFUSING:
            return False
        came = (s.c.key == letter.key, _IS_REFUSING)
        way = {name: values[name] for name in ("way", "team", "strangers")}
        if self._change((*came, _IS_WAITING), **way):
            return False
        return self._change((*came, _WAS_REFUSED), **values, done_at=None, **_FREE)

    # What a worker asks for

    def lease(self, now: datetime, hold: timedelta, owner: str, limit: int) -> tuple[Kept, ...]:
        """Take the oldest mails whose turn it is, so that no other worker does for `hold`."""
        rows = self._connection.execute(_LEASABLE, {"now": now, "most": limit}).all()
        if not rows:
            return ()
        held = {"until": now + hold, "owner": owner}
        # Who hands a lease back says so: what is leased still was lost with its process.
        died = ({"row": row.id, "died": int(row.leased_by is not None)} for row in rows)
        self._connection.execute(_LEASE, [{**held, **one} for one in died])
        return self._facts((s.c.id.in_([row.id for row in rows]),))

    def renew(self, owner: str, mails: Collection[int], until: datetime) -> None:
        ours = (s.c.id.in_(mails), _IS_WAITING, s.c.leased_by == owner)
        self._change(ours, lease_until=until)

    def finish(self, mail: int, owner: str, at: datetime) -> bool:
        """The desk took it. False where somebody decided otherwise meanwhile."""
        return self._change(_ours(mail, owner), state=DONE, done_at=at, error="", **_FREE)

    def refuse(self, mail: int, owner: str, at: datetime, reason: str) -> bool:
        """Its way does not take it. False where it came by one that does meanwhile: look again."""
        ours = (*_ours(mail, owner), _IS_REFUSING)
        return self._change(ours, state=REFUSED, done_at=at, error=reason, **_FREE)

    def postpone(self, mail: int, owner: str, due: datetime, error: str = "") -> bool:
        """Try again then. With `error` it failed by itself, which counts."""
        failed = {"attempts": s.c.attempts + 1, "error": error} if error else {}
        return self._change(_ours(mail, owner), due_at=due, **failed, **_FREE)

    def set_aside(self, mail: int, owner: str, error: str) -> bool:
        """It failed too often: somebody has to look at it."""
        return self._change(_ours(mail, owner), state=SET_ASIDE, error=error, **_FREE)

    def hand_back(self, owner: str) -> None:
        self._change((*_IS_NEXT, s.c.leased_by == owner), **_FREE)
        self.asked = True  # also for those whose turn comes after what that process did

    def next_due(self, now: datetime) -> datetime | None:
        """When to look again, `now` at the earliest. None: nothing waits."""
        found: datetime | None = self._connection.execute(_NEXT_DUE).scalar()
        return None if found is None else max(found, now)

    # What is decided about a mail. By its key, which whoever reads the mail knows as well.

    def hold(self, key: str) -> int | None:
        """Let it wait for somebody's decision, with its bytes; its number."""
        self._change((s.c.key == key, _IS_WAITING), state=HELD, **_FREE)
        return self.known((key,)).get(key)

    def release(self, mails: Collection[int], at: datetime, strangers: str) -> bool:
        """Work on held mails after all, as on those of a way that does `strangers`."""
        held = (s.c.id.in_(mails), s.c.state == HELD)
        return self._change(held, state=WAITING, due_at=at, strangers=strangers)

    def refuse_held(self, mails: Collection[int], at: datetime, reason: str) -> bool:
        held = (s.c.id.in_(mails), s.c.state == HELD)
        return self._change(held, state=REFUSED, done_at=at, error=reason)

    def retry(self, mail: int, at: datetime) -> bool:
        """Begin anew with one that was set aside, refused, held or given up, while it is kept."""
        which = (
            s.c.id == mail,
            s.c.state.in_((*UNDECIDED, REFUSED, DROPPED)),
            s.c.raw.is_not(None),
        )
        anew = {"state": WAITING, "due_at": at, "done_at": None, "error": ""}
        return self._change(which, attempts=0, deaths=0, **anew, **_FREE)

    def drop(self, mail: int, at: datetime) -> bool:
        """Give it up. False where it is done, or is nowhere."""
        which = (s.c.id == mail, s.c.state.in_((*UNDECIDED, WAITING)))
        return self._change(which, state=DROPPED, done_at=at, **_FREE)

    # Looking at it

    def get(self, mail: int) -> Kept | None:
        return next(iter(self._facts((s.c.id == mail,))), None)

    def contents(self, mail: int) -> Contents | None:
        row = self._connection.execute(
            select(s.c.raw, s.c.envelope_from, s.c.envelope_to).where(s.c.id == mail)
        ).first()
        if row is None:
            return None
        raw = None if row[0] is None else bytes(row[0])
        return Contents(raw, row[1], tuple(row[2]))

    def latest(self, limit: int, states: Collection[str] = ()) -> tuple[Kept, ...]:
        """The newest ones, the newest first."""
        which = s.c.state.in_(states) if states else true()
        found = select(*_FACTS).where(which).order_by(s.c.id.desc()).limit(limit)
        return tuple(Kept(*row) for row in self._connection.execute(found))

    def counts(self) -> dict[str, int]:
        """How many wait, and how many somebody has to decide about. The others are many."""
        counted = dict.fromkeys((WAITING, *UNDECIDED), 0)
        for which in (_IS_NEXT, (_IS_UNDECIDED,)):
            rows = select(s.c.state, func.count()).where(*which).group_by(s.c.state)
            counted.update({row[0]: row[1] for row in self._connection.execute(rows)})
        return counted

    def purge(self, before: datetime, limit: int = 100) -> int:
        """Forget the bytes of mails decided before that moment, a portion at a time. That they came
        stays known, so that none is taken twice."""
        old = (
            select(s.c.id)
            .where(s.c.done_at.is_not(None), s.c.done_at < before, s.c.raw.is_not(None))
            .limit(limit)
        )
        found = update(s).where(s.c.id.in_(old)).values(raw=None)
        return self._connection.execute(found).rowcount

    def _facts(self, which: Iterable[ColumnElement[bool]]) -> tuple[Kept, ...]:
        found = select(*_FACTS).where(*which).order_by(s.c.id)
        return tuple(Kept(*row) for row in self._connection.execute(found))

    def _change(self, which: Iterable[ColumnElement[bool]], **values: Any) -> bool:
        statement = update(s).where(*which).values(**values)
        changed = self._connection.execute(statement).rowcount > 0
        self.asked = self.asked or (changed and values.get("state") == WAITING)
        return changed


@cache
def _keep(dialect: str) -> Any:
    once = insert_for(dialect, s).on_conflict_do_nothing(index_elements=["key"])
    return once.returning(s.c.id)


def _ours(mail: int, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (s.c.id == mail, _IS_WAITING, s.c.leased_by == owner)
