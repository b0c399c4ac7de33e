"""A server that hands out access tokens for a refresh token, and notes what it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class TokenServer:
    """Each token has a number. `turns` replaces the refresh token each time, `repeats` says the
    same one each time."""

    def __init__(self) -> None:
        self.url = ""
        self.refresh_token = "refresh 0"
        self.asked: list[dict[str, str]] = []
        self.handed_out: list[str] = []
        self.lifetime: Any = 3600
        self.turns = False
        self.repeats = False
        self.status = 200
        self.body: str | None = None  # instead of an answer that makes sense

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.body is not None:
            return web.Response(text=self.body, status=self.status)
        if self.status != 200:
            return web.json_response({"error": "temporarily_unavailable"}, status=self.status)
        if form["refresh_token"] != self.refresh_token:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.handed_out.append(f"access {len(self.handed_out)}")
        said = {"access_token": self.handed_out[-1], "expires_in": self.lifetime}
        if self.turns:
            self.refresh_token = f"refresh {len(self.handed_out)}"
        if self.turns or self.repeats:
            said["refresh_token"] = self.refresh_token
        return web.json_response(said)


@asynccontextmanager
async def a_token_server() -> AsyncIterator[TokenServer]:
    double = TokenServer()
    app = web.Application()
    app.router.add_post("/token", double.token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]
    double.url = f"http://127.0.0.1:{port}/token"
    try:
        yield double
    finally:
        await runner.cleanup()
