"""The parts of a mail that are its text, and the names of the others."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

from mail.decoding import decoded, decoded_header
from mail.extraction import LONGEST_HTML, LONGEST_TEXT
from mail.tidy import one_line

_MOST_PARTS = 500
_MOST_FILES = 50


@dataclass(frozen=True)
class Body:
    text: str
    html: str | None
    files: tuple[str, ...]  # names of what was attached, "" for a nameless one


def body_of(message: Message) -> Body:
    """The plain text and the HTML of the mail, and what else is in it."""
    plain: list[str] = []
    html: list[str] = []
    files: list[str] = []
    for part in _leaves(message):
        kind = _content_type(part)
        if _is_attached(part, kind):
            files.append(_file_name(part))
        elif kind == "text/html":
            html.append(_text(part, LONGEST_HTML))
        else:
            plain.append(_text(part, LONGEST_TEXT))
    text = "\n\n".join(piece.strip("\r\n") for piece in plain if piece.strip())
    whole = "\n".join(piece for piece in html if piece.strip())
    return Body(text, whole or None, tuple(files[:_MOST_FILES]))


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order; a mail inside the mail is one part."""
    stack, seen = [message], 0
    while stack and seen < _MOST_PARTS:
        part = stack.pop()
        seen += 1
        # `get_payload()` of anything but a list decodes, and raises on charsets it does not know.
        if part.is_multipart() and _content_type(part) != "message/rfc822":
            children: Any = part.get_payload()
            stack.extend(child for child in reversed(children) if isinstance(child, Message))
        else:
            yield part


def _content_type(part: Message) -> str:
    declared = str(part.get("content-type", "")).partition(";")[0].strip().lower()
    if re.fullmatch(r"[\w.+-]+/[\w.+-]+", declared):
        return declared
    return "text/plain"


def _is_attached(part: Message, kind: str) -> bool:
    disposition = str(part.get("content-disposition", "")).partition(";")[0].strip().lower()
    if disposition == "attachment":
        return True
    return kind not in ("text/plain", "text/html", "text/enriched")


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    return one_line(decoded_header(name), 200)


def _text(part: Message, limit: int) -> str:
    """The part as text, at most `limit` characters of it."""
    data = _bytes(part)[: limit * 4]
    try:
        charset = part.get_param("charset")
    except (ValueError, TypeError, IndexError):
        charset = None
    name = charset[2] if isinstance(charset, tuple) else charset
    return decoded(data, str(name) if name else None).replace("\0", "")[:limit]


def _bytes(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, TypeError, LookupError, binascii.Error):
        payload = None
    return payload if isinstance(payload, bytes) else b""
