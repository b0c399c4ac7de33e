"""The journal of a ticket: append-only, with one door through which a requester sees entries.

`PublicEntry` can be made by `published` alone. Whatever renders something for a requester takes
`PublicEntry`, so an internal note cannot reach them by a forgotten filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from desk.errors import NotPublic
from desk.people import Person
from desk.words import NO_WORDS, Words


class Kind(StrEnum):
    OPENED = "opened"
    NOTE = "note"
    NOTE_EDITED = "note_edited"
    NOTE_DELETED = "note_deleted"
    REPLY = "reply"
    WITHDRAWN = "withdrawn"
    ANSWER = "answer"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    HELD = "held"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    DUPLICATE = "duplicate"
    JOINED = "joined"
    LEFT = "left"
    FOLLOWED = "followed"
    MAIL_RETRIED = "mail_retried"  # somebody had a mail in trouble sent again, or gave it up
    MAIL_DROPPED = "mail_dropped"
    RETURNED = "returned"  # a mail of ours was not delivered, or not yet


class Visibility(StrEnum):
    INTERNAL = "internal"
    PUBLIC = "public"


COMMAND_LINE = "command_line"  # where nobody is known by name

# The kinds that may ever be public; anything else is internal whatever a caller says.
PUBLIC_KINDS = frozenset({Kind.OPENED, Kind.REPLY, Kind.ANSWER, Kind.RESOLVED})


@dataclass(frozen=True)
class Draft:
    """An entry about to be added. `facts` holds names as they were then (JSON values).

    Facts in use: `to` (a person's name), `team` and `from_team` ({"en", "fr"}), `reason`,
    `until` (ISO time), `code` ({"en", "fr"}), `of` (a ticket id), `by_requester` (bool),
    `names` (of people who joined or left), `follows` (a ticket id), `thanks` (bool: nothing but
    thanks), `reply_to` (an address other than the sender's), `notices` (what to know of a mail),
    `origin` ("slack", "mail", COMMAND_LINE), `outsider` (bool: noted by somebody in no team),
    `unverified` (bool), `automatic` (bool: a machine answered), `whole` (a mail with its quotes),
    `let_in` (whose decision it was to take a held mail), `address`, `status`, `said` and `hard` (of
    a mail that came back, with its `reason`), `edited` (Slack's ts of the edit that a note's words
    are from; of an entry that stands, also that its words are another entry's).
    """

    ticket: int
    kind: Kind
    by: int | None
    words: Words = NO_WORDS
    facts: Mapping[str, Any] = field(default_factory=dict)
    public_from: datetime | None = None
    refers_to: int | None = None  # the entry withdrawn, edited or deleted
    id: int = 0  # what it is called once it is in the journal


@dataclass(frozen=True)
class Entry:
    """One line of the journal, for technicians' eyes.

    `withdrawn` says that a later entry took this reply back before it was sent.
    """

    id: int
    ticket: int
    kind: Kind
    at: datetime
    by: Person | None
    visibility: Visibility
    words: Words
    facts: Mapping[str, Any]
    public_from: datetime | None = None
    refers_to: int | None = None
    withdrawn: bool = False

    @property
    def is_public(self) -> bool:
        return self.visibility is Visibility.PUBLIC

    def undoable(self, now: datetime) -> bool:
        """Whether a reply can still be taken back, as far as time tells."""
        return (
            self.kind is Kind.REPLY
            and not self.withdrawn
            and self.public_from is not None
            and now < self.public_from
        )


@dataclass(frozen=True)
class PublicEntry:
    """An entry as the requester may see it. Made by `published` only."""

    id: int
    kind: Kind
    at: datetime
    by_name: str
    words: Words


def standing(journal: Iterable[Entry]) -> tuple[Entry, ...]:
    """What there is to read: no note that was deleted, and of one that was edited what it says
    now, in its place. That it was deleted remains."""
    entries = tuple(journal)
    amended: dict[int, Entry] = {
        entry.refers_to: entry
        for entry in entries
        if entry.refers_to is not None and entry.kind in (Kind.NOTE_EDITED, Kind.NOTE_DELETED)
    }
    return tuple(
        _as_amended(entry, amended.get(entry.id))
        for entry in entries
        if entry.kind is not Kind.NOTE_EDITED
        and (entry.id not in amended or amended[entry.id].kind is Kind.NOTE_EDITED)
    )


def _as_amended(entry: Entry, edit: Entry | None) -> Entry:
    if edit is None:
        return entry
    facts = {**entry.facts, "edited": edit.facts.get("edited") or str(edit.id)}
    return replace(entry, words=edit.words, facts=facts)


def visibility_of(kind: Kind) -> Visibility:
    return Visibility.PUBLIC if kind in PUBLIC_KINDS else Visibility.INTERNAL


def is_published(entry: Entry, now: datetime) -> bool:
    return (
        entry.visibility is Visibility.PUBLIC
        and entry.kind in PUBLIC_KINDS
        and not entry.withdrawn
        and (entry.public_from is None or entry.public_from <= now)
    )


def published(entry: Entry, now: datetime) -> PublicEntry:
    """The entry for a requester's eyes. Raises NotPublic for anything not yet or never public."""
    if not is_published(entry, now):
        raise NotPublic(entry.id)
    return PublicEntry(
        entry.id, entry.kind, entry.at, entry.by.name if entry.by else "", entry.words
    )


def public_entries(entries: Iterable[Entry], now: datetime) -> tuple[PublicEntry, ...]:
    return tuple(published(entry, now) for entry in entries if is_published(entry, now))
