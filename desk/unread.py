"""The "new answer" mark as the journal has it, for when a move that settled it is undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from desk.journal import Entry, Kind

# What a technician does once the answer is read. To give a ticket away is not among it, nor is a
# note: see `desk.moving.UNSEEN`.
_SETTLING = frozenset(
    {
        Kind.REPLY,
        Kind.HELD,
        Kind.RESUMED,
        Kind.RESOLVED,
        Kind.REOPENED,
        Kind.CLOSED,
        Kind.ABANDONED,
        Kind.DUPLICATE,
    }
)


def has_unread_answer(journal: Iterable[Entry]) -> bool:
    """Whether the requester wrote, and no technician has acted since. A reply that was taken back
    is no act, and neither is the hold that came and went with it."""
    entries = tuple(journal)
    undone = frozenset(_came_along(entries))
    unread = False
    for entry in entries:
        if entry.kind is Kind.ANSWER:
            unread = unread or not (entry.facts.get("automatic") or entry.facts.get("thanks"))
        elif _settles(entry) and (entry.kind, entry.at) not in undone:
            unread = False
    return unread


def _settles(entry: Entry) -> bool:
    if entry.by is None or entry.withdrawn or entry.facts.get("by_requester"):
        return False
    taken = entry.kind is Kind.ASSIGNED and bool(entry.facts.get("to_self"))
    return taken or entry.kind in _SETTLING


def _came_along(entries: Iterable[Entry]) -> Iterator[tuple[Kind, datetime]]:
    """What was done in one with a reply that was taken back, and with taking it back."""
    for entry in entries:
        if entry.withdrawn:
            yield Kind.HELD, entry.at
        elif entry.kind is Kind.WITHDRAWN:
            yield Kind.RESUMED, entry.at
