"""Slack over HTTP, signature first; and pages that tell whether all is well."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import structlog
from slack_bolt.response import BoltResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.courtesy import give_way
from bot.form import payload_in

log = structlog.get_logger(__name__)

SLACK = "/slack/events"  # everything from Slack comes here
OLDEST = 300  # seconds: Slack's own advice against replays
LARGEST = 2_000_000  # bytes; Slack's largest payloads stay far below
LARGEST_TOGETHER = 32_000_000  # bytes of bodies that are still coming in, of all connections
SIGNATURE_LENGTH = 67  # characters: "v0=" and a SHA-256 in hexadecimal
WHAT_NO_PAYLOAD_RAISES = (ValueError, LookupError, TypeError, AttributeError, RecursionError)

Headers = dict[bytes, bytes]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Dispatch = Callable[[dict[str, Any]], Awaitable[BoltResponse]]
Health = Callable[[], Awaitable[dict[str, Any]]]


class TooLarge(Exception):
    """The body is larger than anything Slack sends."""


class TooMuch(Exception):
    """The bodies that are coming in fill what may be kept of them."""


class HungUp(Exception):
    """Nobody waits for an answer any more."""


class SlackDoor:
    """An ASGI application for one path: size and signature first, then what it says, then Bolt.

    Without a framework's request and response, which cost as much as all of this. `secrets` are
    those Slack may sign with: two of them while one replaces the other.
    """

    def __init__(self, dispatch: Dispatch, secrets: Sequence[str]) -> None:
        self._dispatch = dispatch
        self._secrets = tuple(secrets)
        self._coming_in = 0  # bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            return await _answer(send, 405, allow=b"POST")
        headers: Headers = dict(scope["headers"])
        stamp = headers.get(b"x-slack-request-timestamp", b"").decode("latin-1")
        signature = headers.get(b"x-slack-signature", b"").decode("latin-1")
        if not may_be_signed(stamp, signature, time.time()):
            log.warning("signature_refused", client=_client(scope))
            return await _answer(send, 401)
        try:
            body = await self._body(headers, receive)
        except TooLarge:
            log.warning("request_too_large", client=_client(scope))
            return await _answer(send, 413)
        except TooMuch:
            log.warning("too_many_requests_coming_in", client=_client(scope))
            return await _answer(send, 503)
        except HungUp:
            return None
        if not any(is_signed(body, stamp, signature, s, time.time()) for s in self._secrets):
            # Without the body: whoever sent it is not Slack.
            log.warning("signature_refused", client=_client(scope), size=len(body))
            return await _answer(send, 401)
        return await self._pass_on(body, headers, send)

    async def _pass_on(self, body: bytes, headers: Headers, send: Send) -> None:
        try:
            kind = headers.get(b"content-type", b"").decode("latin-1")
            said = await self._dispatch(payload_in(body, kind))
        except WHAT_NO_PAYLOAD_RAISES as fault:
            log.warning("payload_malformed", fault=type(fault).__name__)
            return await _answer(send, 400)
        kind = str(said.first_headers().get("content-type") or "")
        await _answer(send, said.status, said.body.encode(), content_type=kind.encode())
        give_way()

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole of it. Until then nobody knows whose it is, so all together may not be much."""
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > LARGEST:
            raise TooLarge
        body = bytearray()
        more = True
        try:
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise HungUp
                piece = message.get("body", b"")
                body += piece
                self._coming_in += len(piece)
                if len(body) > LARGEST:
                    raise TooLarge
                if self._coming_in > LARGEST_TOGETHER:
                    raise TooMuch
                more = message.get("more_body", False)
        finally:
            self._coming_in -= len(body)
        return bytes(body)


def may_be_signed(timestamp: str, signature: str, now: float) -> bool:
    """What can be told before the body is there: the form of both, and the age."""
    return (
        timestamp.isascii()
        and timestamp.isdigit()
        and len(timestamp) < 13
        and abs(now - int(timestamp)) <= OLDEST
        and len(signature) == SIGNATURE_LENGTH
    )


def is_signed(body: bytes, timestamp: str, signature: str, secret: str, now: float) -> bool:
    """Slack's signature, version 0, over what was received, no older than five minutes."""
    if not may_be_signed(timestamp, signature, now):
        return False
    base = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.digest(secret.encode(), base, hashlib.sha256).hex()
    return hmac.compare_digest(expected.encode(), signature.encode())


async def _answer(send: Send, status: int, body: bytes = b"", **headers: bytes) -> None:
    """`headers` by their names with underscores; an empty one is left out."""
    named = [(name.replace("_", "-").encode(), value) for name, value in headers.items() if value]
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [length, *named]})
    await send({"type": "http.response.body", "body": body})


def _client(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""


class Web:
    """An ASGI application. Slack's requests pass by the router of the pages."""

    def __init__(self, pages: Starlette, door: SlackDoor | None) -> None:
        self._pages = pages
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._door is not None and scope["type"] == "http" and scope["path"] == SLACK:
            await self._door(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


def web_app(health: Health, dispatch: Dispatch | None, secrets: Sequence[str]) -> Web:
    """`dispatch` is None in Socket Mode: then there are health pages only."""
    pages = Starlette(
        routes=[
            Route("/health", _health_page(health)),
            Route("/health/live", _alive),
        ]
    )
    return Web(pages, SlackDoor(dispatch, secrets) if dispatch and secrets else None)


def _health_page(health: Health) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        facts = await health()
        return JSONResponse(facts, status_code=200 if facts.get("ok") else 503)

    return page


async def _alive(request: Request) -> Response:
    return JSONResponse({"ok": True})
