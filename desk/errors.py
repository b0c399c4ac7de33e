"""Refusals: they carry facts and no sentences. The words are in the catalogues of `locales/`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.lifecycle import Move, State


class DeskError(Exception):
    """The desk declines. Whatever was asked has changed nothing."""


@dataclass(eq=False)
class InvalidField(DeskError):
    """What was typed in one field cannot be taken.

    `problem` is one of PROBLEMS; `limit` goes with "too_long" (characters) and, like `size`, with
    "files_too_large" (bytes).
    """

    field: str
    problem: str
    limit: int | None = None
    size: int | None = None


PROBLEMS = (
    "blank",
    "too_long",
    "not_an_address",
    "no_such_person",
    "no_such_entry",
    "entry_gone",
    "no_such_code",
    "no_such_team",
    "not_a_member",
    "same_team",
    "no_such_ticket",
    "same_ticket",
    "duplicate_of_this",
    "not_in_future",
    "date_missing",
    "address_taken",
    "no_such_file",
    "nobody_named",
    "takes_part",
    "too_many_people",
    "files_too_large",
    "too_many_files",
)


@dataclass(eq=False)
class InvalidFields(DeskError):
    """Several fields at once, so that a person corrects them in one go."""

    faults: tuple[InvalidField, ...]


@dataclass(eq=False)
class MoveNotAllowed(DeskError):
    """The ticket's state does not permit this move; `since` is when it entered that state."""

    ticket: int
    state: State
    move: Move
    since: datetime


@dataclass(eq=False)
class NotYours(DeskError):
    """The person has no right to make this move on this ticket."""

    ticket: int
    move: Move | None = None


@dataclass(eq=False)
class AlreadyTaken(DeskError):
    """Somebody else holds the ticket."""

    ticket: int
    holder: str


@dataclass(eq=False)
class AlreadySent(DeskError):
    """The reply can no longer be withdrawn: it left, or is leaving."""

    ticket: int
    entry: int


@dataclass(eq=False)
class NoSuchTicket(DeskError):
    """There is no such ticket, or this person may not know of it."""

    ticket: int


@dataclass(eq=False)
class TechniciansOnly(DeskError):
    """Only members of a team may do this."""


@dataclass(eq=False)
class AdministratorsOnly(DeskError):
    """Only those whom the desk file names as administrators may do this."""


@dataclass(eq=False)
class NotYourMail(DeskError):
    """Others decide about this held mail: the team it came to, or the administrators."""


@dataclass(eq=False)
class AlreadyDecided(DeskError):
    """Somebody decided about this held mail before; `by` is "" for the command line."""

    by: str
    let_in: bool


@dataclass(eq=False)
class NotPublic(DeskError):
    """An entry not for the requester was about to be shown to them. A defect if ever raised."""

    entry: int


class Stale(Exception):
    """Somebody saved the ticket in between. `Desk.handle` tries once more."""


class Busy(Exception):
    """The database could not take the command for two seconds. Nothing was stored."""


class TooEarly(Busy):
    """What this belongs to is on its way and not stored yet: it will be in a moment."""
