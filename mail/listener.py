"""The way in for mail: an SMTP or LMTP server on the bot's own event loop.

It says 250 only once the mail is kept; for anything short of that the sender's server keeps it and
tries again.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import weakref
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any, Literal

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

log = logging.getLogger(__name__)

MAX_BYTES = 25 * 2**20
_LONGEST_LINE = 2**20  # bytes; the standard's 1,001 would refuse mails that real programs write
_LONGEST_COMMAND = 2_000  # bytes
_SILENCE = 300.0  # seconds between two commands, so for a whole mail as well
_HANDSHAKE = 30.0  # seconds
_DRAIN = 2.5  # seconds that mails being taken in may take when we stop
_AT_ONCE = 4  # mails read at the same time; each may be large
_CONNECTIONS = 50  # each may hold a mail as large as we take
_RECIPIENTS = 200
# Commands that cost us a reply and bring no mail nearer, in one connection.
_IDLE_CHATTER = {"NOOP": 200, "HELP": 20, "VRFY": 20, "RSET": 1_000, "*": 100_000}

_TOO_MANY = b"421 4.3.2 Too many connections. Please try again later.\r\n"

Tls = Literal["never", "offered", "required", "implicit"]


class Reply(Enum):
    """What became of a mail, in SMTP's words."""

    ACCEPTED = "250 2.0.0 Received"
    TRY_LATER = "451 4.3.0 We cannot take mail in right now. Please try again later."
    UNKNOWN_SENDER = (
        "550 5.7.1 The help desk does not know your address. "
        "Please write from the address you are known by, or ask the desk to add this one."
    )
    NOT_FOR_US = (
        "550 5.1.1 The help desk has no request that this mail belongs to. "
        "Please answer one of our mails, or contact the desk another way."
    )


# One reply for all, or one for each recipient.
Replies = Reply | Sequence[Reply]
# The mail as it came, the addresses it was sent to, and the one it was sent from.
Handle = Callable[[bytes, tuple[str, ...], str], Awaitable[Replies]]


class MailListener:
    """`handle` is given each mail and answers once it is stored. An exception of it means 451."""

    def __init__(
        self,
        host: str,
        port: int,
        protocol: Literal["smtp", "lmtp"] = "smtp",
        *,
        handle: Handle,
        max_bytes: int = MAX_BYTES,
        name: str = "frontdesk",
        tls: Tls = "never",
        certificate: ssl.SSLContext | None = None,
    ) -> None:
        """`name` is how the server introduces itself; `port` 0 takes a free one at `start`.
        `certificate` is for every `tls` but "never"."""
        self.host, self.port = host, port
        self._kind: type[_Smtp] | type[_Lmtp] = _Lmtp if protocol == "lmtp" else _Smtp
        self._max_bytes, self._name = max_bytes, name
        self._tls, self._certificate = tls, certificate
        self._handler = _Handler(handle, insists=tls == "required")
        self._sessions: weakref.WeakSet[SMTP] = weakref.WeakSet()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        loop = asyncio.get_running_loop()
        secured: dict[str, Any] = (
            {"ssl": self._certificate, "ssl_handshake_timeout": _HANDSHAKE}
            if self._tls == "implicit"
            else {}
        )
        self._server = await loop.create_server(self._session, self.host, self.port, **secured)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more mail; what is being kept right now gets a moment to finish."""
        if self._server is None:
            return
        self._server.close()
        await self._handler.drained()
        for session in list(self._sessions):
            if session.transport is not None:
                session.transport.close()
        self._server = None

    def _session(self) -> asyncio.BaseProtocol:
        if sum(session.transport is not None for session in self._sessions) >= _CONNECTIONS:
            return _TurnedAway()
        starttls = self._certificate if self._tls in ("offered", "required") else None
        session = self._kind(
            self._handler,
            data_size_limit=self._max_bytes,
            enable_SMTPUTF8=True,
            hostname=self._name,
            ident="ready",
            timeout=_SILENCE,
            tls_context=starttls,
            command_call_limit=_IDLE_CHATTER,
            loop=asyncio.get_running_loop(),
        )
        self._sessions.add(session)
        return session


class _TurnedAway(asyncio.Protocol):
    """One connection too many: the sender comes back."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_TOO_MANY)
        transport.close()


class _Handler:
    """What aiosmtpd calls. Its hooks are found by their names."""

    def __init__(self, handle: Handle, *, insists: bool) -> None:
        self._handle = handle
        self._insists = insists  # on STARTTLS
        self._tasks: set[asyncio.Task[Replies]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        # Commands are read one after the other from a buffer, which is all that it takes.
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        # Told to insist by itself, aiosmtpd refuses LHLO as well, and so every mail by LMTP.
        if self._insists and session.ssl is None:
            return "530 5.7.0 Must issue a STARTTLS command first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= _RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        task = asyncio.create_task(self._take(envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # aiosmtpd cancels us when the client hangs up; a mail half taken in is finished anyway.
        replies = await asyncio.shield(task)
        if isinstance(replies, Reply):
            return replies.value
        if isinstance(server, _Lmtp):
            return _Lmtp.BETWEEN.join(reply.value for reply in replies)
        return _for_all(replies).value

    async def handle_exception(self, error: Exception) -> str:
        """aiosmtpd would answer 500 with the exception's text: the sender would give up."""
        log.error("mail session failed", exc_info=error)
        return Reply.TRY_LATER.value

    async def drained(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_DRAIN)

    async def _take(self, envelope: Any) -> Replies:
        async with self._slots:
            try:
                return await self._handle(
                    bytes(envelope.original_content or b""),
                    tuple(envelope.rcpt_tos),
                    str(envelope.mail_from or ""),
                )
            except Exception:  # the sender's server keeps the mail and comes back
                log.exception("mail not taken in")
                return Reply.TRY_LATER


def _for_all(replies: Sequence[Reply]) -> Reply:
    """SMTP has one reply for a mail: once somebody has it, nobody may be sent it back."""
    for reply in (Reply.ACCEPTED, Reply.TRY_LATER):
        if reply in replies:
            return reply
    return replies[0]


class _Limits:
    line_length_limit = _LONGEST_LINE

    @property
    def command_size_limits(self) -> defaultdict[str, int]:
        # aiosmtpd shares one dictionary among all connections and lets EHLO grow it without end.
        return defaultdict(lambda: _LONGEST_COMMAND)


class _Smtp(_Limits, SMTP):  # type: ignore[misc]
    pass


class _Lmtp(_Limits, LMTP):  # type: ignore[misc]
    """LMTP wants one reply for each recipient after the mail; aiosmtpd gives one in all."""

    BETWEEN = "\r\n"  # replies that differ, in what aiosmtpd takes for one
    _owed = 1

    async def push(self, status: str | bytes) -> None:
        text = status if isinstance(status, bytes) else status.encode()
        times, self._owed = self._owed, 1
        if text.startswith(b"354") and self.envelope is not None:
            self._owed = max(len(self.envelope.rcpt_tos), 1)
        several = text.count(self.BETWEEN.encode()) + 1 == times
        for _ in range(1 if several else times):
            await super().push(text)
