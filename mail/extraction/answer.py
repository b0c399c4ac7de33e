"""What a person actually wrote, without the mail they answered to.

Their own words are never lost: wherever the shape is not certain, everything is kept. The whole
mail stays one click away, so a quote too many does little harm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mail.extraction.client_marks import plan_of
from mail.extraction.html_text import LONGEST_TEXT, QUOTE_HERE, Plan, parsed, tree_text
from mail.extraction.marker import ABOVE
from mail.extraction.quotes import (
    attribution_start,
    begins_header_block,
    begins_original,
    is_quoted,
    is_rule,
    last_mention_of_us,
    opens_with_attribution,
    says_who_wrote,
    without_signature,
)

_POINTS_BELOW = re.compile(
    r"\b(?:below|inline|in line|in red|in blue|ci-dessous|ci-après|en rouge|en bleu|"
    r"plus bas|dans le texte|entre les lignes|siehe unten|más abajo)\b",
    re.IGNORECASE,
)
_SHORT = 250  # characters: an answer that only says "my answers are below"


def own_words(text: str, html: str | None = None) -> str:
    """The new text of an answer; the whole of it where nothing new is found."""
    whole = _tidy(text)
    kept = _from_html(html) if html else None
    if kept is None:
        kept = _from_text(whole.split("\n"))
    result = "\n".join(without_signature(kept)).strip("\n")
    if not result.strip() or _only_points_below(result, whole):
        return whole.strip("\n")
    return result


def _tidy(text: str) -> str:
    return text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")


def _only_points_below(result: str, whole: str) -> bool:
    return len(result) <= _SHORT < len(whole) and bool(_POINTS_BELOW.search(result))


def _from_html(html: str) -> list[str] | None:
    """By the marks that mail programs put around quotes; None where there is none of them."""
    tree = parsed(html)
    plan = plan_of(tree)
    if plan is None:
        return None
    lines = tree_text(tree, plan).split("\n")
    parts = _split(lines)
    if len(parts) > 2 and sum(map(_says_something, parts)) > 1:
        return tree_text(tree, Plan()).split("\n")  # as below: answers between quotes
    own: list[str] = []
    for part in parts:
        own += [*_without_last_attribution(part), ""]
    return _from_text(own)


def _split(lines: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if line == QUOTE_HERE:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def _says_something(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in _without_last_attribution(without_signature(lines)))


def _without_last_attribution(lines: Sequence[str]) -> list[str]:
    """Also without the rule that a mail program draws above what it quotes."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    start = attribution_start(kept, len(kept) - 1) if kept else None
    return kept if start is None else kept[:start]


def _from_text(lines: list[str]) -> list[str]:
    kept = _above_history(lines)
    runs = _runs(kept)
    answers = [part for part in _between(kept, runs) if any(line.strip() for line in part)]
    if len(runs) > 1 and len(answers) > 1:
        return kept  # answers between the quoted lines mean little without them
    own: list[str] = []
    end = 0
    for run in runs:
        own += kept[end : run.start] + ([] if run.attributed else kept[run.start : run.end])
        end = run.end
    return own + kept[end:]


def _above_history(lines: list[str]) -> list[str]:
    """The lines above the first place where an older mail surely begins."""
    ours = last_mention_of_us(lines)
    for index, line in enumerate(lines):
        if is_quoted(line) and ABOVE not in line:
            continue
        if ABOVE in line:
            return _without_last_attribution(_without_quoted_end(lines[:index]))
        if index <= ours and _seems_to_begin_history(lines, index):
            start = attribution_start(lines, index)
            return _without_rule(lines[: index if start is None else start])
    return lines


def _seems_to_begin_history(lines: list[str], index: int) -> bool:
    """People also paste such lines: they count only where text of ours follows."""
    return (
        begins_original(lines, index)
        or begins_header_block(lines, index)
        or _begins_unmarked_quote(lines, index)
    )


def _begins_unmarked_quote(lines: list[str], index: int) -> bool:
    """An attribution whose quote carries no marks."""
    start = attribution_start(lines, index)
    if start is None or not says_who_wrote(lines, start, index):
        return False
    following = next((line for line in lines[index + 1 : index + 5] if line.strip()), "")
    return not is_quoted(following)


def _without_quoted_end(lines: list[str]) -> list[str]:
    """What a program quoted right above our own mark is its attribution."""
    kept = list(lines)
    while kept and (not kept[-1].strip() or is_quoted(kept[-1])):
        kept.pop()
    return kept


def _without_rule(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and (not kept[-1].strip() or is_rule(kept[-1])):
        kept.pop()
    return kept


@dataclass(frozen=True)
class _Run:
    """Quoted lines from `start` to `end`, with the attribution above them if there is one."""

    start: int
    end: int
    attributed: bool


def _runs(lines: Sequence[str]) -> list[_Run]:
    runs: list[_Run] = []
    index = 0
    while index < len(lines):
        if not is_quoted(lines[index]):
            index += 1
            continue
        end = index + 1
        after = end
        while after < len(lines) and (is_quoted(lines[after]) or not lines[after].strip()):
            after += 1
            if is_quoted(lines[after - 1]):
                end = after
        above = _above(lines, index)
        start = attribution_start(lines, above) if above >= 0 else None
        attributed = start is not None or opens_with_attribution(lines[index:end])
        runs.append(_Run(index if start is None else start, end, attributed))
        index = max(after, end)
    return runs


def _above(lines: Sequence[str], index: int) -> int:
    """The last line before `index`, over one or two blank ones."""
    for above in range(index - 1, max(index - 4, -1), -1):
        if lines[above].strip():
            return above
    return -1


def _between(lines: Sequence[str], runs: Sequence[_Run]) -> list[Sequence[str]]:
    ends = [0, *(run.end for run in runs)]
    starts = [*(run.start for run in runs), len(lines)]
    return [lines[end:start] for end, start in zip(ends, starts, strict=True)]
