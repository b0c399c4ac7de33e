"""A mail server that takes everything at once and remembers when each ticket was mailed about."""

from __future__ import annotations

import asyncio
import time

from bench.double import MARK


class MailSink:
    def __init__(self) -> None:
        self.mailed: dict[int, float] = {}
        self.news = asyncio.Event()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Dialogue(self), "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def take(self, mail: bytes) -> None:
        marked = MARK.search(mail)
        if marked:
            self.mailed.setdefault(int(marked[1]), time.perf_counter())
            self.news.set()

    async def until_mailed(self, numbers: set[int], within: float) -> bool:
        """Whether each of those tickets was mailed about, within that many seconds."""
        try:
            async with asyncio.timeout(within):
                while not numbers <= self.mailed.keys():
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            return False
        return True


class _Dialogue(asyncio.Protocol):
    """One client. Answers each line by its first word; DATA ends with a line of one dot."""

    def __init__(self, sink: MailSink) -> None:
        self._sink = sink
        self._waiting = bytearray()
        self._in_data = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 bench\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        assert self._transport is not None
        while True:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            at = self._waiting.find(end)
            if at < 0:
                return
            taken = bytes(self._waiting[:at])
            del self._waiting[: at + len(end)]
            self._transport.write(self._reply(taken))

    def _reply(self, taken: bytes) -> bytes:
        if self._in_data:
            self._in_data = False
            self._sink.take(taken)
            return b"250 taken\r\n"
        match taken[:4].upper():
            case b"EHLO":
                return b"250-bench\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
            case b"DATA":
                self._in_data = True
                return b"354 go on\r\n"
            case b"QUIT":
                return b"221 bye\r\n"
            case _:
                return b"250 ok\r\n"
