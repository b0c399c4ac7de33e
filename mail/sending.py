"""Hand a mail to an SMTP server, and say exactly what is known about it afterwards.

Up to DATA nothing has happened and anything may be tried again. From DATA on, only a number from
the server tells what became of the mail; without one it is uncertain, and is never sent again by
itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings

from desk.people import looks_like_address
from mail.smtp_url import SmtpServer
from mail.tidy import one_line
from mail.wire import as_bytes

CONNECT = 10.0  # seconds for connection, TLS and login together
COMMAND = 15.0  # seconds for each reply before DATA
DATA = 120.0  # seconds for the reply to DATA (RFC 5321, 4.5.3.2.4)
# Seconds for the reply to the whole mail, which a scanner may keep waiting. RFC 5321 asks for ten
# minutes; but a network that breaks off in silence holds up all mails for as long.
TAKING = 300.0
CONNECTIONS = 3  # kept open; servers limit them per client
_CLOSING = 421
_CONFIGURATION = {530, 534, 535, 538}  # "log in first": about us, not about this mail


@dataclass(frozen=True)
class Sent:
    """The server took the mail; `reply` often holds its queue id."""

    reply: str


@dataclass(eq=False)
class Unreachable(Exception):
    """Nothing was sent and it may be tried again: no connection, a time-out, or a 4xx reply."""

    reason: str
    retry_after: float | None = None  # seconds, where the server said so


@dataclass(eq=False)
class Refused(Exception):
    """The server will not take this mail (5xx). `code` is 0 where we refused it ourselves."""

    code: int
    reason: str


@dataclass(eq=False)
class Uncertain(Exception):
    """DATA was sent and no number came back: the mail may have left, or not."""

    reason: str


@dataclass(eq=False)
class _Gone(Exception):
    """Nobody was there to take the first word of a mail."""

    reason: str


class LeaseLost(Exception):
    """The right to send this mail was lost just before DATA. Nothing was sent."""


Attempting = Callable[[], Awaitable[bool]]


class SmtpCourier:
    """Sends one mail to one person. `sender` is the envelope's address, where bounces go."""

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        connect: float = CONNECT,
        command: float = COMMAND,
        data: float = DATA,
        taking: float = TAKING,
        connections: int = CONNECTIONS,
        sign: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """Raises ValueError for an unusable URL. `sign` runs in a thread."""
        self._server = SmtpServer.read(url)
        self._sender = sender
        self._sign = sign
        self._connect, self._command = connect, command
        self._data, self._taking = data, taking
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(
        self, message: EmailMessage, to: str, *, attempting: Attempting, sender: str = ""
    ) -> Sent:
        """`attempting` is awaited once the server wants the mail and before it gets it.

        `sender` is where this mail bounces to, if not to the usual address.
        Raises Unreachable, Refused, Uncertain; LeaseLost where `attempting` says no.
        """
        way = (sender or self._sender, to)
        try:
            return await self._send(message, way, attempting)
        except _Gone:
            # The server closed it meanwhile, as it may: and probably the other ones too.
            self._drop_idle()
        try:
            return await self._send(message, way, attempting)
        except _Gone as gone:
            raise Unreachable(gone.reason) from None

    async def _send(
        self, message: EmailMessage, way: tuple[str, str], attempting: Attempting
    ) -> Sent:
        async with self._connection() as smtp:
            body = await self._offer(smtp, message, *way)
            if not await attempting():
                raise LeaseLost
            return await self._deliver(smtp, body)

    async def close(self) -> None:
        """Say goodbye on the kept connections; later mails open new ones."""
        while self._idle:
            smtp = self._idle.pop()
            with suppress(aiosmtplib.SMTPException, OSError):
                await smtp.quit(timeout=1)
            smtp.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A ready connection. It is kept for the next mail unless something unexpected happens."""
        async with self._slots:
            smtp = self._idle.pop() if self._idle else await self._connected()
            try:
                yield smtp
            except (Unreachable, Refused, LeaseLost):
                await self._reset(smtp)
                self._keep(smtp)
                raise
            except BaseException:
                smtp.close()
                raise
            self._keep(smtp)

    def _keep(self, smtp: aiosmtplib.SMTP) -> None:
        if smtp.is_connected:
            self._idle.append(smtp)

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _reset(self, smtp: aiosmtplib.SMTP) -> None:
        """Make the server forget a mail that was begun, or close."""
        try:
            if smtp.is_connected:
                await smtp.rset(timeout=self._command)
        except (aiosmtplib.SMTPException, OSError):
            smtp.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            start_tls=server.starttls,
            validate_certs=server.verify,
            username=server.username,
            password=server.password,
            local_hostname=self._sender.rpartition("@")[2] or "localhost",
            timeout=self._command,
        )
        try:
            async with asyncio.timeout(self._connect):
                await smtp.connect()
                await _greet(smtp)
        except TimeoutError as error:
            smtp.close()
            raise Unreachable(f"{server.host} did not answer in time") from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise Unreachable(f"the mail server refused our login: {_said(error)}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            smtp.close()
            raise Unreachable(_said(error)) from error
        return smtp

    async def _offer(
        self, smtp: aiosmtplib.SMTP, message: EmailMessage, sender: str, to: str
    ) -> bytes:
        """MAIL and RCPT. Returns what DATA will carry."""
        if not looks_like_address(to):
            raise Refused(0, f"{one_line(to, 100)} is not a usable address")
        wide = not (to.isascii() and sender.isascii())
        if wide and not smtp.supports_extension("smtputf8"):
            raise Refused(0, f"{self._server.host} cannot send to addresses like {to} (SMTPUTF8)")
        body = await self._body(message, wide)
        options, encoding = (["SMTPUTF8", "BODY=8BITMIME"], "utf-8") if wide else ([], "ascii")
        try:
            await self._begin(smtp, sender, options, encoding)
            await smtp.rcpt(to, encoding=encoding)
        except aiosmtplib.SMTPResponseException as error:
            raise _verdict(error, smtp) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unreachable(_said(error)) from error
        return body

    async def _body(self, message: EmailMessage, wide: bool) -> bytes:
        body = as_bytes(message, utf8=wide)
        return await asyncio.to_thread(self._sign, body) if self._sign else body

    async def _begin(
        self, smtp: aiosmtplib.SMTP, sender: str, options: list[str], encoding: str
    ) -> None:
        """Say from whom. Raises _Gone where the server does not listen any more."""
        try:
            await smtp.mail(sender, options=options, encoding=encoding)
        except aiosmtplib.SMTPResponseException as error:
            if error.code != _CLOSING:
                raise
            raise _Gone(_said(error)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _Gone(_said(error)) from error

    async def _deliver(self, smtp: aiosmtplib.SMTP, body: bytes) -> Sent:
        try:
            response = await self._hand_over(smtp, body)
        except aiosmtplib.SMTPResponseException as error:
            if error.code < 400:  # not a reply that SMTP knows here
                raise Uncertain(_said(error)) from error
            raise _verdict(error, smtp) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Uncertain(_said(error)) from error
        return Sent(one_line(response.message, 300))

    async def _hand_over(self, smtp: aiosmtplib.SMTP, body: bytes) -> aiosmtplib.SMTPResponse:
        """The same as the library's `data`, which waits equally long for both replies."""
        await self._announce(smtp)
        if (protocol := smtp.protocol) is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        protocol.write(_stuffed(body) + b".\r\n")
        response = await protocol.read_response(timeout=self._taking)
        if response.code != aiosmtplib.SMTPStatus.completed:
            raise aiosmtplib.SMTPDataError(response.code, response.message)
        return response

    async def _announce(self, smtp: aiosmtplib.SMTP) -> None:
        """DATA. Nothing has left until the server wants it: without a word it is as before. Raises
        Unreachable, or SMTPDataError where the server does not want it."""
        try:
            wants_it = await smtp.execute_command(b"DATA", timeout=self._data)
        except (aiosmtplib.SMTPException, OSError) as error:
            smtp.close()
            raise Unreachable(_said(error)) from error
        if wants_it.code < 400 and wants_it.code != aiosmtplib.SMTPStatus.start_input:
            smtp.close()  # its replies are to other questions
            raise Unreachable(f"DATA: {wants_it.code} {one_line(wants_it.message, 100)}")
        if wants_it.code != aiosmtplib.SMTPStatus.start_input:
            raise aiosmtplib.SMTPDataError(wants_it.code, wants_it.message)


