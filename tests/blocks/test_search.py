"""Finding a ticket: what was typed stays, what was found opens, and what is left out is said."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.home import requester_home
from blocks.ids import Action, Field
from blocks.search import find_view
from desk.answers import RequesterFinds, TechnicianFinds
from desk.lifecycle import State
from locales.translator import Translator
from tests import facts as f
from tests.blocks.limits import actions_in, elements_of, said_in


def found(*numbers: int, more: bool = False) -> TechnicianFinds:
    rows = tuple(f.ticket_facts(f.a_ticket(State.ASSIGNED, id=number)) for number in numbers)
    return TechnicianFinds("printer paul", rows, more)


def opened(view: Any) -> list[str]:
    return [e["value"] for e in elements_of(view) if e["action_id"] == Action.TICKET_OPEN]


def test_each_ticket_found_can_be_opened(english: Translator):
    view = find_view(found(42, 43), english, is_technician=True)

    assert opened(view) == ["42", "43"]
    assert "R-000042 · Printer on the 3rd floor jams" in said_in(view)
    for fact in ("Assigned to Pierre Durand", "Paul Smith", "Workstations", "{ago}"):
        assert fact in said_in(view)


def test_what_was_typed_stays_in_the_input(english: Translator):
    field = find_view(found(), english, is_technician=True)["blocks"][0]

    assert field["block_id"] == Field.QUERY
    assert field["element"]["initial_value"] == "printer paul"


@pytest.mark.parametrize("is_technician", [True, False])
def test_before_and_without_a_hit_it_says_what_to_do(is_technician: bool, english: Translator):
    kind = TechnicianFinds if is_technician else RequesterFinds
    nothing = kind("printer jams", (), more=False)

    before = find_view(None, english, is_technician=is_technician)
    in_vain = find_view(nothing, english, is_technician=is_technician)

    assert "The beginning of a word is enough." in said_in(before)
    assert "With fewer of them there may be one." in said_in(in_vain)
    assert opened(before) == opened(in_vain) == []


@pytest.mark.parametrize("is_technician", [True, False])
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("printer", "has this word"),
        ("printer jams", "With fewer of them there may be one."),
        ("R-000999", "This ticket does not exist, or it is not yours to see."),
    ],
)
def test_what_was_not_found_is_told_as_it_was_asked_for(
    query: str, said: str, is_technician: bool, english: Translator
):
    kind = TechnicianFinds if is_technician else RequesterFinds
    view = find_view(kind(query, (), more=False), english, is_technician=is_technician)

    assert said in said_in(view)


def test_only_a_cut_list_says_that_there_are_more(english: Translator):
    cut = find_view(found(42, more=True), english, is_technician=True)
    whole = find_view(found(42), english, is_technician=True)

    assert "There are more" in said_in(cut)
    assert "There are more" not in said_in(whole)


def test_who_sees_all_their_requests_at_once_is_offered_no_search(english: Translator):
    line = f.requester_line()
    few, many = f.requester_home(line), f.requester_home(line, page=f.Page(50, 0, 12))

    assert Action.HOME_FIND not in actions_in(requester_home(few, english))
    assert Action.HOME_FIND in actions_in(requester_home(many, english))
