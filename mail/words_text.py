"""People's words as the plain text of a mail."""

from __future__ import annotations

from collections.abc import Iterator

from desk.words import BlockKind, Span, TextBlock, Words
from mail.links import safe_link
from mail.tidy import printable

_LISTS = (BlockKind.BULLET, BlockKind.NUMBER)


def words_text(words: Words) -> str:
    """Lists, quotes and code keep their marks; a link is followed by its address."""
    lines: list[str] = []
    numbers: dict[int, int] = {}  # by depth: the last number given there
    previous: BlockKind | None = None
    for block in words.blocks:
        if previous is not None and not (previous in _LISTS and block.kind in _LISTS):
            lines.append("")
        lines.extend(_lines(block, _next_number(block, numbers)))
        previous = block.kind
    return "\n".join(line.rstrip() for line in lines)


def _next_number(block: TextBlock, numbers: dict[int, int]) -> int:
    """Count numbered items by depth: a nested list does not disturb the one around it."""
    for depth in [depth for depth in numbers if depth > block.indent]:
        del numbers[depth]
    if block.kind is not BlockKind.NUMBER:
        numbers.pop(block.indent, None)
        return 0
    numbers[block.indent] = numbers.get(block.indent, 0) + 1
    return numbers[block.indent]


def _lines(block: TextBlock, number: int) -> Iterator[str]:
    lines = "".join(map(_span, block.spans)).strip("\n").split("\n")
    margin = "   " * block.indent
    match block.kind:
        case BlockKind.QUOTE:
            yield from (f"> {line}" for line in lines)
        case BlockKind.CODE:
            yield from (f"    {line}" for line in lines)
        case BlockKind.BULLET | BlockKind.NUMBER:
            mark = "-" if block.kind is BlockKind.BULLET else f"{number}."
            yield f"{margin}{mark} {lines[0]}"
            yield from (f"{margin}{' ' * len(mark)} {line}" for line in lines[1:])
        case BlockKind.PARAGRAPH:
            yield from (margin + line for line in lines)


def _span(span: Span) -> str:
    text = printable(span.text)
    link = safe_link(span.link)
    if link is None:
        return text
    shown = link.removeprefix("mailto:")
    return text if shown in text else f"{text} <{shown}>" if text.strip() else shown
