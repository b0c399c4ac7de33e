"""When are two mails the same one? Told by what its writer wrote, not by the way it came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from hashlib import sha256

from mail.decoding import decoded_header
from mail.tidy import one_line

_LONGEST_HEAD = 200_000  # bytes
_LONGEST_FIELD = 5_000  # bytes
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_LINE = re.compile(rb"\r\n|\n|\r")
_END = re.compile(rb"(?:\r\n){2}|\n{2}|\r{2}|\n\r\n|\r\n\n")
_MBOX = re.compile(rb">?From [^\r\n]*(?:\r\n|\n|\r)")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,64}@[^\s<>()\[\],;:\"\\@]{1,255}")
_ID = re.compile(r"<[^<>\s]{1,998}>")
# What servers and programs add on the way.
_TRACE = re.compile(
    rb"(received|return-path|delivered-to|delivery-date|envelope-to|authentication-results|"
    rb"received-spf|arc-.*|status|lines|content-length|"
    rb"x-(original-to|received|status|uid|uidl|keywords|mozilla-.*|spam.*|virus.*|rspamd.*|sieve.*|"
    rb"gm-.*|google-.*|forwarded-.*|envelope-.*|ms-exchange-.*|microsoft-.*|forefront-.*))$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Label:
    """What stands on a mail, for lists and to tell it from others. `key` is "" where the head alone
    does not tell: there is no Message-ID."""

    key: str
    message_id: str
    sender: str  # the address, lower-case; or what stands there instead
    subject: str
    thread: str  # the first mail of its conversation, as far as it says so


def label_of(head: bytes) -> Label:
    """From a mail, or only its header fields. Never raises."""
    found: dict[bytes, str] = {}
    for name, value in _fields(head):
        found.setdefault(name, _text(value))
    written = found.get(b"message-id", "")
    message_id = match[0] if (match := _ID.search(written)) else written
    author = found.get(b"from", "")
    sender = match[0].lower() if (match := _ADDRESS.search(author)) else author.lower()
    subject = found.get(b"subject", "")
    earlier = _ID.search(found.get(b"references", "") + " " + found.get(b"in-reply-to", ""))
    parts = (message_id, sender, _moment(found.get(b"date", "")), "".join(subject.split()))
    return Label(
        key=_hashed("\0".join(parts).encode("utf-8", "replace")) if message_id else "",
        message_id=one_line(message_id, 998),
        sender=one_line(sender, 320),
        subject=one_line(subject, 500),
        thread=one_line(earlier[0] if earlier else message_id, 998),
    )


def key_of(raw: bytes) -> str:
    """The same for two copies of one mail, another for any other. Programs give one Message-ID to
    several mails, so that sender, date and subject count as well. Never raises."""
    return label_of(raw).key or _hashed(_without_trace(raw))


def _fields(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    start = _MBOX.match(raw := raw[:_LONGEST_HEAD].lstrip(b"\r\n"))
    head = _END.split(raw[start.end() :] if start else raw, maxsplit=1)[0]
    field = b""
    for line in [*_LINE.split(head), b""]:
        if line[:1] in (b" ", b"\t") and field:
            field += line[: _LONGEST_FIELD - len(field)] if len(field) < _LONGEST_FIELD else b""
            continue
        if (match := _FIELD.fullmatch(field)) is not None:
            yield match[1].lower(), match[2]
        field = line[:_LONGEST_FIELD]


def _text(value: bytes) -> str:
    return decoded_header(value.decode("utf-8", "surrogateescape")).strip()


def _moment(date: str) -> str:
    """The same moment is written in as many ways as there are zones."""
    try:
        at = parsedate_to_datetime(date)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return date


def _without_trace(raw: bytes) -> bytes:
    text = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip(b"\n")
    start = _MBOX.match(text)
    head, gap, body = text[start.end() if start else 0 :].partition(b"\n\n")
    kept: list[bytes] = []
    dropping = False
    for line in head.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            match = _FIELD.fullmatch(line)
            dropping = match is not None and _TRACE.match(match[1]) is not None
        if not dropping:
            kept.append(line)
    return b"\n".join(kept) + gap + body


def _hashed(data: bytes) -> str:
    return sha256(data).hexdigest()
