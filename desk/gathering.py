"""Put a ticket's facts together for the questions that need them."""

from __future__ import annotations

from collections.abc import Iterable

from desk.answers import RequesterLine, TicketFacts
from desk.lifecycle import State
from desk.mails import ReturnedMail
from desk.people import Person
from desk.ports import Transaction
from desk.ticket import HoldReason, Ticket

NOBODY = Person(id=-1, name="?")  # where a row points at a person who cannot be read


def came_back_to(tx: Transaction, person: Person | None) -> ReturnedMail | None:
    """The last mail to this person's address that came back, while that is true."""
    return tx.returned_mails.of_address(person.email) if person and person.email else None


def ticket_facts(tx: Transaction, ticket: Ticket) -> TicketFacts:
    return many_facts(tx, (ticket,))[0]


def many_facts(tx: Transaction, tickets: Iterable[Ticket]) -> tuple[TicketFacts, ...]:
    """Facts of many tickets with a fixed number of queries."""
    all_of_them = tuple(tickets)
    wanted = {
        person
        for ticket in all_of_them
        for person in (ticket.requester, ticket.beneficiary, ticket.assignee, *ticket.participants)
        if person is not None
    }
    people = tx.people.many(wanted)
    catalogue = tx.organisation.catalogue()
    codes = {code.key: code.label for code in tx.organisation.codes()}
    teams = {team: tx.organisation.team(team) for team in {t.team for t in all_of_them}}
    return tuple(
        TicketFacts(
            ticket=ticket,
            requester=people.get(ticket.requester, NOBODY),
            beneficiary=people.get(ticket.beneficiary) if ticket.beneficiary else None,
            assignee=people.get(ticket.assignee) if ticket.assignee else None,
            team=teams[ticket.team],
            path=tuple(step.label for step in catalogue.path(ticket.entry)),
            code=codes.get(ticket.resolution.code) if ticket.resolution else None,
            participants=tuple(people[p] for p in ticket.participants if p in people),
            audience=tuple(people[p] for p in ticket.audience if p in people),
        )
        for ticket in all_of_them
    )


def requester_line(facts: TicketFacts) -> RequesterLine:
    """A ticket with what its requester may know, and nothing else."""
    ticket = facts.ticket
    waits = ticket.state is State.PENDING and ticket.hold is not None
    return RequesterLine(
        id=ticket.id,
        reference=ticket.reference,
        subject=ticket.subject,
        state=ticket.state,
        outcome=ticket.outcome,
        team=facts.team.label,
        created_at=ticket.created_at,
        changed_at=ticket.changed_at,
        state_since=ticket.state_since,
        waits_for_me=bool(waits and ticket.hold and ticket.hold.reason is HoldReason.REQUESTER),
    )
