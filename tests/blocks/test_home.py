"""App Home: what waits for one's teams, and what became of one's requests."""

from __future__ import annotations

import pytest

from blocks.home import requester_home, technician_home
from blocks.ids import Action
from blocks.text import age, when
from desk.lifecycle import State
from desk.ports import Page, Tab
from locales.translator import Translator
from tests import facts as f
from tests.blocks.limits import actions_in, buttons_of, elements_of, said_in


def values(home, action: Action) -> list[str]:
    return [e["value"] for e in elements_of(home) if e["action_id"] == action]


def test_tabs_show_how_many_tickets_each_has(english: Translator):
    counts = {Tab.TEAMS: 7, Tab.MINE: 0, Tab.SOLVED: 1000}

    home = technician_home(f.technician_home(counts=counts, tab=Tab.MINE), english)

    tabs = [said for b in buttons_of(home) if (said := b["text"]["text"])[0] in "○●"]
    assert tabs == ["○ Assigned to my teams (7)", "● Mine (0)", "○ Recently resolved (1000+)"]
    assert values(home, Action.HOME_SOLVED) == ["solved:0"]


def test_unowned_tickets_can_be_taken_at_once_and_all_be_opened(english: Translator):
    rows = (f.a_ticket(id=42), f.a_ticket(State.ASSIGNED, id=43))

    home = technician_home(f.technician_home(*rows), english)

    assert values(home, Action.TICKET_ASSIGN) == ["42"]
    assert values(home, Action.TICKET_OPEN) == ["42", "43"]


def test_without_the_right_nothing_can_be_taken(english: Translator):
    home = technician_home(f.technician_home(f.a_ticket(), moves={}), english)

    assert Action.TICKET_ASSIGN not in actions_in(home)


def test_the_queue_is_grouped_by_team_in_the_desks_order(english: Translator):
    rows = (f.a_ticket(id=1, team=2), f.a_ticket(id=2, team=1), f.a_ticket(id=3, team=2))

    said = said_in(technician_home(f.technician_home(*rows), english))

    order = ["*Workstations*", "R-000002", "*Network*", "R-000001", "R-000003"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("tab", Tab)
def test_an_empty_tab_says_something_kind(tab: Tab, english: Translator, french: Translator):
    home = technician_home(f.technician_home(tab=tab), english)

    assert home["blocks"][-1]["text"]["text"].endswith(".")
    assert technician_home(f.technician_home(tab=tab), french) != home


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, ["teams:1"]), (1, ["teams:0", "teams:2"]), (2, ["teams:1"])],
    ids=["first", "middle", "last"],
)
def test_pages_can_be_turned(number: int, shown: list[str], english: Translator):
    page = Page(total=30, number=number, size=12)

    home = technician_home(f.technician_home(f.a_ticket(), page=page), english)

    turned = values(home, Action.HOME_PREVIOUS) + values(home, Action.HOME_NEXT)
    assert turned == shown
    assert f"Page {number + 1} of 3" in said_in(home)
    assert home["private_metadata"] == f"teams:{number}"


def test_a_single_page_has_no_pager(english: Translator):
    home = technician_home(f.technician_home(f.a_ticket()), english)

    assert "Page" not in said_in(home)


def test_a_technician_sees_their_own_requests_too(english: Translator):
    home = technician_home(f.technician_home(own=(f.requester_line(),)), english)

    assert "*Requests of your own*" in said_in(home)


def test_a_requester_sees_their_requests_in_their_words(english: Translator):
    lines = [f.requester_line(f.a_ticket(state, id=n)) for n, state in enumerate(State, start=1)]

    said = said_in(requester_home(f.requester_home(*lines), english))

    assert "Received by the Workstations team" in said
    assert "We need an answer from you" in said
    assert "Pierre" not in said
    assert "priority" not in said.lower()


def test_a_requester_without_requests_knows_what_to_do(english: Translator):
    home = requester_home(f.requester_home(), english)

    assert "tell us here" in said_in(home)
    assert actions_in(home) == [Action.HOME_NEW]


def test_a_request_says_when_it_was_sent_and_once_it_is_over_since_when(english: Translator):
    sent, over = f.EARLIER, f.NOW
    lines = [
        f.requester_line(f.a_ticket(state, created_at=sent, state_since=over))
        for state in (State.ASSIGNED, State.RESOLVED)
    ]

    working, solved = (said_in(requester_home(f.requester_home(line), english)) for line in lines)

    assert f"working on it · sent {when(sent)}" in working
    assert f"Solved · {when(over)}" in solved


def test_what_was_resolved_recently_says_by_whom_and_how_long_ago(english: Translator):
    ticket = f.a_ticket(State.RESOLVED, created_at=f.EARLIER, state_since=f.NOW)

    said = said_in(technician_home(f.technician_home(ticket, tab=Tab.SOLVED), english))

    assert "Resolved by Pierre Durand" in said
    assert age(f.NOW) in said
    assert age(f.EARLIER) not in said
