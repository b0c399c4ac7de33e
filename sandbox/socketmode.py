"""Deliveries over Socket Mode: the bot calls us, envelopes go down, acknowledgements come up."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.delivery import Ack, NoAnswer, Parcel, Retry

MAX_CONNECTIONS = 10


class Connection:
    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.request = request
        self.waiting: dict[str, asyncio.Future[Ack]] = {}

    def fail_waiting(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(NoAnswer("disconnected"))

    def drop(self) -> None:
        """Cut the wire without a goodbye."""
        self.fail_waiting()
        transport = self.request.transport
        if transport:
            transport.abort()


class SocketMode:
    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._turn = 0
        self._any = asyncio.Event()

    @property
    def connected(self) -> bool:
        return bool(self._connections)

    @property
    def connections(self) -> int:
        return len(self._connections)

    async def wait_until_connected(self) -> None:
        await self._any.wait()

    def new_ticket(self) -> str:
        """A secret for one connection, to be put in the WebSocket's address."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def send(self, parcel: Parcel, retry: Retry | None, patience: float) -> Ack:
        if not self._connections:
            raise NoAnswer("disconnected")
        self._turn += 1
        connection = self._connections[self._turn % len(self._connections)]
        envelope = envelope_of(parcel, retry)
        future: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = future
        try:
            async with asyncio.timeout(patience):
                await connection.socket.send_json(envelope)
                return await future
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except ConnectionError:
            raise NoAnswer("disconnected") from None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The `/link` route: one WebSocket of the bot, until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self.connections >= MAX_CONNECTIONS:
            return web.Response(status=403, text="invalid ticket or too many connections")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(max_msg_size=16 * 1024 * 1024)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self._connections.append(connection)
        try:
            await socket.send_json(self._hello())
            self._any.set()
            await self._listen(connection)
        finally:
            self._forget(connection)
        return socket

    def drop(self) -> None:
        """Cut every connection without warning."""
        for connection in list(self._connections):
            connection.drop()
            self._forget(connection)

    async def refresh(self) -> None:
        """Ask the bot for new connections, as Slack does every few hours, then close the old."""
        leaving = list(self._connections)
        for connection in leaving:
            await connection.socket.send_json(
                {
                    "type": "disconnect",
                    "reason": "refresh_requested",
                    "debug_info": {"host": "sandbox"},
                }
            )
        for connection in leaving:
            self._forget(connection)
            await connection.socket.close()

    async def close(self) -> None:
        for connection in list(self._connections):
            connection.fail_waiting()
            await connection.socket.close()

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type != WSMsgType.TEXT:
                continue
            try:
                answer = json.loads(frame.data)
            except ValueError:
                continue
            future = connection.waiting.get(answer.get("envelope_id", ""))
            if future and not future.done():
                future.set_result(Ack(_body(answer.get("payload"))))

    def _forget(self, connection: Connection) -> None:
        connection.fail_waiting()
        if connection in self._connections:
            self._connections.remove(connection)
        if not self._connections:
            self._any.clear()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.connections,
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }


def envelope_of(parcel: Parcel, retry: Retry | None) -> dict[str, Any]:
    envelope: dict[str, Any] = {
        "envelope_id": str(uuid.uuid4()),
        "payload": parcel.payload,
        "type": parcel.kind,
        "accepts_response_payload": parcel.kind != "events_api",
    }
    if parcel.kind == "events_api":
        envelope["retry_attempt"] = retry.number if retry else 0
        envelope["retry_reason"] = retry.reason if retry else ""
    return envelope


def _body(payload: Any) -> dict[str, Any] | None:
    if not payload:
        return None
    return payload if isinstance(payload, dict) else {"text": str(payload)}
