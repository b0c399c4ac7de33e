"""Every way in for mail: the door for mail servers, and the worker on what came in."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import structlog

from bot.config import Settings
from bot.courtesy import Courtesy
from bot.mail_addresses import Addresses
from bot.mail_fetching import Fetching
from bot.mail_spool import MailSpool, Taking
from bot.mailboxes import Mailbox
from mail.listener import MailListener, Reply, Tls
from storage.store import SqlStore

log = structlog.get_logger(__name__)

DRAINING = 2.5  # seconds for mails that are worked on when we stop


class MailWays:
    """Open from `start` to `close`."""

    def __init__(
        self,
        settings: Settings,
        store: SqlStore,
        taking: Taking,
        clock: Callable[[], datetime],
        addresses: Addresses,
        mailboxes: tuple[Mailbox, ...] = (),
        courtesy: Courtesy | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._addresses = addresses
        self._mailboxes = mailboxes
        self._spool = MailSpool(store, taking, clock, courtesy)
        self._closing = contextlib.AsyncExitStack()
        self.port: int | None = None

    async def start(self) -> None:
        """Raises OSError where the port is taken or the certificate cannot be read."""
        working = asyncio.create_task(self._spool.run())

        async def end() -> None:
            await self._spool.stop(DRAINING)
            await working

        self._closing.push_async_callback(end)
        if self._settings.mail_listen:
            await self._listen()
        for box in self._mailboxes:
            self._fetch(box)
        if not self._settings.mail_listen and not self._mailboxes:
            log.warning("no_mail_comes_in", advice="set FRONTDESK_MAIL_LISTEN")

    def _fetch(self, box: Mailbox) -> None:
        settings = self._settings
        fetching = Fetching(
            box,
            self._store,
            self._clock,
            self._spool.wake,
            settings.mail_max_bytes,
            settings.state_folder,
        )
        running = asyncio.create_task(fetching.run())

        async def end() -> None:
            await fetching.stop()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        self._closing.push_async_callback(end)

    def wake(self) -> None:
        """Somebody may work on mail. Safe from any thread."""
        self._spool.wake()

    async def close(self) -> None:
        await self._closing.aclose()

    async def _listen(self) -> None:
        settings = self._settings
        where = urlsplit(settings.mail_listen)

        async def receive(
            raw: bytes, envelope_to: tuple[str, ...], envelope_from: str
        ) -> tuple[Reply, ...]:
            ways = self._addresses.ways(envelope_to)
            return await self._spool.receive(raw, ways, envelope_to, envelope_from)

        listener = MailListener(
            where.hostname or "127.0.0.1",
            where.port or 0,
            protocol="lmtp" if where.scheme.startswith("lmtp") else "smtp",
            handle=receive,
            max_bytes=settings.mail_max_bytes,
            tls=_tls(settings),
            certificate=_certificate(settings),
        )
        await listener.start()
        self.port = listener.port
        self._closing.push_async_callback(listener.stop)


def _tls(settings: Settings) -> Tls:
    where = urlsplit(settings.mail_listen)
    if where.scheme.endswith("s"):
        return "implicit"
    if where.query:
        return "required"
    return "offered" if settings.mail_certificate else "never"


def _certificate(settings: Settings) -> ssl.SSLContext | None:
    if settings.mail_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.mail_certificate, settings.mail_certificate_key)
    return context
