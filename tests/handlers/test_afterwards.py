"""What is asked of Slack after the acknowledgement: in order, in time, and never in its way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from structlog.testing import capture_logs

from blocks.ids import Action
from handlers import afterwards
from handlers.afterwards import Afterwards
from handlers.answer import (
    OpenView,
    PublishHome,
    PushView,
    SayDirectly,
    SayPrivately,
    Then,
    UpdateView,
)
from handlers.router import Reply, Router
from tests.desk.office import PIERRE, Office
from tests.handlers import payloads

PATIENCE = 2.0


@dataclass
class Slack:
    """A client that keeps its calls, and may be slow, silent or in a bad mood."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    refuses: str = ""
    breaks: Exception | None = None
    too_fast: int = 0  # how many calls from now on

    def __post_init__(self) -> None:
        self.gate.set()

    def __getattr__(self, method: str) -> Any:
        async def call(**values: Any) -> None:
            self.calls.append((method, values))
            await self.gate.wait()
            if self.too_fast:
                self.too_fast -= 1
                raise SlackApiError("refused", _answer("ratelimited", 429))
            if self.refuses:
                raise SlackApiError("refused", _answer(self.refuses))
            if self.breaks:
                raise self.breaks

        return call


def _answer(error: str, status: int = 200) -> AsyncSlackResponse:
    data = {"ok": False, "error": error, "response_metadata": {"messages": ["[ERROR] why"]}}
    return AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data=data,
        headers={"Retry-After": "0.1"} if status == 429 else {},
        status_code=status,
    )


def a_view(name: str) -> dict[str, Any]:
    return {"type": "modal", "callback_id": name}


async def run(slack: Slack, *steps: Then) -> None:
    running = Afterwards(slack)  # type: ignore[arg-type]
    running.start(steps)
    await running.drain(PATIENCE)


CALLS: list[Any] = [
    (OpenView("T1", a_view("a")), "views_open", {"trigger_id": "T1", "view": a_view("a")}),
    (PushView("T1", a_view("a")), "views_push", {"trigger_id": "T1", "view": a_view("a")}),
    (UpdateView("V1", a_view("a")), "views_update", {"view_id": "V1", "view": a_view("a")}),
    (
        UpdateView("V1", a_view("a"), "h1"),
        "views_update",
        {"view_id": "V1", "view": a_view("a"), "hash": "h1"},
    ),
    (PublishHome("U1", a_view("a")), "views_publish", {"user_id": "U1", "view": a_view("a")}),
    (
        SayPrivately("C1", "U1", "Hello", "1.1"),
        "chat_postEphemeral",
        {"channel": "C1", "user": "U1", "text": "Hello", "thread_ts": "1.1"},
    ),
    (
        SayPrivately("C1", "U1", "Hello"),
        "chat_postEphemeral",
        {"channel": "C1", "user": "U1", "text": "Hello", "thread_ts": None},
    ),
    (SayDirectly("U1", "Hello"), "chat_postMessage", {"channel": "U1", "text": "Hello"}),
]


@pytest.mark.parametrize(("step", "method", "values"), CALLS)
async def test_each_step_is_one_call(step: Then, method: str, values: dict[str, Any]) -> None:
    slack = Slack()

    await run(slack, step)

    assert slack.calls == [(method, values)]


async def test_steps_follow_each_other() -> None:
    slack = Slack()

    await run(slack, OpenView("T1", a_view("a")), UpdateView("V1", a_view("b")))

    assert [method for method, _ in slack.calls] == ["views_open", "views_update"]


async def test_of_many_updates_of_one_view_the_newest_that_waits_wins() -> None:
    slack = Slack()
    slack.gate.clear()
    running = Afterwards(slack)  # type: ignore[arg-type]

    for name in "abcd":
        running.start((UpdateView("V1", a_view(name)),))
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    slack.gate.set()
    await running.drain(PATIENCE)

    assert [values["view"]["callback_id"] for _, values in slack.calls] == ["a", "d"]


