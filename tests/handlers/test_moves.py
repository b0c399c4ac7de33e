"""Every button opens its form or makes its move, and every form comes back as a command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.ids import HOLD_AFTERWARDS, LEAVE_AFTERWARDS, Action, Form
from desk.ask_queue import Home
from desk.assign_ticket import ClaimTicket
from desk.journal import Kind
from desk.lifecycle import State
from desk.reply import Reply
from desk.resolve_ticket import ResolveTicket
from desk.setting_up import LoadDesk
from desk.ticket import Hold, HoldReason, Outcome
from desk.words import Words
from handlers.answer import OpenView, PublishHome, PushView, SayPrivately, UpdateView
from tests.desk.office import CAMILLE, NOE, PAUL, PIERRE, Office, bring_to, the_house
from tests.handlers import payloads
from tests.handlers.front import Front, text_of

PAGE_AT = "V0PAGE"

# The button, the state it is pressed in, its form, what is filled in, and where that leads.
FORMS: list[Any] = [
    (Action.TICKET_RESOLVE, State.ASSIGNED, Form.RESOLVE, State.RESOLVED),
    (Action.TICKET_HOLD, State.ASSIGNED, Form.HOLD, State.PENDING),
    (Action.TICKET_TRANSFER, State.ASSIGNED, Form.TRANSFER, State.NEW),
    (Action.TICKET_REASSIGN, State.ASSIGNED, Form.REASSIGN, State.ASSIGNED),
    (Action.TICKET_REASSIGN, State.NEW, Form.REASSIGN, State.ASSIGNED),
    (Action.TICKET_DUPLICATE, State.NEW, Form.DUPLICATE, State.CLOSED),
    (Action.TICKET_REOPEN, State.RESOLVED, Form.REOPEN, State.ASSIGNED),
    (Action.TICKET_ABANDON, State.PENDING, Form.ABANDON, State.CLOSED),
    (Action.TICKET_REPLY, State.PENDING, Form.REPLY, State.PENDING),
]


async def filled(office: Office, form: Form) -> dict[str, Any]:
    values: dict[Form, dict[str, Any]] = {
        Form.RESOLVE: {"code": "materiel", "solution": "A new roller."},
        Form.HOLD: {"hold_reason": "supplier", "note": "Order 7"},
        Form.TRANSFER: {"team": str(await office.team("reseau")), "note": "The switch."},
        Form.REASSIGN: {"assignee": CAMILLE},
        Form.DUPLICATE: {"duplicate_of": "R-000001"},
        Form.REOPEN: {"reason": "Jams again."},
        Form.ABANDON: {"reason": "Left the company."},
        Form.REPLY: {"message": "Which floor?"},
    }
    return values[form]


@pytest.mark.parametrize(("action", "state", "form", "leads_to"), FORMS)
async def test_a_button_opens_its_form_and_the_form_makes_its_move(
    front: Front, office: Office, action: Action, state: State, form: Form, leads_to: State
) -> None:
    await office.open()
    number = await bring_to(office, state)
    click = payloads.card_click(action, str(number))

    await front.action(click)
    step = front.step
    answer = await front.form(payloads.submission(front.view, **await filled(office, form)))

    assert isinstance(step, OpenView)
    assert (step.trigger, step.view["callback_id"]) == (click["trigger_id"], form)
    assert answer is None
    assert front.afterwards.steps == []
    assert (await office.ticket(number)).state is leads_to


@pytest.mark.parametrize(("action", "state", "form", "leads_to"), FORMS)
async def test_a_form_over_the_tickets_page_has_the_page_drawn_again(
    front: Front, office: Office, action: Action, state: State, form: Form, leads_to: State
) -> None:
    await office.open()
    number = await bring_to(office, state)
    await front.action(payloads.card_click(Action.TICKET_OPEN, str(number)))
    page = front.view

    await front.action(payloads.view_click(page, action, str(number)))
    pushed = front.step
    values = await filled(office, form)
    await front.form(payloads.submission(front.view, below=PAGE_AT, **values))

    assert isinstance(pushed, PushView)
    assert isinstance(front.step, UpdateView)
    assert front.step.view_id == PAGE_AT
    assert front.step.view["callback_id"] == Form.TICKET_PAGE


@pytest.mark.parametrize(("action", "state", "form", "leads_to"), FORMS)
async def test_the_overflow_opens_the_same_forms(
    front: Front, office: Office, action: Action, state: State, form: Form, leads_to: State
) -> None:
    number = await bring_to(office, state)

    await front.action(payloads.overflow_click(Action.TICKET_MORE, f"{action}:{number}"))

    assert isinstance(front.step, OpenView)
    assert front.view["callback_id"] == form


@pytest.mark.parametrize(("action", "state", "form", "leads_to"), FORMS)
async def test_a_form_is_not_opened_for_who_may_not_send_it(
    front: Front, office: Office, action: Action, state: State, form: Form, leads_to: State
) -> None:
    number = await bring_to(office, state)

    for who in (NOE, PAUL, "U0NEVERSEEN"):
        await front.action(payloads.card_click(action, str(number), who))
        assert isinstance(front.step, SayPrivately)


@pytest.mark.parametrize(
    ("action", "state", "leads_to", "kind"),
    [
        (Action.TICKET_ASSIGN, State.NEW, State.ASSIGNED, Kind.ASSIGNED),
        (Action.TICKET_RESUME, State.PENDING, State.ASSIGNED, Kind.RESUMED),
        (Action.TICKET_CLOSE, State.RESOLVED, State.CLOSED, Kind.CLOSED),
    ],
)
async def test_a_button_without_a_form_makes_its_move_at_once(
    front: Front, office: Office, action: Action, state: State, leads_to: State, kind: Kind
) -> None:
    number = await bring_to(office, state)

    await front.action(payloads.card_click(action, str(number)))

    assert front.afterwards.steps == []  # the card is drawn by the outbox
    assert (await office.ticket(number)).state is leads_to
    assert (await office.last(number)).kind is kind


async def test_a_move_from_the_page_draws_the_page_again(front: Front, office: Office) -> None:
    number = await office.open()
    await front.action(payloads.card_click(Action.TICKET_OPEN, str(number)))
    click = payloads.view_click(front.view, Action.TICKET_ASSIGN, str(number))

    await front.action(click)

    assert isinstance(front.step, UpdateView)
    assert front.step.view_id == click["view"]["id"]
    assert "Pierre Durand" in text_of(front.view)


async def test_a_move_from_app_home_draws_app_home_again(front: Front, office: Office) -> None:
    number = await office.open()
    await front.event(payloads.event({"type": "app_home_opened", "user": PIERRE, "tab": "home"}))

    await front.action(payloads.view_click(front.view, Action.TICKET_ASSIGN, str(number)))

    assert isinstance(front.step, PublishHome)
    assert front.step.user == PIERRE
    home = await office.desk.ask(Home(), by=PIERRE)
    assert home.rows[0].assignee is not None  # type: ignore[union-attr]


async def test_a_form_from_app_home_draws_app_home_again(front: Front, office: Office) -> None:
    number = await office.open()
    await front.event(payloads.event({"type": "app_home_opened", "user": PIERRE, "tab": "home"}))
    await front.action(payloads.view_click(front.view, Action.TICKET_RESOLVE, str(number)))
    assert isinstance(front.step, OpenView)

    await front.form(payloads.submission(front.view, code="materiel", solution="A new roller."))

    assert isinstance(front.step, PublishHome)
    assert (await office.ticket(number)).state is State.RESOLVED


async def test_the_page_is_what_its_reader_may_see(front: Front, office: Office) -> None:
    number = await office.open()
    await office.does(ClaimTicket(number, PIERRE))

    await front.action(payloads.card_click(Action.TICKET_OPEN, str(number)))
    technicians = text_of(front.view)
    await front.action(payloads.card_click(Action.TICKET_OPEN, str(number), PAUL))
    requesters = text_of(front.view)
    await front.action(payloads.card_click(Action.TICKET_OPEN, str(number), "U0ZOE"))

    assert "Pierre Durand" in technicians
    assert "Pierre Durand" not in requesters
    assert isinstance(front.step, SayPrivately)


async def test_the_journal_is_for_technicians(front: Front, office: Office) -> None:
    number = await office.open()

    await front.action(payloads.card_click(Action.JOURNAL_SHOW, str(number)))
    assert front.view["callback_id"] == Form.JOURNAL_PAGE
    await front.action(payloads.card_click(Action.JOURNAL_SHOW, str(number), PAUL))
    assert isinstance(front.step, SayPrivately)


async def test_older_entries_take_the_place_of_newer_ones(front: Front, office: Office) -> None:
    number = await office.open()
    await front.action(payloads.card_click(Action.JOURNAL_SHOW, str(number)))
    click = payloads.view_click(front.view, Action.JOURNAL_SHOW, f"{number}:1")

    await front.action(click)

    assert isinstance(front.step, UpdateView)
    assert (front.step.view_id, front.step.hash) == (click["view"]["id"], click["view"]["hash"])


async def test_a_day_begins_at_eight_where_the_person_lives(front: Front, office: Office) -> None:
    number = await office.open()
    await front.action(payloads.card_click(Action.TICKET_HOLD, str(number)))

    await front.form(payloads.submission(front.view, hold_reason="date", until="2026-12-01"))

    morning = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert (await office.ticket(number)).hold == Hold(HoldReason.DATE, morning)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"hold_reason": ""}, "hold_reason", id="nothing chosen"),
        pytest.param({"hold_reason": "weather"}, "hold_reason", id="no such reason"),
        pytest.param({"hold_reason": "date"}, "until", id="no date"),
        pytest.param({"hold_reason": "date", "until": "tomorrow"}, "until", id="no such date"),
        pytest.param({"hold_reason": "date", "until": "2020-01-01"}, "until", id="long ago"),
    ],
)
async def test_what_is_wrong_in_a_form_stands_at_its_field(
    front: Front, office: Office, values: dict[str, str], field: str
) -> None:
    number = await office.open()
    await front.action(payloads.card_click(Action.TICKET_HOLD, str(number)))

    answer = await front.form(payloads.submission(front.view, **values))

    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == [field]
    assert (await office.ticket(number)).state is State.NEW


async def test_a_team_that_is_no_number_is_no_team(front: Front, office: Office) -> None:
    number = await office.open()
    await front.action(payloads.card_click(Action.TICKET_TRANSFER, str(number)))

    answer = await front.form(payloads.submission(front.view, team="reseau"))

    assert list(answer["errors"]) == ["team"]


async def test_a_form_sent_too_late_keeps_its_text_and_says_why(
    front: Front, office: Office
) -> None:
    number = await office.open()
    await front.action(payloads.card_click(Action.TICKET_RESOLVE, str(number)))
    form = payloads.submission(front.view, code="materiel", solution="A new roller.")
    await office.does(ResolveTicket(number, CAMILLE, "materiel", Words.plain("A new fuser.")))

    answer = await front.form(form)

    (first,) = answer["errors"].items()
    assert first[0] == "code"
    assert "R-000001" in first[1]
    assert (await office.last(number)).words.text == "A new fuser."


async def test_a_form_sent_twice_is_one_move_with_one_answer(front: Front, office: Office) -> None:
    number = await office.open()
    await front.action(payloads.card_click(Action.TICKET_RESOLVE, str(number)))
    form = payloads.submission(front.view, code="materiel", solution="A new roller.")

    assert await front.form(form) == await front.form(form)

    assert [e.kind for e in await office.journal(number)] == [Kind.OPENED, Kind.RESOLVED]


@pytest.mark.parametrize(
    ("afterwards", "state"),
    [(HOLD_AFTERWARDS, State.PENDING), (LEAVE_AFTERWARDS, State.ASSIGNED)],
)
async def test_a_reply_says_what_becomes_of_the_ticket(
    front: Front, office: Office, afterwards: str, state: State
) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await front.action(payloads.card_click(Action.TICKET_REPLY, str(number)))

    await front.form(payloads.submission(front.view, message="Which?", afterwards=afterwards))

    assert (await office.ticket(number)).state is state


async def test_undo_brings_the_text_back_into_the_form(front: Front, office: Office) -> None:
    number = await office.open()
    sent = await office.does(Reply(number, PIERRE, Words.plain("Which floor?")))

    await front.action(payloads.thread_click(Action.REPLY_WITHDRAW, f"{number}:{sent.entry}"))

    assert isinstance(front.step, OpenView)
    assert front.view["callback_id"] == Form.REPLY
    assert "Which floor?" in repr(front.view)
    assert (await office.last(number)).kind is Kind.WITHDRAWN


async def test_undo_after_the_ticket_was_resolved_opens_no_form(
    front: Front, office: Office
) -> None:
    number = await office.open()
    sent = await office.does(Reply(number, PIERRE, Words.plain("Which floor?")))
    await office.does(ResolveTicket(number, PIERRE, "materiel", Words.plain("A new roller.")))

    steps = await front.action(
        payloads.thread_click(Action.REPLY_WITHDRAW, f"{number}:{sent.entry}")
    )

    assert steps == []
    assert (await office.last(number)).kind is Kind.WITHDRAWN


async def test_undo_too_late_says_so_where_it_was_pressed(front: Front, office: Office) -> None:
    number = await office.open()
    sent = await office.does(Reply(number, PIERRE, Words.plain("Which floor?")))
    office.later()

    await front.action(payloads.thread_click(Action.REPLY_WITHDRAW, f"{number}:{sent.entry}"))

    assert isinstance(front.step, SayPrivately)
    assert front.step.thread == "1764000000.000100"


async def test_the_requester_answers_in_slack(front: Front, office: Office) -> None:
    number = await office.open()
    await front.action(payloads.card_click(Action.TICKET_ANSWER, str(number), PAUL))
    form = front.view

    answered = await front.form(payloads.submission(form, PAUL, message="The third."))

    assert form["callback_id"] == Form.ANSWER
    assert answered["response_action"] == "update"
    assert answered["view"]["callback_id"] == Form.TICKET_PAGE
    assert "The third." in text_of(answered["view"])
    assert (await office.last(number)).kind is Kind.ANSWER
    assert (await office.ticket(number)).new_answer


async def test_only_who_it_is_for_can_answer(front: Front, office: Office) -> None:
    number = await office.open()

    await front.action(payloads.card_click(Action.TICKET_ANSWER, str(number), PIERRE))

    assert isinstance(front.step, SayPrivately)


async def test_a_mail_is_sent_again_by_its_button(front: Front, office: Office) -> None:
    number = await office.open()
    lease = next(one for one in await office.lease() if one.effect.key.startswith("mail"))
    await office.store.write(lambda tx: tx.outbox.bury(lease, office.now, "550"))

    await front.action(payloads.thread_click(Action.MAIL_RETRY, f"{number}:{lease.id}"))

    assert front.afterwards.steps == []
    assert lease.effect in office.waiting()
    told = await office.last(number)
    assert (told.kind, told.by and told.by.name) == (Kind.MAIL_RETRIED, "Pierre Durand")


async def test_a_duplicate_keeps_what_it_was_a_duplicate_of(front: Front, office: Office) -> None:
    await office.open()
    number = await office.open()
    await front.action(payloads.card_click(Action.TICKET_DUPLICATE, str(number)))

    wrong = await front.form(payloads.submission(front.view, duplicate_of="R-77"))
    await front.action(payloads.card_click(Action.TICKET_DUPLICATE, str(number)))
    right = await front.form(payloads.submission(front.view, duplicate_of=" r-1 "))

    assert list(wrong["errors"]) == ["duplicate_of"]
    assert right is None
    assert (await office.ticket(number)).outcome is Outcome.DUPLICATE


async def test_who_may_no_longer_see_what_they_moved_is_not_told_it_failed(
    front: Front, office: Office
) -> None:
    """Pierre left the team, kept the ticket, and now hands it on: it is no longer his to see."""
    number = await bring_to(office, State.ASSIGNED)
    await front.action(payloads.card_click(Action.TICKET_OPEN, str(number)))
    page = front.view
    await office.does(LoadDesk(_without_pierre()))
    await front.action(payloads.view_click(page, Action.TICKET_TRANSFER, str(number)))
    team = str(await office.team("reseau"))

    answer = await front.form(payloads.submission(front.view, below=PAGE_AT, team=team))

    assert answer is None
    assert front.afterwards.steps == []
    assert (await office.ticket(number)).state is State.NEW


def _without_pierre() -> Any:
    setup = the_house()
    first, *others = setup.teams
    members = tuple(member for member in first.members if not member.startswith("pierre"))
    return replace(setup, teams=(replace(first, members=members), *others))
