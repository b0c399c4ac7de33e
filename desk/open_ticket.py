"""Open a ticket: for oneself or for somebody else, filed by the catalogue, with a team at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.acknowledging import Budget, spend
from desk.effects import Message, OpenThread, RefreshCard, ShowEntry
from desk.errors import InvalidField, InvalidFields, TechniciansOnly
from desk.files import FileOrigin, NewFile, named
from desk.journal import Draft, Kind
from desk.mails import MailThread
from desk.moving import LONGEST_TEXT, require_words, tell, with_names
from desk.organisation import Placement
from desk.people import Actor, NewPerson, Person, folded, looks_like_address
from desk.ports import Transaction
from desk.result import Result
from desk.share_files import add_files
from desk.taking_part import join_by_mail, known_or_new
from desk.ticket import Impact, Origin, Ticket, Urgency
from desk.words import NO_WORDS, Words

LONGEST_SUBJECT = 150  # a Slack header's length; longer ones read badly in a mail's subject too
LONGEST_NAME = 100
LEVELS = ("family", "service", "item")  # the fields of the path, outermost first
TOLD = ("unverified", "reply_to", "notices", "whole")  # of a mail, that the card does not say


@dataclass(frozen=True)
class OpenTicket:
    """`requester` and `beneficiary` are handles. `path` is family, service, item as far as chosen.

    Impact and urgency default to the catalogue entry's. `address` gives a requester without one
    an address. `message_id` is the mail's that this ticket began with. `acknowledge` is false for
    senders whose mail asks for no automatic answer; `budget` is how much the others hear from us.

    Of a mail: `writer` becomes known where `by` is not yet; `whole` is all of it, `cc` are the
    others it went to, `team` is the key of the team its mailbox serves, `follows` the solved ticket
    it answers too late, `note` what a technician wrote above it for technicians, and `let_in` who
    decided that the desk takes it ("" at the command line), if it was held.
    """

    by: str
    requester: str | NewPerson | None
    subject: str
    description: Words
    beneficiary: str | None = None
    tell_beneficiary: bool = True
    path: tuple[int, ...] = ()
    impact: Impact | None = None
    urgency: Urgency | None = None
    address: str = ""
    origin: Origin = Origin.CHAT
    message_id: str | None = None
    acknowledge: bool = True
    budget: Budget | None = None
    files: tuple[NewFile, ...] = ()
    thread: MailThread | None = None
    writer: NewPerson | None = None
    unverified: bool = False
    reply_to: str = ""
    notices: tuple[Mapping[str, Any], ...] = ()
    whole: str = ""
    cc: tuple[NewPerson, ...] = ()
    team: str | None = None
    follows: int | None = None
    note: Words = NO_WORDS
    let_in: str | None = None


def open_ticket(ask: OpenTicket, tx: Transaction, now: datetime) -> Result:
    if ask.writer is not None:
        known_or_new(tx, ask.writer)
    actor = tx.people.actor(ask.by)
    _check_fields(ask)
    requester = _requester(ask, actor, tx)
    beneficiary = _beneficiary(ask, actor, tx)
    entry_id, team, placement = _placed(ask, tx)
    ticket = tx.tickets.add(
        Ticket(
            id=0,
            subject=" ".join(ask.subject.split()),
            description=with_names(tx, ask.description),
            requester=requester.id,
            beneficiary=beneficiary.id if beneficiary and beneficiary != requester else None,
            tell_beneficiary=ask.tell_beneficiary,
            entry=entry_id,
            team=_team(team, tx),
            impact=ask.impact or placement.impact,
            urgency=ask.urgency or placement.urgency,
            request_type=placement.request_type,
            origin=ask.origin,
            follows=ask.follows,
            created_at=now,
            state_since=now,
            changed_at=now,
        )
    )
    return _announce(ticket, ask, actor, tx, now)


def _placed(ask: OpenTicket, tx: Transaction) -> tuple[int | None, int | None, Placement]:
    """Where it is filed, and who works on it: as the ticket before it, if it follows one."""
    catalogue = tx.organisation.catalogue()
    if ask.follows is not None:
        before = tx.tickets.get(ask.follows)
        kept = before.entry if before.entry and catalogue.is_current(before.entry) else None
        return kept, before.team, catalogue.placement(kept)
    entry = _filed_under(ask.path, tx)
    placement = catalogue.placement(entry)
    if placement.team is None and ask.team:
        served = next((team.id for team in tx.organisation.teams() if team.key == ask.team), None)
        return entry, served, placement
    return entry, placement.team, placement


def _announce(
    ticket: Ticket, ask: OpenTicket, actor: Actor, tx: Transaction, now: datetime
) -> Result:
    """Journal, card, thread and acknowledgement of a ticket just stored."""
    facts = _facts(ask)
    tx.people.note_request(ticket.requester)  # before what is answered: it is known by then
    opened = tx.journal.add(Draft(ticket.id, Kind.OPENED, actor.id, ticket.description, facts), now)
    if ask.message_id:
        tx.mails.keep_incoming(ticket.id, opened.id, ask.message_id, now)
    if ask.thread is not None:
        tx.mails.keep_thread(ticket.id, ask.thread)
    tx.outbox.put(RefreshCard(ticket.id), now)
    tx.outbox.put(OpenThread(ticket.id, ticket.team), now)
    if any(facts.get(name) for name in TOLD):
        tx.outbox.put(ShowEntry(ticket.id, opened.id), now)
    origin = FileOrigin.MAIL if ask.message_id else FileOrigin.FORM
    add_files(tx, opened, ask.files, origin, now)
    if ask.note:
        note = tx.journal.add(
            Draft(ticket.id, Kind.NOTE, actor.id, ask.note, {"origin": "mail"}), now
        )
        tx.outbox.put(ShowEntry(ticket.id, note.id), now)
    join_by_mail(tx, ticket, ask.cc, actor.id, now)
    if _acknowledged(ask, ticket, tx, now):
        tell(tx, ticket, Message.ACKNOWLEDGEMENT, opened, (ticket.requester,), now)
    return Result(ticket.id, opened.id)


def _acknowledged(ask: OpenTicket, ticket: Ticket, tx: Transaction, now: datetime) -> bool:
    """Whether the requester is told. A request by mail spends from its sender's budget."""
    if not ask.acknowledge or ask.budget is None:
        return ask.acknowledge
    address = tx.people.get(ticket.requester).email
    return address is None or spend(tx, ask.budget, address, ticket.description.text, now)


