"""`Words` as Slack shows them: as markup inside a text object, or as rich text for an input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import quote

from blocks.message import Block
from blocks.text import LONGEST, cut, escape, quoted
from desk.words import LISTS, BlockKind, Span, TextBlock, Words

JOINT = "\u200b"  # Slack knows a mark of style at the edge of a word only; this makes an edge
FENCE = "```"
TWO_OF_A_FENCE = re.compile("``(?=`)")
LONGEST_LINK = 1000  # characters; a longer one is shown as the words it stands behind
LINKS = ("https://", "http://", "mailto:")


def mrkdwn(words: Words, limit: int = LONGEST, *, quoting: bool = False) -> str:
    """The words as markup, escaped, in at most `limit` characters with every mark closed."""
    words = words.named(lambda slack_id: slack_id)
    size = limit
    while len(said := _markup(shortened(words, size), quoting)) > limit and size > 0:
        size = min(size - 1, size * limit // len(said))
    return said


def fits(words: Words, limit: int = LONGEST, *, quoting: bool = False) -> bool:
    """Whether `mrkdwn` leaves nothing out."""
    return len(_markup(words.named(lambda slack_id: slack_id), quoting)) <= limit


def shortened(words: Words, size: int) -> Words:
    """The first `size` characters, ended by "…" where something was left out."""
    if sum(len(block.text) for block in words.blocks) <= size:
        return words
    kept: list[TextBlock] = []
    left = size - 1
    for block in words.blocks:
        spans: list[Span] = []
        for span in block.spans:
            spans.append(replace(span, text=span.text[: max(left, 0)]))
            left -= len(spans[-1].text)
            if left <= 0:
                break
        kept.append(replace(block, spans=tuple(spans)))
        if left <= 0:
            break
    ended = replace(kept[-1], spans=(*kept[-1].spans, Span("…")))
    return Words((*kept[:-1], ended))


def quotations(words: Words, limit: int = LONGEST, most: int = 4) -> tuple[list[str], bool]:
    """Long words as several quotations of at most `limit` characters, and whether that was all."""
    parts = _halved(_short_links(words.named(lambda slack_id: slack_id), limit // 4), limit)
    return [_markup(part, quoting=True) for part in parts[:most]], len(parts) <= most


def _short_links(words: Words, longest: int) -> Words:
    """A link stands in each piece that words are divided into: a long one would leave no room."""

    def shown(span: Span) -> Span:
        return replace(span, link=None) if len(_address(span.link or "")) > longest else span

    return Words(
        tuple(replace(block, spans=tuple(map(shown, block.spans))) for block in words.blocks)
    )


def _halved(words: Words, limit: int) -> list[Words]:
    """The words in pieces whose markup keeps to `limit`, divided between blocks or words."""
    if len(_markup(words, quoting=True)) <= limit:
        return [words]
    if len(words.blocks) > 1:
        middle = _middle(words)
        halves = (Words(words.blocks[:middle]), Words(words.blocks[middle:]))
    elif len(words.blocks[0].text) > 1:
        halves = _divided(words.blocks[0])
    else:
        return []  # not even a letter fits
    return [piece for half in halves for piece in _halved(half, limit)]


def _middle(words: Words) -> int:
    """Where to divide the blocks so that both sides are about as long."""
    half = sum(len(block.text) for block in words.blocks) / 2
    before = 0
    for index, block in enumerate(words.blocks[:-1]):
        before += len(block.text)
        if before >= half:
            return max(1, index if before - half > half / 2 and index else index + 1)
    return len(words.blocks) - 1


def _divided(block: TextBlock) -> tuple[Words, Words]:
    at = _break(block.text)
    left: list[Span] = []
    right: list[Span] = []
    for span in block.spans:
        if at > 0:
            left.append(replace(span, text=span.text[:at]))
        if at < len(span.text):
            right.append(replace(span, text=span.text[max(at, 0) :]))
        at -= len(span.text)
    left[-1] = replace(left[-1], text=left[-1].text.removesuffix("\n"))
    return (
        Words((replace(block, spans=tuple(left)),)),
        Words((replace(block, spans=tuple(right)),)),
    )


def _break(text: str) -> int:
    """Where to divide: after a line, else after a word, a little before the middle."""
    half = max(1, len(text) // 2)
    for mark in "\n ":
        if (found := text.rfind(mark, half // 2, half)) >= 0:
            return found + 1
    return half


def _markup(words: Words, quoting: bool = False) -> str:
    paragraphs: list[str] = []
    for in_list, run in groupby(words.blocks, key=lambda block: block.kind in LISTS):
        if in_list:
            paragraphs.append("\n".join(_list_lines(run)))
        else:
            paragraphs.extend(_paragraph(block, quoting) for block in run)
    said = "\n\n".join(paragraphs)
    return quoted(said) if quoting else said


def _list_lines(items: Iterable[TextBlock]) -> list[str]:
    lines: list[str] = []
    numbers: dict[int, int] = {}
    for item in items:
        numbers = {level: n for level, n in numbers.items() if level <= item.indent}
        if item.kind is BlockKind.NUMBER:
            numbers[item.indent] = numbers.get(item.indent, 0) + 1
            mark = f"{numbers[item.indent]}."
        else:
            mark = "•" if item.indent % 2 == 0 else "◦"
        lines.append("    " * item.indent + f"{mark} " + _styled(item.spans).replace("\n", " "))
    return lines


def _paragraph(block: TextBlock, quoting: bool) -> str:
    if block.kind is BlockKind.CODE:
        return f"{FENCE}\n{escape(_without_fence(block.text))}\n{FENCE}"
    text = _styled(block.spans)
    if block.kind is BlockKind.QUOTE:
        # Slack knows no quotation within a quotation, so the inner mark is written out.
        mark = "&gt;" if quoting else ">"
        return "\n".join(f"{mark} {line}" for line in text.split("\n"))
    return text


def _styled(spans: Iterable[Span]) -> str:
    said = ""
    marked = False
    for span in spans:
        piece = _span(span)
        edge = marked or _has_marks(span)
        if said and piece and _touch(said[-1], piece[0], edge):
            said += JOINT
        said += piece
        marked = _has_marks(span)
    return said


def _has_marks(span: Span) -> bool:
    return span.bold or span.italic or span.strike or span.code


def _touch(last: str, first: str, edge: bool) -> bool:
    """Whether two spans would run into each other. Backticks do so without any style as well."""
    if last == first == "`":
        return True
    return edge and all(letter.isalnum() or letter in "*_~`" for letter in (last, first))


def _span(span: Span) -> str:
    text = _without_fence(span.text)
    if not text:
        return ""
    if _is_link(span):
        label = " ".join(text.split()) or cut(span.link or "", 60)
        return f"<{_address(span.link or '')}|{escape(label)}>"
    if span.code:
        return _wrapped(text.replace("`", "\u02cb"), "`")
    marks = ("*" * span.bold, "_" * span.italic, "~" * span.strike)
    for mark in filter(None, marks):
        text = text.replace(mark, {"*": "\u2217", "_": "\uff3f", "~": "\u223c"}[mark])
    return _wrapped(text, "".join(marks))


def _wrapped(text: str, marks: str) -> str:
    """Each line of `text` between `marks`, blanks at its ends left outside."""
    if not marks:
        return escape(text)
    return "\n".join(
        line.replace(line.strip(), marks + escape(line.strip()) + marks[::-1])
        if line.strip()
        else line
        for line in text.split("\n")
    )


def _is_link(span: Span) -> bool:
    link = span.link or ""
    return link.startswith(LINKS) and len(_address(link)) <= LONGEST_LINK


def _address(link: str) -> str:
    return escape(
        "".join(quote(c) if c in '<>|"' or not c.isprintable() or c.isspace() else c for c in link)
    )


def _without_fence(text: str) -> str:
    """A fence left open would swallow whatever follows in the same text object."""
    return TWO_OF_A_FENCE.sub("``" + JOINT, text)


def rich_text(words: Words) -> Block:
    """The words as the value of a rich text input."""
    elements: list[Block] = []
    for key, run in groupby(words.blocks, key=lambda block: (block.kind, block.indent)):
        elements.extend(BUILDERS[key[0]](list(run), key[1]))
    return {"type": "rich_text", "elements": elements}


def _sections(run: list[TextBlock], _: int) -> list[Block]:
    """Paragraphs in a row are one section, as Slack's own composer makes them."""
    inside: list[Block] = []
    for block in run:
        if inside:
            inside.append({"type": "text", "text": "\n\n"})
        inside.extend(_elements(block.spans))
    return [{"type": "rich_text_section", "elements": inside}]


