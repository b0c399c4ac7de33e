"""Text from outside made fit for mail: no control characters, no surprises in a header."""

from __future__ import annotations

import re

# All controls but tab and line feed; lone surrogates cannot be encoded at all.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Direction overrides and line separators would let a name rearrange the line it stands in.
_INVISIBLE = re.compile(r"[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def printable(text: str) -> str:
    """`text` with line breaks as line feeds, without controls or halves of characters."""
    if not _UNFIT.search(text):
        return text  # nearly always
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", lines))


def one_line(text: str, limit: int) -> str:
    """`text` fit for a header: one line, single spaces, at most `limit` characters."""
    line = " ".join(printable(_INVISIBLE.sub(" ", text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
