"""Messages in a ticket's thread are technicians' notes; edits and deletions are kept as such."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.effects import MarkNoted, Notice, RefreshCard, ShowEntry, Whisper
from desk.errors import TooEarly
from desk.files import FileOrigin, NewFile
from desk.journal import Draft, Entry, Kind
from desk.lifecycle import Move
from desk.moving import with_names
from desk.ports import Card, Transaction
from desk.result import Result
from desk.share_files import add_files
from desk.words import Words

NOT_OURS = Result(changed=False)
CLOCKS_DIFFER = timedelta(minutes=10)  # Slack's, whose moment a thread's name is, and ours


@dataclass(frozen=True)
class TakeNote:
    """Somebody wrote in a thread; `thread` is the ts of its first message.

    `under_us` says whether this first message is the bot's own, None that nobody told; `edited`
    when the words were last changed, as Slack numbers its moments.
    """

    by: str
    channel: str
    thread: str
    ts: str
    words: Words
    under_us: bool | None = False
    edited: str = ""
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True)
class EditNote:
    """`thread`, `under_us` and `edited` as in TakeNote."""

    by: str
    channel: str
    ts: str
    words: Words
    thread: str = ""
    under_us: bool | None = False
    edited: str = ""
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True)
class DeleteNote:
    """`thread` and `under_us` as in TakeNote."""

    by: str | None
    channel: str
    ts: str
    thread: str = ""
    under_us: bool | None = False


def take_note(ask: TakeNote, tx: Transaction, now: datetime) -> Result:
    """A thread that is not a ticket's is none of our business. Somebody who is in no team is
    noted as well, flagged, and told privately where to answer.

    Raises TooEarly for a thread under a card that is posted and not written down yet.
    """
    card = _card(ask, tx)
    if card is None or not ask.words:
        return NOT_OURS
    if tx.cards.entry_at(ask.channel, ask.ts) is not None:
        return NOT_OURS  # its edit was told first, and was taken for it
    return _noted(ask, card, tx, now)


def _noted(ask: TakeNote, card: Card, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(card.ticket)
    actor = tx.people.actor(ask.by)
    outsider = not actor.may(Move.NOTE, ticket)
    facts = ({"outsider": True} if outsider else {}) | _when(ask.edited)
    words = with_names(tx, ask.words)
    entry = tx.journal.add(Draft(ticket.id, Kind.NOTE, actor.id, words, facts), now)
    tx.cards.keep_message(entry.id, ask.channel, ask.ts, ours=False)
    files = add_files(tx, entry, ask.files, FileOrigin.THREAD, now)
    _acknowledge(ask, ticket.id, entry, outsider, tx, now)
    # A transfer that the ticket was waited for may have changed its cards since.
    is_left = not card.active and tx.cards.active(ticket.id) != card
    if is_left or card.team != ticket.team:
        # A note in the thread that a transfer left behind: the new team reads it in theirs.
        tx.outbox.put(ShowEntry(ticket.id, entry.id), now)
        tx.files.hide(file.id for file in files)
    return Result(ticket.id, entry.id)


def _card(ask: TakeNote | EditNote | DeleteNote, tx: Transaction) -> Card | None:
    """The card above the thread, if it is a ticket's."""
    card = tx.cards.at(ask.channel, ask.thread) if ask.thread else None
    if card is None and _is_early(ask, tx):
        raise TooEarly
    return card


def _is_early(ask: TakeNote | EditNote | DeleteNote, tx: Transaction) -> bool:
    """Whether the thread's first message is a card of ours that is not written down yet, or may be
    one as far as anybody can tell."""
    if ask.under_us is False or ask.thread in ("", ask.ts) or not _is_a_queue(ask.channel, tx):
        return False
    if tx.held_mails.is_at(ask.channel, ask.thread):
        return False  # people talk about a mail that is held
    if ask.under_us:
        return True
    began = tx.cards.posting_since(ask.channel)
    if began is not None and _moment(ask.thread)[0] > (began - CLOCKS_DIFFER).timestamp():
        return True
    # It may have been written down since we looked for the card.
    return tx.cards.at(ask.channel, ask.thread) is not None


