"""`/ticket find` and the button in App Home: one modal, and pages on top of it."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.ids import Action, Field, Form
from bot.indexing import Indexing
from handlers.answer import OpenView, PublishHome, PushView
from tests.desk.office import NOE, PAUL, PIERRE, ZOE, Office
from tests.handlers import payloads
from tests.handlers.front import Front, text_of


@pytest.fixture
async def ticket(office: Office) -> int:
    number = await office.open()
    await Indexing(office.store, lambda: office.now).catch_up()
    return number


async def asks(front: Front, text: str, user: str = PIERRE) -> Any:
    await front.sends(front.router.command, payloads.command(text, user))
    return front.view


@pytest.mark.parametrize(
    "text",
    [
        *("find printer paul", "cherche printer", "FIND  jams", "find PRIN", "search jams"),
        *("chercher printer", "rechercher printer", "Trouver printer"),
    ],
)
async def test_the_command_finds_in_both_languages(front: Front, ticket: int, text: str):
    view = await asks(front, text)

    assert isinstance(front.step, OpenView)
    assert view["callback_id"] == Form.TICKET_FIND
    assert "R-000001" in text_of(view)
    assert view["blocks"][0]["element"]["initial_value"] == text.split(maxsplit=1)[1]


async def test_without_words_the_command_asks_for_them(front: Front, ticket: int):
    view = await asks(front, "find")

    assert view["callback_id"] == Form.TICKET_FIND
    assert "R-000001" not in text_of(view)


@pytest.mark.parametrize("text", ["findings are wrong", "printer find", "recherche de fichiers"])
async def test_any_other_word_is_a_subject(front: Front, ticket: int, text: str):
    assert (await asks(front, text))["callback_id"] == Form.TICKET_NEW


@pytest.mark.parametrize("number", ["R-000001", "1", "#1"])
async def test_a_number_goes_straight_to_its_page(front: Front, ticket: int, number: str):
    view = await asks(front, f"find {number}")

    assert view["callback_id"] == Form.TICKET_PAGE
    assert "R-000001" in text_of(view)


async def test_a_number_that_is_none_of_theirs_says_no_more_than_one_that_is_not(
    front: Front, ticket: int
):
    of_another = await asks(front, "find R-000001", ZOE)
    of_none = await asks(front, "find R-000009", ZOE)

    assert of_another["callback_id"] == Form.TICKET_FIND
    assert of_another["blocks"][1:] == of_none["blocks"][1:]


async def test_the_form_shows_what_it_found_in_its_place(front: Front, ticket: int):
    view = await asks(front, "find scanner")
    assert "R-000001" not in text_of(view)

    answer = await front.form(payloads.submission(view, **{Field.QUERY: "printer"}))

    assert answer["response_action"] == "update"
    assert "R-000001" in text_of(answer["view"])


async def test_the_form_lays_the_page_of_a_number_on_top(front: Front, ticket: int):
    view = await asks(front, "find")

    answer = await front.form(payloads.submission(view, **{Field.QUERY: "#1"}))

    assert answer["response_action"] == "push"
    assert answer["view"]["callback_id"] == Form.TICKET_PAGE


async def test_a_ticket_opens_on_top_of_what_was_found(front: Front, ticket: int):
    view = await asks(front, "find printer")

    await front.action(payloads.view_click(view, Action.TICKET_OPEN, str(ticket)))

    assert isinstance(front.step, PushView)
    assert "On the third floor." in text_of(front.view)


async def test_what_begins_in_app_home_draws_it_again_after_a_move(front: Front, ticket: int):
    opened = payloads.event({"type": "app_home_opened", "user": PIERRE, "tab": "home"})
    await front.event(opened)
    await front.action(payloads.view_click(front.view, Action.HOME_FIND, "find"))
    form = front.view
    answer = await front.form(payloads.submission(form, **{Field.QUERY: "printer"}))
    await front.action(payloads.view_click(answer["view"], Action.TICKET_OPEN, str(ticket)))

    steps = await front.action(payloads.view_click(front.view, Action.TICKET_ASSIGN, str(ticket)))

    assert form["callback_id"] == Form.TICKET_FIND
    assert any(isinstance(step, PublishHome) for step in steps)


async def test_others_see_what_requesters_see(front: Front, ticket: int):
    theirs = await asks(front, "find printer", PAUL)
    elsewhere = await asks(front, "find printer", ZOE)
    technicians = await asks(front, "find printer", NOE)

    assert "R-000001" in text_of(theirs)
    assert "R-000001" not in text_of(elsewhere)
    assert "Paul Smith" in text_of(technicians)
    assert "Paul Smith" not in text_of(theirs)


async def test_a_busy_database_says_so_and_keeps_the_words(front: Front, ticket: int):
    view = await asks(front, "find printer")
    front.lock.is_busy()

    answer = await front.form(payloads.submission(view, **{Field.QUERY: "printer"}))

    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {Field.QUERY}
