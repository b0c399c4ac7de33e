"""People who take part in a ticket beside those it is for: they get copies, and may answer.

A mail names them in copy, or a technician adds them; a technician alone takes somebody off, and
then no mail brings them back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from desk.effects import RefreshCard, ShowEntry
from desk.errors import InvalidField
from desk.journal import Draft, Kind
from desk.lifecycle import Move
from desk.people import NewPerson, Person, looks_like_address
from desk.ports import Transaction
from desk.result import Result
from desk.ticket import Ticket

MOST = 20  # on one ticket: a mail to a whole department is not a conversation
LONGEST_NAME = 100


@dataclass(frozen=True)
class AddPerson:
    """`who` is a handle; where it is empty, `address` is somebody's who may be new."""

    ticket: int
    by: str
    who: str = ""
    address: str = ""


@dataclass(frozen=True)
class RemovePerson:
    ticket: int
    by: str
    person: int


def add_person(ask: AddPerson, tx: Transaction, now: datetime) -> Result:
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.REPLY, ticket)
    person = _wanted(ask, tx)
    if ticket.concerns(person.id):
        raise InvalidField("person" if ask.who else "address", "takes_part")
    if len(ticket.participants) >= MOST:
        raise InvalidField("person", "too_many_people", MOST)
    removed = tuple(one for one in ticket.removed if one != person.id)
    joined = replace(ticket, participants=(*ticket.participants, person.id), removed=removed)
    tx.tickets.save(joined, ticket.version)
    return _written(tx, Kind.JOINED, ticket, (person,), actor.id, now)


def remove_person(ask: RemovePerson, tx: Transaction, now: datetime) -> Result:
    """What is on its way to them is taken back, as far as it has not left."""
    ticket = tx.tickets.get(ask.ticket)
    actor = tx.people.actor(ask.by)
    actor.require(Move.REPLY, ticket)
    if ask.person not in ticket.participants:
        return Result(ticket.id, changed=False)
    left = tuple(one for one in ticket.participants if one != ask.person)
    removed = (*ticket.removed, ask.person)
    tx.tickets.save(replace(ticket, participants=left, removed=removed), ticket.version)
    tx.outbox.withdraw_from(ticket.id, ask.person)
    return _written(tx, Kind.LEFT, ticket, (tx.people.get(ask.person),), actor.id, now)


def join_by_mail(
    tx: Transaction, ticket: Ticket, named: Iterable[NewPerson], by: int, now: datetime
) -> Ticket:
    """The ticket with those in copy of a mail. Not with technicians, who read it anyway: what is
    for them alone is not among what participants are sent."""
    people = _newcomers(tx, ticket, named)
    if not people:
        return ticket
    participants = (*ticket.participants, *(person.id for person in people))
    joined = tx.tickets.save(replace(ticket, participants=participants), ticket.version)
    _written(tx, Kind.JOINED, ticket, people, by, now, origin="mail")
    return joined


def known_or_new(tx: Transaction, named: NewPerson) -> Person:
    address = named.email.strip().lower()
    name = " ".join(named.name.split())[:LONGEST_NAME] or address
    language = named.language or tx.organisation.house().language
    return tx.people.by_handle(address) or tx.people.add(name, address, None, language)


def _newcomers(tx: Transaction, ticket: Ticket, named: Iterable[NewPerson]) -> tuple[Person, ...]:
    found: dict[int, Person] = {}
    for one in named:
        if len(ticket.participants) + len(found) >= MOST:
            break
        if not looks_like_address(one.email):
            continue
        person = known_or_new(tx, one)
        away = not person.active or person.id in ticket.removed or ticket.concerns(person.id)
        if not away and not tx.people.actor(person.handle).is_technician:
            found[person.id] = person
    return tuple(found.values())


def _wanted(ask: AddPerson, tx: Transaction) -> Person:
    if not ask.who and not ask.address.strip():
        raise InvalidField("person", "nobody_named")
    if not ask.who:
        if not looks_like_address(ask.address):
            raise InvalidField("address", "not_an_address")
        return known_or_new(tx, NewPerson("", ask.address))
    person = tx.people.by_handle(ask.who)
    if person is None or not person.active:
        raise InvalidField("person", "no_such_person")
    return person


def _written(
    tx: Transaction,
    kind: Kind,
    ticket: Ticket,
    people: tuple[Person, ...],
    by: int,
    now: datetime,
    **facts: Any,
) -> Result:
    names = [person.name for person in people]
    entry = tx.journal.add(Draft(ticket.id, kind, by, facts={"names": names, **facts}), now)
    tx.outbox.put(RefreshCard(ticket.id), now)
    tx.outbox.put(ShowEntry(ticket.id, entry.id), now)
    return Result(ticket.id, entry.id)
