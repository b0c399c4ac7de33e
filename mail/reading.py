"""Another program's bytes as an `Incoming`: whatever arrives, something readable comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from mail.attachment import Attachment
from mail.bounces import Report, read_report
from mail.decoding import decoded, decoded_header
from mail.extraction import LONGEST_TEXT, html_text, own_words
from mail.machines.classify import verdict
from mail.machines.signs import Headers, asks_for_silence
from mail.machines.structure import pieces_of
from mail.notices import Notice
from mail.parts import Body, body_of
from mail.tidy import one_line, printable
from mail.trust import UNASSESSED, Trust, own_run
from mail.verdict import BY_A_PERSON, Verdict

_LONGEST_HEADER = 20_000  # characters that are looked at
_MOST_IDS = 60
_MOST_ADDRESSES = 50
_MOST_MULTIPARTS = 60  # the parser compares each line with every boundary still open
_MULTIPART = re.compile(rb"content-type:\s*(?:multipart|message)/", re.IGNORECASE)
_ID = re.compile(r"<[!-;=?-~]{3,300}>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,64}@[^\s<>()\[\],;:\"\\@]{1,255}")
# Where the address we were written to may stand, the nearest to the envelope first.
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
    files: tuple[str, ...]
    unverified: bool = False
    attachments: tuple[Attachment, ...] = ()
    notices: tuple[Notice, ...] = ()
    safe_html: str = ""  # harmless in a browser, loads nothing; "" for a mail without HTML
    thread_index: str = ""  # Thread-Index and Thread-Topic, as they are copied into an answer
    thread_topic: str = ""
    inner: Incoming | None = None  # the one mail that is all this mail holds, or attaches
    verdict: Verdict = BY_A_PERSON  # whether a person wrote
    report: Report | None = None  # what a bounce or a delay tells
    authentication: tuple[str, ...] = ()  # what may be our own server's results; see trust.py
    trust: Trust = UNASSESSED  # assessed by whoever knows the names of our servers

    @property
    def is_automatic(self) -> bool:
        return bool(self.automatic_reasons)


def read_mail(raw: bytes, envelope_to: tuple[str, ...] = (), envelope_from: str = "") -> Incoming:
    """Never raises: a mail that breaks the parser is read as plain text."""
    message = _parsed(raw)
    headers = _headers(message)
    body = body_of(message)
    subject = one_line(_first(headers, "subject"), 500)
    name, sender = _sender(headers, message, envelope_from)
    text = printable(body.text or (html_text(body.html) if body.html else ""))[:LONGEST_TEXT]
    pieces = pieces_of(message)
    judged = verdict(headers, pieces, envelope_from, subject, text)
    return Incoming(
        message_id=_message_id(headers, raw),
        from_address=sender,
        from_name=one_line(name, 200),
        envelope_from=envelope_from,
        to=_destinations(message, envelope_to),
        subject=subject,
        date=_date(_first(headers, "date")),
        in_reply_to=_ids(headers, "in-reply-to"),
        references=_ids(headers, "references"),
        text=text,
        html=printable(body.html) if body.html else None,
        reply_text=printable(_own(text, body)),
        automatic_reasons=judged.reasons,
        wants_silence=asks_for_silence(headers),
        files=body.files,
        thread_index="".join(_first(headers, "thread-index").split()),
        thread_topic=one_line(_first(headers, "thread-topic"), 200),
        verdict=judged,
        report=read_report(judged.kind, headers, pieces, text),
        authentication=own_run(tuple(_raw_items(message))),
    )


def _own(text: str, body: Body) -> str:
    return own_words(text, body.html)


def _parsed(raw: bytes) -> Message:
    """Hundreds of nested parts are nobody's letter; such a mail keeps its headers and no parts."""
    if len(_MULTIPART.findall(raw)) > _MOST_MULTIPARTS:
        head, _, rest = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        head = re.sub(rb"(?im)^content-(type|transfer-encoding):", b"X-Content-\\1:", head)
        raw = head + b"\n\n" + rest
    try:
        return message_from_bytes(raw, policy=compat32)
    except Exception:  # whatever the parser stumbles over, the text is still worth reading
        message = Message()
        message.set_payload(decoded(raw))
        return message


def _headers(message: Message) -> Headers:
    headers: dict[str, list[str]] = {}
    for name, value in _raw_items(message):
        headers.setdefault(name.lower(), []).append(decoded_header(value))
    return headers


def _raw_items(message: Message) -> Iterator[tuple[str, str]]:
    for name, value in message.raw_items():
        yield str(name), str(value)[:_LONGEST_HEADER]


def _raw(message: Message, *names: str) -> list[str]:
    return [value for name in names for key, value in _raw_items(message) if key.lower() == name]


def _first(headers: Headers, name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _sender(headers: Headers, message: Message, envelope_from: str) -> tuple[str, str]:
    """Name and address of who wrote: From, else Reply-To, Return-Path, the envelope."""
    for name in ("from", "reply-to", "return-path"):
        for shown, address in _mailboxes(_raw(message, name)):
            return shown, address
    found = _ADDRESS.search(envelope_from)
    return _first(headers, "from"), found[0].lower() if found else ""


def _mailboxes(values: list[str]) -> list[tuple[str, str]]:
    """Found before encoded words are decoded: a comma in a name would make two of one."""
    try:
        pairs = getaddresses(values)
    except (RecursionError, ValueError, IndexError, TypeError):
        pairs = []
    found = [
        (decoded_header(name), match[0].lower())
        for name, address in pairs[:_MOST_ADDRESSES]
        if (match := _ADDRESS.fullmatch(decoded_header(address)))
    ]
    if found:
        return found
    plain = " ".join(map(decoded_header, values))
    return [("", match[0].lower()) for match in _ADDRESS.finditer(plain)][:_MOST_ADDRESSES]


def _destinations(message: Message, envelope_to: tuple[str, ...]) -> tuple[str, ...]:
    named = [address for _, address in _mailboxes(_raw(message, *_DESTINATIONS))]
    every = [address.strip().strip("<>").lower() for address in envelope_to] + named
    return tuple(dict.fromkeys(filter(None, every)))


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    """The ids of a header; of very many, the first and the last."""
    found = _ID.findall(" ".join(headers.get(name, ())))
    if len(found) > _MOST_IDS:
        found = [found[0], *found[1 - _MOST_IDS :]]
    return tuple(dict.fromkeys(found))


def _message_id(headers: Headers, raw: bytes) -> str:
    """The mail's own id, or one that the same bytes always get."""
    value = _first(headers, "message-id").strip()
    found = _ID.search(value) or _ID.fullmatch(f"<{value}>")
    return found[0] if found else f"<{sha256(raw).hexdigest()[:40]}@no-id.invalid>"


def _date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
