"""What Slack accepts, as its documentation says it: a list of faults for any message or view."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Thing = Mapping[str, Any]

MOST_TEXT = 13_200  # characters of text in one payload; more has been refused
LONGEST_VIEW = 250_000

# Everything that may stand between < and > in what we write: dates, channels, safe links.
TOKEN = re.compile(
    r"<!date\^\d+\^[^<>|]*\|[^<>|]*>"
    r"|<#[A-Z0-9]+>"
    r"|<@U0PIERRE>"  # who holds the ticket is called when an answer comes
    r"|<(?:https?://|mailto:)[^<>|\s]*\|[^<>]*>"
)
OPTIONED = ("static_select", "external_select", "radio_buttons", "checkboxes")


def faults_of(thing: Thing) -> list[str]:
    """Why Slack would refuse this message or view, or show something nobody meant."""
    return [*_whole(thing), *_blocks(thing), *_texts(thing)]


def _whole(thing: Thing) -> Iterator[str]:
    blocks = thing["blocks"]
    view = "type" in thing
    if not 1 <= len(blocks) <= (100 if view else 50):
        yield f"{len(blocks)} blocks"
    if sum(len(text["text"]) for text in texts_of(thing)) > MOST_TEXT:
        yield "more text than Slack takes"
    if len(json.dumps(thing, ensure_ascii=False)) > LONGEST_VIEW:
        yield "larger than 250 KB"
    if view:
        yield from _view(thing)
    else:
        yield from _fallback(thing["text"])
    twice = [
        i for i, n in Counter(b["block_id"] for b in blocks if "block_id" in b).items() if n > 1
    ]
    yield from (f"block_id {block_id} twice" for block_id in twice)


def _view(view: Thing) -> Iterator[str]:
    for part in ("title", "submit", "close"):
        if part in view and not 1 <= len(view[part]["text"]) <= 24:
            yield f"{part} of {len(view[part]['text'])} characters"
    if view["type"] == "modal" and "title" not in view:
        yield "a modal without a title"
    if any(b["type"] == "input" for b in view["blocks"]) and "submit" not in view:
        yield "inputs that cannot be sent"
    if len(view.get("private_metadata", "")) > 3000:
        yield "private_metadata too long"
    if len(view.get("callback_id", "")) > 255:
        yield "callback_id too long"


def _fallback(text: str) -> Iterator[str]:
    if not text.strip():
        yield "no text for notifications"
    if len(text) > 4000:
        yield "text too long"
    yield from _markup(text)


def _blocks(thing: Thing) -> Iterator[str]:
    for block in thing["blocks"]:
        yield from CHECKS[block["type"]](block)
        if len(block.get("block_id", "")) > 255:
            yield "block_id too long"
        ids = [e["action_id"] for e in _elements(block) if "action_id" in e]
        yield from (f"action_id {i} twice in one block" for i, n in Counter(ids).items() if n > 1)


def _section(block: Thing) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield "an empty section"
    if "text" in block:
        yield from _length(block["text"], 3000, "section")
    if len(block.get("fields", ())) > 10:
        yield "too many fields"
    for text in block.get("fields", ()):
        yield from _length(text, 2000, "field")
    if "accessory" in block:
        yield from _element(block["accessory"])


def _context(block: Thing) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 10:
        yield f"{len(block['elements'])} elements of context"
    for text in block["elements"]:
        yield from _length(text, 3000, "context")


def _actions(block: Thing) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 25:
        yield f"{len(block['elements'])} actions"
    for element in block["elements"]:
        yield from _element(element)


def _header(block: Thing) -> Iterator[str]:
    yield from _length(block["text"], 150, "header", plain=True)


def _input(block: Thing) -> Iterator[str]:
    yield from _length(block["label"], 2000, "label", plain=True)
    if "hint" in block:
        yield from _length(block["hint"], 2000, "hint", plain=True)
    yield from _element(block["element"])


def _divider(block: Thing) -> Iterator[str]:
    if set(block) - {"type", "block_id"}:
        yield "a divider with content"


CHECKS = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "header": _header,
    "input": _input,
    "divider": _divider,
}


def _element(element: Thing) -> Iterator[str]:
    if not 1 <= len(element["action_id"]) <= 255:
        yield "action_id of a wrong length"
    if "placeholder" in element:
        yield from _length(element["placeholder"], 150, "placeholder", plain=True)
    match element["type"]:
        case "button":
            yield from _button(element)
        case "overflow":
            yield from _options(element["options"], 2, 5)
        case "radio_buttons" | "checkboxes":
            yield from _options(element["options"], 1, 10)
        case "static_select":
            yield from _static_select(element)
        case "file_input":
            if not 1 <= element.get("max_files", 10) <= 10:
                yield "max_files must be 1 to 10"
        case "plain_text_input":
            if len(element.get("initial_value", "")) > element["max_length"] or (
                element["max_length"] > 3000
            ):
                yield "a text input that is too long"
        case "external_select" | "rich_text_input" | "datepicker":
            yield from _options([element["initial_option"]] if "initial_option" in element else [])
        case other:
            yield f"unknown element {other}"


def _button(button: Thing) -> Iterator[str]:
    yield from _length(button["text"], 75, "button", plain=True)
    if len(button.get("value", "")) > 2000:
        yield "button value too long"
    if button.get("style") not in (None, "primary", "danger"):
        yield "unknown style"
    if "confirm" in button:
        for part, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            yield from _length(button["confirm"][part], limit, f"confirm {part}")


def _static_select(select: Thing) -> Iterator[str]:
    groups = select.get("option_groups")
    options = select.get("options")
    if (groups is None) == (options is None):
        yield "a select needs options or groups, not both"
    if options is not None:
        yield from _options(options, 1, 100)
    for group in groups or ():
        yield from _length(group["label"], 75, "group", plain=True)
        yield from _options(group["options"], 1, 100)
    if groups is not None and not 1 <= len(groups) <= 100:
        yield f"{len(groups)} groups"
    everything = options or [option for group in groups or () for option in group["options"]]
    if "initial_option" in select and select["initial_option"] not in everything:
        yield "an initial option that is not among the options"


def _options(options: list[Any], least: int = 0, most: int = 100) -> Iterator[str]:
    if not least <= len(options) <= most:
        yield f"{len(options)} options"
    for option in options:
        yield from _length(option["text"], 75, "option")
        if not 1 <= len(option["value"]) <= 150:
            yield f"an option value of {len(option['value'])} characters"
        if "description" in option:
            yield from _length(option["description"], 75, "description")


def _length(text: Thing, limit: int, what: str, plain: bool = False) -> Iterator[str]:
    if not 1 <= len(text["text"]) <= limit:
        yield f"{what} of {len(text['text'])} characters"
    if plain and text["type"] != "plain_text":
        yield f"{what} must be plain text"


def _texts(thing: Thing) -> Iterator[str]:
    for text in texts_of(thing):
        if text["type"] == "mrkdwn":
            yield from _markup(text["text"])
            if not text.get("verbatim"):
                yield f"Slack would parse names in {text['text'][:40]!r}"
        elif "\n" in text["text"] or "\u202e" in text["text"]:
            yield f"more than a line in {text['text'][:40]!r}"


def _markup(text: str) -> Iterator[str]:
    """Only our own tokens are live; ">" begins quotations and nothing else."""
    rest = re.sub(r"^> ?", "", TOKEN.sub("", text), flags=re.MULTILINE)
    if "<" in rest or ">" in rest:
        at = min(i for i in (rest.find("<"), rest.find(">")) if i >= 0)
        yield f"live markup at {rest[max(0, at - 20) : at + 20]!r}"


def texts_of(thing: Any) -> Iterator[Thing]:
    """Every text object, wherever it stands; what was typed into a rich text input is none."""
    if isinstance(thing, Mapping):
        if thing.get("type") in ("plain_text", "mrkdwn"):
            yield thing
        elif thing.get("type") != "rich_text":
            for value in thing.values():
                yield from texts_of(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from texts_of(value)


def _elements(block: Thing) -> list[Thing]:
    """The interactive elements of one block."""
    inside = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
    return [element for element in inside if element is not None]


def elements_of(thing: Thing) -> list[Thing]:
    return [
        element
        for block in thing["blocks"]
        for element in _elements(block)
        if "action_id" in element
    ]


def buttons_of(thing: Thing) -> list[Thing]:
    return [element for element in elements_of(thing) if element["type"] == "button"]


def menu_of(thing: Thing) -> list[str]:
    """The values of the overflow menu's options."""
    return [
        option["value"]
        for element in elements_of(thing)
        if element["type"] == "overflow"
        for option in element["options"]
    ]


def actions_in(thing: Thing) -> list[str]:
    """The action ids of all buttons, in order."""
    return [button["action_id"] for button in buttons_of(thing)]


def said_in(thing: Thing) -> str:
    """All visible text, for looking something up in it."""
    return "\n".join(text["text"] for text in texts_of(thing))
