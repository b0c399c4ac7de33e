"""Holding, resuming, and waking by itself on the day."""

from __future__ import annotations

import pytest

from desk.effects import RefreshCard, SendMail, ShowEntry
from desk.errors import InvalidField, NoSuchTicket
from desk.hold_ticket import HoldTicket, ResumeTicket, WakeTicket
from desk.journal import Kind
from desk.lifecycle import State
from desk.ticket import Hold, HoldReason
from desk.words import Words
from tests.desk.office import MINUTE, PIERRE, Office, bring_to

TOMORROW = 24 * 60 * MINUTE


@pytest.mark.parametrize("reason", [HoldReason.REQUESTER, HoldReason.SUPPLIER])
async def test_a_ticket_on_hold_says_why(office: Office, reason: HoldReason) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.deliver()
    office.later()

    result = await office.does(HoldTicket(number, PIERRE, reason, note=Words.plain("Order 7")))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.hold) == (State.PENDING, Hold(reason))
    assert ticket.assignee == await office.id_of(PIERRE)
    assert (entry.id, entry.kind, entry.words.text) == (result.entry, Kind.HELD, "Order 7")
    assert not entry.is_public
    assert entry.facts == {"reason": reason.value}
    assert office.waiting() == [RefreshCard(number), ShowEntry(number, entry.id)]


@pytest.mark.parametrize("reason", HoldReason)
async def test_a_hold_keeps_the_date_whatever_it_waits_for_and_ends_with_it(
    office: Office, reason: HoldReason
) -> None:
    number, until = await office.open(), office.now + TOMORROW

    await office.does(HoldTicket(number, PIERRE, reason, until))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert ticket.hold == Hold(reason, until)
    assert entry.facts == {"reason": reason, "until": until.isoformat()}
    office.later(TOMORROW)
    await office.does(WakeTicket(number))
    assert (await office.ticket(number)).state is State.NEW


@pytest.mark.parametrize(
    ("reason", "ahead", "field", "problem"),
    [
        pytest.param(None, None, "hold_reason", "blank", id="no reason"),
        pytest.param(HoldReason.DATE, None, "until", "date_missing", id="no date"),
        pytest.param(HoldReason.DATE, 0 * MINUTE, "until", "not_in_future", id="now"),
        pytest.param(HoldReason.DATE, -TOMORROW, "until", "not_in_future", id="yesterday"),
        pytest.param(HoldReason.SUPPLIER, -TOMORROW, "until", "not_in_future", id="too late"),
    ],
)
async def test_a_hold_needs_a_reason_and_a_day_to_come(
    office: Office, reason: HoldReason | None, ahead: object, field: str, problem: str
) -> None:
    number = await office.open()
    until = None if ahead is None else office.now + ahead  # type: ignore[operator]

    with pytest.raises(InvalidField) as refusal:
        await office.does(HoldTicket(number, PIERRE, reason, until))

    assert (refusal.value.field, refusal.value.problem) == (field, problem)
    assert (await office.ticket(number)).state is State.NEW


async def test_nobody_is_mailed_about_a_hold(office: Office) -> None:
    number = await office.open()
    await office.deliver()

    await office.does(HoldTicket(number, PIERRE, HoldReason.SUPPLIER))
    await office.does(ResumeTicket(number, PIERRE))

    assert office.waiting_of(SendMail) == []


@pytest.mark.parametrize(("held", "state"), [(True, State.ASSIGNED), (False, State.NEW)])
async def test_a_resumed_ticket_is_with_who_held_it(
    office: Office, held: bool, state: State
) -> None:
    number = await bring_to(office, State.PENDING, held=held)

    await office.does(ResumeTicket(number, PIERRE))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.hold) == (state, None)
    assert (entry.kind, entry.facts) == (Kind.RESUMED, {})


async def test_a_ticket_wakes_by_itself_when_its_date_has_come(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    until = office.now + TOMORROW
    await office.does(HoldTicket(number, PIERRE, HoldReason.DATE, until))
    office.now = until

    result = await office.does(WakeTicket(number))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.hold) == (State.ASSIGNED, None)
    assert (entry.id, entry.kind, entry.by) == (result.entry, Kind.RESUMED, None)
    assert entry.facts == {"reason": "date", "by_itself": True}


async def test_a_ticket_sleeps_until_its_date(office: Office) -> None:
    number = await office.open()
    await office.does(HoldTicket(number, PIERRE, HoldReason.DATE, office.now + 2 * MINUTE))
    office.later()

    result = await office.does(WakeTicket(number))

    assert not result.changed
    assert (await office.ticket(number)).state is State.PENDING


@pytest.mark.parametrize("state", State)
async def test_waking_what_does_not_sleep_changes_nothing(office: Office, state: State) -> None:
    number = await bring_to(office, state)
    before = await office.ticket(number), await office.journal(number)
    office.later(TOMORROW)

    result = await office.does(WakeTicket(number))

    assert not result.changed
    assert (await office.ticket(number), await office.journal(number)) == before


async def test_what_is_due_is_found_once_its_date_has_come(office: Office) -> None:
    number = await office.open()
    until = office.now + TOMORROW
    await office.does(HoldTicket(number, PIERRE, HoldReason.DATE, until))

    early = await office.store.read(lambda tx: tx.tickets.due(until - MINUTE, 9))
    due = await office.store.read(lambda tx: tx.tickets.due(until, 9))
    await office.does(ResumeTicket(number, PIERRE))
    after = await office.store.read(lambda tx: tx.tickets.due(until, 9))

    assert (early, due, after) == ((), (number,), ())


async def test_waking_a_ticket_that_does_not_exist_is_refused(office: Office) -> None:
    with pytest.raises(NoSuchTicket):
        await office.does(WakeTicket(404))
