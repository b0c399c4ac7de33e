"""The address behind every response_url."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.blockkit import InvalidBlocks
from sandbox.responses import answer_to_url
from sandbox.webapi.door import read_arguments
from sandbox.workspace import Workspace


def response_route(ws: Workspace) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        body = await read_arguments(request)
        permission = ws.response_urls.use(request.match_info["secret"])
        error: str | None
        if isinstance(permission, str):
            error = permission
        else:
            try:
                error = answer_to_url(ws, permission, body)
            except InvalidBlocks:
                error = "invalid_blocks"
        status = 404 if error else 200
        ws.traffic.add(
            "from bot", "response_url", request=body, status=status, response=error or "ok"
        )
        return web.Response(text=error or "ok", status=status)

    return answer
