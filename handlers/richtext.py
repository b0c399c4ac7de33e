"""What people typed in Slack, as the desk's `Words`: from rich text blocks, else from mrkdwn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import unescape
from typing import Any

from desk.words import NO_WORDS, BlockKind, Span, TextBlock, Words

Element = Mapping[str, Any]

_KINDS = {
    "rich_text_quote": BlockKind.QUOTE,
    "rich_text_preformatted": BlockKind.CODE,
    "rich_text_section": BlockKind.PARAGRAPH,
}
DEEPEST = 8  # Slack's own limit for lists in lists
_TOKEN = re.compile(r"<([^<>]+)>")
_UNKEPT = re.compile("[\x00\ud800-\udfff]")


def kept(text: str) -> str:
    """Without what no database keeps: null characters, and halves of characters (surrogates)."""
    return text if text.isprintable() else _UNKEPT.sub("", text)


def words_from_rich_text(block: Element | None) -> Words:
    """The words of one `rich_text` block; unknown elements read as their text."""
    if not block:
        return NO_WORDS
    blocks: list[TextBlock] = []
    for element in block.get("elements", ()):
        if element.get("type") == "rich_text_list":
            blocks += _list_items(element)
        else:
            kind = _KINDS.get(str(element.get("type")), BlockKind.PARAGRAPH)
            blocks += _paragraphs(kind, _spans(element.get("elements", ())))
    return Words(tuple(blocks))


def words_from_message(message: Element) -> Words:
    """A channel message: its rich text where it has one, else its mrkdwn text; then its files."""
    rich = [b for b in message.get("blocks") or () if b.get("type") == "rich_text"]
    if rich:
        joined = [element for block in rich for element in block.get("elements", ())]
        said = words_from_rich_text({"elements": joined})
    else:
        said = words_from_mrkdwn(str(message.get("text") or ""))
    files = Words.plain(kept("\n".join(_file_names(message))))
    return Words((*said.blocks, *files.blocks))


def _file_names(message: Element) -> Iterable[str]:
    """What was attached, so that a message of files alone is a note as well."""
    for file in message.get("files") or ():
        name = file.get("name") if isinstance(file, Mapping) else None
        yield f"📎 {name or '?'}"


def words_from_mrkdwn(text: str) -> Words:
    """Slack's escaped text: links and mentions resolved, everything else as plain words."""
    plain = Words.plain(kept(text))
    return Words(
        tuple(
            TextBlock(block.kind, tuple(s for span in block.spans for s in _tokens(span.text)))
            for block in plain.blocks
        )
    )


def _tokens(text: str) -> Iterable[Span]:
    position = 0
    for match in _TOKEN.finditer(text):
        if match.start() > position:
            yield Span(unescape(text[position : match.start()]))
        yield _token(match.group(1))
        position = match.end()
    if position < len(text):
        yield Span(unescape(text[position:]))


def _token(token: str) -> Span:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return Span(f"@{label or target[1:]}", user=target[1:] or None)
    if target.startswith("#"):
        return Span(f"#{label or target[1:]}")
    if target.startswith("!"):
        return Span(f"@{(label or target[1:].partition('^')[0]).lstrip('@')}")
    return Span(unescape(label or target), link=unescape(target) or None)


def _list_items(element: Element) -> list[TextBlock]:
    kind = BlockKind.NUMBER if element.get("style") == "ordered" else BlockKind.BULLET
    indent = element.get("indent")
    depth = min(max(indent, 0), DEEPEST) if isinstance(indent, int) else 0
    return [
        TextBlock(kind, tuple(_spans(item.get("elements", ()))), depth)
        for item in element.get("elements", ())
    ]


def _paragraphs(kind: BlockKind, spans: list[Span]) -> list[TextBlock]:
    """One block a paragraph: Slack writes blank lines as "\\n\\n" within one section."""
    if kind is not BlockKind.PARAGRAPH:
        return [TextBlock(kind, tuple(spans))] if spans else []
    paragraphs: list[list[Span]] = [[]]
    for span in spans:
        first, *rest = re.split(r"\n{2,}", span.text)
        paragraphs[-1].append(_with_text(span, first))
        paragraphs += [[_with_text(span, part)] for part in rest]
    trimmed = (tuple(_trim_newlines([s for s in p if s.text])) for p in paragraphs)
    return [TextBlock(kind, block) for block in trimmed if "".join(s.text for s in block).strip()]


def _trim_newlines(spans: list[Span]) -> list[Span]:
    if spans:
        spans[0] = _with_text(spans[0], spans[0].text.lstrip("\n"))
        spans[-1] = _with_text(spans[-1], spans[-1].text.rstrip("\n"))
    return spans


def _with_text(span: Span, text: str) -> Span:
    return replace(span, text=text)


def _spans(elements: Iterable[Element]) -> list[Span]:
    spans = (_span(element) for element in elements)
    return [
        replace(span, text=kept(span.text), link=kept(span.link or "") or None)
        for span in spans
        if span.text
    ]


def _span(element: Element) -> Span:
    style = element.get("style") or {}
    if not isinstance(style, Mapping):
        style = {}
    look = Span(
        "",
        bold=bool(style.get("bold")),
        italic=bool(style.get("italic")),
        strike=bool(style.get("strike")),
        code=bool(style.get("code")),
    )
    match element.get("type"):
        case "link":
            url = str(element.get("url") or "")
            return replace(look, text=str(element.get("text") or url), link=url or None)
        case "user":
            user = str(element.get("user_id") or "")
            return replace(look, text=f"@{user}", user=user or None)
        case "emoji":
            return replace(look, text=_emoji(element))
        case "channel":
            return replace(look, text=f"#{element.get('channel_id') or ''}")
        case "usergroup" | "broadcast":
            name = element.get("range") or element.get("usergroup_id") or ""
            return replace(look, text=f"@{name}")
        case _:
            return replace(look, text=str(element.get("text") or ""))


def _emoji(element: Element) -> str:
    """The emoji itself where Slack gives its code points, else its short name."""
    codes = str(element.get("unicode") or "")
    try:
        emoji = "".join(chr(int(code, 16)) for code in codes.split("-") if codes)
        emoji.encode()  # half a character (a surrogate) is none
    except (ValueError, OverflowError):
        emoji = ""
    return emoji or f":{element.get('name')}:"
