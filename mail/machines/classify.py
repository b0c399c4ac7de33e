"""Person or machine, and which: no single sign is enough, so each that is found is a reason.

What a machine's mail is for is told by its structure first, then by the subject, then by the text;
whether a machine wrote at all, by headers that people's programs do not set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mail.machines import away, failing, signs
from mail.machines.plain import plain
from mail.machines.signs import Headers
from mail.machines.structure import Piece
from mail.verdict import Kind, Verdict

LOOP_HEADER = "x-frontdesk-loop"
_LOOKED_AT = 6_000  # characters of the text; whoever explains a failure does so at once
_BEGINNING = 700  # of a text that says that nobody wrote it
_ANSWERS = re.compile(
    r"^(?:\W*\[[^\]]{1,30}\])?\W*(?:re|r|aw|antw|antwort|sv|vs|vb|rep|ref|res|odp|ynt|rv|tr|fw|"
    r"fwd|wg|"
    r"i|enc|doorst|回复|回覆|答复|返信|rif|ha|hl|pd|ang|re\[\d+\]|re\(\d+\))\s?:\s*"
)
_TAGS = re.compile(r"^(?:\W*\[[^\]]{1,30}\]|\W*\*{2,5}[^*]{1,20}\*{2,5})*[^\w(]*")
_QUOTES_BEGIN = re.compile(
    r"^-{2,}.{0,30}(?:original message|message d'origine|ursprungliche nachricht|mensaje original|"
    r"messaggio originale|forwarded message|oorspronkelijk bericht)",
    re.MULTILINE,
)
# What may stand after "out of office": a separator, or the words that belong to it.
_SEPARATED = re.compile(
    r"\s*(?:$|[:;,.!|/()\[\]-]|：|（|【|until|till|from|through|notice|notification|message|reply|"
    r"re:|jusqu|du \d|bis |vom |hasta|dal |tot |von |ab |de \w+@|\d)"
)
_ACTION = re.compile(r"^action:\s*([a-z-]+)", re.MULTILINE)
_STATUS = re.compile(r"^status:\s*([245])\.\d", re.MULTILINE)
_DISCARDED = re.compile(r"^disposition:.*;\s*(?:deleted|denied|failed)", re.I | re.MULTILINE)
_REPORT_DOMAIN = re.compile(r"^\W*report domain:.*submitter", re.DOTALL)
_COMPLAINT = re.compile(
    r"complaint about (?:a )?message from|^abuse report|spam (?:report|complaint)|"
    r"email feedback report|fw: *feedback loop"
)
_RECEIPTS = re.compile(
    r"^(?:read receipt|return receipt|disposition notification|read: |not read: |lu : |gelesen: |"
    r"lesebestatigung|accuse de lecture|confirmation de lecture|leido: |letto: |lida: |gelezen: |"
    r"confirmacion de lectura|kvitto|laest: |開封|已读|읽음)"
)
_READ_TEXT = re.compile(
    r"(?:your message\s*(?:to|was|has been)\b|was read on|is a (?:return|read) receipt|"
    r"message you sent.{0,80}(?:was|been) (?:read|displayed|opened)|"
    r"acknowledges that the message was displayed|"
    r"a ete lu|wurde gelesen)"
)


def verdict(
    headers: Headers,
    pieces: Sequence[Piece] = (),
    envelope_from: str = "",
    subject: str = "",
    text: str = "",
) -> Verdict:
    """Who wrote this. `text` is all of it, as it is read; `pieces` are its parts."""
    mail = _Mail(headers, pieces, envelope_from, plain(subject), text)
    found = [(kind, reasons) for kind, judge in _JUDGES if (reasons := tuple(judge(mail)))]
    if not found:
        return Verdict(Kind.PERSON)
    return Verdict(found[0][0], tuple(dict.fromkeys(r for _, rs in found for r in rs)))


@dataclass(frozen=True)
class _Mail:
    headers: Headers
    pieces: Sequence[Piece]
    envelope_from: str
    subject: str  # plain
    text: str

    def own(self, *media_types: str) -> Iterator[Piece]:
        """Parts of the mail itself, not of one attached to it."""
        return (p for p in self.pieces if not p.inside and p.media_type in media_types)

    @cached_property
    def report_type(self) -> str:
        return next((p.report_type for p in self.own("multipart/report") if p.report_type), "")

    @cached_property
    def is_answer(self) -> bool:
        """Whether the subject says that somebody answers or passes on."""
        return bool(_ANSWERS.match(self.subject))

    @cached_property
    def bare_subject(self) -> str:
        """Without "Re:", and without what gateways put before it."""
        bare = _TAGS.sub("", self.subject)
        while found := _ANSWERS.match(bare):
            bare = bare[found.end() :]
        return _TAGS.sub("", bare)

    @cached_property
    def said(self) -> str:
        """What the text says itself, without what it quotes."""
        lines = [line for line in self.text[:_LOOKED_AT].splitlines() if line.strip()[:1] != ">"]
        whole = "\n".join(map(plain, lines))
        quotes = _QUOTES_BEGIN.search(whole)
        return whole[: quotes.start()] if quotes else whole

    @cached_property
    def null(self) -> bool:
        return signs.null_sender(self.headers, self.envelope_from)

    @cached_property
    def daemon(self) -> bool:
        return signs.daemon(self.headers, self.envelope_from)

    @cached_property
    def postmaster(self) -> bool:
        return signs.postmaster(self.headers, self.envelope_from)

    @cached_property
    def away(self) -> bool:
        """Whether the subject is one of an absence."""
        if away.AWAY_MARK.search(self.subject) or away.AWAY_NOTED.match(self.subject):
            return True
        if self.is_answer:
            return False
        if away.AWAY_TOLD.match(self.bare_subject):
            return self.answers_itself or self.says_away
        found = away.AWAY_START.match(self.bare_subject)
        if found is None or self.bare_subject.endswith("?"):
            return False
        rest = self.bare_subject[found.end() :].strip(" .!")
        denied = rest[:1].isalnum() and away.DENIED.search(rest)
        if rest and _SEPARATED.match(rest) and not denied:
            return True
        if self.answers_itself:
            return True
        # People write of their absence, too: in nearly the same words.
        doubtful = denied or "?" in self.said[:_BEGINNING]
        return not doubtful and (self.says_away or bool(away.ABSENT.search(self.said)))

    @cached_property
    def answers_itself(self) -> bool:
        """Whether the headers say that a mail was answered, or that nobody shall answer."""
        answers = "in-reply-to" in self.headers or "references" in self.headers
        return answers or self.unattended or "x-auto-response-suppress" in self.headers

    @cached_property
    def says_away(self) -> bool:
        return bool(away.AWAY_TEXT.search(self.said[:_BEGINNING]))

    @cached_property
    def fails(self) -> bool:
        """Whether the subject is one of a mail that came back."""
        if failing.FAILED_END.search(self.subject):
            return True
        return not self.is_answer and bool(failing.FAILED_SUBJECT.search(self.subject))

    @cached_property
    def shows_failure(self) -> bool:
        """Whether it speaks of a failure as programs do: to the point, with what servers said or
        the mail that came back. People greet, tell, and ask."""
        if not failing.FAILED_TEXT.search(self.said) or failing.GREETS.match(self.said):
            return False
        returned = any(self.own("message/rfc822", "text/rfc822-headers", "message/partial"))
        return returned or bool(failing.SHOWN_BY_PROGRAMS.search(self.said))

    @cached_property
    def is_late(self) -> bool:
        """Whether it says that a mail was not delivered yet, and was not given up either."""
        about = failing.DELAYED_SUBJECT.search(self.subject) or failing.DELAYED_TEXT.search(
            self.said[:2_000]
        )
        return bool(about) and not failing.GIVES_UP.search(self.said)

    @cached_property
    def unattended(self) -> bool:
        """Whether a program is at work, whatever it wants."""
        return (
            self.null
            or self.daemon
            or self.postmaster
            or any(signs.answering_program(self.headers))
            or any(signs.own_will(self.headers))
        )

    @cached_property
    def actions(self) -> frozenset[str]:
        statuses = self.own("message/delivery-status", "message/global-delivery-status")
        return frozenset(a for p in statuses for a in _ACTION.findall(p.text.lower()))

    @cached_property
    def was_rejected(self) -> bool:
        """Whether a filter of the recipient's sent the mail back, which it tells as a receipt."""
        told = self.own("message/disposition-notification")
        return any(_DISCARDED.search(p.text) for p in told) and (self.fails or self.shows_failure)

    @cached_property
    def is_notification(self) -> bool:
        """Whether its structure is that of a report on deliveries."""
        return self.report_type == "delivery-status" or any(
            self.own("message/delivery-status", "message/global-delivery-status")
        )


