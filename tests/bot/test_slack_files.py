"""Our token goes where Slack has files, and what comes back is the file or said to be none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.outcomes import NotSetUp, Refused, Unreachable
from bot.slack_calls import SlackCalls
from bot.slack_files import TooLargeForSlack, Transfers

PAGE = "<!DOCTYPE html><title>Sign in</title>"


@asynccontextmanager
async def a_server(answer: Any) -> AsyncIterator[str]:
    """Answers everything in this way; its address."""
    app = web.Application(client_max_size=1 << 24)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def transfers_at(base: str) -> AsyncIterator[Transfers]:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-secret", session=session)
        yield Transfers(SlackCalls(client), "xoxb-secret", f"{base}/api/")


async def got(answer: Any, url: str = "") -> bytes:
    async with a_server(answer) as base, transfers_at(base) as transfers:
        return b"".join([chunk async for chunk in transfers.download(url or f"{base}/files/F1")])


async def test_a_file_comes_for_the_token():
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer xoxb-secret"
        return web.Response(body=b"bytes", content_type="text/plain")

    assert await got(answer) == b"bytes"


async def test_a_page_to_sign_in_is_no_file():
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    with pytest.raises(NotSetUp, match="files:read"):
        await got(answer)


async def test_a_page_that_somebody_attached_is_a_file():
    async def answer(request: web.Request) -> web.Response:
        saved = {"Content-Disposition": 'attachment; filename="page.html"'}
        return web.Response(text=PAGE, content_type="text/html", headers=saved)

    assert await got(answer) == PAGE.encode()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files/F1",
        "https://files.slack.com.evil.example/F1",
        "https://files.slack.com@evil.example/F1",
        "http://files.slack.com/F1",
        "file:///etc/passwd",
        "//evil.example/F1",
        "",
    ],
)
async def test_the_token_goes_to_slacks_own_hosts_alone(url: str):
    async with transfers_at("http://127.0.0.1:9") as transfers:
        with pytest.raises(Refused, match="not where Slack has files"):
            _ = [chunk async for chunk in transfers.download(url)]


async def test_the_token_does_not_follow_elsewhere():
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=b"stolen")

    async with a_server(elsewhere) as other:

        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": f"{other}/files/F1"})

        with pytest.raises(Refused, match="not where Slack has files"):
            await got(answer)

    assert asked == []


async def test_redirects_in_a_circle_end():
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/files/F1"})

    with pytest.raises(Refused, match="again and again"):
        await got(answer)


@pytest.mark.parametrize(("status", "after"), [(429, 7.0), (500, None), (404, None)])
async def test_what_slack_cannot_give_now_is_asked_for_later(status: int, after: float | None):
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Retry-After": "7"} if after else {})

    with pytest.raises(Unreachable) as refused:
        await got(answer)

    assert refused.value.retry_after == after


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("0", 1.0),
        ("00", 1.0),
        ("9" * 400, 3600.0),
        ("-5", None),  # None: as long as the relay makes it
        ("0.0", None),
        ("nan", None),
        ("Tue, 24 Nov 2026 09:30:00 GMT", None),
    ],
)
async def test_slack_is_not_asked_again_without_a_pause(said: str, after: float | None):
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": said})

    with pytest.raises(Unreachable) as refused:
        await got(answer)

    assert refused.value.retry_after == after


async def test_an_upload_takes_no_token_along():
    seen: list[tuple[bytes, bool]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((await request.read(), "Authorization" in request.headers))
        return web.Response(text="OK")

    async with a_server(answer) as base, transfers_at(base) as transfers:
        await transfers.upload(f"{base}/upload/x", b"bytes")

    assert seen == [(b"bytes", False)]


async def test_too_much_for_slack_is_said_so():
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=413)

    async with a_server(answer) as base, transfers_at(base) as transfers:
        with pytest.raises(TooLargeForSlack):
            await transfers.upload(f"{base}/upload/x", b"bytes")
