"""A mail system says that a mail of ours did not arrive: the ticket shows it while it is true."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from desk.effects import RefreshCard, ShowEntry
from desk.errors import TooEarly
from desk.journal import Draft, Kind
from desk.mails import Delivery, DeliveryState, ReturnedMail
from desk.ports import Transaction
from desk.result import Result

DELAYED = "delayed"  # a reason that is none yet: the mail may still arrive
_LEFT = (DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED)
_LONGEST = 300  # characters of what the other server said


@dataclass(frozen=True)
class ReportUndelivered:
    """`reason` is a word such as "mailbox_full"; `said` the other server's own words.

    The mail is the outbox `row`; else the last one of `entry`, or of the ticket, to that address.
    `hard` is false for what may pass by itself. Nobody is told by mail, whatever is reported.
    """

    ticket: int
    address: str
    reason: str
    status: str = ""
    said: str = ""
    hard: bool = True
    row: int | None = None
    entry: int | None = None
    person: int | None = None


def report_undelivered(ask: ReportUndelivered, tx: Transaction, now: datetime) -> Result:
    """Raises NoSuchTicket, and TooEarly where the mail is under way: a server may return it before
    we have written down that it left. Nothing changes where the ticket sent no such mail."""
    ticket = tx.tickets.get(ask.ticket)
    deliveries = tx.journal.deliveries(ticket.id)
    if any(d.outbox == ask.row and d.state is DeliveryState.WAITING for d in deliveries):
        raise TooEarly
    mail = _which(ask, deliveries)
    if mail is None or mail.outbox is None:
        return Result(ticket.id, changed=False)
    address = mail.address.lower()
    known = tx.returned_mails.get(mail.outbox, address)
    if known is not None and (ask.reason == DELAYED or known.reason != DELAYED):
        return _again(ask, known, mail, tx, now)
    entry = tx.journal.add(Draft(ticket.id, Kind.RETURNED, None, facts=_facts(ask, mail)), now)
    came = ReturnedMail(
        ticket=ticket.id,
        outbox=mail.outbox,
        person=mail.person.id,
        address=address,
        reason=ask.reason,
        hard=ask.hard and ask.reason != DELAYED,
        entry=entry.id,
        at=now,
        last_at=now,
    )
    tx.returned_mails.put(came, ask.said[:_LONGEST])
    tx.outbox.put(ShowEntry(ticket.id, entry.id), now)
    if ask.reason != DELAYED:
        _show(tx, ticket.id, mail.entry, now)
    return Result(ticket.id, entry.id)


def _again(
    ask: ReportUndelivered, known: ReturnedMail, mail: Delivery, tx: Transaction, now: datetime
) -> Result:
    """Reported before. It is news only where the mail was sent once more since."""
    sent_since = (
        mail.state is DeliveryState.SENT and mail.at is not None and mail.at > known.last_at
    )
    anew = sent_since and ask.reason != DELAYED
    counted = replace(
        known,
        times=known.times + 1,
        last_at=now,
        cleared_at=None if anew else known.cleared_at,
    )
    tx.returned_mails.put(counted, ask.said[:_LONGEST])
    if anew:
        _show(tx, known.ticket, mail.entry, now)
    return Result(known.ticket, known.entry, changed=anew)


def clear_returned(tx: Transaction, person: int, now: datetime) -> None:
    """Mail reaches this person after all: they wrote."""
    for mail in tx.returned_mails.of_person(person):
        tx.returned_mails.clear(mail, now)
        delivery = next(
            (d for d in tx.journal.deliveries(mail.ticket) if d.outbox == mail.outbox), None
        )
        if delivery is not None:
            _show(tx, mail.ticket, delivery.entry, now)


def _show(tx: Transaction, ticket: int, entry: int, now: datetime) -> None:
    tx.outbox.put(RefreshCard(ticket), now)
    tx.outbox.put(ShowEntry(ticket, entry), now)


def _which(ask: ReportUndelivered, deliveries: tuple[Delivery, ...]) -> Delivery | None:
    """The mail it is about, among those that left; the latest where several fit."""
    left = [d for d in deliveries if d.address and d.state in _LEFT]
    if ask.row is not None:
        return next((d for d in left if d.outbox == ask.row), None)
    if ask.entry is not None:
        left = [d for d in left if d.entry == ask.entry]
    fits = [d for d in left if d.address.lower() == ask.address or d.person.id == ask.person]
    if not fits and len({d.person.id for d in left}) == 1 and ask.entry is not None:
        fits = left  # it was for one person only, who has their mail forwarded
    return fits[-1] if fits else None


def _facts(ask: ReportUndelivered, mail: Delivery) -> dict[str, Any]:
    facts = {
        "to": mail.person.name,
        "address": mail.address,
        "reason": ask.reason,
        "status": ask.status,
        "said": ask.said[:_LONGEST],
        "hard": ask.hard,
    }
    return {name: value for name, value in facts.items() if value != ""}
