"""Where a refusal is said: at its field, at the first one, on top of a modal, or privately."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.ids import Action
from blocks.refusals import field_problem, refusal
from desk.errors import AlreadyTaken, DeskError, InvalidField, InvalidFields, TechniciansOnly
from desk.people import Actor
from desk.words import Words
from handlers import errors
from handlers.answer import Answer, OpenView, PushView, SayPrivately
from handlers.context import Context
from handlers.payload import Called, Click, Happened, Reached, Spoken, Submission, Typing, Values
from locales.translator import translator_for
from tests.facts import PAUL
from tests.handlers.front import text_of

EN = translator_for("en")
TAKEN = AlreadyTaken(42, "Pierre Durand")
BLOCKS = {"requester": "requester", "service": "service#3", "subject": "subject"}


@pytest.fixture
def context() -> Context:
    return Context(None, EN, Actor(PAUL))  # type: ignore[arg-type]


def a_form(**changes: Any) -> Submission:
    values = Values(blocks=BLOCKS)
    facts = {"below": "", **changes}
    return Submission("U1", "ticket.new", "V1", "view:V1", "{}", values, "requester", **facts)


def a_click(container: str, **changes: str) -> Click:
    return Click("U1", "ticket.assign", "42", "click:1", "T1", container, channel="C1", **changes)


def placed(error: DeskError, context: Context) -> dict[str, str]:
    answer = errors.refused(error, a_form(), context)
    assert answer.ack is not None
    assert answer.ack["response_action"] == "errors"
    assert answer.then == ()
    found: dict[str, str] = answer.ack["errors"]
    return found


def test_a_fault_stands_at_its_field_whatever_follows_its_hash(context: Context) -> None:
    fault = InvalidField("service", "entry_gone")

    assert placed(fault, context) == {"service#3": field_problem(fault, EN)}


def test_a_fault_of_a_field_not_in_the_form_stands_at_the_first(context: Context) -> None:
    fault = InvalidField("family", "no_such_entry")

    assert placed(fault, context) == {"requester": field_problem(fault, EN)}


def test_many_faults_stand_each_at_its_own(context: Context) -> None:
    faults = (InvalidField("subject", "blank"), InvalidField("service", "entry_gone"))

    assert placed(InvalidFields(faults), context) == {
        "subject": field_problem(faults[0], EN),
        "service#3": field_problem(faults[1], EN),
    }


@pytest.mark.parametrize("error", [TAKEN, TechniciansOnly()])
def test_what_concerns_the_whole_form_stands_at_its_first_field(
    error: DeskError, context: Context
) -> None:
    assert placed(error, context) == {"requester": refusal(error, EN)}


def test_a_click_on_a_message_is_answered_to_who_clicked(context: Context) -> None:
    answer = errors.refused(TAKEN, a_click("message", thread="1.0"), context)

    assert answer == Answer(then=(SayPrivately("C1", "U1", refusal(TAKEN, EN), "1.0"),))


def test_a_click_in_a_modal_is_answered_on_top_of_it(context: Context) -> None:
    (step,) = errors.refused(TAKEN, a_click("view"), context).then

    assert isinstance(step, PushView)
    assert step.trigger == "T1"
    assert refusal(TAKEN, EN) in text_of(step.view)


def test_a_click_in_app_home_is_answered_in_a_modal(context: Context) -> None:
    (step,) = errors.refused(TAKEN, a_click("home"), context).then

    assert isinstance(step, OpenView)
    assert refusal(TAKEN, EN) in text_of(step.view)


def test_a_command_is_answered_to_who_typed_it(context: Context) -> None:
    called = Called("U1", "/ticket", "R-42", "C1", "T1")

    answer = errors.refused(TAKEN, called, context)

    assert answer == Answer(ack={"response_type": "ephemeral", "text": refusal(TAKEN, EN)})


def test_a_shortcut_is_answered_in_a_modal(context: Context) -> None:
    (step,) = errors.refused(TAKEN, Reached("U1", "ticket.create", "T1"), context).then

    assert isinstance(step, OpenView)


def test_who_types_is_offered_nothing(context: Context) -> None:
    typing = Typing("U1", Action.FORM_REQUESTER, "smi", "", Values())

    assert errors.refused(TAKEN, typing, context) == Answer(ack={"options": []})


@pytest.mark.parametrize(
    "event",
    [
        Spoken("written", "U1", "C1", "1.1", "1.0", Words(), "msg:1"),
        Happened("team_join", {}, "U1", "event:1"),
    ],
)
def test_nobody_waits_for_the_answer_to_an_event(event: Any, context: Context) -> None:
    """It was refused, so delivering it again would not help."""
    assert errors.refused(TAKEN, event, context) == Answer()
    assert errors.out_of_date(event, context) == Answer()
    assert errors.busy(event) == Answer(retry=True)


def test_a_database_that_is_busy_is_said_in_both_languages() -> None:
    answer = errors.busy(a_form())

    assert answer.ack is not None
    (said,) = answer.ack["errors"].values()
    assert len(said.splitlines()) == 2
    assert len(set(said.splitlines())) == 2
