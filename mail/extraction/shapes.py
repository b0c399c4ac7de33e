"""Shapes that mean the same in every language: dates, times, addresses, quote marks, rules.

Everything looks at a bounded part of one line, so that no mail takes long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LOOK = 400  # characters of a line that are looked at
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANKS = re.compile(r"[\t\u00a0\u2000-\u200a\u202f\u3000]")

_DATE = re.compile(
    r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}"
    r"|(?<!\d)(?:19|20)\d{2}(?!\d)"
    r"|\d{2,4}\s?[年년]"
    r"|\d{1,2}\.?[ -](?:de )?[^\W\d_]{3,12}\.?,?[ -](?:de )?\d{2,4}(?!\d)"
    r"|[^\W\d_]{3,12}[-.]\d{1,2}[-.]\d{2,4}(?!\d)"
)
_TIME = re.compile(
    r"(?<![\d.])\d{1,2}\s?[:：hH時时点點]\s?\d{2}"
    r"|(?<=\s)\d{1,2}\.\d{2}(?=[\s,)]|$)"
    r"|\d{1,2}\s?(?:[ap]\.?\s?m\b|Uhr\b)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"[^\s<>@:;,()\[\]\"]{1,64}@[^\s<>@;,()\[\]\"]{2,255}")
_BRACKETED = re.compile(r"[<\[(]\s?(?:mailto:)?[^\s<>@]{1,64}@[^\s<>@]{2,255}\s?[>\])]")
_RULE = re.compile(r"[_\-*=—–─]{5,}$")
_LONG_RULE = re.compile(r"[_\-—─]{10,}$")
_MARKS = re.compile(r"(?:>\s?)+")


def bare(line: str) -> str:
    """The line as it is looked at: no invisible characters, plain blanks, none at its ends."""
    line = line[:LOOK]
    return line.strip() if line.isascii() else _BLANKS.sub(" ", _INVISIBLE.sub("", line)).strip()


def all_bare(lines: Sequence[str]) -> list[str]:
    return [bare(line) for line in lines]


def is_quoted(line: str) -> bool:
    return line.startswith(">")


def unquoted(line: str) -> str:
    """The line without the marks that quote it."""
    found = _MARKS.match(line)
    return line[found.end() :].strip() if found else line


def has_date(text: str) -> bool:
    return bool(_DIGIT.search(text)) and bool(_DATE.search(text))


def has_time(text: str) -> bool:
    return bool(_TIME.search(text))


def has_address(text: str) -> bool:
    return "@" in text and bool(_ADDRESS.search(text))


def has_bracketed_address(text: str) -> bool:
    return "@" in text and bool(_BRACKETED.search(text))


def is_rule(line: str) -> bool:
    return bool(_RULE.match(line))


def is_long_rule(line: str) -> bool:
    """As Outlook on the web draws it above the mail that is answered."""
    return bool(_LONG_RULE.match(line))


def stripped(lines: Sequence[str]) -> list[str]:
    """Without blank lines at either end."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return list(lines[start:end])


def above(lines: Sequence[str], index: int, furthest: int = 3) -> int:
    """The last line with something on it before `index`, over a few blank ones; -1 for none."""
    for found in range(index - 1, max(index - 1 - furthest, -1), -1):
        if lines[found].strip():
            return found
    return -1


def below(lines: Sequence[str], index: int, furthest: int = 4) -> str:
    """The next line with something on it after `index`, over a few blank ones."""
    return next((line for line in lines[index + 1 : index + 1 + furthest] if line.strip()), "")
