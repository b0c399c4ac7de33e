"""A ticket: what it is about, who it is for, and what it becomes after a move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from desk.errors import MoveNotAllowed
from desk.lifecycle import LIFECYCLE, OPEN_STATES, Move, State
from desk.variants import variant
from desk.words import Words


class Outcome(StrEnum):
    SOLVED = "solved"
    ABANDONED = "abandoned"
    DUPLICATE = "duplicate"


class HoldReason(StrEnum):
    REQUESTER = "requester"
    SUPPLIER = "supplier"
    DATE = "date"


class Impact(StrEnum):
    DEPARTMENT = "department"
    SERVICE = "service"
    PERSON = "person"


class Urgency(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class RequestType(StrEnum):
    INCIDENT = "incident"
    SERVICE_REQUEST = "service_request"


class Origin(StrEnum):
    IN_PERSON = "in_person"
    CHAT = "chat"
    MAIL = "mail"
    PHONE = "phone"
    PORTAL = "portal"
    MONITORING = "monitoring"


# Source: the priority matrix of the help desk's process (1 is the most pressing).
PRIORITY: dict[Impact, dict[Urgency, int]] = {
    Impact.DEPARTMENT: dict(zip(Urgency, (1, 1, 2, 4), strict=True)),
    Impact.SERVICE: dict(zip(Urgency, (1, 2, 3, 4), strict=True)),
    Impact.PERSON: dict(zip(Urgency, (2, 3, 3, 4), strict=True)),
}


@dataclass(frozen=True)
class Hold:
    """Why a ticket waits. `until` is given for holds until a date only."""

    reason: HoldReason
    until: datetime | None = None


@dataclass(frozen=True)
class Resolution:
    """How a ticket was solved: the key of a resolution code, and what the requester is told."""

    code: str
    solution: Words


@dataclass(frozen=True)
class Ticket:
    """One request. People, team and catalogue entry are ids; times are aware, in UTC."""

    id: int
    subject: str
    description: Words
    requester: int
    team: int
    created_at: datetime
    state_since: datetime
    changed_at: datetime
    beneficiary: int | None = None
    tell_beneficiary: bool = True
    entry: int | None = None  # the catalogue entry chosen
    assignee: int | None = None
    state: State = State.NEW
    outcome: Outcome | None = None
    impact: Impact = Impact.PERSON
    urgency: Urgency = Urgency.MEDIUM
    request_type: RequestType = RequestType.INCIDENT
    origin: Origin = Origin.CHAT
    hold: Hold | None = None
    new_answer: bool = False  # the requester wrote, and no technician has acted since
    resolution: Resolution | None = None
    duplicate_of: int | None = None
    follows: int | None = None  # the ticket that a late answer no longer reopened
    participants: tuple[int, ...] = ()  # who gets copies and may answer
    removed: tuple[int, ...] = ()  # whom a technician took off: no mail brings them back
    version: int = 1

    @property
    def reference(self) -> str:
        return reference(self.id)

    @property
    def priority(self) -> int:
        return PRIORITY[self.impact][self.urgency]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def audience(self) -> tuple[int, ...]:
        """Who receives public replies and the resolution: requester first, each person once."""
        told = (self.requester, self.beneficiary if self.tell_beneficiary else None)
        everybody = (*told, *self.participants)
        return tuple(dict.fromkeys(person for person in everybody if person is not None))

    def concerns(self, person: int) -> bool:
        """Whether the ticket is for this person, or they take part in it."""
        return person in (self.requester, self.beneficiary) or person in self.participants

    def after(self, move: Move, *, at: datetime, **changes: Any) -> Ticket:
        """The ticket once `move` is made, with `changes` to its fields.

        Leaving a state drops what belonged to it: a hold, an outcome, a resolution.
        Raises MoveNotAllowed where the life cycle has no such move.
        """
        target = LIFECYCLE.get((self.state, move))
        if target is None:
            raise MoveNotAllowed(self.id, self.state, move, self.state_since)
        assignee = changes.get("assignee", self.assignee)
        if target is State.ASSIGNED and assignee is None:
            target = State.NEW
        if target is not self.state:
            changes = {"hold": None, "state_since": at, **changes}
            if target in OPEN_STATES:
                changes = {"outcome": None, "resolution": None, "duplicate_of": None, **changes}
        return variant(self, state=target, changed_at=at, **changes)


LONGEST_NUMBER = 16  # digits of the greatest number that every side of ours keeps exactly


def reference(ticket: int) -> str:
    """The name people use for a ticket: letter, dash, at least six digits; never reused."""
    return f"R-{ticket:06d}"


def ticket_number(text: str) -> int | None:
    """The ticket that `text` names ("R-000042", "r-42"), or None where it names none."""
    letter, dash, digits = text.strip().upper().partition("-")
    if letter != "R" or not dash or not (digits.isascii() and digits.isdigit()):
        return None
    number = int(digits) if len(digits) <= LONGEST_NUMBER else 0
    return number if 0 < number < 2**53 else None