def _facts(ask: OpenTicket) -> dict[str, Any]:
    facts: dict[str, Any] = {"origin": str(ask.origin), **named(ask.files)}
    for name in ("unverified", "reply_to", "follows"):
        if value := getattr(ask, name):
            facts[name] = value
    if ask.let_in is not None:
        facts["let_in"] = ask.let_in
    if ask.notices:
        facts["notices"] = [dict(notice) for notice in ask.notices]
    if ask.whole and ask.whole.split() != ask.description.text.split():
        facts["whole"] = ask.whole[:LONGEST_TEXT]
    return facts


def _check_fields(ask: OpenTicket) -> None:
    """Raises InvalidFields with every fault, so that a person corrects them in one go."""
    faults: list[InvalidField] = []
    if not ask.subject.strip():
        faults.append(InvalidField("subject", "blank"))
    elif len(ask.subject.strip()) > LONGEST_SUBJECT:
        faults.append(InvalidField("subject", "too_long", LONGEST_SUBJECT))
    try:
        require_words("description", ask.description)
    except InvalidField as fault:
        faults.append(fault)
    if ask.requester is None or ask.requester == "":
        faults.append(InvalidField("requester", "blank"))
    if isinstance(ask.requester, NewPerson):
        faults += _new_person_faults(ask.requester)
    if ask.address.strip() and not looks_like_address(ask.address):
        faults.append(InvalidField("address", "not_an_address"))
    if faults:
        raise InvalidFields(tuple(faults))


def _new_person_faults(person: NewPerson) -> list[InvalidField]:
    faults = []
    if not person.name.strip():
        faults.append(InvalidField("new_name", "blank"))
    elif len(person.name.strip()) > LONGEST_NAME:
        faults.append(InvalidField("new_name", "too_long", LONGEST_NAME))
    if not looks_like_address(person.email):
        faults.append(InvalidField("new_address", "not_an_address"))
    return faults


def _requester(ask: OpenTicket, actor: Actor, tx: Transaction) -> Person:
    """Who the ticket is for. Only technicians ask for others."""
    if isinstance(ask.requester, NewPerson):
        actor.require_technician()
        if ask.origin is not Origin.MAIL:  # nobody has typed a mail's sender
            _check_is_new(ask.requester, tx)
        return known_or_new(tx, ask.requester)
    assert ask.requester is not None
    person = tx.people.by_handle(ask.requester)
    if person is None:
        raise InvalidField("requester", "no_such_person")
    if person.id != actor.id and not actor.is_technician:
        raise TechniciansOnly()
    if not person.email and ask.address.strip():
        # Who has an address is who the desk file and mails name by it: not for anybody to claim.
        actor.require_technician()
        return _with_address(person, ask.address.strip().lower(), tx)
    return person


def _check_is_new(typed: NewPerson, tx: Transaction) -> None:
    """Whoever has that address already is not somebody new by another name."""
    known = tx.people.by_handle(typed.email.strip().lower())
    if known is not None and known.active and folded(known.name) != folded(typed.name.strip()):
        raise InvalidField("new_address", "address_taken")


def _with_address(person: Person, address: str, tx: Transaction) -> Person:
    if tx.people.by_handle(address) is not None:
        raise InvalidField("address", "address_taken")
    tx.people.set_address(person.id, address)
    return tx.people.get(person.id)


def _beneficiary(ask: OpenTicket, actor: Actor, tx: Transaction) -> Person | None:
    if not ask.beneficiary:
        return None
    actor.require_technician()
    person = tx.people.by_handle(ask.beneficiary)
    if person is None:
        raise InvalidField("beneficiary", "no_such_person")
    return person


def _filed_under(path: tuple[int, ...], tx: Transaction) -> int | None:
    """The innermost entry of the path, checked to hang together and to be still in use."""
    catalogue = tx.organisation.catalogue()
    parent: int | None = None
    for level, entry_id in zip(LEVELS, path, strict=False):
        entry = catalogue.find(entry_id)
        if entry is None or entry.parent != parent:
            raise InvalidField(level, "no_such_entry")
        if entry.obsolete:
            raise InvalidField(level, "entry_gone")
        parent = entry.id
    return parent


def _team(wanted: int | None, tx: Transaction) -> int:
    """The catalogue's team while it is in use; otherwise the fallback team: never nothing."""
    in_use = {team.id for team in tx.organisation.teams()}
    return (
        wanted if wanted in in_use and wanted is not None else tx.organisation.house().fallback_team
    )
