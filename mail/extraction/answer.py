"""What a person actually wrote, without the mail they answered to.

Their own words are never lost: wherever the shape is not certain, everything is kept. The whole
mail stays one click away, so a quote too many does little harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mail.extraction.attribution import (
    attribution_start,
    begins_unmarked_quote,
    is_framed,
    names_author,
    own_beginning,
    shares_line_with_quote,
)
from mail.extraction.client_marks import plan_of
from mail.extraction.endings import without_banner, without_signature
from mail.extraction.header_block import (
    begins_forward,
    begins_header_block,
    begins_memo,
    begins_original,
    begins_quoted_headers,
)
from mail.extraction.html_text import LONGEST_TEXT, QUOTE_HERE, Plan, parsed, tree_text
from mail.extraction.marker import ABOVE
from mail.extraction.runs import (
    Run,
    between,
    is_plainly_a_mail,
    runs_of,
    with_initials_marked,
)
from mail.extraction.sent import first_sent_line
from mail.extraction.shapes import above, all_bare, bare, is_quoted, is_rule
from mail.extraction.vocabulary import FORWARDING_SUBJECT, POINTS_BELOW

_SHORT = 250  # characters: an answer that only says "my answers are below"


def own_words(
    text: str, html: str | None = None, sent: Sequence[str] = (), *, forwards: bool = False
) -> str:
    """The new text of an answer; the whole of it where nothing new is found.

    `sent` are the texts of mails that may be quoted because we sent them. `forwards` says that
    the mail passes on another one: then only the signature and the banner go.
    """
    whole = _tidy(text)
    for kept in _readings(whole, html, sent, forwards):
        result = "\n".join(without_signature(without_banner(kept))).strip("\n")
        if result.strip():
            return whole.strip("\n") if _only_points_below(result, whole) else result
    return whole.strip("\n")


def passes_on(subject: str) -> bool:
    """Whether the subject says that the mail forwards another one ("Fwd: …", "TR : …")."""
    return bool(FORWARDING_SUBJECT.match(subject))


def _readings(
    whole: str, html: str | None, sent: Sequence[str], forwards: bool
) -> Iterator[list[str]]:
    """Ways to read the mail, the surest first."""
    lines = whole.split("\n")
    if forwards:
        yield lines
        return
    by_marks = _from_html(html, sent) if html else None
    if by_marks is not None:
        yield by_marks
    yield _from_text(lines, sent)


def _tidy(text: str) -> str:
    return text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")


def _only_points_below(result: str, whole: str) -> bool:
    return len(result) <= _SHORT < len(whole) and bool(POINTS_BELOW.search(result))


def _from_html(html: str, sent: Sequence[str]) -> list[str] | None:
    """By the marks that mail programs put around quotes; None where there is none of them."""
    tree = parsed(html)
    plan = plan_of(tree)
    if plan is None:
        return None
    parts = _split(tree_text(tree, plan).split("\n"))
    if len(parts) > 2 and sum(map(_says_something, parts)) > 1:
        return tree_text(tree, Plan()).split("\n")  # as below: answers between quotes
    own: list[str] = []
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1 and plan.end is None
        own += [*(part if is_last else _without_last_attribution(part)), ""]
    return _from_text(own, sent)


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
    kept = _without_rule(list(lines))
    if not kept:
        return kept
    looked = all_bare(kept)
    start = attribution_start(looked, len(kept) - 1)
    if start is None and names_author(looked[-1]):
        start = len(kept) - 1
    return kept if start is None else _without_rule(kept[:start])


def _from_text(lines: list[str], sent: Sequence[str]) -> list[str]:
    known = first_sent_line(lines, sent) if sent else None
    kept = _above_history(lines, known)
    looked = with_initials_marked(all_bare(kept))
    runs = runs_of(looked, known)
    if _is_inline(looked, runs):
        return _without_rest(kept, looked, runs)
    own: list[str] = []
    end = 0
    for run in runs:
        quotes = run.attributed or is_plainly_a_mail(looked, run)
        own += _without_author(kept[end : run.start]) if quotes else kept[end : run.start]
        own += [own_beginning(looked[run.start])] if quotes else kept[run.start : run.end]
        end = run.end
    return own + kept[end:]


def _without_author(lines: list[str]) -> list[str]:
    """Without "Somebody wrote:" right above what is known to be quoted."""
    last = above(lines, len(lines))
    return lines[:last] if last >= 0 and names_author(bare(lines[last])) else lines


def _is_inline(lines: Sequence[str], runs: Sequence[Run]) -> bool:
    """Answers between the quoted lines mean little without them."""
    answers = [part for part in between(lines, runs) if any(without_signature(part))]
    return len(runs) > 1 and len(answers) > 1


def _without_rest(kept: list[str], looked: Sequence[str], runs: Sequence[Run]) -> list[str]:
    """Without what is still quoted below the last answer in line."""
    last = runs[-1]
    if runs[0].attributed and not any(without_signature(looked[last.end :])):
        return kept[: last.start]
    return kept


def _above_history(lines: list[str], sent: int | None) -> list[str]:
    """The lines above the first place where an older mail surely begins."""
    looked = with_initials_marked(all_bare(lines))
    for index, line in enumerate(looked):
        if ABOVE in lines[index]:
            return _without_last_attribution(_without_quoted_end(lines[:index]))
        if is_framed(line) or (is_quoted(line) and begins_quoted_headers(looked, index)):
            return _without_rule(lines[:index])
        if is_quoted(line) or not line:
            continue
        if index == sent:
            return _without_last_attribution(lines[:index])
        if begins_forward(looked, index):
            return lines
        start = _history_start(looked, index)
        if start is not None:
            own = own_beginning(looked[start])
            return [*lines[:start], own] if own else _without_rule(lines[:start])
    return lines


def _history_start(lines: Sequence[str], index: int) -> int | None:
    if (
        begins_original(lines, index)
        or begins_header_block(lines, index)
        or begins_memo(lines, index)
        or shares_line_with_quote(lines[index])
    ):
        return index
    return begins_unmarked_quote(lines, index)


def _without_quoted_end(lines: list[str]) -> list[str]:
    """What a program quoted right above our own mark is its attribution."""
    kept = list(lines)
    while kept and (not kept[-1].strip() or is_quoted(kept[-1].strip())):
        kept.pop()
    return kept


def _without_rule(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and (not kept[-1].strip() or is_rule(kept[-1].strip())):
        kept.pop()
    return kept
