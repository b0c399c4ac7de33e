"""Open a ticket: for oneself or for somebody else, filed by the catalogue, with a team at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.effects import Message, OpenThread, RefreshCard
from desk.errors import InvalidField, InvalidFields, TechniciansOnly
from desk.files import FileOrigin, NewFile, named
from desk.journal import Draft, Kind
from desk.moving import require_words, tell, with_names
from desk.people import Actor, NewPerson, Person, looks_like_address
from desk.ports import MailThread, Transaction
from desk.result import Result
from desk.share_files import add_files
from desk.ticket import Impact, Origin, Ticket, Urgency
from desk.words import Words

LONGEST_SUBJECT = 150  # a Slack header's length; longer ones read badly in a mail's subject too
LONGEST_NAME = 100
LEVELS = ("family", "service", "item")  # the fields of the path, outermost first


@dataclass(frozen=True)
class OpenTicket:
    """`requester` and `beneficiary` are handles. `path` is family, service, item as far as chosen.

    Impact and urgency default to the catalogue entry's. `address` gives a requester without one
    an address. `message_id` is the mail's that this ticket began with. `acknowledge` is false for
    senders whose mail asks for no automatic answer.
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
    files: tuple[NewFile, ...] = ()
    thread: MailThread | None = None


def open_ticket(ask: OpenTicket, tx: Transaction, now: datetime) -> Result:
    actor = tx.people.actor(ask.by)
    _check_fields(ask)
    requester = _requester(ask, actor, tx)
    beneficiary = _beneficiary(ask, actor, tx)
    entry_id = _filed_under(ask.path, tx)
    placement = tx.organisation.catalogue().placement(entry_id)
    ticket = tx.tickets.add(
        Ticket(
            id=0,
            subject=" ".join(ask.subject.split()),
            description=with_names(tx, ask.description),
            requester=requester.id,
            beneficiary=beneficiary.id if beneficiary and beneficiary != requester else None,
            tell_beneficiary=ask.tell_beneficiary,
            entry=entry_id,
            team=_team(placement.team, tx),
            impact=ask.impact or placement.impact,
            urgency=ask.urgency or placement.urgency,
            request_type=placement.request_type,
            origin=ask.origin,
            created_at=now,
            state_since=now,
            changed_at=now,
        )
    )
    return _announce(ticket, ask, actor, tx, now)


def _announce(
    ticket: Ticket, ask: OpenTicket, actor: Actor, tx: Transaction, now: datetime
) -> Result:
    """Journal, card, thread and acknowledgement of a ticket just stored."""
    facts = {"origin": ticket.origin.value, **named(ask.files)}
    opened = tx.journal.add(Draft(ticket.id, Kind.OPENED, actor.id, ticket.description, facts), now)
    if ask.message_id:
        tx.mails.keep_incoming(ticket.id, opened.id, ask.message_id, now)
    if ask.thread is not None:
        tx.mails.keep_thread(ticket.id, ask.thread)
    tx.people.note_request(ticket.requester)
    tx.outbox.put(RefreshCard(ticket.id), now)
    tx.outbox.put(OpenThread(ticket.id, ticket.team), now)
    origin = FileOrigin.MAIL if ask.message_id else FileOrigin.FORM
    add_files(tx, opened, ask.files, origin, now)
    if ask.acknowledge:
        tell(tx, ticket, Message.ACKNOWLEDGEMENT, opened, (ticket.requester,), now)
    return Result(ticket.id, opened.id)


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
        address = ask.requester.email.strip().lower()
        name = " ".join(ask.requester.name.split())
        language = tx.organisation.house().language
        return tx.people.by_handle(address) or tx.people.add(name, address, None, language)
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
