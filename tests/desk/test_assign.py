"""Assigning: one click for oneself, a choice for a colleague, one winner of a race."""

from __future__ import annotations

import asyncio

import pytest

from desk.assign_ticket import AssignTicket, ClaimTicket
from desk.effects import Notice, RefreshCard, ShowEntry, TellPerson
from desk.errors import AlreadyTaken, InvalidField, MoveNotAllowed, NotYours
from desk.journal import Kind
from desk.lifecycle import Move, State
from desk.result import Result
from tests.desk.office import AICHA, CAMILLE, NOE, NOW, PAUL, PIERRE, ROOT_ADMIN, Office, bring_to


async def test_who_claims_a_ticket_holds_it(office: Office) -> None:
    number = await office.open()
    office.later()
    await office.deliver()

    result = await office.does(ClaimTicket(number, PIERRE))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert ticket.state is State.ASSIGNED
    assert ticket.assignee == await office.id_of(PIERRE)
    assert ticket.version == 2
    assert ticket.state_since == ticket.changed_at == office.now
    assert (entry.kind, entry.is_public) == (Kind.ASSIGNED, False)
    assert entry.by is not None
    assert entry.by.slack_id == PIERRE
    assert entry.facts == {"to": "Pierre Durand", "to_self": True}
    assert result == Result(number, entry.id)
    assert office.waiting() == [RefreshCard(number), ShowEntry(number, entry.id)]


async def test_claiming_what_one_holds_changes_nothing(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    before = await office.ticket(number), await office.journal(number)

    result = await office.does(ClaimTicket(number, PIERRE))

    assert result == Result(number, changed=False)
    assert (await office.ticket(number), await office.journal(number)) == before


async def test_claiming_what_a_colleague_holds_names_the_colleague(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)

    with pytest.raises(AlreadyTaken) as refusal:
        await office.does(ClaimTicket(number, CAMILLE))

    assert (refusal.value.ticket, refusal.value.holder) == (number, "Pierre Durand")


async def test_of_many_who_claim_at_once_one_wins_and_the_others_hear_who(office: Office) -> None:
    number = await office.open()
    technicians = (PIERRE, CAMILLE, AICHA, ROOT_ADMIN)

    answers = await asyncio.gather(
        *(office.does(ClaimTicket(number, who)) for who in technicians), return_exceptions=True
    )

    ticket = await office.ticket(number)
    winners = [a for a in answers if isinstance(a, Result)]
    losers = [a for a in answers if isinstance(a, AlreadyTaken)]
    holder = next(
        who for who, answer in zip(technicians, answers, strict=True) if answer is winners[0]
    )
    assert (len(winners), len(losers)) == (1, 3)
    assert ticket.assignee == await office.id_of(holder)
    assert {loser.holder for loser in losers} == {(await office.actor(holder)).person.name}
    assert [e.kind for e in await office.journal(number)] == [Kind.OPENED, Kind.ASSIGNED]


async def test_a_ticket_on_hold_is_resumed_not_claimed(office: Office) -> None:
    number = await bring_to(office, State.PENDING)

    with pytest.raises(MoveNotAllowed) as refusal:
        await office.does(ClaimTicket(number, CAMILLE))

    assert (refusal.value.state, refusal.value.move) == (State.PENDING, Move.ASSIGN)
    assert refusal.value.since == NOW


async def test_a_technician_of_another_team_cannot_claim(office: Office) -> None:
    number = await office.open()

    with pytest.raises(NotYours) as refusal:
        await office.does(ClaimTicket(number, NOE))

    assert (refusal.value.ticket, refusal.value.move) == (number, Move.ASSIGN)


async def test_a_colleague_who_is_given_a_ticket_is_told_once(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.deliver()

    await office.does(AssignTicket(number, PIERRE, CAMILLE))

    ticket, entry = await office.ticket(number), await office.last(number)
    camille, pierre = await office.id_of(CAMILLE), await office.id_of(PIERRE)
    assert (ticket.state, ticket.assignee) == (State.ASSIGNED, camille)
    assert entry.facts == {"to": "Camille Lefèvre", "to_self": False}
    assert office.waiting_of(TellPerson) == [
        TellPerson(Notice.ASSIGNED_TO_YOU, number, camille, ticket.version, pierre)
    ]


async def test_assigning_to_oneself_by_the_form_tells_nobody(office: Office) -> None:
    number = await office.open()

    await office.does(AssignTicket(number, PIERRE, PIERRE))

    assert (await office.ticket(number)).state is State.ASSIGNED
    assert office.waiting_of(TellPerson) == []


async def test_assigning_to_who_holds_it_already_changes_nothing(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)

    result = await office.does(AssignTicket(number, CAMILLE, PIERRE))

    assert not result.changed
    assert (await office.last(number)).kind is Kind.ASSIGNED


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        pytest.param("U0NOBODY", "no_such_person", id="unknown"),
        pytest.param("", "no_such_person", id="nobody chosen"),
        pytest.param(NOE, "not_a_member", id="another team"),
        pytest.param(PAUL, "not_a_member", id="no technician"),
        pytest.param(ROOT_ADMIN, "not_a_member", id="an administrator outside the team"),
    ],
)
async def test_only_members_of_the_team_can_be_given_its_tickets(
    office: Office, to: str, problem: str
) -> None:
    number = await office.open()

    with pytest.raises(InvalidField) as refusal:
        await office.does(AssignTicket(number, PIERRE, to))

    assert (refusal.value.field, refusal.value.problem) == ("assignee", problem)
    assert (await office.ticket(number)).version == 1