def _ours(mail: _Mail) -> Iterator[str]:
    if LOOP_HEADER in mail.headers:
        yield "loop"


def _report(mail: _Mail) -> Iterator[str]:
    if mail.report_type in {"feedback-report", "tlsrpt", "dmarc"} or any(
        mail.own("message/feedback-report", "application/tlsrpt+gzip")
    ):
        yield "complaint"
    if not mail.was_rejected and (
        mail.report_type == "disposition-notification"
        or any(mail.own("message/disposition-notification"))
    ):
        yield "receipt"
    if _REPORT_DOMAIN.match(mail.subject) or (
        _COMPLAINT.search(mail.subject) and not mail.is_answer and not mail.is_notification
    ):
        yield "complaint"
    if "x-hmxmroriginalrecipient" in mail.headers:
        yield "complaint"
    if _RECEIPTS.match(mail.subject) and _READ_TEXT.search(mail.said):
        yield "receipt"
    if mail.actions and mail.actions <= {"delivered", "relayed", "expanded"}:
        yield "delivered"


def _delay(mail: _Mail) -> Iterator[str]:
    if mail.is_notification and "failed" not in mail.actions:
        if "delayed" in mail.actions or (not mail.actions and mail.is_late):
            yield "delayed"
        return
    speaks = mail.unattended and not mail.is_answer and not mail.is_notification
    if speaks and mail.is_late and not mail.away and not _permanent(mail):
        yield "delayed"


