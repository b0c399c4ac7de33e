"""The requester answers: resumes what waited for them, reopens what was solved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.effects import ShowEntry
from desk.files import FileOrigin, NewFile, named
from desk.journal import Draft, Kind
from desk.lifecycle import Move, State
from desk.moving import LONGEST_TEXT, move_ticket, require_words, with_names
from desk.ports import MailThread, Transaction
from desk.result import Result
from desk.share_files import add_files
from desk.ticket import HoldReason, Ticket
from desk.words import Words


@dataclass(frozen=True)
class AnswerTicket:
    """`by` is who writes; `message_id` is the mail's.

    `automatic` says that a machine wrote (out of office): noted, and nothing else happens.
    `whole` is the mail with what was quoted in it, kept for technicians.
    """

    ticket: int
    by: str
    words: Words
    message_id: str | None = None
    unverified: bool = False
    automatic: bool = False
    whole: str = ""
    files: tuple[NewFile, ...] = ()
    thread: MailThread | None = None


def answer_ticket(ask: AnswerTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.ANSWER, ticket)
    words = with_names(tx, require_words("message", ask.words))
    if ask.thread is not None:
        tx.mails.keep_thread(ticket.id, ask.thread)
    facts: dict[str, Any] = {"origin": "mail" if ask.message_id else "slack", **named(ask.files)}
    if ask.unverified:
        facts["unverified"] = True
    if ask.whole and ask.whole.split() != words.text.split():
        facts["whole"] = ask.whole[:LONGEST_TEXT]
    if ask.automatic:
        machine = Draft(ticket.id, Kind.ANSWER, actor.id, words, {**facts, "automatic": True})
        return _note_machine(ask, machine, tx, now)
    move = _move(ticket)
    answered, entry = move_ticket(
        tx,
        ticket,
        move,
        at=now,
        by=actor.id,
        kind=Kind.ANSWER,
        words=words,
        facts=facts,
        new_answer=True,
    )
    add_files(tx, entry, ask.files, _file_origin(ask), now)
    if ask.message_id:
        tx.mails.keep_incoming(ticket.id, entry.id, ask.message_id, now)
    if answered.state is not ticket.state:
        _tell_change(ticket, answered, actor.id, tx, now)
    return Result(answered.id, entry.id)


def _move(ticket: Ticket) -> Move:
    """Only a hold that waited for the requester ends with their answer."""
    waited = ticket.state is State.PENDING and ticket.hold is not None
    return (
        Move.RESUME
        if waited and ticket.hold and ticket.hold.reason is HoldReason.REQUESTER
        else Move.ANSWER
    )


def _tell_change(before: Ticket, after: Ticket, by: int, tx: Transaction, now: datetime) -> None:
    kind = Kind.RESUMED if before.state is State.PENDING else Kind.REOPENED
    entry = tx.journal.add(Draft(after.id, kind, by, facts={"by_requester": True}), now)
    tx.outbox.put(ShowEntry(after.id, entry.id), now)


def _note_machine(ask: AnswerTicket, draft: Draft, tx: Transaction, now: datetime) -> Result:
    entry = tx.journal.add(draft, now)
    if ask.message_id:
        tx.mails.keep_incoming(entry.ticket, entry.id, ask.message_id, now)
    tx.outbox.put(ShowEntry(entry.ticket, entry.id), now)
    add_files(tx, entry, ask.files, _file_origin(ask), now)
    return Result(entry.ticket, entry.id)


def _file_origin(ask: AnswerTicket) -> FileOrigin:
    return FileOrigin.MAIL if ask.message_id else FileOrigin.FORM
