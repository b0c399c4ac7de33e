"""Keep the words of tickets findable, a moment after they were written and out of everybody's way.

Triggers note in `unindexed` which tickets changed. Here a portion of them is read whole, its words
are stored, and the notes are taken away, all in one transaction: a crash leaves the portion to be
done again. Order does not matter, since whoever sees a note sees what it is about. One process at
a time does this, so that an older reading never replaces a newer one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
)

from desk.errors import NoSuchTicket
from desk.searchable import Searchable, searchable
from desk.ticket import Ticket
from storage.dialect import upsert
from storage.faults import is_passing
from storage.journal import SqlJournal
from storage.people import SqlPeople
from storage.prepared import prepared, settle
from storage.tables import indexing, ticket_words, unindexed
from storage.tables import tickets as t
from storage.tickets import SqlTickets

_LOCK = text("SELECT pg_try_advisory_xact_lock(7367213306)")  # any number that all processes share
_NOTES = 20  # read at once for each ticket; a lively one has several

_DUE = prepared(
    select(unindexed.c.id, unindexed.c.ticket_id)
    .where(unindexed.c.due_at <= bindparam("now"))
    .order_by(unindexed.c.id)
    .limit(bindparam("n"))
)
_FORGET_TICKET = delete(unindexed).where(unindexed.c.ticket_id == bindparam("ticket"))
_FORGET = prepared(delete(unindexed).where(unindexed.c.id == bindparam("note")))
_LATER = prepared(insert(unindexed))
_BELOW = prepared(select(indexing.c.below))
_OLDER = prepared(
    select(t.c.id).where(t.c.id < bindparam("below")).order_by(t.c.id.desc()).limit(bindparam("n"))
)
_ANYTHING = prepared(
    select(
        or_(
            exists().where(unindexed.c.due_at <= bindparam("now")),
            exists().where(indexing.c.below.is_not(None)),
        )
    )
)


@dataclass(eq=False)
class Unindexable(Exception):
    """Something in one of these tickets cannot be read, or its words not be stored."""

    tickets: tuple[int, ...]


@dataclass(frozen=True)
class Portion:
    """How many tickets were indexed; whether there may be more to do at once."""

    tickets: int
    more: bool


NOTHING = Portion(0, more=False)


class SqlTicketIndex:
    def __init__(
        self,
        connection: Connection,
        tickets: SqlTickets,
        journal: SqlJournal,
        people: SqlPeople,
    ) -> None:
        self._connection = connection
        self._tickets = tickets
        self._journal = journal
        self._people = people

    def is_behind(self, now: datetime) -> bool:
        return bool(self._connection.execute(_ANYTHING, {"now": now}).scalar_one())

    def catch_up(self, now: datetime, most: int) -> Portion:
        """Index what changed, then older tickets still to be done: `most` tickets in all."""
        if not self._alone():
            return NOTHING
        notes = self._connection.execute(_DUE, {"now": now, "n": most * _NOTES}).all()
        changed = list(dict.fromkeys([note.ticket_id for note in notes]))
        taken = set(changed[:most])
        self._index(taken, now)
        done = [{"note": note.id} for note in notes if note.ticket_id in taken]
        if done:
            self._connection.execute(_FORGET, done)
        more = len(changed) > most or len(notes) == most * _NOTES
        if more or len(taken) == most:
            return Portion(len(taken), more=True)
        older = self.go_back(now, most - len(taken))
        return Portion(len(taken) + older.tickets, older.more)

    def begin_anew(self) -> None:
        """Every ticket is to be indexed again."""
        newest = self._connection.execute(select(func.max(t.c.id))).scalar_one()
        self._go_on(None if newest is None else newest + 1)

    def left(self) -> int | None:
        """How many older tickets are still to be indexed; None where that work is not under way."""
        below = self._connection.execute(_BELOW).scalar()
        if below is None:
            return None
        counted = select(func.count()).select_from(t).where(t.c.id < below)
        return self._connection.execute(counted).scalar_one()

    def go_back(self, now: datetime, most: int) -> Portion:
        """Index the next older tickets, newest first."""
        if not self._alone():
            return Portion(0, more=True)
        below = self._connection.execute(_BELOW).scalar()
        if below is None:
            return NOTHING
        found = list(self._connection.execute(_OLDER, {"below": below, "n": most}).scalars())
        self._index(found, now)
        ended = len(found) < most
        self._go_on(None if ended else found[-1])
        return Portion(len(found), more=not ended)

    def put_off(self, ticket: int, until: datetime) -> None:
        """Leave this ticket out until then, and go on with the others."""
        self._connection.execute(_FORGET_TICKET, {"ticket": ticket})
        self._connection.execute(_LATER, {"ticket_id": ticket, "due_at": until})
        below = self._connection.execute(_BELOW).scalar()
        if below is not None:
            older = self._connection.execute(_OLDER, {"below": below, "n": 1}).scalar()
            if older == ticket:
                self._go_on(ticket)

    def _go_on(self, below: int | None) -> None:
        upsert(self._connection, indexing, {"id": 1, "below": below}, key=("id",))

    def _alone(self) -> bool:
        """Whether no other process is at this. SQLite has one writer anyway."""
        if self._connection.dialect.name == "sqlite":
            return True
        return bool(self._connection.execute(_LOCK).scalar_one())

    def _index(self, numbers: Iterable[int], now: datetime) -> None:
        """Raises Unindexable with all of them where it fails on account of one."""
        wanted = tuple(numbers)
        try:
            self._index_all(wanted, now)
            settle(self._connection)  # what is refused shall be refused here
        except Exception as fault:
            if is_passing(fault):
                raise
            raise Unindexable(wanted) from fault

    def _index_all(self, numbers: Iterable[int], now: datetime) -> None:
        for number in numbers:
            with suppress(NoSuchTicket):
                self._store(number, self._words_of(number, now))

    def _words_of(self, number: int, now: datetime) -> Searchable:
        ticket = self._tickets.get(number)
        people = self._people.many(_concerned(ticket))
        concerned = (people[person] for person in _concerned(ticket) if person in people)
        return searchable(ticket, self._journal.of(number), concerned, now)

    def _store(self, number: int, found: Searchable) -> None:
        words = {"public": _spaced(found.public), "every": _spaced(found.every)}
        upsert(self._connection, ticket_words, {"ticket_id": number, **words}, key=("ticket_id",))
        if found.again is not None:
            self._connection.execute(_LATER, {"ticket_id": number, "due_at": found.again})


def _concerned(ticket: Ticket) -> list[int]:
    return [p for p in (ticket.requester, ticket.beneficiary) if p is not None]


def _spaced(words: Sequence[str]) -> str:
    """With a blank around each word, so that " pri" is the beginning of one."""
    return f" {' '.join(words)} "
