"""Each move's form says who will be told, asks for what is needed, and knows its ticket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blocks.attached import sharing
from blocks.drafts import Context
from blocks.ids import HOLD_AFTERWARDS, LEAVE_AFTERWARDS, Field
from blocks.move_forms import (
    FORMS,
    abandon_form,
    answer_form,
    assign_form,
    duplicate_form,
    hold_form,
    reply_form,
    resolve_form,
    transfer_form,
)
from desk.labels import Label
from desk.lifecycle import Move, State
from desk.organisation import Team
from locales.translator import Translator
from tests import facts as f
from tests.blocks.limits import faults_of, said_in


def inputs(view) -> dict:
    return {b["block_id"]: b for b in view["blocks"] if b["type"] == "input"}


def values(element) -> list[str]:
    return [option["value"] for option in element["options"]]


@pytest.mark.parametrize("move", FORMS)
def test_a_form_knows_its_ticket_and_can_be_left(move: Move, english: Translator):
    view = FORMS[move](f.move_form_facts(move), english)

    assert Context.decode(view["private_metadata"]).ticket == 42
    assert view["close"]["text"] == "Cancel"
    assert "R-000042 · Printer on the 3rd floor jams" in said_in(view)


def test_only_what_is_written_to_the_requester_bears_an_envelope(english: Translator):
    said = {move: said_in(form(f.move_form_facts(move), english)) for move, form in FORMS.items()}

    marked = {move for move in said if "✉️" in said[move]}

    assert marked == {Move.REPLY, Move.RESOLVE}
    assert reply_form(f.move_form_facts(Move.REPLY), english)["title"]["text"].startswith("✉️")


def test_a_reply_says_to_whom_and_how_it_goes(english: Translator):
    nobody = replace(f.NOBODY_TO_MAIL, slack_id=None, name="Jo Lost")
    audience = (f.PAUL, f.NOBODY_TO_MAIL, nobody)
    facts = f.move_form_facts(Move.REPLY, facts=f.ticket_facts(audience=audience))

    said = said_in(reply_form(facts, english))

    assert "✉️ This will be e-mailed to *Paul Smith (paul@example.org)*." in said
    assert "💬 This will be sent by Slack message to *Ada Guest*." in said
    assert "⚠️ Jo Lost has no address and will not be told." in said


def chosen_afterwards(view) -> str:
    return inputs(view)[Field.AFTERWARDS]["element"]["initial_option"]["value"]


def test_a_reply_leaves_the_ticket_as_it_is_unless_asked(english: Translator):
    afterwards = inputs(reply_form(f.move_form_facts(Move.REPLY), english))[Field.AFTERWARDS]

    assert values(afterwards["element"]) == [LEAVE_AFTERWARDS, HOLD_AFTERWARDS]
    assert afterwards["element"]["initial_option"]["value"] == LEAVE_AFTERWARDS


def test_a_ticket_on_hold_is_not_put_on_hold_again(english: Translator):
    facts = f.move_form_facts(Move.REPLY, f.a_ticket(State.PENDING))

    assert Field.AFTERWARDS not in inputs(reply_form(facts, english))


def test_a_reply_taken_back_is_in_the_form_again(english: Translator):
    view = reply_form(f.move_form_facts(Move.REPLY), english, f.JAM)

    written = inputs(view)[Field.MESSAGE]["element"]["initial_value"]
    assert "every second page" in str(written)
    assert chosen_afterwards(view) == LEAVE_AFTERWARDS
    held = reply_form(f.move_form_facts(Move.REPLY), english, f.JAM, then_hold=True)
    assert chosen_afterwards(held) == HOLD_AFTERWARDS
    assert Context.decode(view["private_metadata"]) == Context(42)


def test_a_resolution_begins_with_the_first_code_and_asks_for_the_solution(english: Translator):
    form = inputs(resolve_form(f.move_form_facts(Move.RESOLVE), english))

    assert form[Field.CODE]["element"]["initial_option"]["value"] == "assistance"
    assert form[Field.SOLUTION]["element"]["type"] == "rich_text_input"
    assert not form[Field.SOLUTION]["optional"]


def test_a_hold_has_three_reasons_and_a_date_for_one_of_them(english: Translator):
    form = inputs(hold_form(f.move_form_facts(Move.HOLD), english))

    assert values(form[Field.HOLD_REASON]["element"]) == ["requester", "supplier", "date"]
    assert form[Field.UNTIL]["element"]["type"] == "datepicker"
    assert form[Field.UNTIL]["optional"]


def test_a_ticket_is_transferred_to_another_team(english: Translator):
    form = inputs(transfer_form(f.move_form_facts(Move.TRANSFER), english))

    assert values(form[Field.TEAM]["element"]) == ["2", "3"]


def test_two_hundred_teams_are_still_one_menu(english: Translator):
    teams = tuple(
        Team(n, f"t{n}", Label(f"Team {n}", f"Équipe {n}"), None, "en") for n in range(200)
    )

    view = transfer_form(f.move_form_facts(Move.TRANSFER, teams=teams), english)

    groups = inputs(view)[Field.TEAM]["element"]["option_groups"]
    assert sum(len(group["options"]) for group in groups) == 199
    assert faults_of(view) == []


def test_a_ticket_is_assigned_to_anybody_but_its_holder(english: Translator):
    held, free = f.a_ticket(State.ASSIGNED), f.a_ticket()

    form = inputs(assign_form(f.move_form_facts(Move.REASSIGN, held), english))
    unowned = inputs(assign_form(f.move_form_facts(Move.REASSIGN, free), english))

    assert values(form[Field.ASSIGNEE]["element"]) == ["U0CAMILLE"]
    assert "Pierre Durand (me)" in str(unowned[Field.ASSIGNEE])


def test_closing_without_follow_up_needs_a_reason_and_says_nobody_is_told(english: Translator):
    view = abandon_form(f.move_form_facts(Move.ABANDON), english)

    assert not inputs(view)[Field.REASON]["optional"]
    assert "*Paul Smith is not told*" in said_in(view)
    assert "Reopening the ticket undoes this." in said_in(view)
    assert view["submit"]["text"] != view["close"]["text"]


def test_a_duplicate_names_the_ticket_that_goes_on(english: Translator):
    form = inputs(duplicate_form(f.move_form_facts(Move.DUPLICATE), english))

    assert form[Field.DUPLICATE_OF]["element"]["placeholder"]["text"] == "R-000042"


@pytest.mark.parametrize(
    ("state", "reopens"),
    [(State.ASSIGNED, False), (State.PENDING, False), (State.RESOLVED, True), (State.CLOSED, True)],
)
def test_a_requester_is_told_when_an_answer_reopens(state, reopens: bool, english: Translator):
    view = answer_form(f.requester_page(f.a_ticket(state)), english)

    assert ("Your request will be open again." in said_in(view)) is reopens


def test_files_to_send_are_others_only_where_some_are_offered(english: Translator):
    file = f.a_file()

    assert [b["label"]["text"] for b in sharing((), frozenset(), english)] == ["Files to send"]
    offered = [b["label"]["text"] for b in sharing((file,), frozenset(), english)]
    assert offered == ["Share with requester", "Other files to send"]
