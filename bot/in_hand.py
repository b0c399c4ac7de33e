"""What new tickets begin with, leased as they were written, until there is a slot for it.

Leased by whoever has a slot it would have to be looked for in the outbox, read again and noted: a
rush would cost the database twice as much.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import chain, count

from desk.effects import OpenThread, SendMail
from storage.outbox_rows import Lease

# Lanes of calls, and as many of mails.
MOST = 512
# Of these, calls whose attempt to post is noted beforehand. A process that dies leaves what it has
# in hand to its lease, and of what was noted and maybe never posted it leaves a search of Slack.
NOTED = 64
AT_ONCE = 4  # noted in one transaction that has something else to do

# For how long it is shown as it was written. A card that has changed since is asked for anew, while
# nobody calls back a mail to an address that was put right.
FRESH, FRESH_MAIL = timedelta(seconds=10), timedelta(seconds=2)

Lane = tuple[Lease, ...]


class _Queue:
    """Lanes of each team in the order of their tickets; and a lane of each team in turn, so that
    one channel that takes its time keeps no other waiting."""

    def __init__(self) -> None:
        self._teams: dict[int | None, list[tuple[int, int, Lane]]] = {}
        self._came = count()
        self.size = 0

    def __iter__(self) -> Iterator[Lane]:
        return (lane for *_, lane in sorted(chain.from_iterable(self._teams.values())))

    @property
    def oldest(self) -> tuple[int, ...]:
        """Of each team the ticket that is next."""
        return tuple(waiting[0][0] for waiting in self._teams.values())

    def put(self, lane: Lane) -> None:
        self.size += 1
        heappush(self._teams.setdefault(_team(lane), []), (_ticket(lane), next(self._came), lane))

    def take(self) -> Lane:
        self.size -= 1
        team = next(iter(self._teams))
        waiting = self._teams.pop(team)
        *_, lane = heappop(waiting)
        if waiting:
            self._teams[team] = waiting  # behind the others
        return lane

    def clear(self) -> None:
        self._teams.clear()
        self.size = 0


class _Noting:
    """Lanes whose attempts are being noted: which of them are ours is known at the end."""

    def __init__(self, lanes: list[Lane], end: Callable[[], None]) -> None:
        self.lanes, self.count = lanes, len(lanes)
        self.ended = False
        self._end = end

    def __enter__(self) -> list[Lane]:
        return self.lanes

    def __exit__(self, *about: object) -> None:
        self.ended = True
        if self.count:
            self._end()


class InHand:
    """Calls by the order of tickets, a team after the other, in which they are also noted; mails as
    they came."""

    def __init__(self) -> None:
        self._calls, self._to_note = _Queue(), _Queue()
        self._being_noted: deque[_Noting] = deque()
        self._noting = 0  # lanes in it: other threads ask whether there is room
        self._mails: deque[Lane] = deque()

    def __iter__(self) -> Iterator[Lease]:
        noting = (lane for noting in self._being_noted for lane in noting.lanes)
        lanes = chain(self._calls, noting, self._to_note, self._mails)
        return (lease for lane in lanes for lease in lane)

    @property
    def waits(self) -> bool:
        """Whether a call does."""
        return self._noted > 0 or self._to_note.size > 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all waits in it."""
        return not (self._calls.size or self._to_note.size or self._mails or self._being_noted)

    @property
    def has_room(self) -> bool:
        return self._noted + self._to_note.size < MOST

    @property
    def notes(self) -> bool:
        """Whether a new ticket's posts are to be noted as they are asked for."""
        return not self._to_note.size and not self._noting and self._noted < NOTED

    @property
    def has_room_for_mails(self) -> bool:
        return len(self._mails) < MOST

    @property
    def oldest(self) -> int | None:
        """The ticket of the oldest call that waits; None where none does."""
        noting = (_ticket(lane) for noting in self._being_noted for lane in noting.lanes)
        return min((*self._calls.oldest, *noting, *self._to_note.oldest), default=None)

    def put(self, lane: Lane) -> None:
        if isinstance(lane[0].effect, SendMail):
            self._mails.append(lane)
        elif lane[0].noted_at is None or self._to_note.size or self._being_noted:
            self._to_note.put(lane)  # noted or not: it overtakes none
        else:
            self._calls.put(lane)

    def call(self, now: datetime) -> Lane | None:
        """The next one; unnoted only where that is as quick."""
        if not self._calls.size and self._being_noted:
            return None  # these come first, in a moment
        waiting = self._calls if self._calls.size else self._to_note
        return _fresh(waiting.take(), now - FRESH) if waiting.size else None

    def mail(self, now: datetime) -> Lane | None:
        return _fresh(self._mails.popleft(), now - FRESH_MAIL) if self._mails else None

    def noting(self) -> AbstractContextManager[list[Lane]]:
        """Lanes whose attempts are to be noted: what the list holds at the end is to be carried
        out. Where noting fails it is noted by who carries it out."""
        many = max(min(NOTED - self._noted, self._to_note.size, AT_ONCE), 0)
        noting = _Noting([self._to_note.take() for _ in range(many)], self._take_noted)
        if many:
            self._being_noted.append(noting)
            self._noting += many
        return noting

    def _take_noted(self) -> None:
        while self._being_noted and self._being_noted[0].ended:  # none overtakes another
            ended = self._being_noted.popleft()
            self._noting -= ended.count
            for lane in ended.lanes:
                self._calls.put(lane)

    def clear(self) -> tuple[Lease, ...]:
        """All that was left."""
        left = tuple(self)
        for waiting in (self._calls, self._being_noted, self._to_note, self._mails):
            waiting.clear()
        self._noting = 0
        return left

    @property
    def _noted(self) -> int:
        return self._calls.size + self._noting


def _team(lane: Lane) -> int | None:
    return next((one.effect.team for one in lane if isinstance(one.effect, OpenThread)), None)


def _ticket(lane: Lane) -> int:
    ticket: int = getattr(lane[0].effect, "ticket", 0)
    return ticket


def _fresh(lane: Lane, since: datetime) -> Lane:
    """To be read again, where it was written before that."""
    if lane[0].created_at > since:
        return lane
    return tuple(replace(lease, facts=None) for lease in lane)
