"""A technician's mail into a ticket's conversation. A mail proves too little for more than a note:
nothing goes to the requester by it, and nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.effects import RefreshCard, ShowEntry
from desk.files import FileOrigin, NewFile, named
from desk.journal import Draft, Kind
from desk.lifecycle import Move
from desk.moving import require_words
from desk.ports import Transaction
from desk.result import Result
from desk.share_files import add_files
from desk.words import Words


@dataclass(frozen=True)
class NoteByMail:
    """`facts` are what the thread says of the mail beside its words (see `desk.journal`)."""

    ticket: int
    by: str
    words: Words
    message_id: str
    facts: tuple[tuple[str, str | bool], ...] = ()
    files: tuple[NewFile, ...] = ()


def note_by_mail(ask: NoteByMail, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.NOTE, ticket)
    words = require_words("message", ask.words)
    facts = {"origin": "mail", **named(ask.files), **dict(ask.facts)}
    entry = tx.journal.add(Draft(ticket.id, Kind.NOTE, actor.id, words, facts), now)
    tx.mails.keep_incoming(ticket.id, entry.id, ask.message_id, now)
    add_files(tx, entry, ask.files, FileOrigin.MAIL, now)
    tx.outbox.put(RefreshCard(ticket.id), now)
    tx.outbox.put(ShowEntry(ticket.id, entry.id), now)
    return Result(ticket.id, entry.id)
