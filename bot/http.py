"""The web server: Slack over HTTP, signature first; and pages that tell whether all is well."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from pydantic import SecretStr
from slack_bolt.response import BoltResponse
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

log = structlog.get_logger(__name__)

OLDEST = 300  # seconds: Slack's own advice against replays
LARGEST = 2_000_000  # bytes; Slack's largest payloads stay far below
Dispatch = Callable[[str, dict[str, str]], Awaitable[BoltResponse]]
Health = Callable[[], Awaitable[dict[str, Any]]]


class TooLarge(Exception):
    """The body is larger than anything Slack sends."""


def web_app(health: Health, dispatch: Dispatch | None, secret: SecretStr | None) -> Starlette:
    """`dispatch` is None in Socket Mode: then there are health pages only."""
    routes = [
        Route("/health", _health_page(health)),
        Route("/health/live", _alive),
    ]
    if dispatch is not None and secret is not None:
        routes.append(Route("/slack/events", _slack_door(dispatch, secret), methods=["POST"]))
    return Starlette(routes=routes)


def is_signed(body: bytes, timestamp: str, signature: str, secret: str, now: float) -> bool:
    """Slack's signature, version 0, over what was received, no older than five minutes."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13):
        return False
    if abs(now - int(timestamp)) > OLDEST:
        return False
    base = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _slack_door(dispatch: Dispatch, secret: SecretStr) -> Callable[[Request], Awaitable[Response]]:
    async def door(request: Request) -> Response:
        try:
            body = await _body(request)
        except TooLarge:
            log.warning("request_too_large", client=_client(request))
            return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)
        headers = request.headers
        if not is_signed(
            body,
            headers.get("x-slack-request-timestamp", ""),
            headers.get("x-slack-signature", ""),
            secret.get_secret_value(),
            time.time(),
        ):
            # Without the body: whoever sent it is not Slack.
            log.warning("signature_refused", client=_client(request), size=len(body))
            return Response(status_code=401)
        try:
            text = body.decode("utf-8")
            answer = await dispatch(text, dict(headers))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
            log.warning("payload_malformed", fault=type(fault).__name__)
            return Response(status_code=400)
        return _response(answer)

    return door


def _response(answer: BoltResponse) -> Response:
    kind = answer.first_headers().get("content-type")
    return Response(answer.body, status_code=answer.status, media_type=kind)


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > LARGEST:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _health_page(health: Health) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        facts = await health()
        return JSONResponse(facts, status_code=200 if facts.get("ok") else 503)

    return page


async def _alive(request: Request) -> Response:
    return JSONResponse({"ok": True})