def _stuffed(body: bytes) -> bytes:
    """As RFC 5321, 4.5.2 wants it. The library's expressions stop at every letter, and mostly in
    vain: together they take two fifths of the time that composing the mail does."""
    lines = body.count(b"\r\n")
    if not lines == body.count(b"\n") == body.count(b"\r") or not body.endswith(b"\r\n"):
        body = normalize_message_line_endings(body)
    return PERIOD_REGEX.sub(b"..", body) if body.startswith(b".") or b"\n." in body else body


async def _greet(smtp: aiosmtplib.SMTP) -> None:
    """Learn what the server offers, if the log-in did not do so already."""
    if not smtp.is_ehlo_or_helo_needed:
        return
    try:
        await smtp.ehlo()
    except aiosmtplib.SMTPHeloError:
        await smtp.helo()


def _verdict(
    error: aiosmtplib.SMTPResponseException, smtp: aiosmtplib.SMTP
) -> Unreachable | Refused:
    """What a reply means for the mail. After nonsense the connection is not used again."""
    if error.code < 400:
        smtp.close()
    if 500 <= error.code < 600 and error.code not in _CONFIGURATION:
        return Refused(error.code, _said(error))
    return Unreachable(_said(error))


def _said(error: Exception) -> str:
    """What the server or the network said, on one line. Commands, and so secrets, are not in it."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return one_line(f"{error.code} {error.message}", 300)
    return one_line(str(error) or type(error).__name__, 300)
