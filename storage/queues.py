"""Lists of tickets as statements: each walks one index per team or person and stops early.

An OR over several teams would read and sort all their tickets. So each choice is limited to what
the page can show of it, and then they are put together. Statements are built once for each number
of teams: building them takes longer than running them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    bindparam,
    func,
    literal_column,
    select,
    union,
    union_all,
)

from desk.people import Actor
from desk.ports import Tab
from storage.tables import teams
from storage.tables import tickets as t

COUNTED = 1000  # counting costs thirty times the list, and nobody pages that far

# Written out, not bound: only then do both databases see that a partial index will do.
_OPEN = t.c.is_open == literal_column("1")
_OVER = t.c.is_open == literal_column("0")

_Choice = Sequence[ColumnElement[bool]]
_Order = Sequence[tuple[ColumnElement[Any], bool]]  # columns, and whether each descends
_PRESSING: _Order = ((t.c.rank, False), (t.c.created_at, False), (t.c.id, False))
_LATEST: _Order = ((t.c.state_since, True), (t.c.id, True))
_OPEN_FIRST: _Order = ((t.c.is_open, True), (t.c.id, True))

_MOST = bindparam("most", type_=Integer)
_SIZE = bindparam("size", type_=Integer)
_SKIP = bindparam("skip", type_=Integer)
_COUNTED = bindparam("counted", type_=Integer)
_MINE = t.c.assignee_id == bindparam("person")


@dataclass(frozen=True)
class Queue:
    """Tickets to be listed page by page and counted."""

    listing: Select[Any]
    counting: Select[Any]
    whose: Mapping[str, Any]

    def page(self, connection: Connection, number: int, size: int) -> Sequence[Any]:
        """Rows of `tickets`, in order."""
        place = {"most": (number + 1) * size, "size": size, "skip": number * size}
        return connection.execute(self.listing, {**self.whose, **place}).all()

    def total(self, connection: Connection) -> int:
        """How many there are, counted no further than COUNTED."""
        whose = {**self.whose, "counted": COUNTED}
        counted: int = connection.execute(self.counting, whose).scalar_one()
        return counted


def of_technician(connection: Connection, actor: Actor, tab: Tab) -> Queue:
    served = [] if tab is Tab.MINE else sorted(actor.teams) or _every_team(connection, actor)
    whose = {f"team_{number}": team for number, team in enumerate(served)}
    return Queue(*_technicians(tab, len(served)), {"person": actor.id, **whose})


def of_requester(person: int, *, open_only: bool) -> Queue:
    return Queue(*_requesters(open_only), {"person": person})


@cache
def _technicians(tab: Tab, served: int) -> tuple[Select[Any], Select[Any]]:
    binds = [bindparam(f"team_{number}", type_=Integer) for number in range(served)]
    teams_ = [t.c.team_id == bind for bind in binds]
    match tab:
        case Tab.TEAMS:
            nothing = (t.c.id < 0, _OPEN)
            return _statements([(team, _OPEN) for team in teams_] or [nothing], _PRESSING)
        case Tab.MINE:
            return _statements([(_MINE, _OPEN)], _PRESSING)
        case Tab.SOLVED:
            theirs = [(team, _OVER) for team in teams_]
            listing, _ = _statements([*theirs, (_MINE, _OVER)], _LATEST)
            mine = _some(t.c.team_id, _MINE, _OVER)
            elsewhere = select(mine.c.id).where(mine.c.team_id.not_in(binds))
            return listing, _counting([*map(_whole, theirs), elsewhere])


@cache
def _requesters(open_only: bool) -> tuple[Select[Any], Select[Any]]:
    state = [_OPEN] if open_only else []
    person = bindparam("person", type_=Integer)
    asked = [(column == person, *state) for column in (t.c.requester_id, t.c.beneficiary_id)]
    listing, _ = _statements(asked, _OPEN_FIRST)
    given = _some(t.c.requester_id, *asked[1])
    by_others = select(given.c.id).where(given.c.requester_id != person)
    return listing, _counting([_whole(asked[0]), by_others])


def _statements(choices: Sequence[_Choice], order: _Order) -> tuple[Select[Any], Select[Any]]:
    """The tickets that meet any of `choices`: a page of them; and how many there are, where none
    meets two."""
    columns = [column for column, _ in order if column is not t.c.id]
    first = _together(
        select(t.c.id, *columns).where(*choice).order_by(*_ordered(t, order)).limit(_MOST)
        for choice in choices
    )
    page = select(first.c.id).order_by(*_ordered(first, order)).limit(_SIZE).offset(_SKIP)
    listing = select(t).where(t.c.id.in_(page)).order_by(*_ordered(t, order))
    return listing, _counting([_whole(choice) for choice in choices])


def _together(parts: Any) -> Subquery:
    return union(*(select(part.subquery()) for part in parts)).subquery("together")


def _counting(parts: Sequence[Select[Any]]) -> Select[Any]:
    """One part after the other, and no further than COUNTED: sorting out what is in two of them
    would mean to read them all."""
    every = union_all(*parts).subquery("every")
    counted = select(every.c.id).limit(_COUNTED).subquery("counted")
    return select(func.count()).select_from(counted)


def _whole(choice: _Choice) -> Select[Any]:
    return select(_some(t.c.id, *choice).c.id)


def _some(column: ColumnElement[Any], *choice: ColumnElement[bool]) -> Subquery:
    """As many as are counted. Whoever has more of them in their teams has reached the end there."""
    columns = dict.fromkeys((t.c.id, column))
    return select(*columns).where(*choice).limit(_COUNTED).subquery()


def _ordered(source: Any, order: _Order) -> list[ColumnElement[Any]]:
    return [
        source.c[column.key].desc() if down else source.c[column.key].asc()
        for column, down in order
    ]


def _every_team(connection: Connection, actor: Actor) -> list[int]:
    """An administrator of no team looks after all of them, also those no longer in use."""
    if not actor.is_administrator:
        return []
    return list(connection.execute(select(teams.c.id).order_by(teams.c.id)).scalars())
