"""A ticket's modal: everything for technicians, public words only for the person who asked."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.card import ACTIONS
from blocks.drafts import Context
from blocks.ids import Action
from blocks.message import View
from blocks.ticket_page import journal_page, requester_page, ticket_page
from desk.answers import RequesterHome, RequesterLine, RequesterPage
from desk.journal import PUBLIC_KINDS, Kind, Visibility, public_entries
from desk.lifecycle import Move, State, moves_from
from desk.ticket import Resolution
from desk.words import Words
from locales.translator import Translator, translator_for
from tests import facts as f
from tests.blocks.limits import actions_in, buttons_of, said_in

SECRET = "Probably his own fault"


@pytest.mark.parametrize("state", State)
def test_every_move_of_a_technician_has_its_button(state: State, english: Translator):
    page = ticket_page(f.ticket_page(f.a_ticket(state)), english)

    wanted = {ACTIONS[move] for move in moves_from(state) if move in ACTIONS}
    wanted -= {Action.TICKET_ANSWER}
    if state is not State.NEW:
        wanted -= {Action.TICKET_ASSIGN}
    assert set(actions_in(page)) == wanted | {Action.PEOPLE_SHOW}


def test_without_rights_there_are_no_buttons(english: Translator):
    page = ticket_page(f.ticket_page(moves=()), english)

    assert buttons_of(page) == []


def test_closing_without_follow_up_stands_apart_red_and_asks_first(english: Translator):
    page = ticket_page(f.ticket_page(), english)

    last = page["blocks"][-1]["elements"]
    assert [button["action_id"] for button in last] == [Action.TICKET_ABANDON]
    assert last[0]["style"] == "danger"
    assert last[0]["confirm"]["style"] == "danger"
    assert page["blocks"][-2] == {"type": "divider"}


def test_the_two_journals_are_told_apart(english: Translator):
    said = said_in(ticket_page(f.ticket_page(), english))

    public, internal = said.split("🔒 *Technicians’ journal*")
    assert "✉️ *Requester’s journal*\nPaul Smith (paul@example.org) can read this" in public
    assert "It is the LX-9." in public
    assert "Probably the pickup roller again." in internal
    assert "Probably the pickup roller again." not in public


def test_a_reply_taken_back_is_not_in_the_requesters_journal(english: Translator):
    journal = (f.a_reply("Oops", withdrawn=True),)

    public, _ = said_in(ticket_page(f.ticket_page(journal=journal), english)).split("🔒")

    assert "withdrawn" not in public


def test_newest_entries_come_first_and_the_oldest_are_one_click_away(english: Translator):
    notes = tuple(f.an_entry(Kind.NOTE, f"note {n} " + "x" * 100, id=n) for n in range(100))

    said = said_in(ticket_page(f.ticket_page(journal=notes), english))

    assert said.index("note 99 ") < said.index("note 98 ")
    assert "note 0 " not in said
    assert "older entries" in said


def test_every_entry_of_a_long_journal_can_be_reached(english: Translator):
    notes = tuple(f.an_entry(Kind.NOTE, f"note-{n}. " + "x" * 200, id=n) for n in range(200))
    page, read, newer = f.ticket_page(journal=notes), set(), 0

    for _ in range(20):
        view = journal_page(page, english, newer)
        read |= set(re.findall(r"note-\d+\.", said_in(view)))
        older = [b["value"] for b in buttons_of(view) if b["action_id"] == Action.JOURNAL_SHOW]
        if not older:
            break
        newer = int(older[0].partition(":")[2])

    assert len(read) == 200


def test_a_pending_reply_can_be_taken_back_from_the_page(english: Translator):
    page = f.ticket_page(journal=(f.a_reply(id=4),), undoable=frozenset({4}))

    undo = [b for b in buttons_of(ticket_page(page, english)) if b["text"]["text"] == "Undo"]

    assert [(b["action_id"], b["value"]) for b in undo] == [(Action.REPLY_WITHDRAW, "42:4")]


def test_a_page_knows_its_ticket(english: Translator):
    for view in (
        ticket_page(f.ticket_page(), english),
        journal_page(f.ticket_page(), english),
        requester_page(f.requester_page(), english),
    ):
        assert Context.decode(view["private_metadata"]) == Context(42)


def test_the_journal_is_one_line_of_time(english: Translator):
    said = said_in(journal_page(f.ticket_page(), english))

    places = [said.index(words) for words in ("→ Opened by", "pickup roller", "LX-9")]
    assert places == sorted(places)


@given(
    kinds=st.lists(st.sampled_from(list(Kind)), max_size=30),
    withdrawn=st.booleans(),
    later=st.booleans(),
)
def test_nothing_internal_is_ever_on_a_requesters_page(kinds, withdrawn: bool, later: bool):
    hidden = [
        f.an_entry(
            kind,
            SECRET,
            id=number,
            facts={"to": SECRET, "team": {"en": SECRET}, "reason": "requester"},
            withdrawn=withdrawn,
            public_from=f.LATER if later else None,
        )
        for number, kind in enumerate(kinds)
        if kind not in PUBLIC_KINDS or withdrawn or later
    ]
    journal = public_entries((*hidden, *f.a_journal()), f.NOW)

    view = requester_page(f.requester_page(journal=journal), translator_for("en"))

    assert SECRET not in said_in(view)
    assert "It is the LX-9." in said_in(view)


def test_facts_for_requesters_have_no_room_for_internal_entries():
    types = {str(field.type) for kind in (RequesterPage, RequesterHome) for field in fields(kind)}
    types |= {str(field.type) for field in fields(RequesterLine)}

    assert not any("TicketFacts" in name or " Entry" in name for name in types)
    assert "tuple[Entry, ...]" not in types


def test_the_person_we_wait_for_sees_it_and_can_answer(english: Translator):
    view = requester_page(f.requester_page(f.a_ticket(State.PENDING)), english)

    (button,) = buttons_of(view)
    assert "We need an answer from you" in said_in(view)
    assert (button["action_id"], button["style"]) == (Action.TICKET_ANSWER, "primary")


def test_who_may_not_answer_has_no_button(english: Translator):
    view = requester_page(f.requester_page(may_answer=False), english)

    assert buttons_of(view) == []


def test_a_solution_is_shown_once(english: Translator):
    resolved = f.a_public_entry(Kind.RESOLVED, f.FIXED)
    page = f.requester_page(f.a_ticket(State.RESOLVED), journal=(resolved,))

    said = said_in(requester_page(page, english))

    assert said.count("pickup roller was worn") == 1


def test_a_requester_never_learns_who_holds_the_ticket_or_how_pressing_it_is(english: Translator):
    page = f.requester_page(f.a_ticket(State.ASSIGNED), journal=())

    said = said_in(requester_page(page, english))

    assert "Pierre" not in said
    assert "priority" not in said.lower()


def test_one_who_asked_and_also_serves_can_do_both(english: Translator):
    page = f.ticket_page()
    both = replace(page, moves=(*page.moves, Move.ANSWER))

    assert {Action.TICKET_REPLY, Action.TICKET_ANSWER} <= set(
        actions_in(ticket_page(both, english))
    )


def test_what_is_cut_is_one_click_away(english: Translator):
    long = Words.plain("very " * 700)
    opened = f.an_entry(Kind.OPENED, long, id=1)
    journal = (opened, f.an_entry(Kind.NOTE, long, id=2), f.a_reply("Short.", id=3))
    ticket = f.a_ticket(State.RESOLVED, description=long, resolution=Resolution("hardware", long))
    solved = f.an_entry(Kind.RESOLVED, long, id=4, visibility=Visibility.PUBLIC)

    page = ticket_page(f.ticket_page(ticket, journal=journal), english)
    theirs = requester_page(
        f.requester_page(ticket, journal=public_entries((*journal, solved), f.NOW)), english
    )

    assert _ways_to_the_rest(page) == ["42:1", "42:2"]
    assert _ways_to_the_rest(theirs) == ["42:4", "42:1"]


def test_what_is_whole_has_no_button_for_more(english: Translator):
    assert _ways_to_the_rest(ticket_page(f.ticket_page(), english)) == []
    assert _ways_to_the_rest(requester_page(f.requester_page(), english)) == []


def _ways_to_the_rest(page: View) -> list[str]:
    return [b["value"] for b in buttons_of(page) if b["action_id"] == Action.MAIL_SHOW]


def test_a_note_that_was_edited_says_so(english: Translator):
    journal = (f.an_entry(Kind.NOTE, "The fuser.", facts={"edited": "1.2"}),)

    said = said_in(ticket_page(f.ticket_page(journal=journal), english))

    assert "📝 Note by Pierre Durand (edited)" in said


def test_who_wrote_a_request_down_for_somebody_is_named(english: Translator):
    by_pierre = (f.an_entry(Kind.OPENED, f.JAM, id=1, by=f.PIERRE),)

    said = said_in(ticket_page(f.ticket_page(journal=by_pierre), english))

    assert "recorded by Pierre Durand" in said
    assert "recorded by" not in said_in(ticket_page(f.ticket_page(), english))
