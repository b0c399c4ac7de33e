"""Socket Mode: we call Slack, envelopes come down, acknowledgements go up."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.config import Settings
from bot.slack import open_line

PING = 5.0  # seconds; also how long a broken connection may go unnoticed
ADDRESS = 20.0  # seconds: Slack's addresses of connections serve once, and not for long


class Line(SocketModeClient):
    """The SDK's client, but for one thing: it would try one address for ever."""

    async def issue_new_wss_url(self) -> str:
        address = await super().issue_new_wss_url()
        asyncio.get_running_loop().call_later(ADDRESS, self._forget, address)
        return address

    def begin_with(self, address: str | None) -> None:
        """Slack gives few addresses a minute: one that we have is used."""
        self.wss_uri = address
        if address is not None:
            asyncio.get_running_loop().call_later(ADDRESS, self._forget, address)

    def _forget(self, address: str) -> None:
        if self.wss_uri == address:
            self.wss_uri = None  # the next try asks for a new one


class _InALine(logging.Filter):
    """The client tells each try that failed on several lines, with a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = " ".join(record.getMessage().split()), None
        record.exc_info = None
        return True


def _line_logger() -> logging.Logger:
    logger = logging.getLogger("frontdesk.line")
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_InALine())
    return logger


class SocketMode:
    """The line to Slack, and a count of what is being handled, so that stopping can wait for it."""

    def __init__(self, app: AsyncApp, settings: Settings) -> None:
        assert settings.slack_app_token is not None
        self._app = app
        self._line = Line(
            app_token=settings.slack_app_token.get_secret_value(),
            logger=_line_logger(),
            web_client=app.client,
            ping_interval=PING,
        )
        self._line.socket_mode_request_listeners.append(self._handle)
        self._handling: set[asyncio.Task[Any]] = set()
        self._stopping = False

    async def connect(self) -> None:
        """Raises TokenRefused. For anything else the client itself tries until it is connected."""
        self._line.begin_with(await open_line(self._app.client, self._line.app_token))
        await self._line.connect()  # type: ignore[no-untyped-call]

    async def is_connected(self) -> bool:
        return bool(await self._line.is_connected())

    async def stop(self, within: float) -> None:
        """Take nothing new, finish what has begun, hang up; Slack gives the rest to another."""
        self._stopping = True
        if self._handling:
            await asyncio.wait(tuple(self._handling), timeout=within)
        await self._line.close()  # type: ignore[no-untyped-call]

    async def _handle(self, line: Any, request: SocketModeRequest) -> None:
        if self._stopping:
            return  # unacknowledged: events come again, and of clicks the person hears
        task = asyncio.current_task()
        assert task is not None
        self._handling.add(task)
        try:
            begun = time.time()
            answer = await run_async_bolt_app(self._app, request)
            await send_async_response(line, request, answer, begun)
        finally:
            self._handling.discard(task)
