"""Another program's bytes as an `Incoming`: whatever arrives, something readable comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mail.addresses import Mailbox, bare_address, mailboxes, names_in
from mail.attachment import Attachment
from mail.bounces import Report, read_report
from mail.content.body import content_of
from mail.content.limits import INNER_MAILS
from mail.content.structure import Part, parse
from mail.decoding import decoded_header
from mail.extraction import html_text, own_words, passes_on
from mail.key import key_of
from mail.machines.classify import verdict
from mail.machines.signs import Headers, asks_for_silence
from mail.machines.structure import pieces_of
from mail.notices import Notice
from mail.tidy import one_line, printable
from mail.trust import UNASSESSED, Trust, own_run
from mail.verdict import BY_A_PERSON, Verdict

_MOST_IDS = 60
_ID = re.compile(r"<[!-;=?-~]{3,300}>")
# Where the address we were written to may stand, the nearest to the envelope first.
_MOST_RECIPIENTS = 50
_DESTINATIONS = ("delivered-to", "x-original-to", "to", "cc")


@dataclass(frozen=True)
class Incoming:
    """One mail, read. Addresses are lower-case and bare; ids keep their angle brackets.

    `reply_text` is what the person wrote themselves; `text` is all of it. `automatic_reasons` say
    why a machine seems to have written. `unverified` is for whoever checks
    Authentication-Results.
    """

    message_id: str
    from_address: str
    from_name: str
    envelope_from: str
    to: tuple[str, ...]
    subject: str
    date: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str | None
    reply_text: str
    automatic_reasons: tuple[str, ...]
    wants_silence: bool
    unverified: bool = False
    attachments: tuple[Attachment, ...] = ()
    notices: tuple[Notice, ...] = ()
    safe_html: str = ""  # harmless in a browser, loads nothing; "" for a mail without HTML
    thread_index: str = ""  # Thread-Index and Thread-Topic, as they are copied into an answer
    thread_topic: str = ""
    inner: Incoming | None = None  # the one mail that is all this mail holds, or attaches
    recipients: tuple[tuple[str, str], ...] = ()  # name and address of whom To and Cc name
    delivered_to: tuple[str, ...] = ()  # addresses of ours, as servers say
    reply_to: str = ""  # where answers shall go, if not to `from_address`
    language: str = ""  # "en", "fr", …, as the mail itself says; "" where it does not
    key: str = ""  # what makes two copies of it one mail; known where it is kept
    verdict: Verdict = BY_A_PERSON  # whether a person wrote
    report: Report | None = None  # what a bounce or a delay tells
    authentication: tuple[str, ...] = ()  # what may be our own server's results; see trust.py
    trust: Trust = UNASSESSED  # assessed by whoever knows the names of our servers

    @property
    def whole(self) -> str:
        """All that was written: of plain text and HTML the one that leaves nothing out."""
        if self.html is None or len(self.text) >= len(self.reply_text):
            return self.text
        return printable(html_text(self.html)).strip("\n")

    @property
    def is_automatic(self) -> bool:
        return bool(self.automatic_reasons)


def read_mail(
    raw: bytes,
    envelope_to: tuple[str, ...] = (),
    envelope_from: str = "",
    received: datetime | None = None,
) -> Incoming:
    """Never raises. No mail is dated later than it was `received`, where that is known."""
    return _read(raw, envelope_to, envelope_from, received, 0)


def _read(
    raw: bytes,
    envelope_to: tuple[str, ...],
    envelope_from: str,
    received: datetime | None,
    depth: int,
) -> Incoming:
    mail, limits = parse(raw)
    content = content_of(mail)
    header = _Header.of(mail)
    subject = one_line(header.first("subject"), 500)
    name, sender = _sender(header, envelope_from)
    pieces = pieces_of(mail)
    judged = verdict(header.decoded, pieces, envelope_from, subject, content.text)
    return Incoming(
        message_id=_message_id(header, raw),
        from_address=sender,
        from_name=one_line(name, 200),
        envelope_from=envelope_from,
        to=_destinations(header, envelope_to),
        subject=subject,
        date=_date(header.first("date"), received),
        in_reply_to=_ids(header, "in-reply-to"),
        references=_ids(header, "references"),
        text=content.text,
        html=content.html,
        reply_text=printable(own_words(content.text, content.html, forwards=passes_on(subject))),
        automatic_reasons=judged.reasons,
        wants_silence=asks_for_silence(header.decoded),
        attachments=content.attachments,
        notices=limits + content.notices,
        safe_html=content.safe_html,
        recipients=tuple(header.mailboxes("to", "cc"))[:_MOST_RECIPIENTS],
        delivered_to=_delivered_to(header, envelope_to),
        reply_to=_reply_to(header, sender),
        language=header.first("content-language").strip().lower()[:2],
        thread_index="".join(header.first("thread-index").split()),
        thread_topic=one_line(header.first("thread-topic"), 200),
        inner=_inner(content.inner, received, depth),
        verdict=judged,
        report=read_report(judged.kind, header.decoded, pieces, content.text),
        authentication=own_run(mail.fields),
    )


def _inner(held: tuple[bytes, ...], received: datetime | None, depth: int) -> Incoming | None:
    if len(held) != 1 or depth >= INNER_MAILS:
        return None
    return _read(held[0], (), "", received, depth + 1)


@dataclass(frozen=True)
class _Header:
    """The fields as they were written and as they are read, by lower-case name."""

    raw: dict[str, list[str]]
    decoded: Headers
    hint: str  # the charset of the text, for what does not name its own

    @classmethod
    def of(cls, mail: Part) -> _Header:
        charsets = (part.parameters.get("charset", "") for part in mail.walk())
        hint = next((name for name in charsets if name.lower() not in ("", "us-ascii")), "")
        raw: dict[str, list[str]] = {}
        for name, value in mail.fields:
            raw.setdefault(name, []).append(value)
        return cls(raw, {k: [decoded_header(v, hint) for v in vs] for k, vs in raw.items()}, hint)

    def first(self, name: str) -> str:
        """The first that says something; "" for none."""
        return next(filter(None, self.decoded.get(name, ())), "")

    def mailboxes(self, *names: str) -> list[Mailbox]:
        return [box for name in names for box in mailboxes(self.raw.get(name, ()), self.hint)]


def _sender(header: _Header, envelope_from: str) -> tuple[str, str]:
    """Name and address of who wrote: From, else Reply-To, Return-Path, the envelope.

    Of several authors the one counts who sent it.
    """
    authors, posted = header.mailboxes("from"), header.mailboxes("sender")
    if len(authors) > 1 and posted:
        authors.sort(key=lambda box: box[1] != posted[0][1])
    for shown, address in (*authors, *header.mailboxes("reply-to"), *posted):
        return shown or _named(header), address
    for _, address in header.mailboxes("return-path"):
        return _named(header), address
    return _named(header), bare_address(envelope_from)


def _reply_to(header: _Header, sender: str) -> str:
    wanted = [address for _, address in header.mailboxes("reply-to")]
    return wanted[0] if wanted and sender not in wanted else ""


def _named(header: _Header) -> str:
    """A name in a From that holds no address."""
    values = header.raw.get("from", ())
    return "" if mailboxes(values) else names_in(values, header.hint)


def _destinations(header: _Header, envelope_to: tuple[str, ...]) -> tuple[str, ...]:
    named = [address for _, address in header.mailboxes(*_DESTINATIONS)]
    every = [bare_address(a) or a.strip().strip("<>").lower() for a in envelope_to] + named
    return tuple(dict.fromkeys(filter(None, every)))


def _delivered_to(header: _Header, envelope_to: tuple[str, ...]) -> tuple[str, ...]:
    noted = [address for _, address in header.mailboxes("delivered-to", "x-original-to")]
    return tuple(dict.fromkeys((*filter(None, map(bare_address, envelope_to)), *noted)))


def _ids(header: _Header, name: str) -> tuple[str, ...]:
    """The ids of a header; of very many, the first and the last."""
    found = _ID.findall(" ".join(header.decoded.get(name, ())))
    if len(found) > _MOST_IDS:
        found = [found[0], *found[1 - _MOST_IDS :]]
    return tuple(dict.fromkeys(found))


def _message_id(header: _Header, raw: bytes) -> str:
    """The mail's own id, or one that the same mail always gets, whichever way it came."""
    value = header.first("message-id").strip()
    found = _ID.search(value) or _ID.fullmatch(f"<{value}>")
    return found[0] if found else f"<{key_of(raw)[:40]}@no-id.invalid>"


def _date(value: str, received: datetime | None) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = read(value.strip())
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return min(at, received) if received is not None else at
    return None
