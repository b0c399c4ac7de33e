"""What Slack makes of the text a person types: escaped text, links, mentions, rich_text blocks."""

from __future__ import annotations

import re
from typing import Any

from sandbox.world import World, new_id

TOKEN = re.compile(
    r"(?P<mention><@(?P<user>[UW][A-Z0-9]+)>)"
    r"|(?P<channel><#(?P<channel_id>C[A-Z0-9]+)(?:\|[^>]*)?>)"
    r"|(?P<link>https?://[^\s<>]+)"
    r"|(?P<handle>(?<![\w@])@(?P<name>[\w.-]+))"
)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compose(typed: str, world: World) -> tuple[str, list[dict[str, Any]]]:
    """The message text and its rich_text block, as Slack would store them."""
    parts: list[str] = []
    elements: list[dict[str, Any]] = []
    position = 0
    for token in TOKEN.finditer(typed):
        shown = _element(token, world)
        if shown is None:
            continue
        _plain(typed[position : token.start()], parts, elements)
        parts.append(shown[0])
        elements.append(shown[1])
        position = token.end()
    _plain(typed[position:], parts, elements)
    section = {"type": "rich_text_section", "elements": elements}
    block = {"type": "rich_text", "block_id": new_id("b")[:6], "elements": [section]}
    return "".join(parts), [block]


def rich_text(typed: str) -> dict[str, Any]:
    """The value a rich_text_input holds after somebody typed plain text into it."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": typed}]}
    return {"type": "rich_text", "elements": [section]}


def _plain(text: str, parts: list[str], elements: list[dict[str, Any]]) -> None:
    if text:
        parts.append(escape(text))
        elements.append({"type": "text", "text": text})


def _element(token: re.Match[str], world: World) -> tuple[str, dict[str, Any]] | None:
    """The text and the rich_text element of one link or mention; None when it is just text."""
    if token["link"]:
        return f"<{escape(token['link'])}>", {"type": "link", "url": token["link"]}
    if token["channel"]:
        channel = world.channels.get(token["channel_id"])
        if channel is None:
            return None
        element = {"type": "channel", "channel_id": channel.id}
        return f"<#{channel.id}|{channel.name}>", element
    key = token["user"] or token["name"]
    person = world.people.get(key) or world.find_person(key)
    if person is None or not person.in_slack:
        return None
    return f"<@{person.id}>", {"type": "user", "user_id": person.id}
