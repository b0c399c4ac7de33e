"""What a click costs, in numbers that do not depend on the machine: an ordinary build's are five
to ten times as many, and each statement more is paid for on each click for ever."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest

from blocks.ids import Action, Field
from desk.ports import Card
from tests.bench.counting import Counted, counted
from tests.desk.office import PAUL, PIERRE, Office
from tests.handlers import payloads
from tests.handlers.front import Front

MOST = 8  # statements a click may take, until it is acknowledged

# What a form that writes to somebody shows beyond the others: whether mail to them came back;
# and a reply's: how it is signed, and the files it may take along.
MORE = {"resolve": 1, "reply": 3}

FORMS = {
    "reply": (Action.TICKET_REPLY, {Field.MESSAGE: "Have you tried to turn it off?"}),
    "resolve": (Action.TICKET_RESOLVE, {Field.SOLUTION: "It was off."}),
    "hold": (Action.TICKET_HOLD, {Field.HOLD_REASON: "supplier"}),
    "abandon": (Action.TICKET_ABANDON, {Field.REASON: "Asked twice."}),
}


@pytest.fixture
async def card(office: Office, front: Front) -> Card:
    """A ticket somebody works with already, so that who acts and the house are remembered."""
    _, posted = await office.opened_with_card(requester=PAUL, by=PIERRE)
    await front.action(payloads.card_click(Action.TICKET_OPEN, str(posted.ticket)))
    return posted


async def spent(work: Awaitable[Any]) -> Counted:
    with counted() as found:
        await work
    return found


async def test_a_claim_takes_one_transaction_of_few_statements(front: Front, card: Card):
    click = payloads.card_click(Action.TICKET_ASSIGN, str(card.ticket))

    found = await spent(front.action(click))

    assert found.transactions == ["BEGIN IMMEDIATE"]
    assert len(found.statements) <= 7, found


async def test_a_second_delivery_of_a_click_only_looks_that_it_was_the_first(
    front: Front, card: Card
):
    click = payloads.card_click(Action.TICKET_ASSIGN, str(card.ticket))
    await front.action(click)

    found = await spent(front.action(click))

    assert len(found.statements) == 1, found


@pytest.mark.parametrize("what", FORMS)
async def test_a_move_takes_one_transaction_of_few_statements(front: Front, card: Card, what: str):
    action, values = FORMS[what]
    await front.action(payloads.card_click(action, str(card.ticket)))
    form = payloads.submission(front.view, **{str(name): text for name, text in values.items()})

    found = await spent(front.form(form))

    assert found.transactions == ["BEGIN IMMEDIATE"]
    assert len(found.statements) <= MOST, found


@pytest.mark.parametrize("what", FORMS)
async def test_opening_a_form_reads_once_and_stores_nothing(front: Front, card: Card, what: str):
    action, _ = FORMS[what]

    found = await spent(front.action(payloads.card_click(action, str(card.ticket))))

    assert found.transactions == ["BEGIN"]
    assert len(found.statements) <= 5 + MORE.get(what, 0), found


async def test_a_note_takes_one_transaction_of_few_statements(front: Front, card: Card):
    message = payloads.written("It is the fuser.", thread=card.ts) | {"channel": card.channel}

    found = await spent(front.event(payloads.event(message)))

    assert found.transactions == ["BEGIN IMMEDIATE"]
    # One more than a click: whether its edit was told first.
    assert len(found.statements) <= MOST + 1, found


async def test_a_message_that_is_none_of_ours_asks_the_database_nothing(front: Front, card: Card):
    message = payloads.event(payloads.written("Lunch?") | {"channel": card.channel})

    found = await spent(front.event(message))

    assert found == Counted()


async def test_a_new_ticket_is_stored_with_few_statements(front: Front, card: Card):
    await front.sends(front.router.shortcut, payloads.shortcut("ticket.create"))
    form = payloads.submission(front.view, requester=PAUL, subject="Toner", description="Empty.")

    found = await spent(front.form(form))

    stored = [s for s in found.statements if not s.startswith("SELECT")]
    assert found.transactions == ["BEGIN IMMEDIATE"]
    assert len(stored) == 5, found
    assert len(found.statements) <= 9, found


async def test_the_catalogue_is_read_once_and_not_with_every_click(front: Front, card: Card):
    found = await spent(front.sends(front.router.shortcut, payloads.shortcut("ticket.create")))

    assert len(found.statements) == 1, found


async def test_type_ahead_asks_three_questions(front: Front, card: Card):
    await front.sends(front.router.shortcut, payloads.shortcut("ticket.create"))
    typing = payloads.typing(front.view, Action.FORM_REQUESTER, "pau")
    await front.sends(front.router.options, typing)  # the start makes the index, or the first

    found = await spent(front.sends(front.router.options, typing))

    assert len(found.statements) <= 3, found


async def test_home_takes_as_many_statements_however_many_tickets_there_are(
    front: Front, office: Office, card: Card
):
    opened = payloads.event({"type": "app_home_opened", "user": PIERRE, "tab": "home"})
    few = await spent(front.event(opened))
    for _ in range(5):
        await office.open(requester=PAUL, by=PIERRE)

    many = await spent(front.event(opened))

    assert len(many.statements) == len(few.statements) <= 10, many


async def test_an_input_that_nothing_depends_on_costs_nothing(front: Front, card: Card):
    typed = payloads.card_click(Action.INPUT, "x")

    found = await spent(front.action(typed))

    assert found == Counted()
    assert front.afterwards.steps == []
