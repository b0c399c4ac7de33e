"""Headers of other people's mails as text, whatever they made of the standard.

The standard library's modern policies raise on mails that arrive every day (unknown charsets, line
breaks inside encoded words), so everything here is decoded by hand and nothing raises.
"""

from __future__ import annotations

import quopri
import re
from base64 import b64decode

from mail.charsets import decoded as decoded

_START = re.compile(r"=\?\s?([^?\s]{1,60})\s?\?\s?([bBqQ])\s?\?")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_HEX_BEHIND = re.compile(r"\?=[0-9A-Fa-f]{2}[^\s]*?\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_RUN = re.compile(rb"[^=]+")


def decoded_header(raw: str, hint: str | None = None) -> str:
    """A header's value as text on one line, encoded words decoded.

    `raw` may hold bytes as surrogate escapes, as the parser leaves them; `hint` is the charset
    of the mail's text.
    """
    if raw.isascii() and "=?" not in raw:
        return " ".join(raw.replace("\0", "").split())
    text = " ".join(_unescaped(raw, hint).replace("\0", "").split())
    if "=?" not in text:
        return text
    joined = _BETWEEN_WORDS.sub(r"\1", text)
    return " ".join(_decode_words(joined).replace("\0", "").split())


def _unescaped(raw: str, hint: str | None = None) -> str:
    if raw.isascii():
        return raw
    return decoded(raw.encode("utf-8", "surrogateescape"), hint=hint)


def _decode_words(text: str) -> str:
    """Adjacent words of one charset are decoded together: some cut inside a character."""
    pieces: list[str] = []
    pending, charset, end = b"", "", 0
    while (found := _START.search(text, end)) is not None:
        between = text[end : found.start()]
        if pending and (between or found[1].lower() != charset):
            pieces.append(decoded(pending, charset))
            pending = b""
        pieces.append(between)
        charset = found[1].lower()
        inside, end = _inside(text, found.end())
        pending += _word_bytes(found[2], inside)
    if pending:
        pieces.append(decoded(pending, charset))
    pieces.append(text[end:])
    return "".join(pieces)


def _inside(text: str, start: int) -> tuple[str, int]:
    """What stands in a word, and where it ends. Question marks and blanks may stand inside; a word
    that was cut off goes on to the next one."""
    stop = text.find("?=", start)
    if stop >= 0 and (twice := _HEX_BEHIND.match(text, stop)) and "=?" not in twice[0][2:-2]:
        stop = twice.end() - 2  # `?=20` is a question mark that was not encoded, and a blank
    following = _START.search(text, start)
    if following is not None and not start <= stop < following.start():
        return text[start : following.start()].rstrip(), following.start()
    if stop < 0:
        return text[start:].removesuffix("?"), len(text)
    return text[start:stop], stop + 2


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    bare = _NOT_BASE64.sub(b"", data)
    return b"".join(_whole_bytes(run[0]) for run in _RUN.finditer(bare))


def _whole_bytes(digits: bytes) -> bytes:
    if len(digits) % 4 == 1:  # cut in the middle of a byte
        digits = digits[:-1]
    return b64decode(digits + b"=" * (-len(digits) % 4))
