"""Layout blocks, and which of them each surface takes."""

from __future__ import annotations

from typing import Any

from sandbox.blockkit.checks import (
    Check,
    Problems,
    anything,
    at_least_one,
    boolean,
    exactly_one,
    listing,
    no_repeats,
    one_of,
    problem,
    shape,
    string,
    typed,
    whole_number,
)
from sandbox.blockkit.elements import BUTTON, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from sandbox.blockkit.objects import ID, IMAGE, URL, any_text, plain_text
from sandbox.blockkit.richtext import RICH_TEXT


def _block(
    kind: str, optional: dict[str, Check] | None = None, *rules: Check, **required: Check
) -> Check:
    return shape({"type": one_of(kind), **required}, {"block_id": ID, **(optional or {})}, *rules)


def _different_actions(value: Any, pointer: str) -> Problems:
    """Two elements of a block must not share an action id."""
    elements = value.get("elements")
    if not isinstance(elements, list):
        return []
    ids = [
        (element["action_id"], f"{pointer}/elements/{i}/action_id")
        for i, element in enumerate(elements)
        if isinstance(element, dict) and "action_id" in element
    ]
    return no_repeats(ids, "action_id")


def _dispatch_where_allowed(value: Any, pointer: str) -> Problems:
    element = value.get("element")
    silent = isinstance(element, dict) and element.get("type") == "file_input"
    if value.get("dispatch_action") and silent:
        return [problem("dispatch_action is not allowed for file_input", pointer)]
    return []


SECTION = _block(
    "section",
    {
        "text": any_text(3000),
        "fields": listing(any_text(2000), 10),
        "accessory": typed({**IN_SECTION, "image": IMAGE}),
        "expand": boolean,
    },
    at_least_one("text", "fields"),
)
INPUT = _block(
    "input",
    {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    _dispatch_where_allowed,
    label=plain_text(2000),
    element=typed(IN_INPUT),
)
ACTIONS = _block("actions", None, _different_actions, elements=listing(typed(IN_ACTIONS), 25))
CONTEXT = _block(
    "context",
    elements=listing(
        typed({"image": IMAGE, "plain_text": any_text(3000), "mrkdwn": any_text(3000)}), 10
    ),
)
CONTEXT_ACTIONS = _block(
    "context_actions", None, _different_actions, elements=listing(typed(IN_CONTEXT_ACTIONS), 5)
)
HEADER = _block("header", {"level": whole_number(1, 4)}, text=plain_text(150))
PICTURE = _block(
    "image",
    {"image_url": URL, "slack_file": anything, "title": plain_text(2000)},
    exactly_one("image_url", "slack_file"),
    alt_text=string(2000),
)
VIDEO = _block(
    "video",
    {
        "author_name": string(49),
        "description": plain_text(200),
        "provider_icon_url": URL,
        "provider_name": string(50),
        "title_url": URL,
    },
    alt_text=string(2000),
    title=plain_text(199),
    thumbnail_url=URL,
    video_url=URL,
)
ALERT = _block(
    "alert",
    {"level": one_of("default", "info", "warning", "error", "success")},
    text=any_text(3000),
)
CARD = _block(
    "card",
    {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": listing(typed({"button": BUTTON}), 5),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)
TABLE = _block(
    "table",
    {"column_settings": listing(anything, 20, 0)},
    rows=listing(listing(anything, 20), 100),
)
INSIDE: dict[str, Check] = {
    "section": SECTION,
    "actions": ACTIONS,
    "context": CONTEXT,
    "divider": _block("divider"),
    "header": HEADER,
    "image": PICTURE,
    "rich_text": RICH_TEXT,
    "table": TABLE,
}
CONTAINER = _block(
    "container",
    {
        "title": plain_text(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": any_text(150),
        "width": one_of("narrow", "standard", "wide", "full"),
        "icon": IMAGE,
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    at_least_one("title", "rich_text_title"),
    child_blocks=listing(typed(INSIDE), 10),
)
EVERYWHERE: dict[str, Check] = {
    "section": SECTION,
    "actions": ACTIONS,
    "context": CONTEXT,
    "divider": _block("divider"),
    "header": HEADER,
    "image": PICTURE,
    "input": INPUT,
    "rich_text": RICH_TEXT,
    "video": VIDEO,
}
IN_MESSAGES: dict[str, Check] = {
    **EVERYWHERE,
    "context_actions": CONTEXT_ACTIONS,
    "markdown": _block("markdown", text=string(12_000)),
    "file": _block("file", external_id=string(255), source=one_of("remote")),
    "table": TABLE,
    "data_table": _block(
        "data_table",
        {"caption": anything, "page_size": anything, "row_header_column_index": anything},
        rows=listing(listing(anything, 20), 200),
    ),
    "card": CARD,
    "carousel": _block("carousel", elements=listing(typed({"card": CARD}), 10)),
    "container": CONTAINER,
}
IN_MODALS: dict[str, Check] = {**EVERYWHERE, "alert": ALERT}
IN_HOMES: dict[str, Check] = {**EVERYWHERE, "card": CARD, "container": CONTAINER}