async def test_updates_of_other_views_do_not_wait() -> None:
    slack = Slack()
    slack.gate.clear()
    running = Afterwards(slack)  # type: ignore[arg-type]

    for view in ("V1", "V2"):
        running.start((UpdateView(view, a_view("a")),))
    await asyncio.sleep(0.01)

    assert [values["view_id"] for _, values in slack.calls] == ["V1", "V2"]
    slack.gate.set()
    await running.drain(PATIENCE)


async def test_a_view_can_be_updated_again_after_it_was_refused() -> None:
    slack = Slack(refuses="not_found")
    await run(slack, UpdateView("V1", a_view("a")))
    slack.refuses = ""

    await run(slack, UpdateView("V1", a_view("b")))

    assert len(slack.calls) == 2


@pytest.mark.parametrize(
    ("error", "level"),
    [
        ("hash_conflict", "info"),
        ("not_found", "info"),
        ("expired_trigger_id", "info"),
        ("exchanged_trigger_id", "info"),
        ("invalid_blocks", "error"),
        ("ratelimited", "error"),
    ],
)
async def test_what_slack_refuses_is_in_the_log_as_loud_as_it_matters(
    error: str, level: str
) -> None:
    slack = Slack(refuses=error)

    with capture_logs() as logs:
        await run(slack, OpenView("T1", a_view("a")), OpenView("T2", a_view("b")))

    assert [line["log_level"] for line in logs] == [level, level]
    assert error in repr(logs)
    assert len(slack.calls) == 2  # the next step is tried all the same


@pytest.mark.parametrize("fault", [OSError("down"), TimeoutError(), RuntimeError("defect")])
async def test_a_fault_ends_one_step_and_nothing_else(fault: Exception) -> None:
    slack = Slack(breaks=fault)

    with capture_logs() as logs:
        await run(slack, OpenView("T1", a_view("a")), OpenView("T2", a_view("b")))

    assert len(slack.calls) == 2
    assert len(logs) == 2


async def test_what_hangs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "OPENING", 0.01)
    slack = Slack()
    slack.gate.clear()

    with capture_logs() as logs:
        await run(slack, OpenView("T1", a_view("a")), PublishHome("U1", a_view("b")))

    assert [method for method, _ in slack.calls] == ["views_open", "views_publish"]
    assert len(logs) == 2


async def test_stopping_waits_no_longer_than_it_was_told() -> None:
    slack = Slack()
    slack.gate.clear()
    running = Afterwards(slack)  # type: ignore[arg-type]
    running.start((OpenView("T1", a_view("a")),))
    loop = asyncio.get_running_loop()
    began = loop.time()

    await running.drain(0.02)

    assert loop.time() - began < 1
    slack.gate.set()
    await running.drain(PATIENCE)


LATER: list[Any] = [
    PublishHome("U1", a_view("a")),
    UpdateView("V1", a_view("a")),
    SayPrivately("C1", "U1", "Hello"),
]


@pytest.mark.parametrize("step", LATER, ids=lambda step: type(step).__name__)
async def test_what_slack_finds_too_fast_comes_later(step: Then) -> None:
    slack = Slack(too_fast=2)
    running = Afterwards(slack)  # type: ignore[arg-type]

    with capture_logs() as logs:
        running.start((step,))
        await _until(lambda: len(slack.calls) == 3)
        await running.drain(PATIENCE)

    assert {line["event"] for line in logs} == {"slack_finds_us_too_fast"}


async def test_of_homes_that_wait_only_the_newest_is_shown() -> None:
    slack = Slack(too_fast=1)
    running = Afterwards(slack)  # type: ignore[arg-type]

    running.start((PublishHome("U1", a_view("old")),))
    await _until(lambda: slack.calls)
    running.start((PublishHome("U1", a_view("new")),))
    await _until(lambda: len(slack.calls) == 2)
    await running.drain(PATIENCE)

    assert [values["view"]["callback_id"] for _, values in slack.calls] == ["old", "new"]


