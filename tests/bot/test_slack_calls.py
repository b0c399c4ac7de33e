"""What answers instead of Slack loses nothing, and a post that may have arrived is looked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot import arrivals
from bot.arrivals import SETTLED
from bot.in_order import InOrder
from bot.outcomes import NotSetUp, Paced, Refused, Unreachable
from bot.pacing import Pacing
from bot.relay import Relay
from bot.searches import CLOCKS_DIFFER
from bot.slack import slack_client, slack_session
from bot.slack_calls import PAGE, SlackCalls
from bot.slack_client import SlackClient
from storage.store import SqlStore

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CARD = {"channel": "C1", "text": "R-000001"}
ABOUT = {"event_type": "frontdesk", "event_payload": {"outbox": 7}}
OURS = {"ts": "1.000500", "metadata": ABOUT}
Respond = Callable[[str, dict[str, Any]], web.Response]


class Door:
    """A server that answers as told, and what it was asked."""

    def __init__(self) -> None:
        self.respond: Respond = lambda method, asked: web.json_response({"ok": True})
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def open(self, request: web.Request) -> web.Response:
        is_json = request.content_type == "application/json"
        asked = await request.json() if is_json else dict(request.query)
        method = request.match_info["method"]
        self.asked.append((method, asked))
        return self.respond(method, asked)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def calls(door: Door) -> AsyncIterator[SlackCalls]:
    app = web.Application()
    app.router.add_route("*", "/{method}", door.open)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as session:
        url = f"http://{host}:{port}/"
        yield SlackCalls(
            SlackClient(token="xoxb-1", base_url=url, session=session, retry_handlers=[])
        )
    await runner.cleanup()


class Watched(list[Any]):
    """Blocks, and how often somebody wrote them out for people to read."""

    times = 0

    def __repr__(self) -> str:
        Watched.times += 1
        return super().__repr__()


async def test_no_call_is_written_out_for_a_log_that_nobody_keeps(
    door: Door, calls: SlackCalls
) -> None:
    settings: Any = SimpleNamespace(
        slack_bot_token=SecretStr("xoxb-1"), slack_api_url=calls.client.base_url
    )
    async with slack_session() as session:
        ours = SlackCalls(slack_client(settings, session))
        await ours.call("chat.postMessage", {**CARD, "blocks": Watched([{"type": "divider"}])})

    assert door.asked[0][1]["blocks"] == [{"type": "divider"}]
    assert Watched.times == 0


async def _post(calls: SlackCalls, attempted_at: datetime | None = None, **place: str) -> Any:
    async def attempting() -> bool:
        return True

    arguments = {**CARD, **place}
    return await calls.post(arguments, row=7, attempted_at=attempted_at, attempting=attempting)


async def test_whoever_waits_for_a_channel_has_the_place_it_was_told(
    door: Door, calls: SlackCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[int] = []
    turn = InOrder.turn

    def noted(order: InOrder, channel: str, number: int) -> Any:
        places.append(number)
        return turn(order, channel, number)

    monkeypatch.setattr(InOrder, "turn", noted)
    door.respond = lambda method, asked: web.json_response(
        {"ok": True, "channel": "C1", "ts": "1.1"}
    )

    async def attempting() -> bool:
        return True

    how: Any = {"row": 7, "attempted_at": None, "attempting": attempting}
    await calls.post(CARD, **how)
    await calls.post(CARD, turn=3, **how)

    assert places == [7, 3]


@pytest.mark.parametrize("status", [200, 403, 404, 407, 502, 503])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<html>Sign in to the guest network</html>", "text/html"),
        ("upstream connect error", "text/plain"),
        ('{"ok": tr', "application/json"),
        ("", "application/json"),
        ("[]", "application/json"),
        ("null", "application/json"),
    ],
    ids=["page", "text", "half", "empty", "list", "null"],
)
async def test_an_answer_that_is_not_slacks_leaves_a_post_in_doubt(
    door: Door, calls: SlackCalls, status: int, body: str, kind: str
) -> None:
    door.respond = lambda method, asked: web.Response(status=status, text=body, content_type=kind)

    with pytest.raises(Unreachable) as raised:
        await _post(calls)

    assert raised.value.attempted


async def test_a_post_in_doubt_is_in_doubt_from_when_it_was_made(
    door: Door, calls: SlackCalls
) -> None:
    """Noted it was before, and may have waited since for its turn in the channel."""
    door.respond = lambda method, asked: web.Response(status=504, text="<html>")
    before = datetime.now(UTC)

    with pytest.raises(Unreachable) as raised:
        await _post(calls)

    assert raised.value.began is not None
    assert before <= raised.value.began <= datetime.now(UTC)


@pytest.mark.parametrize("too_slow", [True, False])
async def test_a_call_that_we_stopped_waiting_for_is_told_from_one_that_was_cut(
    calls: SlackCalls, monkeypatch: pytest.MonkeyPatch, too_slow: bool
) -> None:
    async def api_call(method: str, **_: Any) -> Any:
        if too_slow:
            await asyncio.Event().wait()
        raise aiohttp.ServerDisconnectedError

    monkeypatch.setattr(arrivals, "CALL", 0.01)
    monkeypatch.setattr(calls.client, "api_call", api_call)

    with pytest.raises(Unreachable) as raised:
        await calls.call("chat.update", {}, attempted=True)

    assert raised.value.attempted
    assert raised.value.under_way == (0.01 if too_slow else SETTLED)


async def test_an_edit_that_failed_at_once_may_be_carried_out_late(
    door: Door, calls: SlackCalls
) -> None:
    door.respond = lambda method, asked: web.Response(status=504, text="<html>")

    with pytest.raises(Unreachable) as raised:
        await calls.call("chat.update", {})

    assert raised.value.under_way == SETTLED


async def test_what_never_left_us_is_in_no_doubt(unused_tcp_port: int) -> None:
    async with aiohttp.ClientSession() as session:
        nowhere = f"http://127.0.0.1:{unused_tcp_port}/"
        calls = SlackCalls(
            SlackClient(token="xoxb-1", base_url=nowhere, session=session, retry_handlers=[])
        )
        with pytest.raises(Unreachable) as raised:
            await _post(calls)

    assert not raised.value.attempted
    assert not raised.value.under_way


async def test_what_another_process_heard_holds_for_all_that_calls_here(
    door: Door, calls: SlackCalls, store: SqlStore
) -> None:
    """One and the same knowledge, also where there is none at first."""
    pacing = Pacing(lambda: NOW)
    here = SlackCalls(calls.client, pacing)
    relay = Relay(store, {}, lambda: NOW, pacing=pacing)
    budget = "chat.postMessage C1"
    until = NOW + timedelta(seconds=10)
    await store.write(
        lambda tx: tx.pace.refused(budget, timedelta(seconds=1), until, NOW, again=False)
    )
    assert relay.has_room()

    await pacing.learn(store)

    with pytest.raises(Paced):
        await _post(here)
    assert not door.asked
    assert not relay.has_room()


@pytest.mark.parametrize(
    "error", ["message_limit_exceeded", "accesslimited", "token_expired", "not_in_channel"]
)
async def test_what_will_pass_or_be_put_right_is_waited_for(
    door: Door, calls: SlackCalls, error: str
) -> None:
    door.respond = lambda method, asked: web.json_response({"ok": False, "error": error})

    with pytest.raises(NotSetUp) as raised:
        await _post(calls)

    assert raised.value.retry_after


async def test_what_slack_will_never_take_is_refused_with_its_reason(
    door: Door, calls: SlackCalls
) -> None:
    answer = {
        "ok": False,
        "error": "invalid_blocks",
        "response_metadata": {"messages": ["no text at /blocks/0"]},
    }
    door.respond = lambda method, asked: web.json_response(answer)

    with pytest.raises(Refused, match="no text at /blocks/0"):
        await _post(calls)


@pytest.mark.parametrize("thread", ["", "1.000001"])
async def test_a_doubtful_post_is_found_however_much_was_said_since(
    door: Door, calls: SlackCalls, thread: str
) -> None:
    later = [{"ts": f"2.{n:06}", "text": "hello"} for n in range(2 * PAGE)]
    said = [*later, OURS]

    def respond(method: str, asked: dict[str, Any]) -> web.Response:
        assert method == ("conversations.replies" if thread else "conversations.history")
        start = int(asked.get("cursor", "0"))
        end = start + int(asked["limit"])
        cursor = str(end) if end < len(said) else ""
        page = {"messages": said[start:end], "response_metadata": {"next_cursor": cursor}}
        return web.json_response({"ok": True, **page})

    door.respond = respond

    place = {"thread_ts": thread} if thread else {}
    assert await _post(calls, attempted_at=NOW, **place) == ("C1", "1.000500")

    oldest = datetime.fromtimestamp(float(door.asked[0][1]["oldest"]), UTC)
    assert NOW - oldest >= timedelta(seconds=CLOCKS_DIFFER)


async def test_what_another_app_posted_is_not_taken_for_ours(door: Door, calls: SlackCalls) -> None:
    theirs = {"ts": "1.000600", "metadata": {**ABOUT, "event_type": "printing"}}
    door.respond = lambda method, asked: web.json_response({"ok": True, "messages": [theirs, OURS]})

    assert await _post(calls, attempted_at=NOW) == ("C1", "1.000500")


async def test_a_doubtful_post_to_a_channel_known_by_name_is_looked_for_by_its_id(
    door: Door, calls: SlackCalls
) -> None:
    def respond(method: str, asked: dict[str, Any]) -> web.Response:
        if method == "conversations.list":
            channels = [{"id": "C8", "name": "other"}, {"id": "C9", "name": "support"}]
            return web.json_response({"ok": True, "channels": channels})
        assert (method, asked["channel"]) == ("conversations.history", "C9")
        return web.json_response({"ok": True, "messages": [OURS]})

    door.respond = respond

    assert await _post(calls, attempted_at=NOW, channel="#support") == ("C9", "1.000500")


async def test_a_list_that_a_scope_is_missing_for_does_not_wait_for_it_in_silence(
    door: Door, calls: SlackCalls
) -> None:
    door.respond = lambda method, asked: web.json_response({"ok": False, "error": "missing_scope"})

    async def keep(page: Any) -> None:
        raise AssertionError("there is no page")

    with pytest.raises(NotSetUp, match=r"conversations\.list: missing_scope"):
        await calls.pages("conversations.list", {}, keep)


@pytest.mark.parametrize(
    ("place", "declined"),
    [
        ({"thread_ts": "1.000001"}, ("conversations.replies", "thread_not_found")),
        ({"channel": "U1"}, ("conversations.open", "user_disabled")),
        ({"channel": "U1"}, ("conversations.open", "channel_not_found")),
    ],
    ids=["deleted card", "account closed", "of another workspace"],
)
async def test_a_doubtful_post_to_what_is_no_more_is_refused_and_not_looked_for_for_ever(
    door: Door, calls: SlackCalls, place: dict[str, str], declined: tuple[str, str]
) -> None:
    declining, error = declined

    def respond(method: str, asked: dict[str, Any]) -> web.Response:
        assert method == declining
        return web.json_response({"ok": False, "error": error})

    door.respond = respond

    with pytest.raises(Refused, match=error):
        await _post(calls, attempted_at=NOW, **place)


@pytest.mark.parametrize(
    "error", ["invalid_cursor", "not_in_channel", "ratelimited", "fatal_error"]
)
async def test_a_search_that_will_go_better_later_is_made_later(
    door: Door, calls: SlackCalls, error: str
) -> None:
    door.respond = lambda method, asked: web.json_response({"ok": False, "error": error})

    with pytest.raises(Unreachable) as raised:
        await _post(calls, attempted_at=NOW)

    assert raised.value.attempted or isinstance(raised.value, Paced)


async def test_a_post_of_a_clock_that_went_ahead_is_found_once_it_is_right(
    door: Door, calls: SlackCalls
) -> None:
    now = datetime.now(UTC)
    ours = {**OURS, "ts": f"{now.timestamp():.6f}"}

    def respond(method: str, asked: dict[str, Any]) -> web.Response:
        found = [ours] if float(asked["oldest"]) <= float(ours["ts"]) else []
        return web.json_response({"ok": True, "messages": found, "channel": "C1", "ts": "9.1"})

    door.respond = respond

    assert await _post(calls, attempted_at=now + timedelta(hours=1)) == ("C1", ours["ts"])


@pytest.mark.parametrize(
    ("age", "not_before"),
    [(2.0, 8.0), (9.0, None), (12.0, 20.0), (30.0, None)],
    ids=["failed at once", "nor came then", "we gave up", "nor came then"],
)
async def test_a_post_that_failed_gets_time_to_arrive_before_it_is_repeated(
    door: Door, calls: SlackCalls, age: float, not_before: float | None
) -> None:
    def respond(method: str, asked: dict[str, Any]) -> web.Response:
        return web.json_response({"ok": True, "messages": [], "channel": "C1", "ts": "1.1"})

    door.respond = respond
    attempted_at = datetime.now(UTC) - timedelta(seconds=age)

    if not_before is None:
        assert await _post(calls, attempted_at=attempted_at) == ("C1", "1.1")
    else:
        with pytest.raises(Unreachable) as raised:
            await _post(calls, attempted_at=attempted_at)
        assert raised.value.attempted
        assert raised.value.retry_after == pytest.approx(not_before - age, abs=2)
        assert [method for method, _ in door.asked] == ["conversations.history"]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("0", 0.1), ("-3", 0.1), ("nan", 0.1), ("inf", 3600.0), ("soon", 1.0), ("", 1.0)],
)
async def test_whatever_slack_says_of_its_pause_it_is_one(
    door: Door, calls: SlackCalls, said: str, seconds: float
) -> None:
    door.respond = lambda method, asked: web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": said}
    )

    with pytest.raises(Paced) as raised:
        await _post(calls)

    assert raised.value.retry_after == seconds
