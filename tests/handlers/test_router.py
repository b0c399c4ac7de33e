"""Whatever comes in is answered: in time, in the right place, and never with a traceback."""

from __future__ import annotations

import asyncio
import copy
from itertools import cycle
from typing import Any

import pytest
from structlog.testing import capture_logs

from blocks.drafts import Draft
from blocks.home import requester_home
from blocks.ids import RETIRED, Action, Command, Form, Shortcut
from blocks.move_forms import reply_form
from blocks.refusals import out_of_date, trouble
from blocks.ticket_form import ticket_form
from desk.errors import Busy, TooEarly
from desk.journal import Kind
from desk.lifecycle import Move
from handlers import notes, router
from handlers.answer import Answer, OpenView, PushView, SayPrivately
from handlers.payload import Called, Click, Happened, Reached, Spoken, Submission, Typing
from handlers.router import Reply, Router
from locales.translator import translator_for
from tests.desk.office import PAUL, PIERRE, Office
from tests.facts import move_form_facts, new_ticket_facts
from tests.facts import requester_home as home_facts
from tests.handlers import payloads
from tests.handlers.front import Front
from tests.handlers.spoiling import BODIES, places_in, spoiled

EN, FR = translator_for("en"), translator_for("fr")
TROUBLE = f"{trouble(EN)}\n{trouble(FR)}"
REPLY = reply_form(move_form_facts(Move.REPLY), EN)
NEW = ticket_form(new_ticket_facts(), Draft(), EN)
HOME = requester_home(home_facts(), EN)
NOTE = payloads.written("Roller", thread="1764000000.000100")
ROUTES: dict[Any, Any] = {
    Click: Router.action,
    Submission: Router.form,
    Typing: Router.options,
    Called: Router.command,
    Reached: Router.shortcut,
    Spoken: Router.event,
    Happened: Router.event,
}
UNKNOWN = "ticket.teleport"


def test_every_id_that_comes_back_has_a_handler() -> None:
    only_types_ahead = {Action.FORM_PERSON}  # chosen in a form, and read when that is sent
    assert set(router.ACTIONS) == set(Action) - {Action.INPUT} - only_types_ahead
    assert only_types_ahead <= set(router.OPTIONS)
    assert set(router.COMMANDS) == set(Command)
    assert set(router.SHORTCUTS) == set(Shortcut)
    without_a_button_to_send = {
        Form.TICKET_CREATED,
        Form.TICKET_PAGE,
        Form.JOURNAL_PAGE,
        Form.HOME,
        Form.NOTICE,
        Form.MAIL_QUEUE,
    }
    assert set(router.FORMS) == set(Form) - without_a_button_to_send
    assert set(router.OPTIONS) <= set(Action)


def test_a_retired_id_is_used_no_more() -> None:
    assert not RETIRED & {*router.ACTIONS, *router.OPTIONS, *Action}


# Ids nobody knows: an old message's, or a newer version's.


async def test_an_unknown_button_in_a_message_is_out_of_date(front: Front) -> None:
    await front.action(payloads.card_click(UNKNOWN, "42"))

    said = SayPrivately(payloads.CHANNEL, PIERRE, out_of_date(FR))
    assert front.step == said


async def test_an_unknown_button_below_a_card_is_answered_there(front: Front) -> None:
    await front.action(payloads.thread_click(UNKNOWN, "42"))

    assert isinstance(front.step, SayPrivately)
    assert front.step.thread == "1764000000.000100"


async def test_an_unknown_button_in_a_modal_is_answered_on_top_of_it(front: Front) -> None:
    await front.action(payloads.view_click(NEW, UNKNOWN, user=PAUL))

    assert isinstance(front.step, PushView)
    assert out_of_date(EN) in front.said


async def test_an_unknown_button_of_app_home_is_answered_in_a_modal(front: Front) -> None:
    body = payloads.view_click(HOME, UNKNOWN, user=PAUL)

    await front.action(body)

    assert isinstance(front.step, OpenView)
    assert front.step.trigger == body["trigger_id"]
    assert out_of_date(EN) in front.said


async def test_an_unknown_form_keeps_its_text(front: Front) -> None:
    body = payloads.submission({**REPLY, "callback_id": UNKNOWN}, message="Hello")

    answer = await front.form(body)

    assert answer == {"response_action": "errors", "errors": {"message": out_of_date(FR)}}


async def test_unknown_options_are_none(front: Front) -> None:
    reply = await front.router.options(payloads.typing(NEW, UNKNOWN, "smi"))

    assert reply == Reply(200, {"options": []})