async def test_those_who_wait_come_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "EVERY", 0.01)
    slack = Slack(too_fast=1)
    running = Afterwards(slack)  # type: ignore[arg-type]
    running.start((PublishHome("U0", a_view("a")),))
    await _until(lambda: slack.calls)

    for user in ("U1", "U2", "U3"):
        running.start((PublishHome(user, a_view("a")),))
    await asyncio.sleep(0)

    assert len(slack.calls) == 1
    await _until(lambda: len(slack.calls) == 5)
    assert {values["user_id"] for _, values in slack.calls[1:]} == {"U0", "U1", "U2", "U3"}
    await running.drain(PATIENCE)


async def test_what_waits_does_not_keep_us_from_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "_retry_after", lambda refused: 3600.0)
    slack = Slack(too_fast=99)
    running = Afterwards(slack)  # type: ignore[arg-type]
    running.start((PublishHome("U1", a_view("a")),))
    await _until(lambda: slack.calls)

    async with asyncio.timeout(PATIENCE * 10):
        await running.drain(3600.0)

    assert len(slack.calls) == 2  # a last try


SORRY = SayPrivately("C1", "U1", "Please press again.")


@pytest.mark.parametrize("step", [OpenView("T1", a_view("a")), PushView("T1", a_view("a"))])
async def test_a_form_that_slack_does_not_open_is_told_of(step: Then) -> None:
    slack = Slack(too_fast=1)
    running = Afterwards(slack)  # type: ignore[arg-type]

    running.start((step,), SORRY)
    await running.drain(PATIENCE)

    assert len(slack.calls) == 2
    method, said = slack.calls[-1]
    assert (method, said["text"]) == ("chat_postEphemeral", SORRY.text)


async def test_who_was_faster_than_their_form_is_told_nothing() -> None:
    slack = Slack(refuses="expired_trigger_id")
    running = Afterwards(slack)  # type: ignore[arg-type]

    running.start((OpenView("T1", a_view("a")),), SORRY)
    await running.drain(PATIENCE)

    assert [method for method, _ in slack.calls] == ["views_open"]


@pytest.mark.parametrize("where", ["card", "home"])
async def test_they_are_told_where_they_look(office: Office, where: str) -> None:
    slack = Slack(too_fast=1)
    running = Afterwards(slack)  # type: ignore[arg-type]
    number = str(await office.open())
    clicks = {"card": payloads.card_click, "home": _home_click}

    await Router(office.desk, running).action(clicks[where](Action.TICKET_OPEN, number))
    await _until(lambda: len(slack.calls) == 2)
    await running.drain(PATIENCE)

    method, said = slack.calls[-1]
    expected = {"card": "chat_postEphemeral", "home": "chat_postMessage"}
    assert method == expected[where]
    assert "veuillez réessayer" in said["text"]


def _home_click(action: str, value: str) -> Any:
    return payloads.view_click({"type": "home", "blocks": []}, action, value)


async def _until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE * 10):
        while not condition():  # noqa: ASYNC110 - the double tells nobody
            await asyncio.sleep(0.01)


async def test_nothing_to_do_is_no_task() -> None:
    slack = Slack()

    await run(slack)

    assert slack.calls == []


async def test_slack_is_asked_for_nothing_before_it_was_answered(office: Office) -> None:
    """A client that never answers does not keep an acknowledgement back."""
    slack = Slack()
    slack.gate.clear()
    running = Afterwards(slack)  # type: ignore[arg-type]
    router = Router(office.desk, running)
    number = str(await office.open())
    asks = [
        (router.command, payloads.command("")),
        (router.action, payloads.card_click(Action.TICKET_OPEN, number)),
        (router.action, payloads.card_click("ticket.teleport", number)),
        (router.event, payloads.event({"type": "app_home_opened", "user": PIERRE})),
    ]

    replies = []
    for route, body in asks:
        called_before = len(slack.calls)
        async with asyncio.timeout(PATIENCE):
            replies.append(await route(body))
        assert len(slack.calls) == called_before, "a call began before the answer was there"
        await asyncio.sleep(0.01)
        assert len(slack.calls) == called_before + 1

    assert replies == [Reply()] * len(asks)
    slack.gate.set()
    await running.drain(PATIENCE)
