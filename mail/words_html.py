"""People's words as HTML. All of it is escaped here: what a person wrote never becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from desk.words import BlockKind, Span, TextBlock, Words
from mail.links import safe_link
from mail.tidy import printable

_LISTS = {BlockKind.BULLET: "ul", BlockKind.NUMBER: "ol"}
_DEEPEST = 8  # a deeper list is shown at this depth
_RUN = re.compile(r"(?<=[ \n]) |^ ")  # blanks that HTML would swallow


def words_html(words: Words) -> Markup:
    return Markup("").join(_blocks(words.blocks))


def _blocks(blocks: Sequence[TextBlock]) -> Iterator[Markup]:
    start = 0
    while start < len(blocks):
        end = start + 1
        if blocks[start].kind in _LISTS:
            while end < len(blocks) and blocks[end].kind in _LISTS:
                end += 1
            yield from _list(blocks[start:end])
        else:
            yield _block(blocks[start])
        start = end


def _block(block: TextBlock) -> Markup:
    inner = Markup("").join(map(_span, block.spans))
    match block.kind:
        case BlockKind.QUOTE:
            return Markup('<blockquote dir="auto">{}</blockquote>').format(_broken(inner))
        case BlockKind.CODE:
            return Markup('<pre dir="ltr">{}</pre>').format(inner)
        case _:
            return Markup('<p dir="auto">{}</p>').format(_broken(inner))


def _list(items: Sequence[TextBlock]) -> Iterator[Markup]:
    """Items with their depth in `indent` become nested lists, each inside the item above it."""
    opened: list[str] = []
    for item in items:
        tag, depth = _LISTS[item.kind], min(item.indent, _DEEPEST) + 1
        while len(opened) > depth or (len(opened) == depth and opened[-1] != tag):
            yield Markup("</li></{}>").format(opened.pop())
        if len(opened) == depth:
            yield Markup("</li>")
        while len(opened) < depth:
            opened.append(tag)
            # A depth that was jumped over needs an item to stand in, without a mark of its own.
            bare = Markup('<li class="bare">') if len(opened) < depth else Markup("")
            yield Markup("<{}>").format(tag) + bare
        inner = Markup("").join(map(_span, item.spans))
        yield Markup('<li dir="auto">') + _broken(inner)
    while opened:
        yield Markup("</li></{}>").format(opened.pop())


def _broken(inner: Markup) -> Markup:
    """Line breaks as elements, and runs of blanks as wide as they were typed."""
    kept = str(inner).strip("\n")
    if "  " in kept or "\n " in kept or kept.startswith(" "):  # hardly ever
        kept = _RUN.sub("\N{NO-BREAK SPACE}", kept)
    return Markup(kept.replace("\n", "<br>\n"))  # noqa: S704 - escaped span by span before


def _span(span: Span) -> Markup:
    html = escape(printable(span.text))
    if span.code:
        html = Markup("<code>{}</code>").format(html)
    for wanted, tag in ((span.bold, "strong"), (span.italic, "em"), (span.strike, "s")):
        if wanted:
            html = Markup("<{0}>{1}</{0}>").format(tag, html)
    link = safe_link(span.link)
    if link is not None:
        shown = html if span.text.strip() else escape(link.removeprefix("mailto:"))
        html = Markup('<a href="{}">{}</a>').format(link, shown)
    return html
