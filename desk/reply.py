"""Reply to the requester in public, and take the reply back while it has not left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.effects import Message, RefreshCard, ShowEntry
from desk.errors import AlreadySent
from desk.files import FileOrigin, NewFile, named
from desk.journal import Draft, Entry, Kind
from desk.lifecycle import LIFECYCLE, Move, State
from desk.mail_queue import settle_mail
from desk.moving import move_ticket, require_words, tell_audience, with_names
from desk.people import Actor
from desk.ports import Transaction
from desk.result import Result
from desk.share_files import add_files, chosen_files
from desk.ticket import Hold, HoldReason, Ticket
from desk.unread import has_unread_answer
from desk.words import Words


@dataclass(frozen=True)
class Reply:
    """`then_hold` puts the ticket on hold until the requester answers.

    `share` are files of the ticket that go with the reply, `files` new ones that do.
    """

    ticket: int
    by: str
    words: Words
    then_hold: bool = False
    share: tuple[int, ...] = ()
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True)
class WithdrawReply:
    ticket: int
    entry: int
    by: str


@dataclass(frozen=True)
class RetryMail:
    """Send a mail of this ticket again; `row` is its place in the outbox."""

    ticket: int
    row: int
    by: str


def reply(ask: Reply, tx: Transaction, now: datetime, undo: timedelta, most_shared: int) -> Result:
    """Nobody but technicians sees the reply until `undo` is over; then it is mailed, with at most
    `most_shared` bytes of files."""
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.REPLY, ticket)
    words = with_names(tx, require_words("message", ask.words))
    chosen = chosen_files(tx, ticket.id, ask.share, ask.files, most_shared)
    replied, entry = move_ticket(
        tx,
        ticket,
        Move.REPLY,
        at=now,
        by=actor.id,
        kind=Kind.REPLY,
        words=words,
        facts=named((*chosen, *ask.files)),
        public_from=now + undo,
    )
    added = add_files(tx, entry, ask.files, FileOrigin.FORM, now)
    tx.files.share(entry.id, [file.id for file in (*chosen, *added)])
    with_files = bool(chosen or added)
    tell_audience(tx, replied, Message.REPLY, entry, now, due=now + undo, with_files=with_files)
    if ask.then_hold and (replied.state, Move.HOLD) in LIFECYCLE:
        _wait_for_answer(replied, actor, tx, now)
    return Result(replied.id, entry.id)


def _wait_for_answer(ticket: Ticket, actor: Actor, tx: Transaction, now: datetime) -> None:
    hold = Hold(HoldReason.REQUESTER)
    facts = {"reason": hold.reason.value}
    move_ticket(tx, ticket, Move.HOLD, at=now, by=actor.id, kind=Kind.HELD, facts=facts, hold=hold)


def withdraw_reply(ask: WithdrawReply, tx: Transaction, now: datetime) -> Result:
    """Raises AlreadySent when the reply left, or is leaving: the relay's lease was faster."""
    ticket = tx.tickets.get(tx.journal.get(ask.entry).ticket)
    entry = tx.journal.get(ask.entry)  # as it is now that nobody else changes the ticket
    actor = tx.people.actor(ask.by)
    actor.require(Move.REPLY, ticket)
    if entry.kind is Kind.REPLY and entry.withdrawn:
        return Result(ticket.id, entry.id, changed=False)
    if not entry.undoable(now) or not tx.outbox.withdraw(entry.id):
        raise AlreadySent(ticket.id, entry.id)
    tx.journal.add(Draft(ticket.id, Kind.WITHDRAWN, actor.id, refers_to=entry.id), now)
    tx.outbox.put(RefreshCard(ticket.id), now)
    tx.outbox.put(ShowEntry(ticket.id, entry.id), now)
    unread = ticket.new_answer or has_unread_answer(tx.journal.of(ticket.id))
    if _held_by_this_reply(ticket, entry):
        move_ticket(
            tx,
            ticket,
            Move.RESUME,
            at=now,
            by=actor.id,
            kind=Kind.RESUMED,
            new_answer=unread,
        )
    elif unread and not ticket.new_answer:
        tx.tickets.save(replace(ticket, new_answer=True), ticket.version)
    return Result(ticket.id, entry.id)


def _held_by_this_reply(ticket: Ticket, entry: Entry) -> bool:
    return (
        ticket.state is State.PENDING
        and ticket.hold == Hold(HoldReason.REQUESTER)
        and ticket.state_since == entry.at
    )


def retry_mail(ask: RetryMail, tx: Transaction, now: datetime) -> Result:
    """Only what is in trouble goes again, under the same Message-ID."""
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.REPLY, ticket)  # it writes to the requester, as a reply does
    mail = tx.mail_queue.get(ask.row)
    if mail is None or mail.ticket != ticket.id:
        return Result(ticket.id, changed=False)
    return settle_mail(mail, Kind.MAIL_RETRIED, actor, tx, now)
