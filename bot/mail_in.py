"""A mail came in: an answer finds its ticket, a new request becomes one."""

from __future__ import annotations

import hashlib

import structlog

from bot.files_in import FilesIn
from bot.machine_mail import Limits, MachineMail
from desk.answer_ticket import AnswerTicket
from desk.files import NewFile
from desk.moving import LONGEST_TEXT
from desk.open_ticket import LONGEST_SUBJECT, OpenTicket
from desk.people import Person
from desk.ports import MailThread
from desk.service import Desk
from desk.ticket import Origin
from desk.words import Words
from mail.identity import MailIdentity
from mail.matching import Match, evidence, forged_tokens, is_our_own
from mail.reading import Incoming
from mail.verdict import Kind, Verdict
from mail.ways import Strangers, Way
from storage.store import SqlStore

log = structlog.get_logger(__name__)


class MailIn:
    """Where each mail goes: into its ticket, or into a new one."""

    def __init__(
        self,
        store: SqlStore,
        desk: Desk,
        identity: MailIdentity,
        limits: Limits | None = None,
        *,
        files: FilesIn | None = None,
    ) -> None:
        self._store = store
        self._desk = desk
        self._identity = identity
        self._files = files
        self._machines = MachineMail(store, desk, identity, limits)

    async def refuses(self, mail: Incoming, way: Way) -> Verdict | None:
        """Why this mail would be refused at the door, as far as one can tell without taking it."""
        if way.strangers is not Strangers.REFUSE or is_our_own(mail, self._identity):
            return None
        if mail.verdict.kind in (Kind.BOUNCE, Kind.DELAY, Kind.REPORT):
            return None  # about a mail of ours; whoever reports is known to nobody
        sender = await self._sender(mail)
        if (sender is not None and sender.active) or await self._match(mail) is not None:
            return None
        return Verdict(Kind.PERSON, ("unknown sender",))

    async def take(self, mail: Incoming, way: Way) -> None:
        """Do what the mail asks for, once. Raises Busy where it must come again later."""
        if is_our_own(mail, self._identity):
            log.warning("own_mail_came_back")
            return
        if await self._machines.take(mail):
            return
        mail = self._machines.assessed(mail)
        match = await self._match(mail)
        if match is not None:
            await self._answer(mail, match)
        else:
            await self._open(mail)

    async def _match(self, mail: Incoming) -> Match | None:
        """Evidence that the mail belongs to a ticket: our token, our ids, ids we stored."""
        ids = (*mail.in_reply_to, *mail.references)
        known = await self._store.read(
            lambda tx: {i: found[0] for i in ids if (found := tx.mails.entry_of(i)) is not None}
        )
        for forged in forged_tokens(mail, self._identity):
            log.warning("token_forged", size=len(forged))
        return evidence(mail, self._identity, known.get)

    async def _answer(self, mail: Incoming, match: Match) -> None:
        sender = await self._sender(mail)
        token_person = match.person
        audience = await self._store.read(
            lambda tx: {
                p
                for ticket in (tx.tickets.get(match.ticket),)
                for p in (ticket.requester, ticket.beneficiary)
                if p is not None
            }
        )
        if sender is not None and sender.id in audience:
            by, unverified = sender.handle, mail.unverified
        elif token_person in audience:
            # The token proves that they hold our mail; the address is another one of theirs.
            by, unverified = f"person:{token_person}", True
        else:
            log.warning("mail_from_somebody_else", ticket=match.ticket)
            await self._open(mail)
            return
        words = _words(mail.reply_text or mail.text or mail.subject)
        answer = AnswerTicket(
            match.ticket,
            by,
            words,
            message_id=mail.message_id,
            unverified=unverified,
            automatic=mail.is_automatic,
            whole=mail.text,
            thread=_thread(mail),
            files=await self._kept(mail, match.ticket),
        )
        await self._desk.handle(answer, once=_once(mail))
        log.info("mail_answer_taken", ticket=match.ticket)

    async def _open(self, mail: Incoming) -> None:
        """A new request, from somebody the desk knows. Machines do not ask for help."""
        sender = await self._sender(mail)
        if sender is None or not sender.active:
            log.warning("mail_from_unknown_sender")
            return
        if mail.verdict.kind is Kind.AUTO_REPLY:
            log.info("mail_from_machine", reasons=list(mail.verdict.reasons))
            return
        if await self._machines.holds(mail, sender):
            return
        text = mail.text or mail.subject
        wish = OpenTicket(
            by=sender.handle,
            requester=sender.handle,
            subject=" ".join(mail.subject.split())[:LONGEST_SUBJECT] or _first_line(text),
            description=_words(text),
            origin=Origin.MAIL,
            message_id=mail.message_id,
            acknowledge=self._machines.acknowledges(mail, known=True),
            budget=self._machines.limits.budget,
            thread=_thread(mail),
            files=await self._kept(mail),
        )
        result = await self._desk.handle(wish, once=_once(mail))
        log.info("mail_opened_ticket", ticket=result.ticket)

    async def _kept(self, mail: Incoming, ticket: int | None = None) -> tuple[NewFile, ...]:
        """The mail's files, in the store before anything refers to them."""
        return await self._files.keep(mail.attachments, ticket) if self._files else ()

    async def _sender(self, mail: Incoming) -> Person | None:
        address = mail.from_address
        if not address:
            return None
        return await self._store.read(lambda tx: tx.people.by_handle(address))


def _thread(mail: Incoming) -> MailThread | None:
    return MailThread(mail.thread_index, mail.thread_topic) if mail.thread_index else None


def _words(text: str) -> Words:
    """At most what the desk takes: a mail that is too long, or empty but for a picture, still
    counts."""
    kept = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return Words.plain(kept) or Words.plain("…")


def _once(mail: Incoming) -> str:
    """Programs give one Message-ID to several mails, so it alone will not do."""
    return "mail:" + (mail.key or hashlib.sha256(mail.message_id.encode()).hexdigest())


def _first_line(text: str) -> str:
    return (" ".join(text.split())[:80] or "…").strip()
