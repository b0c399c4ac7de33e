"""A mail came in: an answer finds its ticket, a new request becomes one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.files_in import FilesIn
from bot.holding import Holding, utc_now
from bot.machine_mail import Limits, MachineMail
from desk.answer_ticket import AnswerTicket
from desk.errors import NoSuchTicket
from desk.files import NewFile
from desk.mails import MailThread
from desk.moving import LONGEST_TEXT
from desk.note_by_mail import NoteByMail
from desk.open_ticket import LONGEST_SUBJECT, OpenTicket
from desk.people import NewPerson, Person, looks_like_address
from desk.result import Result
from desk.service import Desk
from desk.ticket import Origin
from desk.words import NO_WORDS, Words
from mail.answered import knowing_sent
from mail.forwards import forwarded
from mail.identity import MailIdentity
from mail.machines.senders import DAEMONS, NOTIFIERS
from mail.matching import Evidence, Match, evidence, forged_tokens, is_our_own
from mail.notices import as_facts
from mail.reading import Incoming
from mail.thanks import is_thanks
from mail.trust import Result as Trusted
from mail.verdict import Kind, Verdict
from mail.ways import Strangers, Way
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

BEGINNING = 80  # characters of a mail's text that serve as its subject
GRACE = timedelta(days=7)  # after which an answer to a solved ticket opens a new one


class Unworkable(Exception):
    """Nothing can be done about the mail by itself, now or later: somebody has to look at it. The
    message says why."""


@dataclass(frozen=True)
class Place:
    """What the mail may do to the ticket it belongs to: answer as `by`, or add a note.

    `brings`: those in copy of it take part from now on. Not where a number and a name are all that
    it knows: anybody could have written both, and would read our replies.
    """

    ticket: int
    by: str
    unverified: bool = False
    note: bool = False
    brings: bool = False
    holder: str = ""  # the name of who works on it


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
        grace: timedelta = GRACE,
        clock: Callable[[], datetime] = utc_now,
        own_addresses: Collection[str] = (),
    ) -> None:
        """`own_addresses`: where mail comes in, behind which there is nobody."""
        self._store = store
        self._desk = desk
        self._identity = identity
        self._files = files
        self._grace = grace
        self._own_addresses = frozenset(own_addresses)
        self._machines = MachineMail(store, desk, identity, limits)
        self._holding = Holding(store, self._machines.limits.mails_an_hour, clock)

    async def refuses(self, mail: Incoming, way: Way) -> Verdict | None:
        """Why this mail would be refused at the door, as far as one can tell without taking it."""
        if way.strangers is not Strangers.REFUSE or is_our_own(mail, self._identity):
            return None
        if mail.verdict.kind in (Kind.BOUNCE, Kind.DELAY, Kind.REPORT):
            return None  # about a mail of ours; whoever reports is known to nobody
        sender = await self._sender(mail)
        if _known(sender) or await self._place(mail, sender) is not None:
            return None
        return Verdict(Kind.PERSON, ("account closed" if sender else "unknown sender",))

    async def take(self, mail: Incoming, way: Way) -> None:
        """Do what the mail asks for, once. Raises Busy where it must come again later."""
        if is_our_own(mail, self._identity):
            log.warning("own_mail_came_back")
            return
        if await self._machines.take(mail):
            return
        mail = self._machines.assessed(mail)
        sender = await self._sender(mail)
        place = await self._place(mail, sender)
        if place is None:
            await self._open(mail, sender, way)
        else:
            await self._go_on(mail, place)

    async def _place(self, mail: Incoming, sender: Person | None) -> Place | None:
        for forged in forged_tokens(mail, self._identity):
            log.warning("token_forged", size=len(forged))
        ids = (*mail.in_reply_to, *mail.references)

        def look(tx: SqlTransaction) -> Place | None:
            known = {i: found[0] for i in ids if (found := tx.mails.entry_of(i)) is not None}
            match = evidence(mail, self._identity, known.get)
            return self._placed(match, mail, sender, tx) if match is not None else None

        return await self._store.read(look)

    def _placed(
        self, match: Match, mail: Incoming, sender: Person | None, tx: SqlTransaction
    ) -> Place | None:
        """Evidence says which ticket; who writes must be on it, or hold a mail that we sent to
        somebody who is."""
        try:
            ticket = tx.tickets.get(match.ticket)
        except NoSuchTicket:
            return None
        if match.by is Evidence.NUMBER and (sender is None or mail.unverified):
            return None
        holder = tx.people.get(ticket.assignee).name if ticket.assignee else ""
        if sender is not None and sender.active:
            if ticket.concerns(sender.id):
                known = match.by is not Evidence.NUMBER or mail.trust.result is Trusted.VERIFIED
                brings = known and not mail.unverified
                handle, doubtful = sender.handle, mail.unverified
                return Place(ticket.id, handle, doubtful, brings=brings, holder=holder)
            if tx.people.actor(sender.handle).serves(ticket):
                # Whatever a technician forwards is another request, or was one already.
                passed_on = forwarded(mail) is not None
                return None if passed_on else Place(ticket.id, sender.handle, note=True)
        reader = _read_by(match, tx)
        if reader is not None and ticket.concerns(reader.id) and not _known(sender):
            # The token proves that they hold our mail; the address is another one of theirs.
            return Place(ticket.id, f"person:{reader.id}", True, holder=holder)
        log.warning("mail_from_somebody_else", ticket=ticket.id, by=match.by.value)
        return None

    async def _go_on(self, mail: Incoming, place: Place) -> None:
        """Into the ticket, unless that would flood it."""
        let_in = await self._holding.let_in(mail)
        if let_in is None:
            once = _once(mail)
            if await self._holding.holds_answer(mail, place.ticket, place.by, once):
                return
        result = await (self._note if place.note else self._answer)(mail, place)
        if let_in is not None:
            await self._holding.became(mail, result)

    async def _answer(self, mail: Incoming, place: Place) -> Result:
        journal = await self._store.read(lambda tx: tx.journal.of(place.ticket))
        mail = knowing_sent(mail, journal)
        words = _words(mail.reply_text or mail.text or _said_without_words(mail))
        plain = not mail.attachments and mail.verdict.kind is Kind.PERSON
        answer = AnswerTicket(
            place.ticket,
            place.by,
            words,
            message_id=mail.message_id,
            unverified=place.unverified,
            automatic=mail.verdict.kind is Kind.AUTO_REPLY,
            thanks=plain and is_thanks(mail.reply_text, (mail.from_name, place.holder)),
            whole=mail.whole,
            cc=self._in_copy(mail) if place.brings else (),
            reply_to=mail.reply_to,
            notices=as_facts(mail.notices),
            subject=_subject(mail.subject, mail.text),
            grace=self._grace,
            acknowledge=self._machines.acknowledges(mail, known=True),
            budget=self._machines.limits.budget,
            thread=_thread(mail),
            files=await self._kept(mail),
        )
        result = await self._desk.handle(answer, once=_once(mail))
        log.info("mail_answer_taken", ticket=result.ticket)
        return result

    async def _note(self, mail: Incoming, place: Place) -> Result:
        """A technician's mail: for technicians."""
        words = _words(mail.reply_text or mail.text or _said_without_words(mail))
        facts: dict[str, str | bool] = {"unverified": True} if mail.unverified else {}
        if mail.whole.split() != words.text.split():
            facts["whole"] = mail.whole[:LONGEST_TEXT]
        note = NoteByMail(
            place.ticket,
            place.by,
            words,
            mail.message_id,
            facts=tuple(facts.items()),
            files=await self._kept(mail, place.ticket),
        )
        result = await self._desk.handle(note, once=_once(mail))
        log.info("mail_noted", ticket=place.ticket)
        return result

    async def _open(self, mail: Incoming, sender: Person | None, way: Way) -> None:
        """A new request. Machines do not ask for help; under a closed account nobody does unless
        somebody decides so."""
        if mail.verdict.kind is Kind.AUTO_REPLY:
            log.info("mail_from_machine", reasons=list(mail.verdict.reasons))
            return
        if not mail.from_address:
            raise Unworkable("nobody is named as its sender")
        if not _known(sender) and way.strangers is Strangers.REFUSE:
            log.warning("mail_from_unknown_sender")
            return
        let_in = await self._holding.let_in(mail)
        if let_in is None and await self._held(mail, sender, way):
            return
        wish = await self._passed_on(mail, sender, way) or await self._own(mail, sender, way)
        if let_in is not None:
            # Somebody has seen that a person wrote, and what: they may hear of it.
            answers = self._machines.acknowledges(mail, known=True)
            wish = replace(wish, let_in=let_in.by, acknowledge=answers)
        result = await self._desk.handle(wish, once=_once(mail))
        log.info("mail_opened_ticket", ticket=result.ticket)
        if let_in is not None:
            await self._holding.became(mail, result)

    async def _held(self, mail: Incoming, sender: Person | None, way: Way) -> bool:
        if sender is not None and sender.active:
            return await self._holding.holds_flood(mail, sender, way)
        if sender is not None or way.strangers is Strangers.HOLD:
            await self._holding.holds_stranger(mail, way, gone=sender)
            return True
        return False

    async def _own(self, mail: Incoming, sender: Person | None, way: Way) -> OpenTicket:
        """What the sender asks for themselves."""
        by = sender.handle if sender is not None else mail.from_address
        name = mail.from_name or mail.from_address
        return OpenTicket(
            **await self._common(mail, way),
            by=by,
            requester=by,
            writer=NewPerson(name, by, _spoken(mail)) if sender is None else None,
            subject=_subject(mail.subject, mail.text or _file_names(mail)),
            description=_words(mail.text or mail.subject or _file_names(mail)),
            acknowledge=self._machines.acknowledges(mail, known=sender is not None),
            budget=self._machines.limits.budget,
            cc=() if mail.unverified else self._in_copy(mail),
        )

    async def _passed_on(
        self, mail: Incoming, sender: Person | None, way: Way
    ) -> OpenTicket | None:
        """What somebody else wrote to a technician, who passed it on: a request of theirs.

        Asking for somebody else is a technician's right, which a doubtful mail does not have, and
        a closed account no more.
        """
        found = forwarded(mail) if not mail.unverified else None
        if found is None or sender is None or not _can_ask(found.address, self._identity):
            return None
        if not sender.active:
            return None
        if not await self._store.read(lambda tx: tx.people.actor(sender.handle).is_technician):
            return None
        text = found.text or found.subject
        common = await self._common(mail, way)
        return OpenTicket(
            **{**common, "thread": None},  # of a conversation that the requester is not in
            by=sender.handle,
            requester=NewPerson(found.name or found.address, found.address),
            subject=_subject(found.subject, text),
            description=_words(text),
            whole=mail.text,
            note=_words(found.own) if found.own else NO_WORDS,
            acknowledge=mail.verdict.kind is Kind.PERSON,
            budget=self._machines.limits.budget,
        )

    async def _common(self, mail: Incoming, way: Way) -> dict[str, Any]:
        return {
            "origin": Origin.MAIL,
            "message_id": mail.message_id,
            "unverified": mail.unverified,
            "reply_to": mail.reply_to,
            "notices": as_facts(mail.notices),
            "team": way.team,
            "thread": _thread(mail),
            "files": await self._kept(mail),
        }

    def _in_copy(self, mail: Incoming) -> tuple[NewPerson, ...]:
        """The people it went to besides us and its sender; nobody where a machine wrote."""
        if mail.verdict.kind is not Kind.PERSON:
            return ()
        ours = {mail.from_address, *mail.delivered_to, *self._own_addresses}
        return tuple(
            NewPerson(name or address, address)
            for name, address in mail.recipients
            if address not in ours and _can_ask(address, self._identity)
        )

    async def _kept(self, mail: Incoming, ticket: int | None = None) -> tuple[NewFile, ...]:
        """The mail's files, in the store before anything refers to them."""
        return await self._files.keep(mail.attachments, ticket) if self._files else ()

    async def _sender(self, mail: Incoming) -> Person | None:
        address = mail.from_address
        if not address:
            return None
        return await self._store.read(lambda tx: tx.people.by_handle(address))


