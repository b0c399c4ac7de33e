"""Blocks of headers ("From: … Sent: … To: …") and dashed lines above an older mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mail.extraction.shapes import (
    has_address,
    has_bracketed_address,
    has_date,
    has_time,
    is_long_rule,
    is_quoted,
    unquoted,
)
from mail.extraction.vocabulary import ABOUT, BEGINS_FORWARDED, FORWARDED, FROM, ORIGINAL, SENT

_LABEL = re.compile(
    r"[*_]{0,2}([^\W\d_][^:：*<>@]{0,24}?)[*_]{0,2}\s?[:：][*_]{0,2}(?=\s|$|[^/\d])"
)
_DASHED = re.compile(r"[-_=*—─]{2,}\s?([^\W_][^\n]{1,70}?)\s?[-_=*—─]{2,}$")
_LOOSE_DASHED = re.compile(r"[-_=*—─]{3,}\s?([^\W_][^-_=*]{2,60})$")
_RAW = re.compile(r"received$|return-path$|message-id$|dkim-|mime-|content-t|x-|arc-|authent")
_MOST_LINES = 12
_LONGEST_TITLE = 45
_MOST_CONTINUED = 3


@dataclass
class _Block:
    """What the header lines of a block hold."""

    known: set[str]
    lines: int = 0
    dated: bool = False
    timed: bool = False
    addressed: bool = False
    bracketed: bool = False
    raw: bool = False  # as on the wire: somebody pasted it to show it


def begins_header_block(lines: Sequence[str], index: int) -> bool:
    """ "From:", and below it "Sent:" and "To:" or "Subject:", in whatever order and language."""
    first = label(lines[index])
    if first is None:
        return False
    ruled = index > 0 and is_long_rule(_previous(lines, index))
    if kind(first) is None and not ruled:
        return False
    block = _block(lines, index)
    if block.raw:
        return False
    return _is_foreign(block) if kind(first) is None else _is_known(block, ruled)


def _is_known(block: _Block, ruled: bool) -> bool:
    if "from" in block.known:
        whole = {"sent", "about"} <= block.known
        if "sent" in block.known and block.dated and (block.addressed or (block.timed and whole)):
            return True
        return ruled and (block.addressed or whole)
    return "sent" in block.known and "about" in block.known and block.timed and block.addressed


def _is_foreign(block: _Block) -> bool:
    """In a language that is not listed, below a rule: strict, as a form may look like it."""
    return block.lines >= 3 and block.bracketed and block.dated and block.timed


def _block(lines: Sequence[str], index: int) -> _Block:
    block, continued = _Block(set()), 0
    for line in lines[index : index + _MOST_LINES]:
        if not line and block.known and block.lines < 3:
            continue  # some programs write each header as a paragraph
        name = label(line)
        if name is None:
            continued += 1
            if not line or continued > _MOST_CONTINUED:
                break
            block.addressed = block.addressed or has_address(line)
            continue
        continued = 0
        _take(block, name, line)
    return block


def _take(block: _Block, name: str, line: str) -> None:
    what = kind(name)
    if what is not None:
        block.known.add(what)
    block.raw = block.raw or bool(_RAW.match(name))
    block.lines += 1
    block.addressed = block.addressed or has_address(line)
    block.bracketed = block.bracketed or has_bracketed_address(line)
    if what in ("sent", None) and has_date(line):
        block.dated = True
        block.timed = block.timed or has_time(line)


def label(line: str) -> str | None:
    """What stands before the colon of a header line, in lower case."""
    if ":" not in line[:32] and "：" not in line[:32]:
        return None
    found = _LABEL.match(line)
    return " ".join(found[1].lower().split()) if found else None


def kind(name: str | None) -> str | None:
    """Which header a label is: "from", "sent", "about" or none that is known."""
    if name in FROM:
        return "from"
    if name in SENT:
        return "sent"
    return "about" if name in ABOUT else None


def begins_original(lines: Sequence[str], index: int) -> bool:
    """A line like "-----Original Message-----", in a known language or above headers."""
    found = _DASHED.match(lines[index]) or _LOOSE_DASHED.match(lines[index])
    if found is None:
        return False
    if ORIGINAL.search(found[1]) and len(found[1]) <= 40 and not FORWARDED.search(found[1]):
        return True
    following = [number for number in range(index + 1, index + 4) if number < len(lines)]
    return any(
        label(lines[number]) is not None and _is_mail(_block(lines, number)) for number in following
    )


def _is_mail(block: _Block) -> bool:
    about = len(block.known)
    return (about >= 2 and (block.addressed or block.dated)) or (
        block.lines >= 3 and block.bracketed and block.dated
    )


def begins_forward(lines: Sequence[str], index: int) -> bool:
    """A line above a mail that somebody passes on: what follows is the point of the mail."""
    line = lines[index]
    if BEGINS_FORWARDED.match(line):
        return True
    if line.endswith((":", "：")) and len(line) <= _LONGEST_TITLE and FORWARDED.search(line):
        below = index + 1 + (index + 1 < len(lines) and not lines[index + 1])
        return below < len(lines) and opens_with_headers(lines[below : below + _MOST_LINES])
    found = _DASHED.match(line) or _LOOSE_DASHED.match(line)
    return bool(found) and bool(FORWARDED.search(found[1]))  # type: ignore[index]


def begins_memo(lines: Sequence[str], index: int) -> bool:
    """Name and address, below them the date, then "To" and "Subject" on lines of their own."""
    line = lines[index]
    if not has_address(line) or label(line) is not None or index + 1 >= len(lines):
        return False
    when = lines[index + 1]
    if len(when) > 40 or not (has_date(when) and has_time(when)):
        return False
    names = {name.lower().rstrip(":") for name in lines[index + 2 : index + 14] if name}
    return len(names & ABOUT) >= 2


def opens_with_headers(run: Sequence[str]) -> bool:
    """Whether quoted lines begin with the headers of the quoted mail."""
    inner = [unquoted(line) for line in run[:_MOST_LINES]]
    return any(begins_header_block(inner, index) for index in range(min(3, len(inner))))


def begins_quoted_headers(lines: Sequence[str], index: int) -> bool:
    """Headers with quote marks below a drawn line, where the text below them has none."""
    if index == 0 or not is_long_rule(_previous(lines, index)):
        return False
    end = index
    while end < min(index + _MOST_LINES, len(lines)) and is_quoted(lines[end]):
        end += 1
    inner = [unquoted(line) for line in lines[index:end]]
    only = all(not line or label(line) is not None for line in inner)
    return only and begins_header_block(inner, 0)


def _previous(lines: Sequence[str], index: int) -> str:
    return next((line for line in lines[max(index - 2, 0) : index][::-1] if line), "")
