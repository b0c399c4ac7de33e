"""uvicorn with the patience of somebody who expects nobody but Slack.

uvicorn waits without end for the first request of a connection, for the end of its headers and for
its body, and takes as many connections as the system gives it. Here each connection has a few
seconds for whatever comes next, and there are only so many of them: who waits for nothing but our
memory is sent away. That costs a request next to nothing: the server looks around with its own
tick, ten times a second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = structlog.get_logger(__name__)

PATIENCE = 10.0  # seconds for a request and its answer; Slack itself gives up after three
MOST_CONNECTIONS = 400  # well below the 1,024 files that a process usually may have open
LARGEST_FRAME = 16_384  # bytes of a request beside its body: address, headers, marks of chunks
MOST_PIPELINED = 8  # requests sent before the first is answered; Slack sends none


class Connection(HttpToolsProtocol):
    """A connection that knows what it costs: since when nothing was finished on it, how many bytes
    came that are no body, and how many requests wait. The parser below has no limit of its own."""

    _since = 0.0
    _finished: tuple[object, bool] = (None, False)
    _frame = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self.loop.time()
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        self._frame += len(data)
        super().data_received(data)
        if self._frame > LARGEST_FRAME or len(self.pipeline) > MOST_PIPELINED:
            log.warning("connection_refused", frame=self._frame, waiting=len(self.pipeline))
            self.pipeline.clear()
            self.drop()

    def on_body(self, body: bytes) -> None:
        self._frame -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._frame = 0
        super().on_message_complete()

    def has_stalled(self, now: float) -> bool:
        """Whether neither a request was whole nor an answer given for too long."""
        finished = (self.cycle, self._is_answered())
        if finished != self._finished:
            self._finished, self._since = finished, now
        return now - self._since > PATIENCE

    def drop(self) -> None:
        """Without another word: whoever does not keep to the rules has no claim to an answer."""
        self.connections.discard(self)  # at once: many more may arrive before it is really gone
        self.transport.abort()

    def _make_room(self) -> None:
        """The one that has been silent longest goes: a flood drowns itself before it drowns Slack,
        which sends its request as soon as it is connected."""
        waiting = [c for c in self.connections if isinstance(c, Connection) and c._is_waiting()]
        if waiting:
            min(waiting, key=lambda connection: connection._since).drop()

    def _is_answered(self) -> bool:
        return self.cycle is not None and self.cycle.response_complete

    def _is_waiting(self) -> bool:
        """For the other side, not for us."""
        return self.cycle is None or self.cycle.more_body or self.cycle.response_complete


class WebServer(uvicorn.Server):
    """Without uvicorn's own signal handlers: the program stops everything in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        now = asyncio.get_running_loop().time()
        stalled = [
            connection
            for connection in self.server_state.connections
            if isinstance(connection, Connection) and connection.has_stalled(now)
        ]
        for connection in stalled:
            connection.drop()
        if stalled:
            log.warning("connections_stalled", dropped=len(stalled))
        return await super().on_tick(counter)


def web_server(app: Any, stopping: float) -> WebServer:
    """`stopping`: seconds for requests that are being answered when we are told to stop."""
    return WebServer(
        uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=int(stopping),
        )
    )
