"""An IMAP server in memory, with one mailbox that a test fills and looks into."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pysasl.hashing import BuiltinHash

USER, PASSWORD = "support", "open sesame"
QUICK = BuiltinHash(rounds=1)  # nobody steals this password; ours takes half a second a login


class ImapDouble:
    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._backend: Any = None
        self._imap: Any = None

    @property
    def url(self) -> str:
        return f"imap://{USER}@127.0.0.1:{self.port}/INBOX"

    async def begin(self, **changes: Any) -> None:
        """`changes` are pymap's own settings, such as `disable_idle`."""
        arguments = Namespace(
            host="127.0.0.1",
            port=0,
            debug=False,
            cert=None,
            key=None,
            tls=False,
            passlib_cfg=None,
            proxy_protocol=None,
            inherited_sockets=None,
            demo_data=False,
            demo_user=USER,
            demo_password=PASSWORD,
        )
        self._backend, config = await DictBackend.init(
            arguments, secure_auth=False, reject_dnsbl=False, hash_context=QUICK, **changes
        )
        config.apply_context()
        self._imap = IMAPServer(self._backend.login, config)
        await self._backend.start(AsyncExitStack())
        await self.up()

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Nobody gets in any more, and who was in is thrown out."""
        if self._server is not None:
            self._server.close()
        self.throw_out()

    def throw_out(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def add(self, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        message = AppendMessage(raw, at or datetime.now(UTC), frozenset())
        await (await self._folder(folder)).append(message)

    async def mails(self, folder: str = "INBOX") -> list[str]:
        """The Message-IDs of what lies there; nothing where there is no such folder."""
        try:
            box = await self._folder(folder)
        except KeyError:
            return []
        heads = [bytes(m._content.header).decode() for m in box._messages.values()]
        return [head.partition("Message-ID: <")[2].partition(">")[0] for head in heads]

    async def flags(self) -> list[set[str]]:
        inbox = await self._folder("INBOX")
        return [set(map(str, m.permanent_flags)) for m in inbox._messages.values()]

    async def number_anew(self) -> None:
        """As a server does that was restored: the same mails, by other numbers."""
        inbox = await self._folder("INBOX")
        inbox._uid_validity += 1
        self.throw_out()

    async def _folder(self, name: str) -> Any:
        sets = self._backend.config.set_cache
        if USER not in sets:
            identity = self._backend.login.demo_user_identity
            async with identity.new_session():
                pass
        return await sets[USER][0].get_mailbox(name)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            await self._imap(reader, writer, SocketInfoLocal(writer.transport))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)


@asynccontextmanager
async def an_imap_server(**changes: Any) -> AsyncIterator[ImapDouble]:
    double = ImapDouble()
    await double.begin(**changes)
    try:
        yield double
    finally:
        await double.down()
