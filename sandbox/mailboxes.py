"""Everybody's mailbox: an SMTP server that keeps what the desk sends, and a way to send back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox import mail as mails
from sandbox.changes import Changes
from sandbox.faults import SmtpFault, SmtpFaults
from sandbox.mail import Mail
from sandbox.traffic import Traffic
from sandbox.world import World

MAX_SIZE = 30 * 1024 * 1024
SENDING_PATIENCE = 10.0  # seconds
SLOW = 1.5  # seconds that a slow server takes for a mail


class MailRefused(Exception):
    """The desk's mail server did not take a mail; the message is its answer."""


class Mailboxes:
    def __init__(
        self, world: World, changes: Changes, traffic: Traffic, clock: Callable[[], float]
    ) -> None:
        self._world = world
        self._changes = changes
        self._traffic = traffic
        self._clock = clock
        self.boxes: dict[str, list[Mail]] = {}
        self.faults = SmtpFaults()
        self.desk: tuple[str, int] | None = None
        self._server: asyncio.Server | None = None
        self._silent: list[asyncio.BaseTransport] = []

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, host, port)

    async def stop(self) -> None:
        for transport in self._silent:
            _abort(transport)
        if self._server:
            self._server.close()

    # -- reading ----------------------------------------------------------------------------

    def box(self, address: str) -> list[Mail]:
        """The mails that came to an address, oldest first."""
        return [m for m in self.both_ways(address) if m.direction == "in"]

    def both_ways(self, address: str) -> list[Mail]:
        return self.boxes.setdefault(address.casefold(), [])

    def find(self, address: str, mail_id: str) -> Mail | None:
        return next((m for m in self.both_ways(address) if m.id == mail_id), None)

    def unread(self, address: str) -> int:
        return sum(1 for m in self.box(address) if not m.read)

    def read(self, mail: Mail, address: str) -> None:
        mail.read = True
        self.tell(address, mail)

    def tell(self, address: str, mail: Mail) -> None:
        self._changes.tell("mail", address=address, id=mail.id, unread=self.unread(address))

    # -- coming in --------------------------------------------------------------------------

    def keep(self, raw: bytes, envelope_from: str, envelope_to: list[str]) -> None:
        for address in envelope_to:
            mail = Mail(raw, envelope_from, list(envelope_to), self._clock())
            self.both_ways(address).append(mail)
            self._record("mail in", mail, mail.status)
            self.tell(address, mail)

    # -- going out --------------------------------------------------------------------------

    async def answer(
        self,
        original: Mail,
        text: str,
        from_: str | None = None,
        *,
        to: str | None = None,
        subject: str | None = None,
        cc: str = "",
        files: Iterable[tuple[str, bytes, str]] = (),
    ) -> Mail:
        """Reply as a mail program does: quoted below, threaded by headers."""
        sender = from_ or original.envelope_to[0]
        person = self._world.by_address(sender)
        usual_to, usual_subject, threading = mails.answer_headers(original)
        french = person is None or person.locale.startswith("fr")
        body = mails.quoted(original, text, french=french)
        return await self.send(
            sender,
            to or usual_to,
            subject or usual_subject,
            body,
            headers=threading | ({"Cc": cc} if cc else {}),
            files=files,
        )

    async def send(
        self,
        from_: str,
        to: str,
        subject: str,
        text: str,
        *,
        in_reply_to: str | None = None,
        headers: dict[str, str] | None = None,
        files: Iterable[tuple[str, bytes, str]] = (),
    ) -> Mail:
        """Send a person's mail; `files` are names, bytes and types.

        Raises MailRefused with the server's answer.
        """
        name, address = parseaddr(from_)
        person = self._world.by_address(address)
        sender = (name or mails.sender_of(person, address)[0], address)
        threading = {"In-Reply-To": in_reply_to, "References": in_reply_to} if in_reply_to else {}
        message = mails.written(
            sender,
            to,
            subject,
            text,
            at=datetime.fromtimestamp(self._clock(), UTC),
            headers={**threading, **(headers or {})},
            files=files,
        )
        return await self.send_raw(address, message)

    async def send_raw(
        self, envelope_from: str, message: EmailMessage | bytes, to: Iterable[str] = ()
    ) -> Mail:
        """Send any mail at all, even one no mail program would write. `to`: else as it says."""
        raw = message if isinstance(message, bytes) else message.as_bytes()
        sent = Mail(raw, envelope_from, list(to), self._clock(), direction="out", read=True)
        to = sent.envelope_to = sent.envelope_to or sent.recipients
        ours = [a for a in to if self._world.by_address(a)]
        others = [a for a in to if a not in ours]
        try:
            if others:
                await self._hand_over(envelope_from, others, raw)
        except MailRefused as refused:
            sent.status = f"refused: {refused}"
            raise
        finally:
            self.both_ways(envelope_from).append(sent)
            self._record("mail out", sent, sent.status)
            self.tell(envelope_from, sent)
        if ours:
            self.keep(raw, envelope_from, ours)
        return sent

    async def _hand_over(self, envelope_from: str, to: list[str], raw: bytes) -> None:
        if self.desk is None:
            raise MailRefused("no mail server is known for these addresses: " + ", ".join(to))
        host, port = self.desk
        try:
            await aiosmtplib.send(
                raw,
                sender=envelope_from,
                recipients=to,
                hostname=host,
                port=port,
                timeout=SENDING_PATIENCE,
                start_tls=False,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            first = refused.recipients[0]
            raise MailRefused(f"{first.code} {first.message}") from refused
        except aiosmtplib.SMTPResponseException as refused:
            raise MailRefused(f"{refused.code} {refused.message}") from refused
        except (aiosmtplib.SMTPException, OSError) as broken:
            raise MailRefused(f"no connection: {broken}") from broken

    def _record(self, kind: str, mail: Mail, status: str) -> None:
        direction: Any = "from bot" if kind == "mail in" else "to bot"
        shown = {"from": mail.header("From"), "to": mail.envelope_to, "subject": mail.subject}
        shown["text"] = mail.text
        self._traffic.add(direction, kind, who=mail.envelope_from, request=shown, status=status)

    # -- the SMTP server --------------------------------------------------------------------

    def _protocol(self) -> asyncio.BaseProtocol:
        fault = self.faults.take("connect")
        if fault:
            return _BadGreeting(fault, self._silent)
        return SMTP(
            _Sink(self),
            data_size_limit=MAX_SIZE,
            enable_SMTPUTF8=True,
            hostname="sandbox.example",
            loop=asyncio.get_running_loop(),
        )


class _Sink:
    """aiosmtpd's handler: keeps mails, and fails when told to."""

    def __init__(self, boxes: Mailboxes) -> None:
        self._boxes = boxes

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._boxes.faults.take("rcpt")
        if fault:
            return await _suffer(fault, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self._boxes.faults.take("data")
        if fault:
            return await _suffer(fault, server)
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self._boxes.keep(raw, str(envelope.mail_from or ""), list(envelope.rcpt_tos))
        late = self._boxes.faults.take("after_data")
        return await _suffer(late, server) if late else "250 OK"


async def _suffer(fault: SmtpFault, server: SMTP) -> str:
    if fault.code == "hang":
        await asyncio.sleep(3600)
    if fault.code == "slow":
        await asyncio.sleep(SLOW)
        return "250 OK"
    if fault.code == "drop":
        if server.transport:
            _abort(server.transport)
        return "421 gone"
    return f"{fault.code} told to fail"


def _abort(transport: asyncio.BaseTransport) -> None:
    """Cut the wire without a goodbye."""
    assert isinstance(transport, asyncio.Transport)
    transport.abort()


class _BadGreeting(asyncio.Protocol):
    """A server that is ill from the first moment."""

    def __init__(self, fault: SmtpFault, silent: list[asyncio.BaseTransport]) -> None:
        self._fault = fault
        self._silent = silent

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._fault.code == "hang":
            self._silent.append(transport)
        elif self._fault.code == "drop":
            _abort(transport)
        else:
            transport.write(f"{self._fault.code} told to fail\r\n".encode())
            transport.close()
