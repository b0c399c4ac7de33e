"""The few Block Kit pieces that every surface is made of, with Slack's limits built in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from blocks.ids import Action, Field, Form
from blocks.message import Block, View
from blocks.text import LONGEST, cut, md, plain

MOST_OPTIONS = 100  # in one select or in one of its groups
MOST_BOXES = 10  # to tick, in one group
LONGEST_OPTION = 75
LONGEST_VALUE = 150
LONGEST_TITLE = 24

Option = dict[str, Any]


def section(text: str, accessory: Block | None = None, limit: int = LONGEST) -> Block:
    block: Block = {"type": "section", "text": md(text, limit)}
    return {**block, "accessory": accessory} if accessory else block


def fields(texts: Iterable[str]) -> Block:
    """Short facts in two columns; Slack takes ten."""
    return {"type": "section", "fields": [md(text, 1900) for text in texts][:10]}


def context(*texts: str) -> Block:
    """Small grey print."""
    return {"type": "context", "elements": [md(text) for text in texts][:10]}


def divider() -> Block:
    return {"type": "divider"}


def heading(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def actions(elements: Iterable[Block], block_id: str = "") -> list[Block]:
    """A row of buttons, or nothing where there are none. `block_id` where the block is to stay the
    same when its view is drawn anew; Slack makes one up otherwise."""
    row = list(elements)
    named = {"block_id": block_id} if block_id else {}
    return [{"type": "actions", **named, "elements": row}] if row else []


def button(text: str, action: Action, value: object, style: str | None = None) -> Block:
    """`style` is "primary", "danger" or nothing; `value` is what the handler reads."""
    block: Block = {
        "type": "button",
        "text": plain(text, LONGEST_OPTION),
        "action_id": str(action),
        "value": str(value),
    }
    return {**block, "style": style} if style else block


def confirm(title: str, text: str, yes: str, no: str, *, danger: bool = False) -> Block:
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
        **({"style": "danger"} if danger else {}),
    }


def option(text: str, value: str, description: str = "") -> Option:
    chosen: Option = {"text": plain(text, LONGEST_OPTION), "value": value}
    if description:
        chosen["description"] = plain(description, LONGEST_OPTION)
    return chosen


def choices(options: Sequence[Option]) -> dict[str, Any]:
    """The options of a static select; above a hundred they come in groups, "first … last"."""
    if len(options) <= MOST_OPTIONS:
        return {"options": list(options)}
    groups = [options[i : i + MOST_OPTIONS] for i in range(0, len(options), MOST_OPTIONS)]
    return {
        "option_groups": [
            {
                "label": plain(f"{_short(group[0])} … {_short(group[-1])}", LONGEST_OPTION),
                "options": list(group),
            }
            for group in groups[:MOST_OPTIONS]
        ]
    }


def _short(chosen: Option) -> str:
    text: str = chosen["text"]["text"]
    return cut(text, 30)


def select(
    action: Action,
    options: Sequence[Option],
    placeholder: str,
    chosen: Option | None = None,
) -> Block:
    return {
        "type": "static_select",
        "action_id": str(action),
        "placeholder": plain(placeholder, 150),
        **choices(options),
        **({"initial_option": chosen} if chosen else {}),
    }


def search_select(action: Action, placeholder: str, chosen: Option | None = None) -> Block:
    """A select whose options the desk finds while a person types."""
    return {
        "type": "external_select",
        "action_id": str(action),
        "min_query_length": 0,
        "placeholder": plain(placeholder, 150),
        **({"initial_option": chosen} if chosen else {}),
    }


def radio(options: Sequence[Option], chosen: Option) -> Block:
    return {
        "type": "radio_buttons",
        "action_id": str(Action.INPUT),
        "options": list(options),
        "initial_option": chosen,
    }


def text_input(
    *,
    multiline: bool = False,
    longest: int = 3000,
    initial: str = "",
    placeholder: str = "",
) -> Block:
    return {
        "type": "plain_text_input",
        "action_id": str(Action.INPUT),
        "multiline": multiline,
        "max_length": longest,
        **({"initial_value": cut(initial, longest)} if initial else {}),
        **({"placeholder": plain(placeholder, 150)} if placeholder else {}),
    }


def field(
    name: Field | str,
    label: str,
    element: Block,
    *,
    optional: bool = False,
    hint: str = "",
    dispatch: bool = False,
) -> Block:
    """An input; its `block_id` is the field that a fault is reported on."""
    return {
        "type": "input",
        "block_id": str(name),
        "label": plain(label, 2000),
        "element": element,
        "optional": optional,
        **({"hint": plain(hint, 2000)} if hint else {}),
        **({"dispatch_action": True} if dispatch else {}),
    }


def modal(
    form: Form,
    title: str,
    blocks: list[Block],
    *,
    close: str,
    submit: str | None = None,
    metadata: str = "",
) -> View:
    return {
        "type": "modal",
        "callback_id": str(form),
        "title": plain(title, LONGEST_TITLE),
        "close": plain(close, LONGEST_TITLE),
        **({"submit": plain(submit, LONGEST_TITLE)} if submit else {}),
        "private_metadata": metadata,
        "blocks": blocks,
    }
