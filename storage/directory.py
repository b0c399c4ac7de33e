"""Keeping one person one person, whether they come from Slack, a mail, the form or a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Text, func, insert, select, type_coerce, update

from desk.errors import Stale
from desk.people import Person, folded
from storage.changes import next_change
from storage.known_house import house_changed
from storage.mail_tables import returned_mails
from storage.people_rows import PEOPLE, address, person_of
from storage.search import index_person
from storage.tables import administrators, members, outbox, people, teams, tickets

# Every column that names a person, for when two turn out to be one. Tickets are apart.
_REFERENCES = (
    members.c.person_id,
    administrators.c.person_id,
    teams.c.lead_id,
    outbox.c.person_id,
    returned_mails.c.person_id,
    people.c.merged_into,
)


def insert_person(connection: Connection, person: Person) -> Person:
    statement = insert(people).values(_values(connection, person)).returning(people.c.id)
    number = connection.execute(statement).scalar_one()
    stored = replace(person, id=number)
    index_person(connection, stored)
    return stored


def learn(connection: Connection, person: Person) -> Person:
    person = replace(person, name=person.name.strip(), email=address(person.email))
    known = _find(connection, people.c.slack_id, person.slack_id)
    holder = _find(connection, people.c.email, person.email)
    if known is not None and (holder is None or holder.id == known.id):
        learned = _learned(person, known)
        if learned == known and learned.told == known.told:
            return known  # nearly always, and nobody has to wait for that
    return _learn(connection, person)


def _learn(connection: Connection, person: Person) -> Person:
    """A person is written whole: what others write meanwhile must not be written back."""
    known = _find(connection, people.c.slack_id, person.slack_id, keep=True)
    if known is not None and _is_old(person, known):
        return known
    holder = _find(connection, people.c.email, person.email, keep=True)
    if known is None and holder is not None and _is_same(person, holder):
        known = holder
    if holder is not None and (known is None or holder.id != known.id):
        person, known = _settle(connection, person, known, holder)
    if known is None:
        return insert_person(connection, person)
    learned = _learned(person, known)
    if learned != known:
        _update(connection, learned)
    elif learned.told != known.told:
        # Something that is not kept has changed. Nobody has to read them anew for that.
        newer = update(people).where(people.c.id == known.id).values(told=learned.told)
        connection.execute(newer)
    return learned


def _learned(person: Person, known: Person) -> Person:
    if known.slack_id is not None and person.slack_id is None:
        return known  # what Slack says of somebody outweighs a list
    if _is_old(person, known):
        return known
    return replace(
        person,
        id=known.id,
        email=person.email or known.email,
        slack_id=person.slack_id or known.slack_id,
        told=person.told or known.told,
    )


def _is_old(person: Person, known: Person) -> bool:
    """Slack tells its news in any order, and a page of the directory is older than what it told
    while that was read."""
    return person.slack_id == known.slack_id and 0 < person.told < known.told


def set_address(connection: Connection, person: Person, email: str) -> None:
    """Give a person an address, unless it leads to somebody else whom Slack knows too."""
    wanted = address(email)
    kept = _find(connection, people.c.id, person.id, keep=True)
    if kept is None:
        raise Stale
    person = kept
    holder = _find(connection, people.c.email, wanted, keep=True)
    if holder is None or holder.id == person.id:
        _update(connection, replace(person, email=wanted))
    elif holder.slack_id is None:
        _merge(connection, holder, into=person)
        _update(connection, replace(person, email=wanted))
    elif person.slack_id is None:
        _merge(connection, person, into=holder)


def _is_same(person: Person, holder: Person) -> bool:
    """Whether `person` is who holds their address: an account may follow a closed one."""
    return (
        person.slack_id is None or holder.slack_id is None or (person.active and not holder.active)
    )


def _settle(
    connection: Connection, person: Person, known: Person | None, holder: Person
) -> tuple[Person, Person | None]:
    """Decide who has the address of `person` that `holder` has: an address leads to one person."""
    if known is not None and holder.slack_id is None:
        _merge(connection, holder, into=known)
        return person, known
    if known is not None and person.active and not holder.active:
        _update(connection, replace(holder, email=None))
        return person, known
    kept = None if known is None else known.email
    return replace(person, email=kept), known


def _merge(connection: Connection, other: Person, into: Person) -> None:
    """Make two people one. The journal is never touched: the row of `other` stays and leads on."""
    # Whoever has just named `other` on a ticket is done by then, and who comes later finds that it
    # leads on: see `SqlPeople.note_request` and `SqlTickets`.
    asked = connection.execute(
        select(people.c.requests).where(people.c.id == other.id).with_for_update()
    ).scalar_one()
    changed = next_change(connection.dialect.name)
    connection.execute(
        update(people)
        .where(people.c.id == into.id)
        .values(requests=people.c.requests + asked, changed=changed)
    )
    connection.execute(
        update(people)
        .where(people.c.id == other.id)
        .values(email=None, active=False, merged_into=into.id, changed=changed)
    )
    for column in _REFERENCES:
        table: Any = column.table
        moved = update(table).where(column == other.id).values({column: into.id})
        if connection.execute(moved).rowcount and table is teams:
            house_changed(connection)  # its leads are part of what is remembered
    for column in (tickets.c.requester_id, tickets.c.beneficiary_id, tickets.c.assignee_id):
        # One version on: whoever is changing the ticket right now reads it again.
        connection.execute(
            update(tickets)
            .where(column == other.id)
            .values({column: into.id, tickets.c.version: tickets.c.version + 1})
        )
    _rename_on_tickets(connection, other.id, into.id)
    index_person(connection, replace(other, name="", email=None))


def _rename_on_tickets(connection: Connection, old: int, new: int) -> None:
    """Lists of people on tickets are few: those that name nobody are not looked at."""
    for column in (tickets.c.participants, tickets.c.removed):
        text = type_coerce(column, Text)
        renamed = func.replace(text, f",{old},", f",{new},")
        connection.execute(
            update(tickets)
            .where(column.is_not(None), text.like(f"%,{old},%"))
            .values({column: type_coerce(renamed, column.type), "version": tickets.c.version + 1})
        )


def _update(connection: Connection, person: Person) -> None:
    connection.execute(
        update(people).where(people.c.id == person.id).values(_values(connection, person))
    )
    index_person(connection, person)


def _find(
    connection: Connection, column: Any, value: str | int | None, *, keep: bool = False
) -> Person | None:
    """`keep`: nobody else may change them until we have."""
    if value is None:
        return None
    # Not who was found to be somebody else meanwhile.
    themselves = (column == value, people.c.merged_into.is_(None))
    found = PEOPLE.add_columns(people.c.told).where(*themselves)
    row = connection.execute(found.with_for_update(key_share=True) if keep else found).first()
    return None if row is None else replace(person_of(row[:-1]), told=row[-1])


def _values(connection: Connection, person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "slack_id": person.slack_id,
        "language": person.language,
        "title": person.title,
        "zone": person.zone,
        "active": person.active,
        "told": person.told,
        "sort_name": folded(person.name),
        "changed": next_change(connection.dialect.name),
    }
