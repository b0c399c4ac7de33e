"""What becomes of mail that no person wrote, and how far any mail is believed and answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.config import Settings
from desk.acknowledging import Budget
from desk.errors import NoSuchTicket
from desk.report_undelivered import DELAYED, ReportUndelivered
from desk.service import Desk
from mail.bounces import Failure, Report
from mail.identity import MailIdentity
from mail.reading import Incoming
from mail.trust import Result as Trusted
from mail.trust import assess
from mail.verdict import Kind
from storage.store import SqlStore

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limits:
    """`authserv_ids` are the names under which our mail servers write what they found out."""

    authserv_ids: tuple[str, ...] = ()
    budget: Budget = Budget()  # noqa: RUF009 - frozen
    mails_an_hour: int = 30  # that one sender makes tickets with; further ones wait for somebody


def mail_limits(settings: Settings) -> Limits:
    names = tuple(name.strip() for name in settings.authserv_id.split(",") if name.strip())
    budget = Budget(domain_an_hour=settings.acknowledgements_per_domain)
    return Limits(names, budget, settings.mails_per_sender)


@dataclass(frozen=True)
class About:
    """Which mail of ours a report is about, as far as it can be told."""

    ticket: int
    row: int | None = None
    entry: int | None = None
    person: int | None = None


class MachineMail:
    def __init__(
        self, store: SqlStore, desk: Desk, identity: MailIdentity, limits: Limits | None = None
    ) -> None:
        self._store = store
        self._desk = desk
        self._identity = identity
        self.limits = limits or Limits()

    def assessed(self, mail: Incoming) -> Incoming:
        """The mail with what our own server says of its sender."""
        trust = assess(mail.authentication, mail.from_address, self.limits.authserv_ids)
        return replace(mail, trust=trust, unverified=mail.unverified or trust.doubtful)

    def acknowledges(self, mail: Incoming, *, known: bool) -> bool:
        """Whether the sender of a new request may hear of it: never a machine, never somebody who
        may not have written it."""
        if mail.wants_silence or mail.verdict.is_machine or mail.trust.result is Trusted.FAILED:
            return False
        return known or mail.trust.result is Trusted.VERIFIED

    async def take(self, mail: Incoming) -> bool:
        """Whether this was a report, with which all that it asks for is done. Raises Busy."""
        match mail.verdict.kind:
            case Kind.BOUNCE | Kind.DELAY:
                await self._returned(mail)
            case Kind.REPORT:
                log.info("mail_report", reasons=list(mail.verdict.reasons))
            case Kind.OURS:
                log.warning("own_mail_came_back")
            case _:
                return False
        return True

    async def _returned(self, mail: Incoming) -> None:
        report = mail.report
        about = await self._about(mail, report) if report is not None else None
        if report is None or about is None:
            log.info("bounce_of_nothing", kind=mail.verdict.kind.value)
            return
        for failure in report.failures:
            await self._report(mail, about, failure)

    async def _report(self, mail: Incoming, about: About, failure: Failure) -> None:
        late = mail.verdict.kind is Kind.DELAY
        said = ReportUndelivered(
            ticket=about.ticket,
            address=failure.address,
            reason=DELAYED if late else failure.reason.value,
            status=failure.status,
            said=failure.said,
            hard=failure.hard,
            row=about.row,
            entry=about.entry,
            person=about.person,
        )
        once = f"returned:{mail.key or mail.message_id}:{failure.address}"
        try:
            result = await self._desk.handle(said, once=once)
        except NoSuchTicket:
            log.info("bounce_of_nothing", kind=mail.verdict.kind.value)
            return
        log.info("mail_returned", ticket=about.ticket, reason=said.reason, news=result.changed)

    async def _about(self, mail: Incoming, report: Report) -> About | None:
        """By our own signed marks first: they cannot be made up. Then by ids that we stored."""
        for address in mail.to:
            row = self._identity.read_bounce(address)
            if row is not None and (found := await self._of_row(row)) is not None:
                return found
        for message_id in report.message_ids:
            if (sent := self._identity.read_sent(message_id)) is not None:
                return About(sent[0], row=sent[1])
        known = await self._store.read(
            lambda tx: [f for i in report.message_ids if (f := tx.mails.entry_of(i)) is not None]
        )
        if known:
            return About(known[0][0], entry=known[0][1])
        for address in mail.to:
            if (token := self._identity.read_token(address)) is not None:
                return About(token[0], person=token[1])
        return None

    async def _of_row(self, row: int) -> About | None:
        ticket = await self._store.read(lambda tx: tx.returned_mails.ticket_of(row))
        return None if ticket is None else About(ticket, row=row)
