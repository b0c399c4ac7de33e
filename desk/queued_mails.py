"""Mails that did not leave, or perhaps not, and what can be done about one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from desk.people import Person


class Trouble(StrEnum):
    """`late`: tried in vain, and will be tried again by itself."""

    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    LATE = "late"


@dataclass(frozen=True)
class QueuedMail:
    """A mail, or a Slack message in its place (then `address` is ""), that has not arrived."""

    row: int
    trouble: Trouble
    ticket: int
    entry: int
    person: Person
    address: str
    since: datetime
    next_try: datetime
    error: str


class QueuedMails(Protocol):
    def mails(self, limit: int) -> tuple[QueuedMail, ...]:
        """Oldest first."""

    def get(self, row: int) -> QueuedMail | None: ...

    def count(self, most: int) -> int: ...

    def send(self, row: int, at: datetime) -> bool:
        """Try it at once, under the same Message-ID. False where it needs that no more, or it is
        being tried."""

    def give_up(self, row: int, at: datetime) -> bool:
        """Never send it. False where there is nothing to give up, or it is being tried."""