def _permanent(mail: _Mail) -> bool:
    """A subject that says "failed" outweighs a text that also speaks of trying."""
    return bool(failing.FAILED_SUBJECT.search(mail.subject)) and not bool(
        failing.DELAYED_SUBJECT.search(mail.subject)
    )


def _bounce(mail: _Mail) -> Iterator[str]:
    if mail.is_notification:
        yield "delivery-status"
    if "x-failed-recipients" in mail.headers:
        yield "x-failed-recipients"
    if mail.was_rejected:
        yield "rejected"
    if mail.away:
        return
    if mail.daemon and not mail.is_answer:
        yield "daemon"
    speaks = bool(failing.FAILED_TEXT.search(mail.said))
    if mail.fails and (
        mail.unattended or (mail.shows_failure and not signs.human_program(mail.headers))
    ):
        yield "subject"
    if (mail.null or mail.postmaster) and speaks and not mail.is_answer:
        yield "text"
    if mail.report_type == "" and any(mail.own("multipart/report")) and (speaks or mail.fails):
        yield "report"


def _auto_reply(mail: _Mail) -> Iterator[str]:
    yield from signs.answering_program(mail.headers)
    if mail.away:
        yield "subject"
    if (
        mail.says_away and (mail.unattended or "x-ms-exchange-inbox-rules-loop" in mail.headers)
    ) or (away.AWAY_TEXT.match(mail.said.lstrip()) and mail.said.lstrip().startswith(_NOBODY)):
        yield "text"
    if mail.null:
        yield "null-sender"
    if any(p.method == "reply" for p in mail.own("text/calendar")) and not mail.said.strip():
        yield "calendar"
    if away.CHALLENGE.search(mail.subject) or (
        away.CHALLENGE.search(mail.said[:2_000]) and (mail.unattended or not mail.is_answer)
    ):
        yield "challenge"
    answers = "in-reply-to" in mail.headers or "references" in mail.headers
    if answers and (any(signs.own_will(mail.headers)) and not _is_bulk(mail)):
        yield "auto-submitted"


_NOBODY = ("this is an auto", "ceci est un", "dies ist eine auto", "este es un mensaje auto")


def _is_bulk(mail: _Mail) -> bool:
    return any(signs.for_many(mail.headers)) or any(signs.notifying_program(mail.headers))


def _list(mail: _Mail) -> Iterator[str]:
    yield from signs.own_will(mail.headers)
    yield from signs.notifying_program(mail.headers)
    if signs.notifier(mail.headers):
        yield "robot-address"
    if mail.postmaster and mail.subject.startswith("cron <"):
        yield "cron"
    if signs.is_campaign(mail.headers) or not signs.is_forum(mail.headers):
        yield from signs.for_many(mail.headers)


# Who is asked first decides.
_JUDGES: tuple[tuple[Kind, Callable[[_Mail], Iterator[str]]], ...] = (
    (Kind.OURS, _ours),
    (Kind.REPORT, _report),
    (Kind.DELAY, _delay),
    (Kind.BOUNCE, _bounce),
    (Kind.AUTO_REPLY, _auto_reply),
    (Kind.LIST, _list),
)