def _list(kind: BlockKind) -> Callable[[list[TextBlock], int], list[Block]]:
    style = "ordered" if kind is BlockKind.NUMBER else "bullet"

    def build(run: list[TextBlock], indent: int) -> list[Block]:
        items = [{"type": "rich_text_section", "elements": _elements(block.spans)} for block in run]
        return [{"type": "rich_text_list", "style": style, "indent": indent, "elements": items}]

    return build


def _each(kind: str) -> Callable[[list[TextBlock], int], list[Block]]:
    return lambda run, _: [{"type": kind, "elements": _elements(block.spans)} for block in run]


BUILDERS: dict[BlockKind, Callable[[list[TextBlock], int], list[Block]]] = {
    BlockKind.PARAGRAPH: _sections,
    BlockKind.BULLET: _list(BlockKind.BULLET),
    BlockKind.NUMBER: _list(BlockKind.NUMBER),
    BlockKind.QUOTE: _each("rich_text_quote"),
    BlockKind.CODE: _each("rich_text_preformatted"),
}


def _elements(spans: Iterable[Span]) -> list[Block]:
    return [_element(span) for span in spans if span.text or span.user]


def _element(span: Span) -> Block:
    if span.user is not None:
        return {"type": "user", "user_id": span.user}
    style: dict[str, Any] = {
        name: True for name in ("bold", "italic", "strike", "code") if getattr(span, name)
    }
    styled = {"style": style} if style else {}
    if _is_link(span):
        return {"type": "link", "url": span.link, "text": span.text, **styled}
    return {"type": "text", "text": span.text, **styled}
