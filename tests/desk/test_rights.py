"""Who may make which move, whatever the state; and what each person sees offered."""

from __future__ import annotations

from typing import Any

import pytest

from desk.assign_ticket import AssignTicket, ClaimTicket
from desk.errors import NoSuchTicket, NotYours, TechniciansOnly
from desk.hold_ticket import HoldTicket
from desk.lifecycle import Move, State
from desk.people import Actor
from desk.reply import Reply
from desk.setting_up import LoadDesk
from desk.ticket import HoldReason
from desk.words import Words
from tests.desk.grids import grid
from tests.desk.office import (
    CAMILLE,
    NOE,
    PAUL,
    PIERRE,
    ROOT_ADMIN,
    ZOE,
    Office,
    the_house,
)
from tests.facts import CAMILLE as CAMILLE_PETIT
from tests.facts import MARIE, NOBODY_TO_MAIL, a_person, a_ticket
from tests.facts import PAUL as PAUL_SMITH
from tests.facts import PIERRE as PIERRE_DURAND

POLICY = grid(
    """
            member  technician  holder  requester  beneficiary  stranger  administrator  system
assign      yes     .           yes     .          .            .         yes            yes
reassign    yes     .           yes     .          .            .         yes            yes
resume      yes     .           yes     .          .            .         yes            yes
reply       yes     .           yes     .          .            .         yes            yes
answer      .       .           .       yes        yes          .         .              .
resolve     yes     .           yes     .          .            .         yes            yes
hold        yes     .           yes     .          .            .         yes            yes
transfer    yes     .           yes     .          .            .         yes            yes
duplicate   yes     .           yes     .          .            .         yes            yes
note        yes     yes         yes     .          .            .         yes            yes
reopen      yes     .           yes     .          .            .         yes            yes
close       yes     .           yes     .          .            .         yes            yes
abandon     yes     .           yes     .          .            .         yes            yes
"""
)
TICKET = a_ticket(State.ASSIGNED, beneficiary=MARIE.id)  # of team 1, held by Pierre
ACTORS = {
    "member": Actor(CAMILLE_PETIT, frozenset({TICKET.team})),
    "technician": Actor(CAMILLE_PETIT, frozenset({TICKET.team + 1})),
    "holder": Actor(PIERRE_DURAND),  # who left the team since
    "requester": Actor(PAUL_SMITH),
    "beneficiary": Actor(MARIE),
    "stranger": Actor(NOBODY_TO_MAIL),
    "administrator": Actor(a_person(77), is_administrator=True),
    "system": Actor(a_person(0), is_administrator=True),
}


@pytest.mark.parametrize(
    ("move", "who", "may"),
    [pytest.param(m, who, cell == "yes", id=f"{who}-{m}") for (m, who), cell in POLICY.items()],
)
def test_rights_follow_the_team_the_holder_and_the_office(move: str, who: str, may: bool) -> None:
    actor = ACTORS[who]

    assert actor.may(Move(move), TICKET) is may
    if may:
        actor.require(Move(move), TICKET)
    else:
        with pytest.raises(NotYours) as refusal:
            actor.require(Move(move), TICKET)
        assert (refusal.value.ticket, refusal.value.move) == (TICKET.id, Move(move))


def test_the_policy_above_names_every_move() -> None:
    assert {move for move, _ in POLICY} == set(Move)


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("member", True),
        ("technician", True),
        ("holder", True),
        ("requester", True),
        ("beneficiary", True),
        ("stranger", False),
        ("administrator", True),
    ],
)
def test_technicians_read_every_ticket_and_others_their_own(who: str, reads: bool) -> None:
    assert ACTORS[who].may_read(TICKET) is reads


@pytest.mark.parametrize("state", State)
def test_what_is_offered_is_allowed_by_state_and_by_right(state: State) -> None:
    ticket = a_ticket(state, beneficiary=MARIE.id)

    for actor in ACTORS.values():
        offered = actor.moves(ticket)

        assert all(actor.may(move, ticket) for move in offered)
        assert ACTORS["requester"].moves(ticket) == (Move.ANSWER,)
        assert ACTORS["stranger"].moves(ticket) == ()
        if not ticket.assignee and actor is ACTORS["holder"]:
            assert offered == ()


def test_only_technicians_pass_for_technicians() -> None:
    for who in ("member", "technician", "administrator"):
        ACTORS[who].require_technician()

    for who in ("requester", "stranger"):
        with pytest.raises(TechniciansOnly):
            ACTORS[who].require_technician()


@pytest.mark.parametrize("stranger", [ZOE, PAUL, "U0NEVERSEEN", "ghost@elsewhere.example"])
async def test_who_is_in_no_team_moves_nothing(office: Office, stranger: str) -> None:
    number = await office.open()
    commands: list[Any] = [
        ClaimTicket(number, stranger),
        AssignTicket(number, stranger, PIERRE),
        Reply(number, stranger, Words.plain("Hello")),
        HoldTicket(number, stranger, HoldReason.SUPPLIER),
    ]

    for command in commands:
        with pytest.raises(NotYours):
            await office.does(command)

    assert (await office.ticket(number)).version == 1
    assert len(await office.journal(number)) == 1


async def test_who_holds_a_ticket_keeps_it_when_they_leave_the_team(office: Office) -> None:
    number = await office.open()
    await office.does(ClaimTicket(number, PIERRE))
    setup = the_house()
    first, *others = setup.teams
    without_pierre = type(first)(**{**vars(first), "members": (first.members[1],)})
    await office.does(LoadDesk(type(setup)(**{**vars(setup), "teams": (without_pierre, *others)})))

    await office.does(HoldTicket(number, PIERRE, HoldReason.SUPPLIER))

    assert not (await office.actor(PIERRE)).is_technician
    assert (await office.ticket(number)).state is State.PENDING


async def test_an_administrator_of_no_team_may_do_everything(office: Office) -> None:
    number = await office.open()

    await office.does(ClaimTicket(number, ROOT_ADMIN))

    assert (await office.actor(ROOT_ADMIN)).teams == frozenset()
    assert (await office.ticket(number)).assignee == await office.id_of(ROOT_ADMIN)


@pytest.mark.parametrize("who", [CAMILLE, NOE, ROOT_ADMIN])
async def test_a_ticket_that_does_not_exist_is_nobodys(office: Office, who: str) -> None:
    with pytest.raises(NoSuchTicket) as refusal:
        await office.does(ClaimTicket(999, who))

    assert refusal.value.ticket == 999
