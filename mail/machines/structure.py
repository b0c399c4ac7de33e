"""The parts of a mail that only machines write, as text that can be searched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any

from mail.decoding import decoded

LONGEST_PIECE = 40_000  # characters; a report says what it has to say in far fewer
_MOST_PIECES = 60
_TEXTUAL = ("text/", "message/")
# What carries the headers of a mail, or fields that look like headers.
_FIELDS = re.compile(
    r"message/(?:global-)?(?:delivery-status|disposition-notification|headers)$"
    r"|message/(?:feedback-report|rfc822|global|news|partial|x-[\w-]+)$"
    r"|text/rfc822(?:-headers)?$"
)
_ATTACHED = re.compile(r"message/(?:rfc822|global|news|partial)$|text/rfc822$")


@dataclass(frozen=True)
class Piece:
    """One part. `inside` an attached mail it tells of that mail, not of the one that came."""

    media_type: str
    text: str
    report_type: str = ""
    method: str = ""  # of an invitation: "request", "reply", …
    inside: bool = False


def pieces_of(message: Message) -> tuple[Piece, ...]:
    """Never raises; at most so many and so long, whatever is in the mail."""
    return tuple(_pieces(message))


def _pieces(message: Message) -> Iterator[Piece]:
    stack, seen = [(message, False)], 0
    while stack and seen < _MOST_PIECES:
        part, inside = stack.pop()
        seen += 1
        media_type = _media_type(part)
        yield Piece(
            media_type,
            _text(part, media_type),
            _parameter(part, "report-type"),
            _parameter(part, "method"),
            inside,
        )
        attached = bool(_ATTACHED.match(media_type))
        if media_type.startswith("multipart/") or attached:
            children = reversed(_children(part))
            stack.extend((child, inside or attached) for child in children)


def _media_type(part: Message) -> str:
    return str(part.get("content-type", "text/plain")).partition(";")[0].strip().lower()


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name)
    except (ValueError, TypeError, IndexError):
        return ""
    plain = value[2] if isinstance(value, tuple) else value
    return str(plain or "").strip().strip("\"'").lower()


def _children(part: Message) -> Sequence[Message]:
    held: Any = part.get_payload()
    return [child for child in held if isinstance(child, Message)] if isinstance(held, list) else []


def _text(part: Message, media_type: str) -> str:
    if _FIELDS.match(media_type) and (children := _children(part)):
        return "\n\n".join(map(_with_headers, children[:_MOST_PIECES]))[:LONGEST_PIECE]
    if media_type.startswith(_TEXTUAL):
        return _payload(part)
    return ""


def _with_headers(part: Message) -> str:
    """Header lines as they stand, then the text below them, as far as there is any."""
    lines = [f"{name}: {value}" for name, value in part.raw_items()]
    below = "" if part.is_multipart() else _payload(part)
    return ("\n".join(lines) + "\n\n" + below)[:LONGEST_PIECE]


def _payload(part: Message) -> str:
    if part.is_multipart():
        return ""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, TypeError, LookupError):
        return ""
    if not isinstance(data, bytes):
        return ""
    return decoded(data[: LONGEST_PIECE * 4], _parameter(part, "charset") or None)[:LONGEST_PIECE]
