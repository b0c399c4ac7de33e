"""What new tickets begin with, leased as they were written, until there is a slot for it.

Leased by whoever has a slot it would have to be looked for in the outbox, read again and noted: a
rush would cost the database twice as much.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from desk.effects import SendMail
from storage.outbox_rows import Lease

# Lanes of calls, and as many of mails. A process that dies leaves what it has in hand to its lease,
# and to a search of Slack: of posts that were noted and maybe never made.
MOST = 64

FRESH = timedelta(seconds=2)  # for how long it is shown as it was written

Lane = tuple[Lease, ...]


class InHand:
    """First come, first served, by lanes."""

    def __init__(self) -> None:
        self._calls: deque[Lane] = deque()
        self._mails: deque[Lane] = deque()

    def __iter__(self) -> Iterator[Lease]:
        return (
            lease for waiting in (self._calls, self._mails) for lane in waiting for lease in lane
        )

    @property
    def waits(self) -> bool:
        """Whether a call does."""
        return bool(self._calls)

    @property
    def has_room(self) -> bool:
        return len(self._calls) < MOST

    @property
    def has_room_for_mails(self) -> bool:
        return len(self._mails) < MOST

    @property
    def oldest(self) -> int | None:
        """The ticket of the call that has waited longest; None where none waits."""
        ticket: int | None = (
            getattr(self._calls[0][0].effect, "ticket", None) if self._calls else None
        )
        return ticket

    def put(self, lane: Lane) -> None:
        (self._mails if isinstance(lane[0].effect, SendMail) else self._calls).append(lane)

    def call(self, now: datetime) -> Lane | None:
        return _fresh(self._calls.popleft(), now) if self._calls else None

    def mail(self, now: datetime) -> Lane | None:
        return _fresh(self._mails.popleft(), now) if self._mails else None

    def clear(self) -> tuple[Lease, ...]:
        """All that was left."""
        left = tuple(self)
        self._calls.clear()
        self._mails.clear()
        return left


def _fresh(lane: Lane, now: datetime) -> Lane:
    """To be read again, where it has waited for long: an address may have been put right."""
    if now - lane[0].created_at < FRESH:
        return lane
    return tuple(replace(lease, facts=None) for lease in lane)
