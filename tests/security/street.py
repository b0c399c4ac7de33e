"""The web server as whoever stands in the street reaches it: by sockets, byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.response import BoltResponse

from bot.http import SLACK, web_app
from bot.running import run_loop
from bot.web_server import WebServer, web_server
from sandbox.signed_http import signature

LONG = 30.0  # seconds a busy machine may need for what takes one
NEW, OLD = "0123456789abcdef-new", "fedcba9876543210-old"
JSON = "application/json"


@dataclass
class Street:
    """The server, and what came through its door."""

    port: int
    server: WebServer
    through: list[dict[str, Any]] = field(default_factory=list)

    async def knock(self) -> Caller:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        return Caller(reader, writer)

    async def say(self, request: bytes) -> bytes:
        """All that is answered to these bytes until the server hangs up or there is an answer."""
        caller = await self.knock()
        try:
            await caller.say(request)
            return await caller.hear()
        finally:
            caller.leave()

    async def until_connections(self, count: int) -> None:
        async with asyncio.timeout(LONG):
            while len(self.server.server_state.connections) != count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@dataclass
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, words: bytes) -> None:
        """As far as the other side still takes it."""
        self.writer.write(words)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def hear(self) -> bytes:
        """One answer whole, or what came before the server hung up."""
        heard = b""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            async with asyncio.timeout(LONG):
                heard = await self.reader.readuntil(b"\r\n\r\n")
                heard += await self.reader.readexactly(_length(heard))
        return heard

    async def until_hung_up(self) -> bytes:
        """All that was said until then. Raises TimeoutError when the server stays."""
        heard = b""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(LONG):
                while piece := await self.reader.read(65_536):
                    heard += piece
        return heard

    async def trickle(self, words: bytes, pause: float) -> None:
        """One byte after the other until it is refused or there is none left."""
        with contextlib.suppress(ConnectionError):
            for byte in words:
                self.writer.write(bytes([byte]))
                await self.writer.drain()
                await asyncio.sleep(pause)

    def leave(self) -> None:
        self.writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0


@asynccontextmanager
async def a_street(secrets: tuple[str, ...] = (NEW,)) -> AsyncIterator[Street]:
    through: list[dict[str, Any]] = []

    async def dispatch(payload: dict[str, Any]) -> BoltResponse:
        through.append(payload)
        return BoltResponse(status=200, body="taken")

    async def health() -> dict[str, Any]:
        return {"ok": True}

    with socket.create_server(("127.0.0.1", 0), backlog=512) as door:
        server = web_server(web_app(health, dispatch, secrets), stopping=1.0)
        # In a thread of its own, on the loop that the bot runs on.
        serving = threading.Thread(target=run_loop, args=(server.serve(sockets=[door]),))
        serving.start()
        try:
            yield Street(door.getsockname()[1], server, through)
        finally:
            server.should_exit = True
            await asyncio.to_thread(serving.join)


def signed_headers(body: bytes, secret: str = NEW, at: float | None = None) -> bytes:
    """What Slack's request says of itself, without any length."""
    stamp = str(int(time.time() if at is None else at))
    return (
        f"Host: bot.example\r\nContent-Type: {JSON}\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: {signature(secret, stamp, body)}\r\n"
    ).encode()


def signed(body: bytes = b"{}", secret: str = NEW, *more: bytes, method: bytes = b"POST") -> bytes:
    """A whole request. `more` are headers beside the usual."""
    headers = signed_headers(body, secret) + b"".join(line + b"\r\n" for line in more)
    length = b"Content-Length: %d\r\n" % len(body)
    return b"%s %s HTTP/1.1\r\n%s%s\r\n%s" % (method, SLACK.encode(), headers, length, body)


def status(heard: bytes) -> int:
    """0: nothing was heard."""
    return int(heard.split(b" ", 2)[1]) if heard.startswith(b"HTTP/1.1 ") else 0