def _read_by(match: Match, tx: SqlTransaction) -> Person | None:
    """Whom the answered mail was for, as the desk knows them now: the token may be older than the
    discovery that they are somebody it knew already."""
    return None if match.person is None else tx.people.by_handle(f"person:{match.person}")


def _known(sender: Person | None) -> bool:
    return sender is not None and sender.active


def _can_ask(address: str, identity: MailIdentity) -> bool:
    """Whether there may be a person, not ourselves, behind the address."""
    ours = identity.is_ours(address) or identity.carries_token(address)
    return looks_like_address(address) and not ours and not _is_robot(address)


def _is_robot(address: str) -> bool:
    local = address.rpartition("@")[0]
    return bool(NOTIFIERS.fullmatch(local) or DAEMONS.fullmatch(local))


def _spoken(mail: Incoming) -> str:
    """The language to answer in, as far as the mail tells; "" for the house's."""
    return mail.language if mail.language in ("en", "fr") else ""


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


def _said_without_words(mail: Incoming) -> str:
    """An answer that is only a picture is that picture: its subject is the ticket's."""
    return _file_names(mail) or mail.subject


def _file_names(mail: Incoming) -> str:
    return ", ".join(file.name for file in mail.attachments)


def _subject(subject: str, text: str) -> str:
    return _cut(subject, LONGEST_SUBJECT) or _cut(text, BEGINNING) or "…"


def _cut(text: str, longest: int) -> str:
    """On one line of at most so many characters, and without half a word or address at its end."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    end = line.rfind(" ", longest // 2, longest)
    return line[: end if end > 0 else longest - 1].rstrip(" ,;:-–—") + "…"
