"""Bytes and headers of other people's mails as text, whatever charset they claim.

The standard library's modern policies raise on mails that arrive every day (unknown charsets, line
breaks inside encoded words), so everything here is decoded by hand and nothing raises.
"""

from __future__ import annotations

import codecs
import quopri
import re
from base64 import b64decode

# What senders declare → what they mean. Each superset reads its subset.
_MEANT = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
}
_JAPANESE = ("iso2022_jp_ext", "cp932")
# Not text of a mail, or so slow that a hostile header could stop the process.
_NEVER = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"}

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")


def decoded(data: bytes, declared: str | None = None) -> str:
    """`data` in the first charset that fits: declared, utf-8, windows-1252, latin-1."""
    for charset in (*_candidates(declared), "utf-8", "windows-1252"):
        try:
            return data.decode(charset)
        except (UnicodeError, LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _candidates(declared: str | None) -> tuple[str, ...]:
    name = (declared or "").strip().strip("\"'").lower().partition("*")[0]
    if not name or "\0" in name:
        return ()
    if name.startswith("iso-2022-jp"):
        return _JAPANESE
    meant = _MEANT.get(name, name)
    try:
        known = codecs.lookup(meant).name
    except (LookupError, ValueError, UnicodeError):
        return ()
    return () if known in _NEVER else (meant,)


def decoded_header(raw: str) -> str:
    """A header's value as text on one line, encoded words decoded.

    `raw` may hold bytes as surrogate escapes, as the parser leaves them.
    """
    text = " ".join(_unescaped(raw).replace("\0", "").split())
    joined = _BETWEEN_WORDS.sub(r"\1", text)
    return " ".join(_decode_words(joined).split())


def _unescaped(raw: str) -> str:
    return raw if raw.isascii() else decoded(raw.encode("utf-8", "surrogateescape"))


def _decode_words(text: str) -> str:
    """Adjacent words of one charset are decoded together: some cut inside a character."""
    pieces: list[str] = []
    pending, charset, end = b"", "", 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        if pending and (between or found[1].lower() != charset):
            pieces.append(decoded(pending, charset))
            pending = b""
        pieces.append(between)
        charset, end = found[1].lower(), found.end()
        pending += _word_bytes(found[2], found[3])
    if pending:
        pieces.append(decoded(pending, charset))
    pieces.append(text[end:])
    return "".join(pieces)


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    bare = _NOT_BASE64.sub(b"", data)
    if len(bare) % 4 == 1:  # cut in the middle of a byte
        bare = bare[:-1]
    return b64decode(bare + b"=" * (-len(bare) % 4))
