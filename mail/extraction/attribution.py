"""The line above a quotation that says who wrote it and when, wrapped or not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mail.extraction.shapes import (
    LOOK,
    below,
    has_address,
    has_bracketed_address,
    has_date,
    has_time,
    is_quoted,
    unquoted,
)
from mail.extraction.vocabulary import OPENER, QUOTING, YOU_WROTE, says_who_wrote

_LINES = 4  # that an attribution may be wrapped over
_LONGEST = 500
_LONGEST_NAMED = 150  # with a name and without an address
_DASHES = re.compile(r"^[-—_*=\s]{2,}|[-—_*=\s]{2,}$")
_FRAMES = ("--", "——", "__", "**", "==")
_COLON = (":", "：")
_WROTE = (" wrote", " a écrit", " schrieb", " escribió", " ha scritto", " escreveu", " schreef")
_ENDS = (*_COLON, *_WROTE, "-", "—", "_", "*", "=")
_SENTENCE = (".", "!", "?", "。", "！", "？", ":", "：")
# "reply On Tue, 24 Nov 2026 …, Somebody <…> wrote:" where a program kept no line break.
_INSIDE = re.compile(
    r"(?:\s{0,3}-{2,40}\s{0,3}|\s)(?:On|Le|Am|El|Il|Em|Op|Den|Dne)\s(?:[^\W\d_]{2,9}[.,]{0,2}\s){0,3}\d"
)
_DAY = re.compile(r"^\S+ (?:\d{1,2}\.? ?[^\W\d_]{3,10}\b|[^\W\d_]{3,10}\.? \d{1,2}\b)")
_WITH_TEXT = re.compile(r"^[^\n]{10,300}?(?:wrote|écrit|escribió|scritto|escreveu)\s?:\s*(?=\S)")


def attribution_start(lines: Sequence[str], last: int, quoted: bool = True) -> int | None:
    """Where the attribution that ends in line `last` begins; None where it is none.

    `quoted` says that marked quotation follows: then less evidence is enough. The lines are bare.
    """
    if not _may_end(lines[last], quoted) or not (quoted or _names_somebody(lines, last)):
        return None
    start, text = last, lines[last]
    while True:
        if _is_attribution(text, quoted) and not _is_rest(lines[start], text):
            return _with_date(lines, start, text)
        if start == 0 or last - start >= _LINES - 1 or not lines[start - 1]:
            return None
        start -= 1
        text = f"{lines[start]} {text}"[: 2 * LOOK]
        if is_quoted(lines[start]):
            return None


def begins_unmarked_quote(lines: Sequence[str], last: int) -> int | None:
    """Where the attribution begins whose quotation, from the line after `last`, has no marks."""
    if is_quoted(lines[last]) or is_quoted(below(lines, last)):
        return None
    start = attribution_start(lines, last, quoted=False)
    if start is None or has_address(" ".join(lines[start : last + 1])):
        return start
    # Without an address it may be the person's own sentence: a program leaves a line blank.
    apart = last + 1 == len(lines) or not lines[last + 1]
    return start if apart and sum(map(len, lines[start : last + 1])) <= _LONGEST_NAMED else None


def opens_with_attribution(run: Sequence[str]) -> bool:
    """Whether quoted lines begin with the attribution, as phones write it inside the quote."""
    inner = [unquoted(line) for line in run[: _LINES + 2]]
    return any(inner[last] and attribution_start(inner, last) == 0 for last in range(len(inner)))


def own_beginning(line: str) -> str:
    """What the person wrote on the line on which the attribution begins; mostly nothing."""
    if is_quoted(line) or OPENER.match(line):
        return ""
    found = _INSIDE.search(line)
    return line[: found.start()] if found else ""


def shares_line_with_quote(line: str) -> bool:
    """An attribution whose quotation begins on its own line, as one phone program writes."""
    if "@" not in line or not OPENER.match(line):
        return False
    found = _WITH_TEXT.match(line)
    return bool(found) and _all_shapes(found[0])  # type: ignore[index]


def is_framed(line: str) -> bool:
    """ ">>> Somebody <…> 24/11/2026 14:05 >>>", below which the quotation has no marks."""
    return line.startswith(">>>") and line.endswith(">>>") and has_date(line)


def names_author(line: str) -> bool:
    """ "Somebody wrote:" and no more; enough only where what follows is known to be quoted."""
    return len(line) <= 120 and line.endswith(_COLON) and says_who_wrote(line[-40:])


def _may_end(line: str, quoted: bool) -> bool:
    if is_quoted(line) or not line:
        return False
    return quoted or line.endswith(_ENDS)


def _names_somebody(lines: Sequence[str], last: int) -> bool:
    """Cheap, and false of nearly every line that ends with a colon."""
    text = " ".join(lines[max(last - _LINES + 1, 0) : last + 1])
    return "@" in text or says_who_wrote(text)


def _is_attribution(text: str, quoted: bool) -> bool:
    if len(text) > _LONGEST:
        return False
    dated = has_date(text)
    if not dated and not quoted:
        return False  # nearly always, and cheap
    dashed = bool(_DASHES.search(text))
    framed = dashed and text[:2] in _FRAMES and text[-2:] in _FRAMES
    text = _DASHES.sub("", text)
    if framed and quoted and len(text) <= _LONGEST_NAMED and says_who_wrote(text):
        return True  # "---- Somebody wrote ----"
    if not text.endswith(_COLON) and not (dashed and says_who_wrote(text)):
        if text.endswith(_WROTE) and OPENER.match(text) and _all_shapes(text):
            return True
        # "2026/11/24 Somebody <…>" and no more
        named = dated and has_address(text) and bool(OPENER.match(text))
        return quoted and named and _ends_with_name(text)
    return _introduces_marked(text, dated) if quoted else _introduces_unmarked(text)


def _introduces_unmarked(text: str) -> bool:
    if has_address(text) and says_who_wrote(text):
        return True
    if has_time(text) and bool(OPENER.match(text)):
        return has_bracketed_address(text[-100:]) or says_who_wrote(text)
    return False


def _introduces_marked(text: str, dated: bool) -> bool:
    if dated and has_address(text):
        return True
    if says_who_wrote(text):
        if dated or has_address(text):
            return True
        # A day without its year is enough behind the word that begins such lines.
        return bool(OPENER.match(text)) and (has_time(text) or bool(_DAY.search(text)))
    return bool(YOU_WROTE.search(text)) or bool(QUOTING.match(text))


def _all_shapes(text: str) -> bool:
    return has_date(text) and has_time(text) and has_address(text)


def _ends_with_name(text: str) -> bool:
    return text.endswith((">", ")", "]")) or says_who_wrote(text[-30:])


def _is_rest(first: str, text: str) -> bool:
    """Whether the line is but the wrapped end of one: it begins with the address or the verb."""
    if has_date(text) and first[:1] not in "<([":
        return bool(re.match(r"\S+@\S+>|[^\s@]+>", first))
    return False


def _with_date(lines: Sequence[str], start: int, text: str) -> int:
    """The line above belongs to it where only that one has the date."""
    if start == 0 or has_date(text):
        return start
    for first in range(start - 1, max(start - _LINES, -1), -1):
        line = lines[first]
        if not line or is_quoted(line) or line.endswith(_SENTENCE):
            return start
        if has_date(line) and (OPENER.match(line) or has_time(line)):
            return first
    return start
