"""Resolving with a code and a solution, reopening, closing; abandoning and duplicates."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from desk.abandon_ticket import AbandonTicket, MarkDuplicate
from desk.ask_ticket import OpenPage
from desk.effects import Message, RefreshCard, SendDirect, SendMail, ShowEntry
from desk.errors import InvalidField, MoveNotAllowed
from desk.hold_ticket import HoldTicket
from desk.journal import Kind
from desk.lifecycle import Move, State
from desk.resolve_ticket import CloseTicket, ReopenTicket, ResolveTicket
from desk.setting_up import LoadDesk
from desk.ticket import HoldReason, Outcome, Resolution
from desk.words import Words
from tests.desk.office import (
    ADA,
    CAMILLE,
    MARIE,
    NOW,
    PAUL,
    PIERRE,
    Office,
    bring_to,
    the_house,
)

SOLUTION = Words.plain("The pickup roller was worn.")


async def test_the_solution_is_kept_and_mailed_at_once(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.deliver()
    office.later()

    result = await office.does(ResolveTicket(number, PIERRE, "materiel", SOLUTION))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.outcome) == (State.RESOLVED, Outcome.SOLVED)
    assert ticket.resolution == Resolution("materiel", SOLUTION)
    assert ticket.state_since == office.now
    assert (entry.id, entry.kind, entry.words) == (result.entry, Kind.RESOLVED, SOLUTION)
    assert entry.is_public
    assert entry.facts == {"code": {"en": "Hardware repair", "fr": "Réparation matériel"}}
    mail = SendMail(Message.RESOLVED, number, await office.id_of(PAUL), entry.id, ticket.version)
    assert office.waiting() == [RefreshCard(number), ShowEntry(number, entry.id), mail]


async def test_who_resolves_a_ticket_that_nobody_holds_becomes_its_holder(office: Office) -> None:
    number = await office.open()

    await office.does(ResolveTicket(number, CAMILLE, "materiel", SOLUTION))

    assert (await office.ticket(number)).assignee == await office.id_of(CAMILLE)


async def test_who_resolves_a_colleagues_ticket_leaves_it_theirs(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)

    await office.does(ResolveTicket(number, CAMILLE, "materiel", SOLUTION))

    assert (await office.ticket(number)).assignee == await office.id_of(PIERRE)


async def test_the_beneficiary_hears_of_the_solution_unless_unticked(office: Office) -> None:
    told = await office.open(by=PIERRE, requester=ADA, beneficiary=MARIE)
    untold = await office.open(by=PIERRE, requester=ADA, beneficiary=MARIE, tell_beneficiary=False)
    await office.deliver()

    for number in (told, untold):
        await office.does(ResolveTicket(number, PIERRE, "materiel", SOLUTION))

    ada, marie = await office.id_of(ADA), await office.id_of(MARIE)
    assert [(m.ticket, m.to) for m in office.waiting_of(SendMail)] == [(told, marie)]
    assert [(d.ticket, d.to) for d in office.waiting_of(SendDirect)] == [(told, ada), (untold, ada)]


@pytest.mark.parametrize(
    ("code", "solution", "field", "problem"),
    [
        pytest.param("", SOLUTION, "code", "blank", id="no code"),
        pytest.param("magic", SOLUTION, "code", "no_such_code", id="unknown code"),
        pytest.param("materiel", Words(), "solution", "blank", id="no solution"),
        pytest.param("materiel", Words.plain("x" * 20_001), "solution", "too_long", id="too long"),
    ],
)
async def test_resolving_needs_a_code_and_a_solution(
    office: Office, code: str, solution: Words, field: str, problem: str
) -> None:
    number = await office.open()

    with pytest.raises(InvalidField) as refusal:
        await office.does(ResolveTicket(number, PIERRE, code, solution))

    assert (refusal.value.field, refusal.value.problem) == (field, problem)
    assert (await office.ticket(number)).version == 1


async def test_a_code_no_longer_used_is_refused_and_kept_where_it_was_used(office: Office) -> None:
    used, number = await bring_to(office, State.RESOLVED), await office.open()
    setup = the_house()
    codes = tuple(code for code in setup.codes if code.key != "materiel")
    await office.does(LoadDesk(replace(setup, codes=codes)))

    with pytest.raises(InvalidField) as refusal:
        await office.does(ResolveTicket(number, PIERRE, "materiel", SOLUTION))
    page = await office.desk.ask(OpenPage(used), by=PIERRE)

    assert refusal.value.problem == "no_such_code"
    assert page.facts.code is not None  # type: ignore[union-attr]
    assert page.facts.code.en == "Hardware repair"  # type: ignore[union-attr]


async def test_a_second_resolution_is_refused_with_when_the_first_was(office: Office) -> None:
    number = await bring_to(office, State.RESOLVED)
    office.later()

    with pytest.raises(MoveNotAllowed) as refusal:
        await office.does(ResolveTicket(number, CAMILLE, "materiel", SOLUTION))

    said = refusal.value
    assert (said.ticket, said.state, said.move) == (number, State.RESOLVED, Move.RESOLVE)
    assert said.since == NOW


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
async def test_a_reopened_ticket_is_with_who_held_it(office: Office, state: State) -> None:
    number = await bring_to(office, state)
    await office.deliver()

    await office.does(ReopenTicket(number, CAMILLE, Words.plain("It jams again.")))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.outcome, ticket.resolution) == (State.ASSIGNED, None, None)
    assert ticket.assignee == await office.id_of(PIERRE)
    assert (entry.kind, entry.words.text) == (Kind.REOPENED, "It jams again.")
    assert not entry.is_public
    assert office.waiting_of(SendMail) == []


async def test_a_ticket_closed_without_a_holder_reopens_as_new(office: Office) -> None:
    number = await bring_to(office, State.CLOSED, held=False)

    await office.does(ReopenTicket(number, PIERRE))

    ticket = await office.ticket(number)
    assert (ticket.state, ticket.outcome, ticket.assignee) == (State.NEW, None, None)


async def test_a_closed_ticket_keeps_its_solution_and_tells_nobody(office: Office) -> None:
    number = await bring_to(office, State.RESOLVED)
    await office.deliver()

    await office.does(CloseTicket(number, PIERRE))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.outcome) == (State.CLOSED, Outcome.SOLVED)
    assert ticket.resolution is not None
    assert (entry.kind, entry.words, entry.is_public) == (Kind.CLOSED, Words(), False)
    assert office.waiting_of(SendMail) == []


async def test_closing_without_follow_up_keeps_its_reason_between_technicians(
    office: Office,
) -> None:
    number = await office.open()
    await office.deliver()

    await office.does(AbandonTicket(number, PIERRE, Words.plain("Left the company.")))

    ticket, entry = await office.ticket(number), await office.last(number)
    page = await office.desk.ask(OpenPage(number), by=PAUL)
    assert (ticket.state, ticket.outcome) == (State.CLOSED, Outcome.ABANDONED)
    assert (entry.kind, entry.words.text) == (Kind.ABANDONED, "Left the company.")
    assert "Left the company" not in repr(page)
    assert office.waiting_of(SendMail) == []


async def test_closing_without_follow_up_needs_a_reason(office: Office) -> None:
    number = await office.open()

    with pytest.raises(InvalidField) as refusal:
        await office.does(AbandonTicket(number, PIERRE, Words.plain(" ")))

    assert (refusal.value.field, refusal.value.problem) == ("reason", "blank")
    assert (await office.ticket(number)).state is State.NEW


@pytest.mark.parametrize("typed", ["R-000001", "r-1", "  R-1 "])
async def test_a_duplicate_points_to_the_ticket_that_goes_on(office: Office, typed: str) -> None:
    original, number = await office.open(), await office.open()

    await office.does(MarkDuplicate(number, PIERRE, typed))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.outcome) == (State.CLOSED, Outcome.DUPLICATE)
    assert ticket.duplicate_of == original
    assert (entry.kind, entry.facts) == (Kind.DUPLICATE, {"of": original})
    assert (await office.ticket(original)).version == 1


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (" ", "blank"),
        ("R-000001", "same_ticket"),
        ("R-000999", "no_such_ticket"),
        ("the printer one", "no_such_ticket"),
        ("R-99999999999999999999", "no_such_ticket"),
    ],
)
async def test_a_duplicate_of_nothing_is_refused(office: Office, typed: str, problem: str) -> None:
    number = await office.open()

    with pytest.raises(InvalidField) as refusal:
        await office.does(MarkDuplicate(number, PIERRE, typed))

    assert (refusal.value.field, refusal.value.problem) == ("duplicate_of", problem)


@pytest.mark.parametrize("between", [0, 1, 2])
async def test_two_tickets_are_not_duplicates_of_each_other(office: Office, between: int) -> None:
    chain = [await office.open() for _ in range(between + 2)]
    for number, original in pairwise(chain):
        await office.does(MarkDuplicate(number, PIERRE, f"R-{original}"))
    first, last = chain[0], chain[-1]

    with pytest.raises(InvalidField) as refusal:
        await office.does(MarkDuplicate(last, PIERRE, f"R-{first}"))

    assert (refusal.value.field, refusal.value.problem) == ("duplicate_of", "duplicate_of_this")
    assert (await office.ticket(last)).is_open


async def test_what_was_a_duplicate_until_it_was_reopened_may_be_the_original(
    office: Office,
) -> None:
    first, second = await office.open(), await office.open()
    await office.does(MarkDuplicate(first, PIERRE, f"R-{second}"))
    await office.does(ReopenTicket(first, PIERRE, Words.plain("Not the same.")))

    await office.does(MarkDuplicate(second, PIERRE, f"R-{first}"))

    assert (await office.ticket(second)).duplicate_of == first


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(lambda n: ResolveTicket(n, PIERRE, "materiel", SOLUTION), id="resolve"),
        pytest.param(lambda n: AbandonTicket(n, PIERRE, SOLUTION), id="abandon"),
    ],
)
async def test_what_is_over_waits_for_nothing(office: Office, command: Any) -> None:
    number = await office.open()
    await office.does(HoldTicket(number, PIERRE, HoldReason.SUPPLIER))

    await office.does(command(number))

    assert (await office.ticket(number)).hold is None
