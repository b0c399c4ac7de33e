"""Mails of a ticket: how they are told apart, how far they came, and which came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from desk.people import Person


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Delivery:
    """How far a mail (or a Slack message in its place) of one entry has come, for one person.

    `address` is the mail address, or "" for a Slack direct message.
    """

    entry: int
    person: Person
    address: str
    state: DeliveryState
    at: datetime | None = None
    error: str = ""
    outbox: int | None = None
    reason: str = ""  # why it came back, where it did: "mailbox_full"


@dataclass(frozen=True)
class ReturnedMail:
    """A mail of ours that a mail system reported as not delivered to `address`.

    `entry` is the journal's, `times` how often it was reported. `cleared_at`: not true any more.
    """

    ticket: int
    outbox: int
    person: int
    address: str
    reason: str
    hard: bool
    entry: int
    at: datetime
    last_at: datetime
    times: int = 1
    cleared_at: datetime | None = None

    @property
    def is_current(self) -> bool:
        return self.cleared_at is None


@dataclass(frozen=True)
class MailThread:
    """What mail programs of the Outlook family keep a conversation by, as the requester's says."""

    index: str
    topic: str = ""


class Mails(Protocol):
    def entry_of(self, message_id: str) -> tuple[int, int | None] | None:
        """Ticket and entry of a mail we sent or took in, by Message-ID."""

    def ids(self, ticket: int) -> tuple[str, ...]:
        """Message-IDs of the ticket's mails, oldest first, but for those of notes."""

    def keep_incoming(self, ticket: int, entry: int, message_id: str, at: datetime) -> None: ...

    def written_since(self, ticket: int, person: int, since: datetime, most: int) -> int:
        """How many mails of this person went into the ticket since then; counts to `most`."""

    def thread_of(self, ticket: int) -> MailThread | None:
        """As the last mail that came in had it."""

    def keep_thread(self, ticket: int, thread: MailThread) -> None: ...


class ReturnedMails(Protocol):
    def get(self, outbox: int, address: str) -> ReturnedMail | None: ...

    def put(self, mail: ReturnedMail, said: str) -> None:
        """Keep it; while it is true, the mail counts as failed with what the other server said."""

    def of_person(self, person: int) -> tuple[ReturnedMail, ...]:
        """Those that are true now, oldest first."""

    def of_address(self, address: str) -> ReturnedMail | None:
        """The latest that is true now, of any ticket."""

    def clear(self, mail: ReturnedMail, at: datetime) -> None:
        """It is not true any more: the mail counts as sent."""


class Acknowledgements(Protocol):
    """Those given in the last hours."""

    def lock(self, domain: str, at: datetime) -> None:
        """Nobody else counts for this domain until the transaction ends."""

    def to_address(self, address: str, since: datetime) -> int: ...

    def to_domain(self, domain: str, since: datetime) -> int: ...

    def same(self, address: str, words: str, since: datetime) -> bool:
        """Whether one was given for a mail with the same words."""

    def add(self, address: str, domain: str, words: str, at: datetime) -> None: ...
