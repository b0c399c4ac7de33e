"""Tickets: stored with a version, so that of two who change one at once the second is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from desk.errors import NoSuchTicket, Stale
from desk.lifecycle import State
from desk.people import Actor
from desk.ports import Page, Tab
from desk.ticket import (
    Hold,
    HoldReason,
    Impact,
    Origin,
    Outcome,
    RequestType,
    Resolution,
    Ticket,
    Urgency,
)
from desk.variants import variant
from storage import queues, ticket_search
from storage.prepared import POSTGRESQL, prepared
from storage.tables import people
from storage.tables import tickets as t

HELD = 10  # added to the rank: whatever nobody holds comes first

_ONE = select(t).where(t.c.id == bindparam("ticket"))
_GET = prepared(_ONE)
# Of many who change one at once each waits for its turn, since trying again would fail as often
# again. SQLite has one writer anyway, and leaves the words out.
_GET_TO_CHANGE = prepared(_ONE.with_for_update(key_share=True))
_ADD = prepared(insert(t).returning(t.c.id))
_SAVE = prepared(update(t).where(t.c.id == bindparam("ticket"), t.c.version == bindparam("seen")))
_FOLLOWERS = prepared(
    select(t.c.id).where(t.c.follows == bindparam("ticket")).order_by(t.c.id).limit(20)
)
_DUE = (
    select(t.c.id)
    .where(t.c.hold_until.is_not(None), t.c.hold_until <= bindparam("now"))
    .where(t.c.state == State.PENDING.value)
    .order_by(t.c.hold_until)
    .limit(bindparam("most"))
)

_THEMSELVES = select(people.c.id).where(people.c.merged_into.is_(None))
_LATEST = prepared(  # open ones and others apart: each is one walk along an index
    select(t.c.created_at)
    .where(t.c.requester_id == bindparam("person"), t.c.is_open == bindparam("is_open"))
    .where(t.c.origin == "mail")
    .order_by(t.c.id.desc())
    .limit(bindparam("most"))
)


class SqlTickets:
    def __init__(self, connection: Connection, *, locks: bool) -> None:
        """`locks`: who gets a ticket is about to change it."""
        self._connection = connection
        self._get = _GET_TO_CHANGE if locks else _GET
        self._met: dict[int, Ticket] = {}  # this transaction's own view
        self.added: set[int] = set()

    def add(self, ticket: Ticket) -> Ticket:
        self._hold(_others(ticket))
        number = self._connection.execute(_ADD, _row(ticket)).scalar_one()
        self.added.add(number)
        return self._meet(variant(ticket, id=number))

    def get(self, ticket: int) -> Ticket:
        if ticket in self._met:
            return self._met[ticket]
        row = self._connection.execute(self._get, {"ticket": ticket}).first()
        if row is None:
            raise NoSuchTicket(ticket)
        return self._meet(_ticket(row))

    def save(self, ticket: Ticket, seen: int) -> Ticket:
        before = self._met.get(ticket.id)
        self._hold(_others(ticket) - (_others(before) if before else set()))
        saved = variant(ticket, version=seen + 1)
        values = {**_row(saved), "ticket": ticket.id, "seen": seen}
        if self._connection.execute(_SAVE, values).rowcount != 1:
            raise Stale
        return self._meet(saved)

    def queue(self, actor: Actor, tab: Tab, page: int, size: int) -> Page:
        return self._page(queues.of_technician(self._connection, actor, tab), page, size)

    def asked_by(self, person: int, *, open_only: bool, limit: int, page: int = 0) -> Page:
        return self._page(queues.of_requester(person, open_only=open_only), page, limit)

    def asked_since(self, person: int, since: datetime, most: int) -> int:
        """How many requests of this person came by mail since then; counts to `most`."""
        latest = [
            at
            for is_open in (1, 0)
            for at in self._connection.execute(
                _LATEST, {"person": person, "is_open": is_open, "most": most}
            ).scalars()
        ]
        return min(len([at for at in latest if at > since]), most)

    def find(self, words: Sequence[str], most: int) -> tuple[Ticket, ...]:
        return tuple(map(_ticket, ticket_search.everywhere(self._connection, words, most)))

    def find_own(self, person: int, words: Sequence[str], most: int) -> tuple[Ticket, ...]:
        return tuple(map(_ticket, ticket_search.among_own(self._connection, person, words, most)))

    def due(self, now: datetime, limit: int) -> tuple[int, ...]:
        return tuple(self._connection.execute(_DUE, {"now": now, "most": limit}).scalars())

    def followers(self, ticket: int) -> tuple[int, ...]:
        return tuple(self._connection.execute(_FOLLOWERS, {"ticket": ticket}).scalars())

    def count(self) -> int:
        """How many tickets there are in all."""
        return self._connection.execute(select(func.count()).select_from(t)).scalar_one()

    def _hold(self, named: set[int]) -> None:
        """Whoever is named on a ticket from now on is not to become somebody else meanwhile. Raises
        Stale where they have since they were read. SQLite has one writer."""
        if named and self._connection.dialect.name == POSTGRESQL:
            held = _THEMSELVES.where(people.c.id.in_(named)).with_for_update(
                read=True, key_share=True
            )
            if len(self._connection.execute(held).all()) < len(named):
                raise Stale

    def _meet(self, ticket: Ticket) -> Ticket:
        self._met[ticket.id] = ticket
        return ticket

    def _page(self, queue: queues.Queue, number: int, size: int) -> Page:
        listed = tuple(map(_ticket, queue.page(self._connection, number, size)))
        return Page(queue.total(self._connection), number, size, listed)


def _others(ticket: Ticket) -> set[int]:
    """Whom it concerns besides the requester, whose request is noted."""
    named = (*ticket.participants, ticket.beneficiary, ticket.assignee)
    return {p for p in named if p is not None}


def _row(ticket: Ticket) -> dict[str, Any]:
    held = HELD if ticket.assignee is not None else 0
    hold, resolution = ticket.hold, ticket.resolution
    return {
        "subject": ticket.subject,
        "description": ticket.description,
        "requester_id": ticket.requester,
        "team_id": ticket.team,
        "created_at": ticket.created_at,
        "state_since": ticket.state_since,
        "changed_at": ticket.changed_at,
        "beneficiary_id": ticket.beneficiary,
        "tell_beneficiary": ticket.tell_beneficiary,
        "catalogue_id": ticket.entry,
        "assignee_id": ticket.assignee,
        "state": str(ticket.state),
        "outcome": ticket.outcome and str(ticket.outcome),
        "impact": str(ticket.impact),
        "urgency": str(ticket.urgency),
        "request_type": str(ticket.request_type),
        "origin": str(ticket.origin),
        "hold_reason": hold and str(hold.reason),
        "hold_until": hold and hold.until,
        "new_answer": ticket.new_answer,
        "code": resolution and resolution.code,
        "solution": resolution and resolution.solution,
        "duplicate_of": ticket.duplicate_of,
        "follows": ticket.follows,
        "participants": ticket.participants,
        "removed": ticket.removed,
        "version": ticket.version,
        "is_open": int(ticket.is_open),
        "rank": held + ticket.priority,
    }


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        id=row.id,
        subject=row.subject,
        description=row.description,
        requester=row.requester_id,
        team=row.team_id,
        created_at=row.created_at,
        state_since=row.state_since,
        changed_at=row.changed_at,
        beneficiary=row.beneficiary_id,
        tell_beneficiary=row.tell_beneficiary,
        entry=row.catalogue_id,
        assignee=row.assignee_id,
        state=State(row.state),
        outcome=Outcome(row.outcome) if row.outcome else None,
        impact=Impact(row.impact),
        urgency=Urgency(row.urgency),
        request_type=RequestType(row.request_type),
        origin=Origin(row.origin),
        hold=Hold(HoldReason(row.hold_reason), row.hold_until) if row.hold_reason else None,
        new_answer=row.new_answer,
        resolution=Resolution(row.code, row.solution) if row.code is not None else None,
        duplicate_of=row.duplicate_of,
        follows=row.follows,
        participants=_beside(row),
        removed=row.removed,
        version=row.version,
    )


def _beside(row: Row[Any]) -> tuple[int, ...]:
    """Who takes part beside those it is for. Of two who became one, one may have been on the list:
    taken off it later, they would lose what they are sent as the requester."""
    return tuple(p for p in row.participants if p not in (row.requester_id, row.beneficiary_id))
