"""Runs of quoted lines: which of them are the answered mail, which the person's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mail.extraction.attribution import (
    attribution_start,
    names_author,
    opens_with_attribution,
)
from mail.extraction.header_block import begins_forward, opens_with_headers
from mail.extraction.shapes import above, is_quoted, is_rule, unquoted

_WRAPPED_AT = 60  # a quoted line this long may have been broken by a program
_LONGEST_REST = 45
_INITIALS = re.compile(r"([^\W\d_]{1,4})>(?:\s|$)")
_LINK = ("(http", "<http", "[http", "http")


def with_initials_marked(lines: Sequence[str]) -> list[str]:
    """Bare lines, where a program quotes with somebody's initials ("EK> …") marked like others."""
    marked = list(lines)
    initials = ""
    for index, line in enumerate(lines):
        found = _INITIALS.match(line) if ">" in line[:6] else None
        if found is None:
            initials = initials if not line else ""
        elif found[1] == initials or _is_attributed(marked, index):
            initials = found[1]
            marked[index] = line[len(initials) :]
    return marked


def _is_attributed(lines: Sequence[str], index: int) -> bool:
    last = above(lines, index)
    if last < 0:
        return False
    if is_quoted(lines[last]):
        return attribution_start([unquoted(lines[last])], 0) is not None
    return attribution_start(lines, last) is not None


@dataclass(frozen=True)
class Run:
    """Quoted lines from `start` to `end`, with the attribution above them if there is one."""

    start: int
    end: int
    attributed: bool


def runs_of(lines: Sequence[str], sent: int | None = None) -> list[Run]:
    """The runs of bare lines; `sent` is a line that is known to be of our own mail."""
    runs: list[Run] = []
    index = 0
    while index < len(lines):
        if not is_quoted(lines[index]):
            index += 1
            continue
        end, after = _end(lines, index)
        run = _run(lines, index, end)
        if sent is not None and run.start <= sent < run.end:
            run = Run(run.start, run.end, True)
        runs.append(run)
        index = after
    return runs


def _end(lines: Sequence[str], start: int) -> tuple[int, int]:
    """After the last quoted line of the run, and after the blank ones below it."""
    end = after = start + 1
    while after < len(lines):
        if is_quoted(lines[after]) or _is_broken_off(lines, after):
            end = after + 1
        elif lines[after]:
            break
        after += 1
    return end, max(after, end)


def _is_broken_off(lines: Sequence[str], index: int) -> bool:
    """The end of a quoted line that a program wrapped, without its mark."""
    line, before = lines[index], lines[index - 1]
    following = lines[index + 1] if index + 1 < len(lines) else ""
    if not line or not is_quoted(before) or not is_quoted(following):
        return False
    if line.startswith(_LINK):
        return " " not in line.removesuffix(">").strip()
    if max(before.rfind("(http"), before.rfind("<http")) > max(before.rfind(")"), 0):
        return " " not in line
    whole = len(before) >= _WRAPPED_AT and before[-1:] not in ".!?:。？！"
    return whole and len(line) <= _LONGEST_REST


def _run(lines: Sequence[str], start: int, end: int) -> Run:
    last = above(lines, start)
    if last >= 0 and begins_forward(lines, last):
        return Run(start, end, False)  # passed on, not answered
    first = attribution_start(lines, last) if last >= 0 else None
    inside = lines[start:end]
    attributed = first is not None or opens_with_attribution(inside) or opens_with_headers(inside)
    if first is None:
        first = start
        if attributed and last >= 0 and is_rule(lines[last]):
            first = last
    return Run(first, end, attributed)


def is_plainly_a_mail(lines: Sequence[str], run: Run) -> bool:
    """Whether quoted lines without attribution are surely an older mail, not an excerpt or a log.

    They end the text, stand apart, and have paragraphs or older quotation among them.
    """
    quoted = lines[run.start : run.end]
    if len(quoted) < 3 or any(lines[run.end :]):
        return False
    if run.start == 0:
        return False
    introduced = lines[above(lines, run.start)]
    if not names_author(introduced) and (lines[run.start - 1] or introduced.endswith(":")):
        return False
    if any(line.startswith((">>> ", "> $ ", "> npm ", "> #")) for line in quoted):
        return False
    paragraphs = any(not unquoted(line) for line in quoted[1:-1])
    return paragraphs or any(line.startswith((">>", "> >")) for line in quoted)


def between(lines: Sequence[str], runs: Sequence[Run]) -> list[Sequence[str]]:
    """What stands before, between and after the runs."""
    ends = [0, *(run.end for run in runs)]
    starts = [*(run.start for run in runs), len(lines)]
    return [lines[end:start] for end, start in zip(ends, starts, strict=True)]
