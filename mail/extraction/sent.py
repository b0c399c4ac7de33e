"""Text that we know we sent, found again although it was wrapped, quoted or converted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_FEWEST = 24  # letters and digits that must agree: fewer may be chance
_PROBE = 40
_MOST_MAILS = 20
_LONGEST = 20_000  # characters of one sent mail that are compared
_FIRST_LINES = 6  # of a sent mail, any of which may be the first that is quoted


@dataclass(frozen=True)
class _Squashed:
    """Letters and digits alone, in lower case, and where each line begins among them."""

    text: str
    starts: tuple[int, ...]


def first_sent_line(lines: Sequence[str], sent: Sequence[str]) -> int | None:
    """The first line from which on the text is what we sent; None where it is not in there.

    Where words of theirs stand between words of ours, nothing is said: that is an answer in line.
    """
    mails = [mail for mail in map(_letters, sent[:_MOST_MAILS]) if len(mail[0]) >= _FEWEST]
    if not mails:
        return None
    squashed = _squash(lines)
    found = [line for mail in mails if (line := _found(squashed, *mail)) is not None]
    return min(found, default=None)


def _found(squashed: _Squashed, mail: str, beginnings: tuple[int, ...]) -> int | None:
    for beginning in beginnings:
        probe = mail[beginning : beginning + _PROBE]
        if len(probe) < _FEWEST:
            continue
        at = squashed.text.find(probe)
        if at < 0:
            continue
        line = _line_at(squashed, at)
        before = mail[max(beginning - _PROBE, 0) : beginning]
        if line is None or _stands_apart(squashed.text[:at], before):
            return None
        return None if _is_interrupted(squashed.text[at:], mail[beginning:]) else line
    return None


def _stands_apart(text: str, before: str) -> bool:
    """Whether what comes before in the mail is further above, with something in between."""
    return len(before) >= _FEWEST and before in text and not text.endswith(before)


def _is_interrupted(text: str, mail: str) -> bool:
    """Whether the mail goes on further below, after something else."""
    same = 0
    for ours, theirs in zip(mail, text, strict=False):
        if ours != theirs:
            break
        same += 1
    rest = mail[same : same + _PROBE]
    return len(rest) >= _FEWEST and rest in text[same:]


def _line_at(squashed: _Squashed, at: int) -> int | None:
    """The line that begins there: what begins in the midst of one has own words before it."""
    lines = [number for number, start in enumerate(squashed.starts) if start == at]
    return lines[-1] if lines else None


def _letters(mail: str) -> tuple[str, tuple[int, ...]]:
    squashed = _squash(mail[:_LONGEST].split("\n"))
    return squashed.text, tuple(dict.fromkeys(squashed.starts[:_FIRST_LINES]))


def _squash(lines: Sequence[str]) -> _Squashed:
    pieces: list[str] = []
    starts: list[int] = []
    size = 0
    for line in lines:
        piece = "".join(filter(str.isalnum, line.casefold()))
        starts.append(size)
        pieces.append(piece)
        size += len(piece)
    return _Squashed("".join(pieces), tuple(starts))
