"""Messages in a ticket's thread are technicians' notes; edits and deletions are kept as such."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.effects import MarkNoted, Notice, RefreshCard, ShowEntry, Whisper
from desk.errors import Busy
from desk.journal import Draft, Kind
from desk.lifecycle import Move
from desk.moving import with_names
from desk.ports import Card, Transaction
from desk.result import Result
from desk.words import Words

NOT_OURS = Result(changed=False)


@dataclass(frozen=True)
class TakeNote:
    """Somebody wrote in a thread; `thread` is the ts of its first message.

    `under_us` says that this first message is the bot's own.
    """

    by: str
    channel: str
    thread: str
    ts: str
    words: Words
    under_us: bool = False


@dataclass(frozen=True)
class EditNote:
    by: str
    channel: str
    ts: str
    words: Words


@dataclass(frozen=True)
class DeleteNote:
    by: str | None
    channel: str
    ts: str


def take_note(ask: TakeNote, tx: Transaction, now: datetime) -> Result:
    """A thread that is not a ticket's is none of our business. Somebody who is in no team is
    noted as well, flagged, and told privately where to answer.

    Raises Busy for a thread under a card that is posted and not written down yet.
    """
    card = tx.cards.at(ask.channel, ask.thread)
    if card is None and ask.under_us and _is_a_queue(ask.channel, tx):
        raise Busy  # a card of ours that is not written down yet: Slack brings the message again
    if card is None or not ask.words:
        return NOT_OURS
    ticket = tx.tickets.get(card.ticket)
    actor = tx.people.actor(ask.by)
    outsider = not actor.may(Move.NOTE, ticket)
    facts = {"outsider": True} if outsider else {}
    words = with_names(tx, ask.words)
    entry = tx.journal.add(Draft(ticket.id, Kind.NOTE, actor.id, words, facts), now)
    tx.cards.keep_message(entry.id, ask.channel, ask.ts, ours=False)
    _acknowledge(ask, card, entry, outsider, tx, now)
    return Result(ticket.id, entry.id)


def _is_a_queue(channel: str, tx: Transaction) -> bool:
    return any(team.channel == channel for team in tx.organisation.teams())


def _acknowledge(
    ask: TakeNote, card: Card, entry: Draft, outsider: bool, tx: Transaction, now: datetime
) -> None:
    ticket = card.ticket
    tx.outbox.put(RefreshCard(ticket), now)
    tx.outbox.put(MarkNoted(ticket, entry.id, ask.channel, ask.ts), now)
    if not card.active:
        # A note in the thread that a transfer left behind: the new team reads it in theirs.
        tx.outbox.put(ShowEntry(ticket, entry.id), now)
    if outsider:
        tx.outbox.put(
            Whisper(Notice.OUTSIDER_IN_THREAD, ticket, ask.by, ask.channel, ask.thread, ask.ts),
            now,
        )


def edit_note(ask: EditNote, tx: Transaction, now: datetime) -> Result:
    return _amend(Kind.NOTE_EDITED, ask.by, ask.channel, ask.ts, ask.words, tx, now)


def delete_note(ask: DeleteNote, tx: Transaction, now: datetime) -> Result:
    return _amend(Kind.NOTE_DELETED, ask.by, ask.channel, ask.ts, Words(), tx, now)


def _amend(
    kind: Kind,
    by: str | None,
    channel: str,
    ts: str,
    words: Words,
    tx: Transaction,
    now: datetime,
) -> Result:
    note_id = tx.cards.entry_at(channel, ts)
    if note_id is None:
        return NOT_OURS
    note = tx.journal.get(note_id)
    if note.kind is not Kind.NOTE:
        return NOT_OURS
    actor = tx.people.actor(by).id if by else None
    draft = Draft(note.ticket, kind, actor, with_names(tx, words), refers_to=note.id)
    entry = tx.journal.add(draft, now)
    tx.outbox.put(ShowEntry(note.ticket, entry.id), now)
    return Result(note.ticket, entry.id)
