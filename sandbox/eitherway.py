"""Deliveries over HTTP and over Socket Mode at once: the hour in which an app is moved from one to
the other, or several bots, each with a door of its own.

Slack itself knows one way at a time. Here each delivery takes the way that is up, by turns where
both are.
"""

from __future__ import annotations

from sandbox.delivery import Ack, NoAnswer, Parcel, Retry
from sandbox.signed_http import SignedHttp
from sandbox.socketmode import SocketMode

NOBODY_THERE = "ClientConnectorError"  # nothing was handed over, so another may be asked


class EitherWay:
    def __init__(self, http: SignedHttp, socket: SocketMode) -> None:
        self.http = http
        self._socket = socket
        self._http_is_next = False

    @property
    def connected(self) -> bool:
        return self.http.connected or self._socket.connected

    async def wait_until_connected(self) -> None:
        """One of them needs no connection beforehand."""

    async def send(self, parcel: Parcel, retry: Retry | None, patience: float) -> Ack:
        self._http_is_next = not self._http_is_next
        if self._socket.connected and not self._http_is_next:
            return await self._socket.send(parcel, retry, patience)
        try:
            return await self.http.send(parcel, retry, patience)
        except NoAnswer as failed:
            if failed.status != NOBODY_THERE or not self._socket.connected:
                raise
        return await self._socket.send(parcel, retry, patience)

    async def close(self) -> None:
        await self.http.close()
        await self._socket.close()
