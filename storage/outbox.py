"""The outbox: what the world should still see, and who is showing it right now.

A row waits until it is done, refused, uncertain or withdrawn. Waiting, it may be leased to one
relay at a time, and only the oldest waiting row of a lane may be. Asking for a waiting row again
counts `asked` up; finishing compares, so that a wish made during the sending is not lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import (
    ColumnElement,
    Connection,
    exists,
    literal_column,
    select,
    update,
)

from desk.effects import Effect, OpenThread, RefreshCard, SendMail, WarnUndelivered
from storage.outbox_overview import Overview
from storage.outbox_rows import (
    EARLIER,
    FREE,
    IS_POSTPONED,
    IS_STUCK,
    IS_WAITING,
    REFUSED,
    STILL_WAITS,
    UNCERTAIN,
    WAITING,
    WITHDRAWN,
    Hand,
    Lease,
    attempt,
    lease_of,
    numbered,
    so_many,
    values_of,
    which,
    wish,
)
from storage.outbox_statements import (
    ATTEMPTING,
    BEGIN_ANEW,
    FINISH,
    FOUND_OUT,
    HOLDS,
    LEASABLE,
    LEASE,
    OF_ENTRY,
    WAITS,
    WITHDRAW_FROM,
)
from storage.prepared import ahead
from storage.tables import outbox as o

log = structlog.get_logger(__name__)

_UNKNOWN = "unknown effect"
BEGINNING = (RefreshCard, OpenThread, SendMail)  # what a new ticket begins with


class SqlOutbox(Overview):
    def __init__(
        self, connection: Connection, new_tickets: Collection[int] = (), hand: Hand | None = None
    ) -> None:
        """`new_tickets` are those that this transaction opens: what `hand` shows of them first is
        leased to it at once, the attempts to post noted. Nobody else is in their lanes."""
        self._direct = connection
        self._new_tickets = new_tickets
        self._hand = hand
        self.begun: list[Lease] = []
        self._wishes: list[dict[str, Any]] = []
        self._beginnings: dict[Effect, datetime | None] = {}  # None: written down
        self._is_unsettled = False
        self.wished = False  # whether some of it is for any relay, and not in our own hand
        self.asked = False  # whether any relay has something new to do
        self.attempts = False  # whether something is about to be done that cannot be taken back
        self.mailed = False  # whether a mail left, of which nobody could find out again
        self.freed = False  # whether a lane moved on: only the relay that did it needs to know

    @property
    def _connection(self) -> Connection:
        """Whatever looks at the outbox finds there what was put before."""
        if self._is_unsettled:
            self.settle()
        return self._direct

    # What the desk asks for

    def put(self, effect: Effect, at: datetime, due: datetime | None = None) -> None:
        self.asked = self._is_unsettled = True
        if self._hand is not None and due is None and self._begins(effect):
            self._beginnings.setdefault(effect, at)
        else:
            self.wished = True
            self._wishes.append(values_of(effect, at, due or at))

    def settle(self) -> None:
        """Write down what was put so far: all of one command's wishes in one statement."""
        if not self._is_unsettled:
            return
        self._is_unsettled = False
        beginnings = [(effect, at) for effect, at in self._beginnings.items() if at is not None]
        if beginnings:
            self._beginnings |= dict.fromkeys(self._beginnings, None)
            self.begun += self._begin(beginnings)
        if self._wishes:
            wishes, self._wishes = self._wishes, []
            self._direct.execute(wish(self._direct.dialect.name), wishes)

    def _begins(self, effect: Effect) -> bool:
        """Whether the one ticket that is opened here begins with it."""
        assert self._hand is not None
        mine = isinstance(effect, BEGINNING) and effect.ticket in self._new_tickets
        has_room = self._hand.mails or not isinstance(effect, SendMail)
        return mine and has_room and len(self._new_tickets) == 1

    def _begin(self, beginnings: Sequence[tuple[Effect, datetime]]) -> list[Lease]:
        assert self._hand is not None
        owner, hold = self._hand.owner, self._hand.hold
        rows = []
        for effect, at in beginnings:
            notes = self._hand.notes and not isinstance(effect, SendMail)
            noted_at = at if notes else None
            leased = {"leased_by": owner, "lease_until": at + hold, "leased_asked": 1}
            rows.append(values_of(effect, at, at) | leased | {"attempted_at": noted_at})
        columns = tuple(rows[0])
        values: dict[str, Any] = {}
        for place, row in enumerate(rows):
            values.update(zip(numbered(place, columns), row.values(), strict=True))
        ids = sorted(self._direct.execute(so_many(len(rows), columns), values).scalars())
        self.attempts = True
        return [
            Lease(number, effect, 1, 0, None, owner, at, hold, noted_at=row["attempted_at"])
            for number, (effect, at), row in zip(ids, beginnings, rows, strict=True)
        ]

    def withdraw(self, entry: int) -> bool:
        rows = self._connection.execute(OF_ENTRY, {"entry": entry}).all()
        # A lease that ran out may still have been used: it counts as taken.
        if any(r.state != WAITING or r.leased_by or r.attempted_at for r in rows):
            return False
        for row in rows:
            self._connection.execute(update(o).where(o.c.id == row.id).values(state=WITHDRAWN))
        return True

    def withdraw_from(self, ticket: int, person: int) -> None:
        """Also what a relay has in its hand: it may wait for a mail server for minutes, and is told
        that the row is not its own any more when the server wants the mail."""
        self.settle()
        self._connection.execute(WITHDRAW_FROM, {"ticket": ticket, "person": person})

    # What the relay asks for

    def lease(
        self,
        now: datetime,
        hold: timedelta,
        owner: str,
        limit: int,
        *,
        mails: bool = True,
        before: int | None = None,
    ) -> tuple[Lease, ...]:
        """Take due rows, at most one of each lane, so that no other relay sends them for `hold`.
        `mails`: also of these. `before`: of what shows a ticket, only of older ones than that."""
        values: dict[str, Any] = {"now": now, "most": limit}
        if before is not None:
            values["before"] = before
        leasable = LEASABLE[mails, before is not None]
        rows = self._connection.execute(leasable, values).all()
        if len(rows) < limit:
            self.freed = False  # whatever this transaction freed is among them
        return self.take(rows, now, hold, owner)

    def take(
        self, rows: Iterable[Any], now: datetime, hold: timedelta, owner: str
    ) -> tuple[Lease, ...]:
        """Lease rows of TO_LEASE, which this transaction has locked."""
        leases = tuple(lease for row in rows if (lease := self._lease(row, owner, hold, now)))
        if leases:
            held = {"until": now + hold, "owner": owner}
            self._connection.execute(LEASE, [{"row": lease.id, **held} for lease in leases])
        return leases

    def _lease(self, row: Any, owner: str, hold: timedelta, now: datetime) -> Lease | None:
        try:
            return lease_of(row, owner, hold)
        except (KeyError, TypeError, ValueError):
            # Asked for by another version of the program: a person sees it, the others go on.
            self._change((o.c.id == row.id,), state=REFUSED, error=_UNKNOWN, done_at=now)
            log.error("not_delivered", row=row.id, reason=_UNKNOWN)
            self.put(WarnUndelivered(row.id), now)
            return None

    def renew(self, owner: str, rows: Collection[int], until: datetime) -> None:
        """Keep those of `rows` that `owner` has for longer. Not of what is just being written down
        as done, or noted, which renews it, too: two that wait for each other's rows wait for ever.
        """
        ours = select(o.c.id).where(o.c.id.in_(rows), STILL_WAITS, o.c.leased_by == owner)
        free = ours.with_for_update(skip_locked=True)
        self._change((o.c.id.in_(free),), lease_until=until)

    def expect(self, effect: Effect) -> None:
        """`waits` is asked next, see `ahead`."""
        ahead(self._connection, WAITS, _place(effect))

    def waits(self, effect: Effect) -> bool:
        """Whether it is asked for, and not done yet; maybe somebody is just doing it."""
        return self._connection.execute(WAITS, _place(effect)).first() is not None

    def holds(self, lease: Lease) -> bool:
        """Whether the row still waits and is the lease's to carry out."""
        return self._connection.execute(HOLDS, which(lease)).first() is not None

    def attempting(self, lease: Lease, at: datetime) -> bool:
        """Note that what cannot be taken back comes next; for that the lease begins anew. False: it
        is not ours to do."""
        self.attempts = True
        return self._done(ATTEMPTING, attempt(lease, at))

    def attempting_all(
        self, leases: Sequence[Lease], at: datetime
    ) -> Callable[[], tuple[bool, ...]]:
        """`attempting` for each, with what is asked of the database next; the answers are to be
        had afterwards, in this transaction."""
        self.attempts = self.attempts or bool(leases)
        noted = [self._connection.execute(ATTEMPTING, attempt(lease, at)) for lease in leases]
        return lambda: tuple(rows.rowcount > 0 for rows in noted)

    def finish(self, lease: Lease, at: datetime, remote: str | None = None) -> bool:
        """Done, or waiting anew where somebody asked again meanwhile.

        False, and nothing changes, where the lease is no longer ours.
        """
        (is_ours,) = self.finish_all(((lease, remote),), at)
        return is_ours

    def finish_all(
        self, done: Sequence[tuple[Lease, str | None]], at: datetime
    ) -> tuple[bool, ...]:
        """`finish` for each. They go to the database together: it is asked what it did last."""
        self.freed = True
        self.mailed = self.mailed or any(isinstance(one.effect, SendMail) for one, _ in done)
        values = [{**which(lease), "at": at, "name": remote} for lease, remote in done]
        tried = [self._connection.execute(FINISH, each) for each in values]
        return tuple(
            rows.rowcount > 0 or self._done(BEGIN_ANEW, each)
            for rows, each in zip(tried, values, strict=True)
        )

    def found_out(self, lease: Lease, at: datetime, remote: str | None = None) -> bool:
        """The other side took it, and says so only after somebody else had given it up in doubt.
        False, and nothing changes, where that is not so."""
        return self._done(FOUND_OUT, {"row": lease.id, "at": at, "name": remote})

    def postpone(
        self,
        lease: Lease,
        until: datetime,
        error: str,
        *,
        attempted: bool = False,
        began: datetime | None = None,
    ) -> bool:
        """The other side was not to be had: try again then.

        `attempted`: whether it took it before it failed must be found out first, next time.
        `began`: when it was asked, where that was later than it was noted.
        """
        return self._change(
            _ours(lease),
            due_at=until,
            attempts=o.c.attempts + 1,
            attempted_at=(began or o.c.attempted_at) if attempted else None,
            error=error,
            pace=None,
            **FREE,
        )

    def let_go(self, lease: Lease) -> bool:
        """It was not attempted after all, whatever was noted: for anybody to take."""
        return self._change(_ours(lease), attempted_at=lease.attempted_at, **FREE)

    def bury(self, lease: Lease, at: datetime, error: str) -> bool:
        """The other side will never take it. False, too, where somebody asked again meanwhile: what
        was refused is not what is wanted now, which waits anew. A doubt about an earlier attempt
        stays: it may be the search for it that was refused."""
        anew = (*_ours(lease), o.c.asked > lease.asked)
        began = {"due_at": at, "attempts": 0, "pace": None, "error": ""}
        if self._change(anew, **began, **FREE):
            self.freed = True
            return False
        return self._end(lease, REFUSED, at, error)

    def uncertain(self, lease: Lease, at: datetime, error: str) -> bool:
        """Nobody can tell whether the other side took it."""
        return self._end(lease, UNCERTAIN, at, error)

    def come_later(self, lease: Lease, behind: Effect, at: datetime, else_at: datetime) -> None:
        """Behind what waits in its lane by now, as `behind` does; at `else_at` where that does not
        wait, or it would come again and again."""
        waits = select(exists().where(IS_WAITING, o.c.key == behind.key))
        due = at if self._connection.execute(waits).scalar() else else_at
        if self._change(_ours(lease), state=WITHDRAWN, done_at=at, **FREE):
            self.put(lease.effect, at, due)

    def hurry(self, lane: str, due: datetime) -> None:
        due_later = (IS_POSTPONED, o.c.lane == lane, o.c.leased_by.is_(None), o.c.due_at > due)
        self._change(due_later, due_at=due)

    def hand_back(self, owner: str, settled: datetime) -> None:
        """Free what `owner` leased, for the others to take at once; what it attempted, when that
        can be under way no more: at `settled`."""
        self.asked = True
        ours = (IS_WAITING, o.c.leased_by == owner)
        self._change((*ours, o.c.attempted_at.is_(None)), **FREE)
        self._change((*ours, o.c.attempted_at.is_not(None)), **FREE, due_at=settled)

    # What a person decides about rows that got stuck

    def retry(self, row: int, at: datetime) -> bool:
        """Send a refused or uncertain row after all, as the same row (so with the same
        Message-ID). False where there is none."""
        self.asked = True
        newer = exists().where(
            EARLIER.c.key == o.c.key, EARLIER.c.state == literal_column("'waiting'")
        )
        stuck = (o.c.id == row, IS_STUCK)
        if self._change((*stuck, newer), state=WITHDRAWN, done_at=at):
            return True  # asked for again since: that row does the work
        return self._change(
            stuck,
            state=WAITING,
            due_at=at,
            done_at=None,
            attempted_at=None,
            attempts=0,
            error="",
            **FREE,
        )

    def drop(self, row: int, at: datetime) -> bool:
        """Give up a row that is refused or uncertain. False where there is none."""
        return self._change((o.c.id == row, IS_STUCK), state=WITHDRAWN, done_at=at)

    def replace(self, effect: Effect, at: datetime) -> None:
        """Ask for it anew. About rows of it that got stuck nobody has to decide any more."""
        self._change((o.c.key == effect.key, IS_STUCK), state=WITHDRAWN, done_at=at)
        self.put(effect, at)

    def _end(self, lease: Lease, state: str, at: datetime, error: str) -> bool:
        self.freed = True
        return self._change(_ours(lease), state=state, done_at=at, error=error, **FREE)

    def _change(self, which: Iterable[ColumnElement[bool]], **values: Any) -> bool:
        """Whether there was such a row. For what is seldom done: building it takes longest."""
        return self._done(update(o).where(*which).values(**values), {})

    def _done(self, statement: Any, values: Mapping[str, Any]) -> bool:
        return self._connection.execute(statement, values).rowcount > 0


def _place(effect: Effect) -> dict[str, Any]:
    """The values of WAITS."""
    return {"lane": effect.lane, "key": effect.key}


def _ours(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        o.c.id == lease.id,
        STILL_WAITS,
        o.c.leased_by == lease.owner,
        o.c.leased_asked == lease.asked,
    )
