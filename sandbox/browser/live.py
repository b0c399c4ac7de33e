"""The live channel: every change that concerns a person, pushed to their open windows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.changes import Change
from sandbox.slack import Slack


@dataclass
class Windows:
    """The open live channels of one server."""

    open: set[web.WebSocketResponse] = field(default_factory=set)


WINDOWS: web.AppKey[Windows] = web.AppKey("windows")


def add_live(slack: Slack, app: web.Application) -> None:
    """The live route, and the end of its windows when the server stops."""
    app[WINDOWS] = Windows()
    app.router.add_get("/ui/live", live_route(slack))
    app.on_shutdown.append(_close_windows)


async def _close_windows(app: web.Application) -> None:
    for window in list(app[WINDOWS].open):
        await window.close()


def live_route(slack: Slack) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        user = request.query.get("as", "")
        if slack.world.find_person(user) is None:
            return web.json_response({"ok": False, "error": "nobody of that name"}, status=400)
        socket = web.WebSocketResponse(heartbeat=25)
        await socket.prepare(request)
        news: asyncio.Queue[str] = asyncio.Queue()

        def heard(change: Change) -> None:
            if change.concerns(user):
                news.put_nowait(json.dumps({"type": change.type, **change.data}))

        stop = slack.changes.listen(heard)
        sender = asyncio.create_task(_send(socket, news))
        request.app[WINDOWS].open.add(socket)
        try:
            async for _ in socket:  # The browser says nothing; this waits for it to leave.
                pass
        finally:
            request.app[WINDOWS].open.discard(socket)
            stop()
            sender.cancel()
        return socket

    return serve


async def _send(socket: web.WebSocketResponse, news: asyncio.Queue[str]) -> None:
    while True:
        line = await news.get()
        try:
            await socket.send_str(line)
        except ConnectionError:
            return
