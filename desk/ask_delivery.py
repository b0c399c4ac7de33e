"""What the relay asks just before it shows something: the facts of this moment, for one effect."""

from __future__ import annotations

from datetime import datetime

from desk.answers import CardFacts, EntryFacts, MailFacts, NoticeFacts, ThreadFacts
from desk.effects import (
    Message,
    OpenThread,
    SendDirect,
    SendMail,
    ShowEntry,
    TellPerson,
    Whisper,
)
from desk.errors import NoSuchTicket
from desk.gathering import ticket_facts
from desk.journal import Entry, Kind, published
from desk.mails import DeliveryState
from desk.people import Person, member_moves
from desk.ports import Card, Transaction
from desk.share_files import files_for
from desk.words import NO_WORDS, Words

TROUBLE = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def card_facts(tx: Transaction, ticket: int, card: Card | None) -> CardFacts:
    """For the card given, or for the one still to be posted in the team's channel."""
    facts = ticket_facts(tx, tx.tickets.get(ticket))
    active = card is None or card.active
    shown_in = facts.team if active or card is None else tx.organisation.team(card.team)
    return CardFacts(
        facts=facts,
        moves=member_moves(facts.ticket),
        last=tx.journal.last(ticket),
        trouble=tuple(d for d in tx.journal.deliveries(ticket) if d.state in TROUBLE),
        active=active,
        language=shown_in.language,
    )


def thread_facts(tx: Transaction, effect: OpenThread) -> ThreadFacts:
    facts = ticket_facts(tx, tx.tickets.get(effect.ticket))
    team = tx.organisation.team(effect.team)
    journal = tx.journal.of(effect.ticket)
    transfers = [e for e in journal if e.kind is Kind.TRANSFERRED]
    before = [e for e in journal if transfers and e.at <= transfers[-1].at]
    return ThreadFacts(facts, team, earlier=len(before), language=team.language)


def first_facts(tx: Transaction, ticket: int) -> tuple[CardFacts, ThreadFacts]:
    """Card and thread of a ticket that this very transaction opened: nothing came of it yet."""
    facts = ticket_facts(tx, tx.tickets.get(ticket))
    language = facts.team.language
    card = CardFacts(
        facts=facts,
        moves=member_moves(facts.ticket),
        last=tx.journal.last(ticket),
        trouble=(),
        active=True,
        language=language,
    )
    return card, ThreadFacts(facts, facts.team, earlier=0, language=language)


def entry_facts(tx: Transaction, effect: ShowEntry, now: datetime) -> EntryFacts:
    entry = tx.journal.get(effect.entry)
    facts = ticket_facts(tx, tx.tickets.get(effect.ticket))
    return EntryFacts(
        facts=facts,
        entry=entry,
        refers_to=tx.journal.get(entry.refers_to) if entry.refers_to else None,
        deliveries=tuple(
            d for d in tx.journal.deliveries(effect.ticket) if d.entry == effect.entry
        ),
        undo=entry.undoable(now),
        language=facts.team.language,
    )


def mail_facts(tx: Transaction, effect: SendMail | SendDirect, now: datetime) -> MailFacts:
    """Raises NotPublic should the entry not be for the requester's eyes, and NoSuchTicket for
    somebody who was taken off the ticket meanwhile."""
    facts = ticket_facts(tx, tx.tickets.get(effect.ticket))
    ticket = facts.ticket
    to = tx.people.get(effect.to)  # somebody else, where the two were found to be one meanwhile
    if not ticket.concerns(to.id):
        raise NoSuchTicket(ticket.id)
    entry = tx.journal.get(effect.entry)
    public = published(entry, now)
    return MailFacts(
        message=effect.message,
        ticket=ticket.id,
        reference=ticket.reference,
        subject=ticket.subject,
        to=to,
        entry=public,
        author=_author(entry.by),
        team=facts.team.label,
        desk_name=tx.organisation.house().name,
        for_beneficiary=to.id == ticket.beneficiary and to.id != ticket.requester,
        requester_name=facts.requester.name,
        references=tx.mails.ids(ticket.id),
        files=files_for(public, tx),
        team_key=facts.team.key,
        style=facts.team.mail,
        signature=_signature(tx, effect, entry),
        thread=tx.mails.thread_of(ticket.id),
        in_copy=to.id not in (ticket.requester, ticket.beneficiary),
    )


def _signature(tx: Transaction, effect: SendMail | SendDirect, entry: Entry) -> Words:
    """A reply is a person's letter; the other mails are the desk's."""
    if effect.message is not Message.REPLY or entry.by is None:
        return NO_WORDS
    return tx.people.signature(entry.by.id)


def _author(person: Person | None) -> str:
    return person.name if person else ""


def notice_facts(tx: Transaction, effect: TellPerson | Whisper) -> NoticeFacts:
    facts = ticket_facts(tx, tx.tickets.get(effect.ticket))
    card = tx.cards.active(effect.ticket)
    reader = (
        tx.people.get(effect.to)
        if isinstance(effect, TellPerson)
        else tx.people.by_handle(effect.user)
    )
    by = tx.people.get(effect.by) if isinstance(effect, TellPerson) and effect.by else None
    return NoticeFacts(
        notice=effect.notice,
        facts=facts,
        reader=reader,
        by=by,
        card=(card.channel, card.ts) if card else None,
        language=reader.language if reader else facts.team.language,
    )
