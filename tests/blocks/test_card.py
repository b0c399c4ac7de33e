"""A card tells at a glance whose ticket it is, and offers what its team may do."""

from __future__ import annotations

import pytest

from blocks.card import ticket_card
from blocks.ids import Action
from desk.lifecycle import Move, State, moves_from
from desk.mails import DeliveryState
from desk.words import Words
from locales.translator import Translator
from tests.blocks.limits import actions_in, buttons_of, menu_of, said_in
from tests.facts import a_delivery, a_ticket, card_facts

BY_ACTION = {
    Action.TICKET_ASSIGN: Move.ASSIGN,
    Action.TICKET_REASSIGN: Move.REASSIGN,
    Action.TICKET_RESUME: Move.RESUME,
    Action.TICKET_REPLY: Move.REPLY,
    Action.TICKET_RESOLVE: Move.RESOLVE,
    Action.TICKET_HOLD: Move.HOLD,
    Action.TICKET_TRANSFER: Move.TRANSFER,
    Action.TICKET_REOPEN: Move.REOPEN,
    Action.TICKET_CLOSE: Move.CLOSE,
}


def primary(card) -> list[str]:
    return [button["action_id"] for button in buttons_of(card) if button.get("style") == "primary"]


def offered(card) -> list[str]:
    return actions_in(card) + [value.partition(":")[0] for value in menu_of(card)]


@pytest.mark.parametrize("state", State)
def test_only_an_unowned_card_has_the_coloured_button(state: State, english: Translator):
    card = ticket_card(card_facts(a_ticket(state)), english)

    assert primary(card) == ([Action.TICKET_ASSIGN] if state is State.NEW else [])


@pytest.mark.parametrize("state", State)
def test_a_card_offers_opening_and_only_what_its_state_permits(state: State, english: Translator):
    card = ticket_card(card_facts(a_ticket(state)), english)

    moves = [BY_ACTION[Action(action)] for action in offered(card) if action != Action.TICKET_OPEN]
    assert Action.TICKET_OPEN in offered(card)
    assert set(moves) <= set(moves_from(state))
    assert len(moves) == len(set(moves))


@pytest.mark.parametrize("move", BY_ACTION.values())
@pytest.mark.parametrize("state", State)
def test_a_move_that_is_not_allowed_has_no_button(state: State, move: Move, english: Translator):
    facts = card_facts(a_ticket(state), moves=tuple(m for m in moves_from(state) if m is not move))

    card = ticket_card(facts, english)

    assert move not in [BY_ACTION.get(Action(action)) for action in offered(card)]


@pytest.mark.parametrize(
    ("state", "buttons", "menu"),
    [
        (
            State.NEW,
            [Action.TICKET_ASSIGN, Action.TICKET_REPLY, Action.TICKET_RESOLVE],
            ["ticket.open:42", "ticket.reassign:42", "ticket.hold:42", "ticket.transfer:42"],
        ),
        (
            State.ASSIGNED,
            [Action.TICKET_REPLY, Action.TICKET_RESOLVE],
            ["ticket.open:42", "ticket.reassign:42", "ticket.hold:42", "ticket.transfer:42"],
        ),
        (
            State.PENDING,
            [Action.TICKET_RESUME, Action.TICKET_REPLY, Action.TICKET_RESOLVE],
            ["ticket.open:42", "ticket.transfer:42"],
        ),
        (State.RESOLVED, [Action.TICKET_REOPEN], ["ticket.open:42", "ticket.close:42"]),
        (State.CLOSED, [Action.TICKET_REOPEN, Action.TICKET_OPEN], []),
    ],
)
def test_buttons_and_menu_of_each_state(state, buttons, menu, english: Translator):
    card = ticket_card(card_facts(a_ticket(state)), english)

    assert actions_in(card) == buttons
    assert menu_of(card) == menu


@pytest.mark.parametrize("state", State)
def test_closing_without_a_solution_is_never_one_click_away(state: State, english: Translator):
    card = ticket_card(card_facts(a_ticket(state)), english)

    assert Action.TICKET_ABANDON not in offered(card)
    assert Action.TICKET_DUPLICATE not in offered(card)


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_a_card_that_is_done_is_folded(state: State, english: Translator):
    card = ticket_card(card_facts(a_ticket(state)), english)

    assert card["blocks"][0]["text"]["text"].count("\n") == 1
    assert "It stops after" not in said_in(card)


def test_a_subject_of_many_lines_does_not_make_the_card_longer(english: Translator):
    facts = card_facts(a_ticket(subject="one\ntwo\n> three", description=Words.plain("a\n\nb\nc")))

    card = ticket_card(facts, english)

    assert card["blocks"][0]["text"]["text"].count("\n") == 3


def test_a_ticket_without_words_has_no_empty_quotation(english: Translator):
    card = ticket_card(card_facts(a_ticket(description=Words())), english)

    assert ">" not in card["blocks"][0]["text"]["text"].replace("|2026-11-24 11:00 UTC>", "")


def test_trouble_is_shown_while_there_is_some(english: Translator):
    failed = a_delivery(DeliveryState.FAILED, error="mailbox full")

    card = ticket_card(card_facts(trouble=(failed,)), english)

    assert "paul@example.org" in said_in(card)
    assert "mailbox full" in said_in(card)
    assert "⚠️" not in said_in(ticket_card(card_facts(), english))


def test_a_card_left_behind_only_points_to_the_new_team(english: Translator):
    card = ticket_card(card_facts(active=False), english)

    assert len(card["blocks"]) == 1
    assert "Transferred to *Workstations* → <#C0WORK>" in said_in(card)
    assert offered(card) == []


def test_a_new_answer_stands_out_in_every_state(english: Translator):
    for state in State:
        card = ticket_card(card_facts(a_ticket(state, new_answer=True)), english)

        assert "📩 *New answer*" in said_in(card)
