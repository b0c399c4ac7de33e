"""Mails that did not leave: administrators see all teams' in one list, and what is decided of one
is written down in its ticket, whichever way it was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.effects import RefreshCard, ShowEntry
from desk.errors import AdministratorsOnly
from desk.journal import COMMAND_LINE, Draft, Kind
from desk.people import Actor, Person
from desk.ports import Transaction
from desk.queued_mails import QueuedMail
from desk.result import Result

SHOWN = 15  # Slack takes only so much text in one window
COUNTED = 100  # the button's number stops there


@dataclass(frozen=True)
class MailQueue:
    """Which mails are in trouble, oldest first."""


@dataclass(frozen=True)
class MailQueueFacts:
    viewer: Person
    mails: tuple[QueuedMail, ...]
    total: int  # COUNTED where there are as many or more


@dataclass(frozen=True)
class SendQueued:
    """Send it now. An uncertain one may then arrive twice."""

    row: int
    by: str


@dataclass(frozen=True)
class DropQueued:
    """Give it up: nobody will get it."""

    row: int
    by: str


def mail_queue(ask: MailQueue, actor: Actor, tx: Transaction, now: datetime) -> MailQueueFacts:
    _require_administrator(actor)
    return MailQueueFacts(actor.person, tx.mail_queue.mails(SHOWN), tx.mail_queue.count(COUNTED))


def send_queued(ask: SendQueued, tx: Transaction, now: datetime) -> Result:
    return _settle(ask, tx, now, Kind.MAIL_RETRIED)


def drop_queued(ask: DropQueued, tx: Transaction, now: datetime) -> Result:
    return _settle(ask, tx, now, Kind.MAIL_DROPPED)


def _settle(ask: SendQueued | DropQueued, tx: Transaction, now: datetime, kind: Kind) -> Result:
    actor = tx.people.actor(ask.by)
    _require_administrator(actor)
    mail = tx.mail_queue.get(ask.row)
    return settle_mail(mail, kind, actor, tx, now) if mail else Result(None, changed=False)


def settle_mail(mail: QueuedMail, kind: Kind, by: Actor, tx: Transaction, now: datetime) -> Result:
    """Send it again, or give it up, as `kind` says; the ticket tells by whom.

    Who was slower than somebody else, or than the relay, changes nothing.
    """
    settle = tx.mail_queue.send if kind is Kind.MAIL_RETRIED else tx.mail_queue.give_up
    if not settle(mail.row, now):
        return Result(mail.ticket, changed=False)
    facts = {"to": mail.person.name, "address": mail.address, "was": mail.trouble.value}
    if not by.id:
        facts["origin"] = COMMAND_LINE  # no schedule settles mails: it was typed there
    entry = tx.journal.add(Draft(mail.ticket, kind, by.id, facts=facts), now)
    tx.outbox.put(RefreshCard(mail.ticket), now)
    tx.outbox.put(ShowEntry(mail.ticket, mail.entry), now)
    tx.outbox.put(ShowEntry(mail.ticket, entry.id), now)
    return Result(mail.ticket, entry.id)


def _require_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise AdministratorsOnly()
