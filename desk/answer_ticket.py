"""The requester answers: resumes what waited for them, reopens what was solved, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desk.acknowledging import Budget
from desk.effects import RefreshCard, ShowEntry
from desk.files import FileOrigin, NewFile, named
from desk.journal import Draft, Kind
from desk.lifecycle import Move, State
from desk.mails import MailThread
from desk.moving import LONGEST_TEXT, move_ticket, require_words, with_names
from desk.open_ticket import OpenTicket, open_ticket
from desk.people import Actor, NewPerson
from desk.ports import Transaction
from desk.report_undelivered import clear_returned
from desk.result import Result
from desk.share_files import add_files
from desk.taking_part import join_by_mail
from desk.ticket import HoldReason, Origin, Ticket
from desk.words import Words


@dataclass(frozen=True)
class AnswerTicket:
    """`by` is who writes; `message_id` is the mail's.

    `automatic` says that a machine wrote (out of office): noted, and nothing else happens.
    So it is with `thanks`, a mail that says nothing else. `whole` is the mail with what was quoted
    in it, kept for technicians. `cc` are the others it went to. An answer later than `grace` after
    the ticket was solved or closed opens a new one about `subject`. A ticket takes
    none of `files` twice.
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
    thanks: bool = False
    cc: tuple[NewPerson, ...] = ()
    reply_to: str = ""
    notices: tuple[Mapping[str, Any], ...] = ()
    subject: str = ""
    grace: timedelta | None = None
    acknowledge: bool = True
    budget: Budget | None = None


def answer_ticket(ask: AnswerTicket, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.ANSWER, ticket)
    words = with_names(tx, require_words("message", ask.words))
    silent = ask.automatic or ask.thanks
    if not silent and _comes_late(ask, ticket, now):
        return _follow(ask, ticket, actor, tx, now)
    ask = replace(ask, files=_new_to(ticket, ask.files, tx))
    if ask.thread is not None:
        tx.mails.keep_thread(ticket.id, ask.thread)
    facts = _facts(ask, words)
    if silent:
        return _note_quietly(ask, Draft(ticket.id, Kind.ANSWER, actor.id, words, facts), tx, now)
    clear_returned(tx, actor.id, now)
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
    join_by_mail(tx, answered, ask.cc, actor.id, now)
    return Result(answered.id, entry.id)


def _facts(ask: AnswerTicket, words: Words) -> dict[str, Any]:
    facts: dict[str, Any] = {"origin": "mail" if ask.message_id else "slack", **named(ask.files)}
    for name in ("unverified", "automatic", "thanks", "reply_to"):
        if value := getattr(ask, name):
            facts[name] = value
    if ask.notices:
        facts["notices"] = [dict(notice) for notice in ask.notices]
    if ask.whole and ask.whole.split() != words.text.split():
        facts["whole"] = ask.whole[:LONGEST_TEXT]
    return facts


def _new_to(ticket: Ticket, files: tuple[NewFile, ...], tx: Transaction) -> tuple[NewFile, ...]:
    """Those it has not got: a signature's logo comes back with each answer."""
    there = tx.files.digests(ticket.id) if files else frozenset()
    return tuple(file for file in files if file.digest not in there)


def _comes_late(ask: AnswerTicket, ticket: Ticket, now: datetime) -> bool:
    return ask.grace is not None and not ticket.is_open and now - ticket.state_since > ask.grace


def _follow(
    ask: AnswerTicket, ticket: Ticket, actor: Actor, tx: Transaction, now: datetime
) -> Result:
    """A new ticket, and a line where the answer was meant to go."""
    same = ask.subject.endswith(ticket.subject)  # behind "Re:" and the old reference
    wish = OpenTicket(
        by=ask.by,
        requester=ask.by,
        subject=ask.subject if ask.subject and not same else ticket.subject,
        description=ask.words,
        origin=Origin.MAIL if ask.message_id else Origin.CHAT,
        message_id=ask.message_id,
        acknowledge=ask.acknowledge,
        budget=ask.budget,
        files=ask.files,
        thread=ask.thread,
        unverified=ask.unverified,
        reply_to=ask.reply_to,
        notices=ask.notices,
        whole=ask.whole,
        cc=ask.cc,
        follows=ticket.id,
    )
    opened = open_ticket(wish, tx, now)
    facts = {"of": opened.ticket}
    entry = tx.journal.add(Draft(ticket.id, Kind.FOLLOWED, actor.id, facts=facts), now)
    tx.outbox.put(RefreshCard(ticket.id), now)
    tx.outbox.put(ShowEntry(ticket.id, entry.id), now)
    return opened


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


def _note_quietly(ask: AnswerTicket, draft: Draft, tx: Transaction, now: datetime) -> Result:
    entry = tx.journal.add(draft, now)
    if ask.message_id:
        tx.mails.keep_incoming(entry.ticket, entry.id, ask.message_id, now)
    tx.outbox.put(ShowEntry(entry.ticket, entry.id), now)
    add_files(tx, entry, ask.files, _file_origin(ask), now)
    return Result(entry.ticket, entry.id)


def _file_origin(ask: AnswerTicket) -> FileOrigin:
    return FileOrigin.MAIL if ask.message_id else FileOrigin.FORM
