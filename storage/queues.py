"""Lists of tickets as statements: each walks one index per team or person and stops early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    func,
    literal_column,
    select,
    union,
)

from desk.people import Actor
from desk.ports import Tab
from storage.tables import teams
from storage.tables import tickets as t

COUNTED = 1000  # counting costs thirty times the list, and nobody pages that far
# Written out, not bound: only then do both databases see that a partial index will do.
_OPEN = t.c.is_open == literal_column("1")
_OVER = t.c.is_open == literal_column("0")


@dataclass(frozen=True)
class Queue:
    """The tickets that meet any of `choices`, in `order`.

    An OR over several teams would read and sort all their tickets; so each choice is limited to
    what the page can show of it before they are put together.
    """

    choices: Sequence[Sequence[ColumnElement[bool]]]
    order: Sequence[tuple[ColumnElement[Any], bool]]  # column, and whether it descends

    def page(self, number: int, size: int) -> Select[Any]:
        """The ids of one page, in order."""
        together = self._together((number + 1) * size)
        order = [_directed(together.c[str(column.key)], down) for column, down in self.order]
        return select(together.c.id).order_by(*order).limit(size).offset(number * size)

    def total(self) -> Select[Any]:
        """How many there are, counted no further than COUNTED."""
        together = self._together(COUNTED)
        return select(func.count()).select_from(
            select(together.c.id).limit(COUNTED).subquery("counted")
        )

    def _together(self, most: int) -> Subquery:
        columns = [column for column, _ in self.order if column.key != "id"]
        order = [_directed(column, down) for column, down in self.order]
        parts = [
            select(t.c.id, *columns).where(*choice).order_by(*order).limit(most).subquery()
            for choice in self.choices
        ]
        return union(*(select(part) for part in parts)).subquery("together")


def of_technician(connection: Connection, actor: Actor, tab: Tab) -> Queue:
    mine = t.c.assignee_id == actor.id
    if tab is Tab.MINE:
        return Queue([(mine, _OPEN)], _pressing())
    served = sorted(actor.teams) or _every_team(connection, actor)
    if tab is Tab.TEAMS:
        return Queue([(t.c.team_id == team, _OPEN) for team in served] or [_NOTHING], _pressing())
    over = [(t.c.team_id == team, _OVER) for team in served]
    return Queue([*over, (mine, _OVER)], ((t.c.state_since, True), (t.c.id, True)))


def of_requester(person: int, *, open_only: bool) -> Queue:
    state = [_OPEN] if open_only else []
    return Queue(
        [(t.c.requester_id == person, *state), (t.c.beneficiary_id == person, *state)],
        ((t.c.is_open, True), (t.c.id, True)),
    )


_NOTHING = (t.c.id < 0,)


def _pressing() -> Sequence[tuple[ColumnElement[Any], bool]]:
    return ((t.c.rank, False), (t.c.created_at, False), (t.c.id, False))


def _every_team(connection: Connection, actor: Actor) -> list[int]:
    """An administrator of no team looks after all of them, also those no longer in use."""
    if not actor.is_administrator:
        return []
    return list(connection.execute(select(teams.c.id).order_by(teams.c.id)).scalars())


def _directed(column: ColumnElement[Any], down: bool) -> ColumnElement[Any]:
    return column.desc() if down else column.asc()
