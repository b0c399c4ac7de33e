"""Files of a ticket: taken in with the entry they came with, and shared with a public reply."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from desk.effects import FetchFile, ShowFiles
from desk.errors import InvalidField
from desk.files import FileOrigin, FileState, NewFile, PublicFile, TicketFile
from desk.journal import Draft, Entry, Kind, PublicEntry
from desk.ports import Transaction
from desk.ticket import Ticket

MOST_OFFERED = 10  # files in one form: Slack shows no more boxes to tick
MOST_SHARED = 10_000_000  # bytes in one mail; more is refused by many a server


def add_files(
    tx: Transaction, entry: Draft, files: Iterable[NewFile], origin: FileOrigin, now: datetime
) -> tuple[TicketFile, ...]:
    """Keep what came with the entry; have fetched what is still in Slack, and shown what is not."""
    added = tuple(tx.files.add(entry.ticket, entry.id, file, origin, now) for file in files)
    for file in added:
        if file.state is FileState.WAITING:
            tx.outbox.put(FetchFile(entry.ticket, file.id), now)
    if any(file.state is FileState.KEPT and not file.shown for file in added):
        tx.outbox.put(ShowFiles(entry.ticket, entry.id), now)
    return added


def bring_along(tx: Transaction, ticket: Ticket, now: datetime) -> None:
    """After a transfer: the new team may not see the old thread, so its own has the newest files
    too, and those that the old one was still to show."""
    there = _there(tx, ticket.id, tx.journal.of(ticket.id))
    newest = there[-MOST_OFFERED:]
    tx.files.hide(file.id for file in newest)
    moved = [file for file in there if file in newest or not file.shown]
    for entry in dict.fromkeys(file.entry for file in moved):
        tx.outbox.put(ShowFiles(ticket.id, entry, version=ticket.version), now)


def offered_files(tx: Transaction, ticket: int, journal: Iterable[Entry]) -> tuple[TicketFile, ...]:
    """The newest files that a reply may take along, newest first."""
    return tuple(reversed(_there(tx, ticket, journal)[-MOST_OFFERED:]))


def _there(tx: Transaction, ticket: int, journal: Iterable[Entry]) -> list[TicketFile]:
    """The ticket's files, oldest first, without those of a note that was deleted: somebody wanted
    them gone."""
    deleted = {entry.refers_to for entry in journal if entry.kind is Kind.NOTE_DELETED}
    return [
        file
        for file in tx.files.of(ticket)
        if file.state is not FileState.LOST and file.entry not in deleted
    ]


def chosen_files(
    tx: Transaction, ticket: int, chosen: Iterable[int], new: tuple[NewFile, ...], most: int
) -> tuple[TicketFile, ...]:
    """The ticket's files that go with a reply. Raises InvalidField for files of others, and where
    all that goes is more than `most` bytes."""
    wanted = frozenset(chosen)
    field = "new_files" if new else "share_files"
    # Most replies choose none: then the database is not asked.
    found = tuple(f for f in tx.files.of(ticket) if f.id in wanted) if wanted else ()
    if len(found) < len(wanted):
        raise InvalidField("share_files", "no_such_file")
    if len(found) + len(new) > MOST_OFFERED:
        raise InvalidField(field, "too_many_files", MOST_OFFERED)
    total = sum(file.size for file in found) + sum(file.size for file in new)
    if total > most:
        raise InvalidField(field, "files_too_large", most, total)
    return found


def files_for(entry: PublicEntry, tx: Transaction) -> tuple[PublicFile, ...]:
    """What goes to the requester with a published entry: what its author chose, nothing else."""
    if entry.kind is not Kind.REPLY:
        return ()
    return tuple(
        PublicFile(file.name, file.media_type, file.size, file.digest, file.state is FileState.LOST)
        for file in tx.files.shared_by(entry.id)
    )
