"""Whatever the desk can decline is said in words, in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from blocks.refusals import field_problem, refusal
from desk import errors
from desk.lifecycle import Move, State
from locales.translator import translator_for
from tests.consistency.tree import code_of
from tests.facts import NOW

BLANK = errors.InvalidField("subject", "blank")
DECLINED: tuple[errors.DeskError | errors.Busy, ...] = (
    BLANK,
    errors.InvalidFields((BLANK, errors.InvalidField("description", "too_long", 3000))),
    *(errors.MoveNotAllowed(42, state, Move.RESOLVE, NOW) for state in State),
    errors.NotYours(42, Move.RESOLVE),
    errors.NotYours(42, Move.ANSWER),
    errors.AlreadyTaken(42, "Camille Petit"),
    errors.AlreadySent(42, 7),
    errors.NoSuchTicket(42),
    errors.NoSuchTicket(0),
    errors.TechniciansOnly(),
    errors.AdministratorsOnly(),
    errors.NotYourMail(),
    errors.AlreadyDecided("Camille Petit", let_in=True),
    errors.AlreadyDecided("", let_in=False),
    errors.NotPublic(7),
    errors.Busy(),
)


def refusals(kind: type[Exception] = errors.DeskError) -> Iterator[type[Exception]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from refusals(subclass)


def test_each_refusal_is_tried_below():
    assert set(refusals()) <= {type(declined) for declined in DECLINED}


@pytest.mark.parametrize("declined", DECLINED, ids=lambda declined: type(declined).__name__)
def test_each_refusal_has_words_in_both_languages(declined: errors.DeskError | errors.Busy):
    english = refusal(declined, translator_for("en"))
    french = refusal(declined, translator_for("fr"))

    assert len(english) > 10
    assert len(french) > 10
    assert english != french


@pytest.mark.parametrize("problem", errors.PROBLEMS)
def test_each_problem_of_a_field_has_words_of_its_own(problem: str):
    unknown = field_problem(errors.InvalidField("subject", "no such problem"), translator_for("en"))

    said = field_problem(errors.InvalidField("subject", problem, 100), translator_for("en"))

    assert said
    assert said != unknown


def test_no_other_problem_is_ever_raised():
    raised = {
        node.args[1].value
        for node in code_of("desk", "handlers", "storage")
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "InvalidField"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }

    assert raised <= set(errors.PROBLEMS)
    assert raised
