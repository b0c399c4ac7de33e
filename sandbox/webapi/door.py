"""The one door of the Web API: token, faults, scopes, method, and a record of it all."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from typing import Any

from aiohttp import web

from sandbox.blockkit import InvalidBlocks
from sandbox.faults import ApiFault
from sandbox.webapi import chat, conversations, files, users, views
from sandbox.webapi.calls import ApiError, Call, Json, Method
from sandbox.webapi.rates import Rates
from sandbox.workspace import Workspace

METHODS: dict[str, Method] = {
    **users.METHODS,
    **chat.METHODS,
    **views.METHODS,
    **conversations.METHODS,
    **files.METHODS,
}
HANGS = 3600.0  # longer than any client waits


class Dropped(Exception):
    """The wire is to be cut instead of an answer."""


class Door:
    def __init__(self, ws: Workspace, rates: Rates) -> None:
        self._ws = ws
        self._rates = rates
        self._methods = METHODS | {
            "apps.connections.open": Method(self._open_connection, token="app")  # noqa: S106
        }

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """The `/api/{method}` route."""
        method = request.match_info["method"]
        args = await read_arguments(request)
        token = _token(request, args)
        begun = time.perf_counter()
        status = 200
        answer: Json = {}
        headers: dict[str, str] = {}
        shown: int | str = "cancelled"
        try:
            status, answer, headers = await self._serve(method, args, token)
            shown = status
        except Dropped as cut:
            shown = str(cut)
            _cut(request)
        finally:
            self._record(method, args, shown, answer, time.perf_counter() - begun)
        return web.json_response(answer, status=status, headers=headers)

    async def _serve(self, method: str, args: Json, token: str) -> tuple[int, Json, dict[str, str]]:
        fault = self._ws.faults.take(method)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and fault.status == "drop_before":
            raise Dropped("dropped before the work")
        if fault and isinstance(fault.status, int):
            return _faulty(fault)
        wait = self._rates.wait(method, args, self._methods.get(method))
        if wait:
            return _limited(wait)
        answer = {"ok": False, "error": fault.error} if fault and fault.error else None
        if answer is None:
            answer = await self._answer(method, args, token)
        if fault and fault.status == "timeout_after":
            await asyncio.sleep(HANGS)
        if fault and fault.status == "drop_after":
            raise Dropped("dropped after the work")
        if fault and fault.status == "fail_after":
            return 500, {"ok": False, "error": "internal_error"}, {}
        return 200, answer, self._scopes(method)

    async def _answer(self, method: str, args: Json, token: str) -> Json:
        known = self._methods.get(method)
        try:
            if known is None:
                raise ApiError("unknown_method", req_method=method)
            self._check_token(known, token)
            self._check_scope(known)
            result = known.handle(Call(method, args, self._ws))
            answer = await result if inspect.isawaitable(result) else result
            return {"ok": True, **answer}
        except ApiError as refused:
            return {"ok": False, "error": refused.error, **refused.extra}
        except InvalidBlocks as invalid:
            error = "invalid_arguments" if method.startswith("views.") else "invalid_blocks"
            return {
                "ok": False,
                "error": error,
                "response_metadata": {"messages": invalid.problems},
            }

    def _check_token(self, known: Method, token: str) -> None:
        tokens = self._ws.tokens
        if known.token == "none":  # noqa: S105
            return
        if not token:
            raise ApiError("not_authed")
        if token not in (tokens.bot, tokens.app):
            raise ApiError("invalid_auth")
        if token != (tokens.app if known.token == "app" else tokens.bot):  # noqa: S105
            raise ApiError("not_allowed_token_type")

    def _check_scope(self, known: Method) -> None:
        granted = self._ws.manifest.scopes
        if known.scopes and not set(known.scopes) & granted:
            provided = ",".join(sorted(granted))
            raise ApiError("missing_scope", needed=",".join(known.scopes), provided=provided)

    def _scopes(self, method: str) -> dict[str, str]:
        """What Slack says of the token beside each answer."""
        known = self._methods.get(method)
        if known is None or known.token != "bot":  # noqa: S105 - a kind, not a secret
            return {}
        return {"X-OAuth-Scopes": ",".join(sorted(self._ws.manifest.scopes))}

    def _open_connection(self, call: Call) -> Json:
        if self._ws.socket_url is None:
            raise ApiError("socket_mode_not_enabled")
        return {"url": self._ws.socket_url()}

    def _record(
        self, method: str, args: Json, status: int | str, answer: Json, spent: float
    ) -> None:
        shown = {k: _readable(v) for k, v in args.items()}
        kept = {**answer, "url": "(hidden)"} if method == "apps.connections.open" else answer
        self._ws.traffic.add(
            "from bot",
            method,
            who=self._ws.world.app.name,
            request=shown,
            status=status,
            response=kept,
            ms=spent * 1000,
        )


async def read_arguments(request: web.Request) -> Json:
    """Arguments from the address, a form, or a JSON body, whichever the client used."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            return args
        return args | body if isinstance(body, dict) else args
    form = await request.post()
    return args | {key: value for key, value in form.items() if isinstance(value, str)}


def _token(request: web.Request, args: Json) -> str:
    given = args.pop("token", None)
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return str(given or "")


def _readable(value: Any) -> Any:
    """Forms carry JSON as text; show it as what it is."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _faulty(fault: ApiFault) -> tuple[int, Json, dict[str, str]]:
    assert isinstance(fault.status, int)
    if fault.status == 429:
        return _limited(fault.retry_after)
    return fault.status, {"ok": False, "error": fault.error or "internal_error"}, {}


def _limited(wait: float) -> tuple[int, Json, dict[str, str]]:
    return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": f"{wait:g}"}


def _cut(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()
