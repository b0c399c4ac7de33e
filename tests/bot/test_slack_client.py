"""The short way says the same to Slack as the library does, and hears the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import slack_session
from bot.slack_client import SlackClient

MESSAGE = {
    "channel": "C1",
    "text": "Écran « noir » 🖥️ \u202eabc",
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "&amp; <b>"}}],
    "unfurl_links": False,
}


class Slack:
    """Answers as told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.said = 200, b'{"ok": true, "ts": "1.1"}'
        self.headers: dict[str, str] = {"Content-Type": "application/json; charset=utf-8"}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        heard = await request.json() if request.can_read_body else None
        headers = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type", "User-Agent")
            if name in request.headers
        }
        self.asked.append((request.method, request.path, headers, heard))
        return web.Response(status=self.status, body=self.said, headers=self.headers)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    slack, app = Slack(), web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = "http://{}:{}/api/".format(*runner.addresses[0][:2])
    yield slack
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with slack_session() as session:
        yield session


def both(slack: Slack, session: aiohttp.ClientSession) -> tuple[AsyncWebClient, AsyncWebClient]:
    how: dict[str, Any] = {
        "token": " xoxb-1 ",
        "base_url": slack.url.rstrip("/"),
        "session": session,
        "retry_handlers": [],
    }
    return SlackClient(**how), AsyncWebClient(**how)


async def test_slack_hears_the_same(slack: Slack, session: aiohttp.ClientSession) -> None:
    for client in both(slack, session):
        await client.api_call("chat.postMessage", json=dict(MESSAGE))
        await client.views_update(view_id="V1", view={"type": "modal"}, hash="1.2")

    ours, theirs = slack.asked[:2], slack.asked[2:]
    assert ours == theirs
    assert ours[0][3] == MESSAGE
    assert ours[0][2]["Authorization"] == "Bearer xoxb-1"


async def test_and_so_do_we(slack: Slack, session: aiohttp.ClientSession) -> None:
    ours, theirs = [
        await client.api_call("chat.postMessage", json=MESSAGE) for client in both(slack, session)
    ]

    assert ours.data == theirs.data == {"ok": True, "ts": "1.1"}
    assert ours["ts"] == "1.1"


@pytest.mark.parametrize(
    ("status", "said", "retry_after"),
    [
        (200, b'{"ok": false, "error": "channel_not_found"}', ""),
        (429, b'{"ok": false, "error": "ratelimited"}', "7"),
        (500, b'{"ok": false, "error": "fatal_error"}', ""),
    ],
)
async def test_a_refusal_is_the_same(
    slack: Slack, session: aiohttp.ClientSession, status: int, said: bytes, retry_after: str
) -> None:
    slack.status, slack.said = status, said
    slack.headers["Retry-After"] = retry_after
    heard = []
    for client in both(slack, session):
        with pytest.raises(SlackApiError) as raised:
            await client.api_call("chat.postMessage", json=MESSAGE)
        response = raised.value.response
        heard.append((response.status_code, response.data, response.headers["Retry-After"]))

    assert heard[0] == heard[1]


async def test_what_is_said_is_in_no_fault(slack: Slack, session: aiohttp.ClientSession) -> None:
    slack.said = b'{"ok": false, "error": "invalid_blocks"}'
    ours, _ = both(slack, session)

    with pytest.raises(SlackApiError) as raised:
        await ours.api_call("chat.postMessage", json={**MESSAGE, "text": "internal words"})

    assert "internal words" not in f"{raised.value} {vars(raised.value.response)}"


async def test_it_goes_by_the_proxy_that_is_set(
    slack: Slack, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the proxy is our Slack itself: it is asked for another machine's address."""
    monkeypatch.setenv("HTTP_PROXY", slack.url.removesuffix("/api/"))
    client = SlackClient(
        token="xoxb-1", base_url="http://slack.invalid/api/", session=session, retry_handlers=[]
    )

    answer = await client.api_call("chat.postMessage", json=MESSAGE)

    assert answer["ok"]
    assert slack.asked[0][1] == "/api/chat.postMessage"


async def test_calls_of_another_kind_go_the_librarys_way(
    slack: Slack, session: aiohttp.ClientSession
) -> None:
    ours, _ = both(slack, session)

    await ours.api_call("conversations.info", http_verb="GET", params={"channel": "C1"})
    await ours.api_call("auth.test", json={"token": "xapp-2"})

    assert [(verb, path) for verb, path, *_ in slack.asked] == [
        ("GET", "/api/conversations.info"),
        ("POST", "/api/auth.test"),
    ]
    assert slack.asked[1][2]["Authorization"] == "Bearer xapp-2"
