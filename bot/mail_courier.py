"""Carry the desk's mails to the SMTP server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from bot.files import FileMissing, FileStore
from bot.outcomes import Attempting, Done, LeaseLost, Refused, Uncertain, Unreachable
from bot.reading import facts_of
from desk.effects import SendMail
from desk.errors import NotPublic
from desk.files import PublicFile
from locales.translator import translator_for
from mail import sending
from mail.attachment import Attachment
from mail.compose import compose
from mail.enclosing import enclose
from mail.identity import MailIdentity
from mail.templating import OURS, Templates
from mail.tidy import one_line
from storage.outbox_rows import Lease
from storage.store import SqlStore

LONGEST_WAIT = 300.0  # seconds before a file on its way to us is asked for again


class MailCourier:
    def __init__(
        self,
        store: SqlStore,
        smtp: sending.SmtpCourier,
        identity: MailIdentity,
        clock: Callable[[], datetime],
        files: FileStore | None = None,
        templates: Templates = OURS,
    ) -> None:
        self._store = store
        self._smtp = smtp
        self._identity = identity
        self._clock = clock
        self._files = files
        self._templates = templates

    async def send(self, effect: SendMail, lease: Lease, attempting: Attempting) -> Done:
        """A mail whose last attempt ended in doubt is never sent again by itself."""
        if lease.attempted_at is not None:
            raise Uncertain("we stopped while it was being sent")
        now = self._clock()
        try:
            facts = await facts_of(effect, lease, self._store, now)
        except NotPublic:
            raise await self._not_public(effect, now) from None
        if not facts.to.email:
            raise Refused("has no address any more")
        t = translator_for(facts.to.language)
        attached = await self._attached(facts.files, lease)
        message = compose(
            facts,
            identity=self._identity,
            t=t,
            row=lease.id,
            at=now,
            templates=self._templates,
        )
        if attached:
            boundary = f"=_frontdesk.files.{effect.ticket}.{lease.id}"
            await asyncio.to_thread(enclose, message, attached, boundary)
        try:
            sent = await self._smtp.send(
                message,
                facts.to.email,
                attempting=attempting,
                sender=self._identity.envelope_sender(lease.id),
            )
        except sending.LeaseLost:
            raise LeaseLost from None
        except sending.Unreachable as fault:
            raise Unreachable(fault.reason, fault.retry_after) from None
        except sending.Refused as fault:
            raise Refused(fault.reason) from None
        except sending.Uncertain as fault:
            raise Uncertain(fault.reason) from None
        message_id = str(message["Message-ID"])

        def keep(tx: Any) -> None:
            tx.mails.keep_outgoing(effect.ticket, effect.entry, message_id, self._clock())

        return Done(sent.reply[:200], keep)

    async def _attached(self, files: Iterable[PublicFile], lease: Lease) -> list[Attachment]:
        """The bytes of what goes along. Raises Unreachable while they are on their way to us, and
        Refused where they will never come: words that speak of a file do not go without it."""
        attached = []
        for file in files:
            name = one_line(file.name, 60)
            if file.lost:
                raise Refused(f"the file {name} could not be had from Slack")
            if not file.digest or self._files is None:
                # Sooner than a mail server is asked again: most files are here in a moment.
                pause = min(2.0 ** min(lease.attempts, 20), LONGEST_WAIT)
                raise Unreachable(f"the file {name} is still on its way to us", pause)
            try:
                data = await self._files.read(file.digest)
            except FileMissing:
                raise Refused(f"the file {name} is not in the store any more") from None
            attached.append(Attachment(file.name, file.media_type, data))
        return attached

    async def _not_public(self, effect: SendMail, now: datetime) -> Refused | Unreachable:
        """Taken back; or not public yet, where the clock was set back since the mail fell due."""
        entry = await self._store.read(lambda tx: tx.journal.get(effect.entry))
        if entry.withdrawn or entry.public_from is None or not entry.is_public:
            return Refused("no longer meant for the requester")
        left = (entry.public_from - now).total_seconds()
        return Unreachable("not public yet", retry_after=max(left, 0.1))