async def test_an_unknown_command_is_answered_to_who_typed_it(front: Front) -> None:
    reply = await front.router.command(payloads.command("x", PAUL, name="/teleport"))

    assert reply == Reply(200, {"response_type": "ephemeral", "text": out_of_date(EN)})


async def test_an_unknown_shortcut_is_answered_in_a_modal(front: Front) -> None:
    await front.router.shortcut(payloads.shortcut(UNKNOWN, PAUL))

    assert isinstance(front.step, OpenView)
    assert out_of_date(EN) in front.said


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"type": "reaction_added", "user": PIERRE}, id="an event"),
        pytest.param(payloads.written("Hello"), id="a message outside threads"),
        pytest.param({**NOTE, "bot_id": "B1"}, id="a bot's message"),
    ],
)
async def test_events_that_are_none_of_ours_are_taken_in_silence(
    front: Front, event: dict[str, Any]
) -> None:
    assert await front.event(payloads.event(event)) == Reply()
    assert front.afterwards.steps == []


async def test_a_retired_button_is_told_from_an_unknown_one_in_the_log(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router, "RETIRED", frozenset({"ticket.old"}))

    with capture_logs() as logs:
        await front.action(payloads.card_click("ticket.old", "42"))
        old = front.said
        await front.action(payloads.card_click(UNKNOWN, "42"))

    assert old == front.said == out_of_date(FR)
    assert [(line["event"], line["retired"]) for line in logs] == [
        ("id_unknown", True),
        ("id_unknown", False),
    ]


async def test_leaving_a_form_changes_nothing(front: Front) -> None:
    assert await front.router.closed({"type": "view_closed"}) == Reply()


# What Slack would not send.


@pytest.mark.parametrize("body", [{}, {"event": "x"}, {"event": []}, {"view": 1}, {"actions": []}])
async def test_what_slack_would_not_send_is_a_bad_request(front: Front, body: Any) -> None:
    routes = front.router

    for route in (routes.command, routes.shortcut, routes.action, routes.form, routes.options):
        assert await front.sends(route, body) == Reply(400)
    assert await front.event(body) == Reply(400)
    assert front.afterwards.steps == []


async def test_a_value_that_is_no_ticket_is_a_bad_request(front: Front) -> None:
    for value in ("x", "", "ticket.open"):
        reply = await front.router.action(payloads.card_click(Action.TICKET_ASSIGN, value))
        assert reply == Reply(400)
    menu = payloads.overflow_click(Action.TICKET_MORE, "ticket.more:1")
    assert await front.router.action(menu) == Reply(400)


@pytest.mark.parametrize("kind", BODIES)
async def test_a_payload_spoiled_anywhere_is_answered(
    front: Front, office: Office, kind: str
) -> None:
    """And nothing of it is taken for a wish of somebody without a name."""
    await office.open()
    read, body = BODIES[kind]
    route = ROUTES[read.__self__]  # type: ignore[attr-defined]

    for place, by in zip(places_in(body), cycle((None, [], "x", 7, {}))):
        reply = await route(front.router, spoiled(body, place, by, remove=False))
        assert reply.status in (200, 400, 503)

    assert await office.store.read(lambda tx: tx.people.by_handle("")) is None


@pytest.mark.parametrize("remembered", ["{", "[]", "7", '{"ticket": "x"}', "{}", "[" * 50_000])
async def test_a_form_that_does_not_know_its_ticket_is_a_bad_request(
    front: Front, office: Office, remembered: str
) -> None:
    number = await office.open()
    sent = copy.deepcopy(BODIES["form"][1])
    sent["view"]["private_metadata"] = remembered

    assert await front.router.form(sent) == Reply(400)

    assert len(await office.journal(number)) == 1


# A database that does not take it, and defects: the same answers.


