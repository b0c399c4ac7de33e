"""Mails that wait for a decision in Slack, and the cards that ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from desk.people import Person


class Why(StrEnum):
    """Why nobody works on a mail yet."""

    STRANGER = "stranger"  # the desk does not know who wrote it
    CLOSED = "closed"  # it does, and their account is closed
    FLOOD = "flood"  # more of the same sender than a person writes
    ANSWERS = "answers"  # the same, into a ticket


class Fate(StrEnum):
    """What became of a card's mails."""

    OPEN = "open"
    LET_IN = "let_in"
    REFUSED = "refused"


@dataclass(frozen=True)
class HeldMail:
    """As much of a mail as whoever decides looks at."""

    address: str
    name: str
    subject: str
    text: str
    files: int = 0
    doubtful: bool = False  # who wrote it is not proven
    ticket: int | None = None  # that it is an answer to, or became


@dataclass(frozen=True)
class HeldCard:
    """One question: a mail of a stranger or of a closed account, or all that one sender's flood
    brought until the answer.

    `team` decides; None: the administrators. `by` is None while it is open, and where it was
    decided at the command line. `place` is the channel and ts of its message.
    """

    id: int
    why: Why
    team: int | None
    fate: Fate
    mails: int
    newest: HeldMail
    at: datetime
    by: int | None = None
    decided_at: datetime | None = None
    tickets: tuple[int, ...] = ()  # the first few that became of it
    place: tuple[str, str] | None = None


@dataclass(frozen=True)
class LetIn:
    """Somebody decided for this mail. `by` is "" where that was at the command line."""

    card: int
    by: str


@dataclass(frozen=True)
class ShowHeldMail:
    """The message that asks what is to become of a held mail, or says what became of it."""

    card: int

    @property
    def key(self) -> str:
        return f"held-mail:{self.card}"

    @property
    def lane(self) -> str:
        return self.key


@dataclass(frozen=True)
class HeldFacts:
    """A card with what it points at. `channel` is where it belongs, if that is known yet."""

    card: HeldCard
    by: Person | None
    channel: str | None
    language: str


class HeldMails(Protocol):
    def hold(
        self, key: str, mail: HeldMail, why: Why, team: int | None, at: datetime
    ) -> int | None:
        """Keep this mail of the spool until somebody decides; its card. None: it is not there."""

    def let_in(self, key: str) -> LetIn | None:
        """The decision that this mail was let in by."""

    def strangers_since(self, address: str, moment: datetime, most: int) -> int:
        """How many cards of their own this sender's mails got since then; counted up to `most`."""

    def get(self, card: int) -> HeldCard | None: ...

    def card_of(self, mail: int) -> int | None:
        """None: it was never held."""

    def alone(self, mail: int, at: datetime) -> int:
        """The card of this mail and no other one, apart from those it was held with."""

    def decide(self, card: int, fate: Fate, by: Person | None, at: datetime) -> bool:
        """Let all its mails go their way. False where that was decided before."""

    def overrule(self, card: int, fate: Fate, at: datetime) -> None:
        """Somebody at the command line decided otherwise, and sees to its mails."""

    def became(self, key: str, ticket: int) -> int | None:
        """The ticket that this mail became; returns its card."""

    def keep_place(self, card: int, channel: str, ts: str) -> None: ...

    def is_at(self, channel: str, ts: str) -> bool:
        """Whether a card about held mails stands there."""