def _is_a_queue(channel: str, tx: Transaction) -> bool:
    """Also a channel of which we know nothing, while a team's is known by its name only: "#support"
    is that until it is found, and cards are posted there."""
    known = {team.channel or "" for team in tx.organisation.teams()}
    if channel in known:
        return True
    is_open = any(name.startswith("#") for name in known)
    return is_open and channel != tx.organisation.house().admin_channel


def _acknowledge(
    ask: TakeNote, ticket: int, entry: Draft, outsider: bool, tx: Transaction, now: datetime
) -> None:
    tx.outbox.put(RefreshCard(ticket), now)
    tx.outbox.put(MarkNoted(ticket, entry.id, ask.channel, ask.ts), now)
    if outsider:
        tx.outbox.put(
            Whisper(Notice.OUTSIDER_IN_THREAD, ticket, ask.by, ask.channel, ask.thread, ask.ts),
            now,
        )


def edit_note(ask: EditNote, tx: Transaction, now: datetime) -> Result:
    """Slack tells things in any order: an edit told before its message is the message, and one
    told after what replaced it adds nothing."""
    note = tx.cards.entry_at(ask.channel, ask.ts)
    if note is None:
        card = _card(ask, tx)
        if card is None or not ask.words:
            return NOT_OURS
        # Its message may have been written down since we looked for it.
        note = tx.cards.entry_at(ask.channel, ask.ts)
        if note is None:
            return _noted(_as_a_note(ask), card, tx, now)
    return _amend(Kind.NOTE_EDITED, note, ask.by, ask.words, tx, now, ask.edited)


def _as_a_note(edit: EditNote) -> TakeNote:
    return TakeNote(
        edit.by,
        edit.channel,
        edit.thread,
        edit.ts,
        edit.words,
        edit.under_us,
        edit.edited,
        edit.files,
    )


def delete_note(ask: DeleteNote, tx: Transaction, now: datetime) -> Result:
    """Raises TooEarly where the message itself has not been told yet: Slack will tell both again,
    and what was deleted must not become a note afterwards."""
    note = tx.cards.entry_at(ask.channel, ask.ts)
    if note is None:
        if _card(ask, tx) is not None:
            raise TooEarly
        return NOT_OURS
    return _amend(Kind.NOTE_DELETED, note, ask.by, Words(), tx, now)


def _amend(
    kind: Kind,
    note_id: int,
    by: str | None,
    words: Words,
    tx: Transaction,
    now: datetime,
    edited: str = "",
) -> Result:
    note = tx.journal.get(note_id)
    if note.kind is not Kind.NOTE:
        return NOT_OURS
    tx.tickets.get(note.ticket)  # of two who amend one note at once the second waits here
    if _is_replaced(note, edited if kind is Kind.NOTE_EDITED else None, tx):
        return NOT_OURS
    actor = tx.people.actor(by).id if by else None
    draft = Draft(note.ticket, kind, actor, with_names(tx, words), _when(edited), refers_to=note.id)
    entry = tx.journal.add(draft, now)
    tx.outbox.put(ShowEntry(note.ticket, entry.id), now)
    tx.outbox.put(RefreshCard(note.ticket), now)
    return Result(note.ticket, entry.id)


def _is_replaced(note: Entry, edited: str | None, tx: Transaction) -> bool:
    """Whether the note was deleted, or says already what was written after this edit, if it is
    one."""
    about = (note, *tx.journal.about(note.id))
    if any(entry.kind is Kind.NOTE_DELETED for entry in about):
        return True
    if edited is None:
        return False
    return any(_moment(edited) < _moment(entry.facts.get("edited", "")) for entry in about)


def _when(edited: str) -> dict[str, Any]:
    return {"edited": edited} if edited else {}


def _moment(ts: str) -> tuple[int, int]:
    """Slack's "seconds.number" as what can be compared; what is none comes before all others."""
    seconds, _, number = ts.partition(".")
    if not (seconds.isdecimal() and number.isdecimal()):
        return 0, 0
    return int(seconds), int(number)
