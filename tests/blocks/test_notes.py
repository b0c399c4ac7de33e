"""Every refusal has words; notes say what happened and offer the next step."""

from __future__ import annotations

import inspect

import pytest

from blocks import notes
from blocks.ids import Action
from blocks.refusals import SAFE, field_problem, refusal
from desk import errors
from desk.effects import Message, Notice
from desk.errors import PROBLEMS, Busy, DeskError, InvalidField, InvalidFields, MoveNotAllowed
from desk.lifecycle import Move, State
from locales.translator import Translator
from tests import facts as f
from tests.blocks.limits import actions_in, said_in

EXAMPLES = {
    "InvalidField": InvalidField("subject", "blank"),
    "InvalidFields": InvalidFields((InvalidField("subject", "blank"),)),
    "MoveNotAllowed": MoveNotAllowed(42, State.CLOSED, Move.REPLY, f.NOW),
    "NotYours": errors.NotYours(42, Move.RESOLVE),
    "AlreadyTaken": errors.AlreadyTaken(42, "Camille <!channel> Petit"),
    "AlreadySent": errors.AlreadySent(42, 7),
    "NoSuchTicket": errors.NoSuchTicket(42),
    "TechniciansOnly": errors.TechniciansOnly(),
    "AdministratorsOnly": errors.AdministratorsOnly(),
    "NotYourMail": errors.NotYourMail(),
    "AlreadyDecided": errors.AlreadyDecided("Camille <!channel> Petit", let_in=True),
    "NotPublic": errors.NotPublic(7),
}


def every_refusal() -> set[str]:
    kinds = inspect.getmembers(errors, inspect.isclass)
    return {name for name, kind in kinds if issubclass(kind, DeskError) and kind is not DeskError}


def test_there_is_an_example_of_every_refusal():
    assert set(EXAMPLES) == every_refusal()


@pytest.mark.parametrize("error", EXAMPLES.values(), ids=list(EXAMPLES))
def test_every_refusal_is_a_sentence_in_both_languages(
    error: DeskError, english: Translator, french: Translator
):
    said, dit = refusal(error, english), refusal(error, french)

    assert said.endswith(".")
    assert dit.endswith((".", "vous plaît."))
    assert said != dit
    assert not set(said) & set("<>{}")


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_of_a_field_has_words_of_its_own(
    problem: str, english: Translator, french: Translator
):
    fault = InvalidField("any", problem, limit=150)

    unknown = field_problem(InvalidField("any", "unheard of"), english)
    assert field_problem(fault, english) != unknown
    assert field_problem(fault, french) != field_problem(fault, english)


@pytest.mark.parametrize("state", State)
def test_a_move_refused_says_where_the_ticket_stands(state: State, english: Translator):
    error = MoveNotAllowed(42, state, Move.RESOLVE, f.NOW)

    assert refusal(error, english).startswith("R-000042 is ")
    assert "24 November 2026 at 14:00" in refusal(error, english, "Europe/Paris")


def test_a_database_that_does_not_answer_has_words_too(english: Translator):
    assert refusal(Busy(), english) == notes.trouble(english)


def test_a_name_in_a_refusal_means_nothing_to_slack():
    assert "<!here>".translate(SAFE) == "‹!here›"


def test_somebody_given_a_ticket_hears_by_whom_and_can_open_it(english: Translator):
    told = notes.direct_notice(f.notice_facts(), english)

    assert told["text"].startswith("Camille Petit assigned a ticket to you. R-000042")
    assert actions_in(told) == [Action.TICKET_OPEN, Action.TICKET_REPLY]


def test_a_requester_in_the_thread_is_shown_where_to_answer(english: Translator):
    facts = f.notice_facts(Notice.OUTSIDER_IN_THREAD, reader=f.PAUL)

    assert actions_in(notes.whisper(facts, english)) == [Action.TICKET_ANSWER]


def test_a_stranger_in_the_thread_is_told_that_nobody_was_mailed(english: Translator):
    facts = f.notice_facts(Notice.OUTSIDER_IN_THREAD, reader=None)

    said = notes.whisper(facts, english)

    assert "It is not sent to Paul Smith" in said["text"]
    assert actions_in(said) == []


@pytest.mark.parametrize("message", Message)
def test_somebody_without_an_address_reads_the_same_words_in_slack(
    message: Message, english: Translator
):
    told = notes.direct_message(f.direct_facts(message), english)

    words = f.mail_facts(message).entry.words.text
    assert (words in said_in(told)) is (message is not Message.ACKNOWLEDGEMENT)
    assert actions_in(told) == [Action.TICKET_ANSWER, Action.TICKET_OPEN]


def test_help_tells_each_what_they_can_do(english: Translator):
    technician = said_in(notes.help_message(english, True))
    requester = said_in(notes.help_message(english, False))

    assert "`/ticket R-000042`" in technician
    assert "technicians’ journal" in technician
    assert "journal" not in requester


@pytest.mark.parametrize("kind", ["public", "shared", "absent", "missing"])
def test_administrators_are_told_what_is_wrong_with_a_channel(kind: str, english: Translator):
    said = notes.channel_warning(kind, "C0WORK", english)

    assert said["text"].startswith("⚠️")
    assert "C0WORK" in said["text"]
