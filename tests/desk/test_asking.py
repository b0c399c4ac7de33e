"""Questions: each person is told what they may know, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.answers import RequesterHome, RequesterPage, TechnicianHome, TicketPage
from desk.ask_queue import HOME_ROWS, FindPeople, Home, NewTicketForm, Viewer, WhoIs
from desk.ask_ticket import Created, MoveForm, OpenPage, RequesterView
from desk.assign_ticket import ClaimTicket
from desk.errors import MoveNotAllowed, NoSuchTicket, NotYours
from desk.hold_ticket import HoldTicket
from desk.journal import Kind
from desk.lifecycle import Move, State
from desk.people import member_moves
from desk.ports import Tab
from desk.reply import Reply
from desk.resolve_ticket import ResolveTicket
from desk.ticket import HoldReason, Impact, Urgency
from desk.words import Words
from tests.desk.office import (
    ADA,
    AICHA,
    CAMILLE,
    MARIE,
    MINUTE,
    NOE,
    PAUL,
    PIERRE,
    ROOT_ADMIN,
    UNDO,
    ZOE,
    Office,
    bring_to,
)

QUESTION = Words.plain("Which model?")


async def test_a_technician_sees_the_whole_journal(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    reply = await office.does(Reply(number, PIERRE, QUESTION))

    page = await office.desk.ask(OpenPage(number), by=CAMILLE)

    assert isinstance(page, TicketPage)
    assert [e.kind for e in page.journal] == [Kind.OPENED, Kind.ASSIGNED, Kind.REPLY]
    assert page.undoable == {reply.entry}
    assert page.viewer.slack_id == CAMILLE
    assert page.moves == member_moves(await office.ticket(number))


async def test_a_technician_of_another_team_reads_and_takes_notes(office: Office) -> None:
    number = await office.open()

    page = await office.desk.ask(OpenPage(number), by=NOE)

    assert isinstance(page, TicketPage)
    assert page.moves == (Move.NOTE,)


async def test_the_requester_sees_the_public_journal_alone(office: Office) -> None:
    number = await bring_to(office, State.RESOLVED)

    page = await office.desk.ask(OpenPage(number), by=PAUL)

    assert isinstance(page, RequesterPage)
    assert [(e.kind, e.by_name) for e in page.journal] == [
        (Kind.OPENED, "Paul Smith"),
        (Kind.RESOLVED, "Pierre Durand"),
    ]
    assert page.solution is not None
    assert page.may_answer


async def test_a_technician_sees_their_own_request_as_its_requester(office: Office) -> None:
    number = await office.open(by=NOE)

    theirs = await office.desk.ask(RequesterView(number), by=NOE)

    assert isinstance(theirs, RequesterPage)
    assert theirs.may_answer
    with pytest.raises(NoSuchTicket):
        await office.desk.ask(RequesterView(number), by=PIERRE)


@pytest.mark.parametrize("who", [ZOE, MARIE, "U0NEVERSEEN", "ghost@elsewhere.example"])
async def test_others_cannot_tell_whether_a_ticket_exists(office: Office, who: str) -> None:
    number = await office.open()

    for question in (OpenPage(number), OpenPage(999), RequesterView(number)):
        with pytest.raises(NoSuchTicket) as refusal:
            await office.desk.ask(question, by=who)
        assert refusal.value.ticket == question.ticket


async def test_asking_stores_nobody(office: Office) -> None:
    viewer = await office.desk.ask(Viewer(), by="U0NEVERSEEN")

    assert not viewer.is_technician
    assert await office.desk.ask(WhoIs("U0NEVERSEEN"), by=PIERRE) is None


async def test_a_form_offers_what_its_move_needs(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=PAUL, beneficiary=ADA)
    for text in ("One", "Two"):
        await office.does(Reply(number, PIERRE, Words.plain(text)))
    office.later(UNDO)

    form = await office.desk.ask(MoveForm(number, Move.REPLY), by=PIERRE)

    assert [p.slack_id for p in form.facts.audience] == [PAUL, ADA]
    assert [e.words.text for e in form.recent_public] == ["One", "Two"]
    assert [t.key for t in form.teams] == ["postes", "reseau", "applis"]
    assert {m.slack_id for m in form.members} == {PIERRE, CAMILLE, AICHA}
    assert form.codes[0].key == "assistance"


async def test_a_form_is_refused_before_anything_is_typed(office: Office) -> None:
    number = await bring_to(office, State.CLOSED)

    with pytest.raises(MoveNotAllowed):
        await office.desk.ask(MoveForm(number, Move.RESOLVE), by=PIERRE)
    with pytest.raises(NotYours):
        await office.desk.ask(MoveForm(number, Move.REOPEN), by=NOE)
    with pytest.raises(NotYours):
        await office.desk.ask(MoveForm(number, Move.REOPEN), by=PAUL)
    with pytest.raises(NoSuchTicket):
        await office.desk.ask(MoveForm(number, Move.REOPEN), by=ZOE)


async def test_home_shows_unowned_first_then_the_most_pressing(office: Office) -> None:
    late = await office.open()
    office.later()
    pressing = await office.open(impact=Impact.DEPARTMENT, urgency=Urgency.CRITICAL)
    held = await office.open(impact=Impact.DEPARTMENT, urgency=Urgency.CRITICAL)
    await office.does(ClaimTicket(held, PIERRE))
    elsewhere = await office.open(path=await office.path("reseau"))

    home = await office.desk.ask(Home(), by=PIERRE)
    network = await office.desk.ask(Home(), by=NOE)
    everywhere = await office.desk.ask(Home(), by=ROOT_ADMIN)

    assert isinstance(home, TechnicianHome)
    assert isinstance(network, TechnicianHome)
    assert isinstance(everywhere, TechnicianHome)
    assert [row.ticket.id for row in home.rows] == [pressing, late, held]
    assert home.counts == {Tab.TEAMS: 3, Tab.MINE: 1, Tab.SOLVED: 0}
    assert home.moves[late] == member_moves(await office.ticket(late))
    assert [row.ticket.id for row in network.rows] == [elsewhere]
    assert everywhere.page.total == 4


async def test_home_has_tabs_for_what_one_holds_and_what_is_over(office: Office) -> None:
    mine = await bring_to(office, State.ASSIGNED)
    over = await bring_to(office, State.RESOLVED)

    held = await office.desk.ask(Home(Tab.MINE), by=PIERRE)
    solved = await office.desk.ask(Home(Tab.SOLVED), by=CAMILLE)

    assert [row.ticket.id for row in held.rows] == [mine]  # type: ignore[union-attr]
    assert [row.ticket.id for row in solved.rows] == [over]  # type: ignore[union-attr]


async def test_home_turns_its_pages(office: Office) -> None:
    numbers = [await office.open() for _ in range(HOME_ROWS + 1)]

    first = await office.desk.ask(Home(), by=PIERRE)
    second = await office.desk.ask(Home(page=1), by=PIERRE)

    assert (first.page.total, first.page.pages) == (HOME_ROWS + 1, 2)
    assert [row.ticket.id for row in first.rows] == numbers[:HOME_ROWS]  # type: ignore[union-attr]
    assert [row.ticket.id for row in second.rows] == numbers[-1:]  # type: ignore[union-attr]


async def test_home_shows_its_last_page_where_the_list_has_become_shorter(office: Office) -> None:
    number = await office.open()

    technicians = await office.desk.ask(Home(page=7), by=PIERRE)
    requesters = await office.desk.ask(Home(page=7), by=PAUL)

    assert [row.ticket.id for row in technicians.rows] == [number]  # type: ignore[union-attr]
    assert [row.id for row in requesters.rows] == [number]  # type: ignore[union-attr]


async def test_a_requesters_home_says_what_waits_for_them(office: Office) -> None:
    waiting, _other = await office.open(), await office.open(by=MARIE)
    await office.does(HoldTicket(waiting, PIERRE, HoldReason.REQUESTER))
    supplier = await office.open()
    await office.does(HoldTicket(supplier, PIERRE, HoldReason.SUPPLIER))

    home = await office.desk.ask(Home(), by=PAUL)

    assert isinstance(home, RequesterHome)
    assert {row.id: row.waits_for_me for row in home.rows} == {waiting: True, supplier: False}


async def test_a_technicians_own_requests_are_shown_beside_the_queue(office: Office) -> None:
    own = await office.open(by=NOE)

    home = await office.desk.ask(Home(), by=NOE)

    assert isinstance(home, TechnicianHome)
    assert [row.id for row in home.own] == [own]
    assert home.rows == ()


async def test_the_directory_is_for_technicians(office: Office) -> None:
    found = await office.desk.ask(FindPeople("smi pau"), by=PIERRE)
    hidden = await office.desk.ask(FindPeople("smi pau"), by=PAUL)

    assert [person.name for person in found] == ["Paul Smith"]
    assert hidden == ()


async def test_the_form_shows_what_the_requester_already_waits_for(office: Office) -> None:
    for _ in range(4):
        await office.open()
    solved = await office.open()
    await office.does(ResolveTicket(solved, PIERRE, "materiel", QUESTION))

    form = await office.desk.ask(NewTicketForm(PAUL, MARIE), by=PIERRE)

    assert form.requester is not None
    assert form.beneficiary is not None
    assert (form.requester.name, form.beneficiary.name) == ("Paul Smith", "Marie Curie")
    assert [row.ticket.id for row in form.requester_open] == [4, 3, 2]
    assert form.requester_open_total == 4


async def test_who_is_no_technician_asks_for_themselves_whatever_was_chosen(
    office: Office,
) -> None:
    await office.open(by=MARIE)

    form = await office.desk.ask(NewTicketForm(MARIE), by=PAUL)
    newcomer = await office.desk.ask(NewTicketForm(), by="U0NEVERSEEN")

    assert form.requester is not None
    assert form.requester.slack_id == PAUL
    assert form.requester_open == ()
    assert newcomer.requester is not None
    assert newcomer.requester.slack_id == "U0NEVERSEEN"


async def test_nobody_is_proposed_to_a_technician(office: Office) -> None:
    form = await office.desk.ask(NewTicketForm(), by=PIERRE)

    assert (form.requester, form.beneficiary, form.requester_open) == (None, None, ())
    assert form.team_of(form.catalogue.placement(None)).key == "postes"


@pytest.mark.parametrize(("requester", "told"), [(PAUL, 1), (ADA, 1)])
async def test_the_confirmation_says_who_was_told(
    office: Office, requester: str, told: int
) -> None:
    number = await office.open(by=PIERRE, requester=requester)

    facts = await office.desk.ask(Created(number), by=PIERRE)

    assert [person.slack_id for person in facts.told] == [requester][:told]
    assert facts.for_technician


async def test_a_reply_can_be_undone_until_its_time_is_over(office: Office) -> None:
    number = await office.open()
    await office.does(Reply(number, PIERRE, QUESTION))

    office.later(UNDO - timedelta(microseconds=1))
    before = await office.desk.ask(OpenPage(number), by=PIERRE)
    office.later(MINUTE)
    after = await office.desk.ask(OpenPage(number), by=PIERRE)

    assert len(before.undoable) == 1  # type: ignore[union-attr]
    assert after.undoable == frozenset()  # type: ignore[union-attr]


async def test_a_requester_sees_which_of_their_tickets_this_one_follows(office: Office) -> None:
    before = await office.open(PAUL)
    later = await office.open(PAUL, follows=before)
    others = await office.open(MARIE, follows=before)

    own = await office.desk.ask(RequesterView(later), by=PAUL)
    foreign = await office.desk.ask(RequesterView(others), by=MARIE)

    assert (own.follows, foreign.follows) == (before, None)
