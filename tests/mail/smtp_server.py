"""An SMTP server that behaves exactly as badly as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HANG, DROP, NONSENSE = "hang", "drop", "nonsense"
USUAL = {
    "CONNECT": "220 double",
    "EHLO": "250-double\r\n250 8BITMIME",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "END": "250 2.0.0 queued as 4Z",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class SmtpDouble:
    """`replies` says what is said at each stage; `seen` is every command in the order it came."""

    def __init__(self, **replies: str) -> None:
        self.replies = {**USUAL, **replies}
        self.seen: list[str] = []
        self.mails: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None] | None] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SmtpDouble]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.drop_all()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=1)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def stages(self) -> list[str]:
        return [line.partition(" ")[0] for line in self.seen]

    def drop_all(self) -> None:
        for writer in self._open:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        self._open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()
        self._open.discard(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._say("CONNECT", reader, writer):
            return
        while line := (await reader.readline()).decode().strip():
            self.seen.append(line)
            stage = line.partition(" ")[0].upper()
            if not await self._say(stage, reader, writer):
                return
            if stage == "DATA" and self.replies["DATA"].startswith("354"):
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                self.seen.append("END")
                if not await self._say("END", reader, writer):
                    return

    async def _say(
        self, stage: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        reply = self.replies.get(stage, "502 what?")
        if reply == HANG:
            await reader.read()  # until the client gives up
            return False
        if reply == DROP:
            return False
        if reply == NONSENSE:
            reply = "hello, is it me you are looking for?"
        writer.write(reply.encode() + b"\r\n")
        await writer.drain()
        return True
