"""An IMAP server as plain as they come, that can do what a test says and fails where it says.

Each connection is served line by line. What it stores, other connections see at once.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

ALL = ("IDLE", "UIDPLUS", "MOVE", "AUTH=PLAIN", "AUTH=XOAUTH2")
_LITERAL = (
    b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "24-Nov-2026 10:00:00 +0000" %s {%d}\r\n'
)


@dataclass
class Stored:
    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


class PlainImap:
    """`passwords` and `tokens` are those it lets in. `cuts` counts down, for each command, how
    often the connection is cut: "before" it is done, or "after" it, without an answer."""

    def __init__(self, *can: str) -> None:
        self.can = can
        self.folders: dict[str, list[Stored]] = {"INBOX": []}
        self.passwords: set[str] = set()
        self.tokens: set[str] = set()
        self.refusal = "[AUTHENTICATIONFAILED] No"
        self.cuts: Counter[tuple[str, str]] = Counter()
        self.withheld: Counter[int] = Counter()  # how often no more than this is told of a mail:
        self.instead = "* {number} FETCH (UID {uid} BODY[] NIL)"  # maybe nothing at all
        self.said: list[str] = []  # every command, without secrets
        self.answers_to_errors: list[bytes] = []
        self.tls: ssl.SSLContext | None = None
        self.port = 0
        self._next = defaultdict(lambda: 101)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"imap://support@127.0.0.1:{self.port}/INBOX"

    def add(self, raw: bytes, folder: str = "INBOX", *flags: str) -> int:
        uid = self._next[folder]
        self._next[folder] += 1
        self.folders[folder].append(Stored(uid, raw, set(flags)))
        return uid

    def raws(self, folder: str = "INBOX") -> list[bytes]:
        return [mail.raw for mail in self.folders.get(folder, [])]

    async def begin(self, implicit: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0, ssl=implicit)
        self.port = self._server.sockets[0].getsockname()[1]

    async def end(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await _Session(self, reader, writer).run()
        self._writers.discard(writer)
        writer.close()


class _Session:
    def __init__(
        self, server: PlainImap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.folder: list[Stored] = []
        self.name = ""

    def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")

    async def line(self) -> str:
        line = await self.reader.readline()
        if not line:
            raise ConnectionError
        return line.decode().rstrip("\r\n")

    async def run(self) -> None:
        self.say("* OK ready")
        while True:
            tag, _, rest = (await self.line()).partition(" ")
            verb, _, arguments = rest.partition(" ")
            verb = verb.upper()
            if verb == "UID":
                verb, _, arguments = arguments.partition(" ")
                verb = f"UID {verb.upper()}"
            self.server.said.append(verb)
            self._cut(verb, "before")
            done = await getattr(self, "on_" + verb.lower().replace(" ", "_"))(tag, arguments)
            self._cut(verb, "after")
            self.say(f"{tag} {done or 'OK done'}")
            if verb == "LOGOUT":
                return
            if verb == "STARTTLS":
                await self.writer.drain()
                await self.writer.start_tls(self.server.tls)

    def _cut(self, verb: str, when: str) -> None:
        if self.server.cuts[verb, when] > 0:
            self.server.cuts[verb, when] -= 1
            self.writer.transport.abort()
            raise ConnectionError

    async def on_capability(self, tag: str, arguments: str) -> None:
        tls = ("STARTTLS",) if self.server.tls else ()
        self.say("* CAPABILITY " + " ".join(("IMAP4rev1", *self.server.can, *tls)))

    async def on_starttls(self, tag: str, arguments: str) -> None:
        pass

    async def on_login(self, tag: str, arguments: str) -> str:
        password = re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)[-1]
        return self._let_in(re.sub(r"\\(.)", r"\1", password) in self.server.passwords)

    async def on_authenticate(self, tag: str, arguments: str) -> str:
        self.say("+ ")
        given = base64.b64decode(await self.line()).decode()
        if arguments.startswith("PLAIN"):
            return self._let_in(given.split("\0")[-1] in self.server.passwords)
        ok = given.partition("auth=Bearer ")[2].rstrip("\1") in self.server.tokens
        if not ok:
            self.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
            self.server.answers_to_errors.append((await self.line()).encode())
        return self._let_in(ok)

    def _let_in(self, ok: bool) -> str:
        return "OK in" if ok else f"NO {self.server.refusal}"

    async def on_select(self, tag: str, arguments: str) -> str:
        name = arguments.strip('"')
        if name not in self.server.folders:
            return "NO no such folder"
        self.name, self.folder = name, self.server.folders[name]
        self.say(f"* {len(self.folder)} EXISTS")
        self.say("* OK [UIDVALIDITY 7] numbers")
        self.say(f"* OK [UIDNEXT {self.server._next[name]}] next")
        return "OK [READ-WRITE] selected"

    async def on_create(self, tag: str, arguments: str) -> None:
        self.server.folders.setdefault(arguments.strip('"'), [])

    async def on_uid_fetch(self, tag: str, arguments: str) -> None:
        uids, _, items = arguments.partition(" ")
        for number, mail in enumerate(self.folder, 1):
            if not self._among(uids, mail.uid):
                continue
            if items == "(UID)":
                self.say(f"* {number} FETCH (UID {mail.uid})")
                continue
            if self.server.withheld[mail.uid] > 0:
                self.server.withheld[mail.uid] -= 1
                if self.server.instead:
                    self.say(self.server.instead.format(number=number, uid=mail.uid))
                continue
            whole = "HEADER" not in items
            part = mail.raw if whole else mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            name = b"BODY[]" if whole else b"BODY[HEADER.FIELDS (FROM)]"
            head = _LITERAL % (number, mail.uid, len(mail.raw), name, len(part))
            self.writer.write(head + part + b")\r\n")
            await self.writer.drain()

    async def on_uid_search(self, tag: str, arguments: str) -> None:
        assert arguments == "DELETED"
        found = [str(mail.uid) for mail in self.folder if r"\Deleted" in mail.flags]
        self.say("* SEARCH " + " ".join(found))

    async def on_uid_store(self, tag: str, arguments: str) -> None:
        uids, _, change = arguments.partition(" ")
        flags = re.findall(r"[\\$\w]+", change.partition("(")[2])
        for mail in self.folder:
            if self._among(uids, mail.uid):
                mail.flags.update(flags)

    async def on_uid_copy(self, tag: str, arguments: str) -> str:
        uids, _, name = arguments.partition(" ")
        name = name.strip('"')
        if name not in self.server.folders:
            return "NO [TRYCREATE] no such folder"
        for mail in self.folder:
            if self._among(uids, mail.uid):
                self.server.add(mail.raw, name)
        return "OK copied"

    async def on_uid_move(self, tag: str, arguments: str) -> str:
        said = await self.on_uid_copy(tag, arguments)
        if said.startswith("OK"):
            uids = arguments.partition(" ")[0]
            self.folder[:] = [m for m in self.folder if not self._among(uids, m.uid)]
        return said

    async def on_uid_expunge(self, tag: str, arguments: str) -> None:
        self._expunge(lambda mail: self._among(arguments, mail.uid))

    async def on_expunge(self, tag: str, arguments: str) -> None:
        self._expunge(lambda mail: True)

    def _expunge(self, which) -> None:
        gone = [m for m in self.folder if r"\Deleted" in m.flags and which(m)]
        self.folder[:] = [m for m in self.folder if m not in gone]

    async def on_idle(self, tag: str, arguments: str) -> None:
        self.say("+ idling")
        there = len(self.folder)
        waiting = asyncio.create_task(self.line())
        while not waiting.done():
            self._cut("IDLE", "during")
            if len(self.folder) > there:
                there = len(self.folder)
                self.say(f"* {there} EXISTS")
            await asyncio.wait({waiting}, timeout=0.05)
        await waiting

    async def on_logout(self, tag: str, arguments: str) -> None:
        self.say("* BYE")

    async def on_noop(self, tag: str, arguments: str) -> None:
        pass

    def _among(self, uids: str, uid: int) -> bool:
        last = self.folder[-1].uid if self.folder else 0
        for part in uids.split(","):
            low, _, high = (part if ":" in part else f"{part}:{part}").partition(":")
            ends = [last if end == "*" else int(end) for end in (low, high)]
            if min(ends) <= uid <= max(ends):
                return True
        return False


@asynccontextmanager
async def a_plain_server(
    *can: str, implicit: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[PlainImap]:
    server = PlainImap(*can)
    server.tls = starttls
    await server.begin(implicit)
    try:
        yield server
    finally:
        await server.end()