def breaks(front: Front, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "busy":
        front.lock.is_busy()
    elif how == "busy writing":
        front.lock.commands = Busy()
    elif how == "questions fail":
        front.lock.questions = RuntimeError("defect")
    else:
        if how == "silence":
            monkeypatch.setattr(router, "ANSWER", 0.05)

        async def defect(asked: Any, context: Any) -> Answer:
            if how == "silence":
                await asyncio.Event().wait()
            raise RuntimeError("defect")

        for table in ("ACTIONS", "FORMS", "OPTIONS", "COMMANDS", "SHORTCUTS", "EVENTS", "MESSAGES"):
            broken = dict.fromkeys(getattr(router, table), defect)
            monkeypatch.setattr(router, table, broken)


@pytest.mark.parametrize(("failures", "status"), [(0, 200), (2, 200), (99, 503)])
async def test_a_note_waits_a_moment_for_the_card_above_it(
    front: Front, monkeypatch: pytest.MonkeyPatch, failures: int, status: int
) -> None:
    """It is there in a moment; otherwise Slack is asked to bring the note again."""
    monkeypatch.setattr(notes, "PAUSES", (0.0,) * 3)
    left = iter([TooEarly()] * failures)
    handle = front.lock.handle

    async def too_early(command: Any, *, once: str | None = None) -> Any:
        for early in left:
            raise early
        return await handle(command, once=once)

    monkeypatch.setattr(front.lock, "handle", too_early)

    reply = await front.event(payloads.event(NOTE))

    assert reply.status == status


HOWS = pytest.mark.parametrize("how", ["busy", "defect", "silence", "questions fail"])


@HOWS
async def test_events_are_to_be_delivered_again(
    front: Front, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(front, how, monkeypatch)
    join = {"type": "team_join", "user": {"id": "U0NEW", "name": "new"}}

    for event in (NOTE, payloads.edited(NOTE, "Fuser"), payloads.deleted(NOTE), join):
        assert (await front.event(payloads.event(event))).status == 503


@HOWS
async def test_a_form_says_so_at_its_first_field_and_keeps_its_text(
    front: Front, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(front, how, monkeypatch)

    answer = await front.form(payloads.submission(REPLY, message="Hello"))
    new = await front.form(payloads.submission(NEW))

    assert answer == {"response_action": "errors", "errors": {"message": TROUBLE}}
    assert new == {"response_action": "errors", "errors": {"requester": TROUBLE}}


@HOWS
async def test_a_click_is_answered_privately(
    front: Front, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(front, how, monkeypatch)

    await front.action(payloads.card_click(Action.TICKET_ASSIGN, "1"))
    assert front.step == SayPrivately(payloads.CHANNEL, PIERRE, TROUBLE)
    await front.action(payloads.view_click(NEW, Action.FORM_OTHER))
    assert isinstance(front.step, PushView)
    await front.action(payloads.view_click(HOME, Action.HOME_NEW))
    assert isinstance(front.step, OpenView)


@HOWS
async def test_commands_and_shortcuts_are_answered_privately(
    front: Front, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(front, how, monkeypatch)

    command = await front.router.command(payloads.command())
    assert command == Reply(200, {"response_type": "ephemeral", "text": TROUBLE})
    assert await front.router.shortcut(payloads.shortcut(Shortcut.TICKET_CREATE)) == Reply()
    assert isinstance(front.step, OpenView)


@HOWS
async def test_options_are_none(front: Front, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(front, how, monkeypatch)

    reply = await front.router.options(payloads.typing(NEW, Action.FORM_REQUESTER, "smi"))

    assert reply == Reply(200, {"options": []})


async def test_a_defect_is_in_the_log_with_its_traceback(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(front, "defect", monkeypatch)

    with capture_logs() as logs:
        await front.action(payloads.card_click(Action.TICKET_ASSIGN, "1"))

    (line,) = logs
    assert (line["event"], line["log_level"]) == ("handler_failed", "error")
    assert line["exc_info"]


async def test_nothing_of_what_people_wrote_is_in_the_log(front: Front) -> None:
    with capture_logs() as logs:
        await front.form(payloads.submission(REPLY, message="Secret words"))
        await front.event(payloads.event(payloads.written("Secret words", thread="1.1")))

    assert "Secret" not in repr(logs)


# Delivered twice.


async def test_a_click_delivered_twice_is_one_move(front: Front, office: Office) -> None:
    number = await office.open()
    body = payloads.card_click(Action.TICKET_ASSIGN, str(number))

    first = await front.action(body)
    second = await front.action(body)

    assert first == second == []
    assert [e.kind for e in await office.journal(number)] == [Kind.OPENED, Kind.ASSIGNED]


async def test_two_clicks_are_two_wishes(front: Front, office: Office) -> None:
    number = await office.open()

    await front.action(payloads.card_click(Action.TICKET_ASSIGN, str(number)))
    await front.action(payloads.card_click(Action.TICKET_ASSIGN, str(number), "U0CAMILLE"))

    assert isinstance(front.step, SayPrivately)
    assert "Pierre Durand" in front.step.text
    assert front.step.user == "U0CAMILLE"


async def test_a_refusal_asks_slack_for_nothing_public(front: Front, office: Office) -> None:
    number = await office.open()
    before = office.rows()

    with capture_logs() as logs:
        await front.action(payloads.card_click(Action.TICKET_ASSIGN, str(number), PAUL))

    assert isinstance(front.step, SayPrivately)
    assert office.rows() == before
    assert [line["refusal"] for line in logs] == ["NotYours"]
