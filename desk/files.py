"""Files of a ticket: what mails and messages brought, and which of them a requester is sent.

A file is internal. The one way to a requester is that a technician chooses it in a public reply:
`PublicFile` is made by `desk.share_files.files_for` alone, of a published reply's own choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class FileState(StrEnum):
    WAITING = "waiting"  # in Slack still, on its way to us
    KEPT = "kept"
    LOST = "lost"  # it could not be had


class FileOrigin(StrEnum):
    MAIL = "mail"
    FORM = "form"
    THREAD = "thread"  # of a note: the thread shows it already


class FileProblem(StrEnum):
    """Why a file is not where one expects it."""

    TOO_LARGE = "too_large"
    GONE = "gone"  # deleted in Slack before we had it
    ELSEWHERE = "elsewhere"  # Slack only points to it
    DECLINED = "declined"  # Slack does not take it
    UNFETCHED = "unfetched"  # Slack has it, and we could not get it


@dataclass(frozen=True)
class NewFile:
    """A file about to belong to a ticket.

    Either its bytes are in the store, under `digest`, or Slack has it, as `slack_id`.
    """

    name: str
    media_type: str
    size: int  # bytes, as far as known
    digest: str = ""
    slack_id: str = ""


@dataclass(frozen=True)
class TicketFile:
    """One file of the ticket, for technicians' eyes. `by` is the name of who brought it."""

    id: int
    ticket: int
    entry: int
    name: str
    media_type: str
    size: int
    digest: str
    state: FileState
    origin: FileOrigin
    slack_id: str
    shown: bool  # in the ticket's thread
    problem: str
    by: str


@dataclass(frozen=True)
class PublicFile:
    """A file for a requester. `digest` is "" while its bytes are still on their way to us.

    `lost`: they will never come.
    """

    name: str
    media_type: str
    size: int
    digest: str
    lost: bool = False


def named(files: Iterable[NewFile | TicketFile]) -> dict[str, list[str]]:
    """The fact that a journal entry came with files: their names as they were."""
    names = [file.name for file in files]
    return {"files": names} if names else {}


class Files(Protocol):
    def add(
        self, ticket: int, entry: int, file: NewFile, origin: FileOrigin, at: datetime
    ) -> TicketFile: ...

    def of(self, ticket: int) -> tuple[TicketFile, ...]:
        """All of the ticket, oldest first."""

    def digests(self, ticket: int) -> frozenset[str]:
        """What the ticket has already, as far as its bytes are in the store."""

    def hide(self, files: Iterable[int]) -> None:
        """The thread that shows them is no longer the ticket's."""

    def share(self, entry: int, files: Iterable[int]) -> None:
        """These go to the requester with the public reply `entry`."""

    def shared_by(self, entry: int) -> tuple[TicketFile, ...]:
        """What was chosen for this reply, oldest first."""
