"""What each kind of input holds, and where the inputs of a view or message are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.composing import rich_text

Json = dict[str, Any]


@dataclass(frozen=True)
class Slot:
    """Where an element keeps its value: in `state.values`, and at first in its definition."""

    key: str
    initial: str
    many: bool = False


TEXT = Slot("value", "initial_value")
OPTION = Slot("selected_option", "initial_option")
OPTIONS = Slot("selected_options", "initial_options", many=True)

SLOTS = {
    "plain_text_input": TEXT,
    "email_text_input": TEXT,
    "url_text_input": TEXT,
    "number_input": TEXT,
    "rich_text_input": Slot("rich_text_value", "initial_value"),
    "static_select": OPTION,
    "external_select": OPTION,
    "radio_buttons": OPTION,
    "users_select": Slot("selected_user", "initial_user"),
    "conversations_select": Slot("selected_conversation", "initial_conversation"),
    "channels_select": Slot("selected_channel", "initial_channel"),
    "checkboxes": OPTIONS,
    "multi_static_select": OPTIONS,
    "multi_external_select": OPTIONS,
    "multi_users_select": Slot("selected_users", "initial_users", many=True),
    "multi_conversations_select": Slot(
        "selected_conversations", "initial_conversations", many=True
    ),
    "multi_channels_select": Slot("selected_channels", "initial_channels", many=True),
    "datepicker": Slot("selected_date", "initial_date"),
    "timepicker": Slot("selected_time", "initial_time"),
    "datetimepicker": Slot("selected_date_time", "initial_date_time"),
    "file_input": Slot("files", "initial_files", many=True),
}

LISTED = ("static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow")


class NotOnScreen(AssertionError):
    """A person wanted to use something that is not there."""


class Gone(NotOnScreen):
    """It may have been there a moment ago."""


@dataclass(frozen=True)
class Placed:
    """An interactive element and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block.get("block_id", ""))

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def label(self) -> str:
        """The words a person finds it by: the input's label, or the button's text."""
        named = self.block.get("label") or self.element.get("text") or {}
        return str(named.get("text", ""))

    @property
    def slot(self) -> Slot | None:
        return SLOTS.get(self.element["type"])

    @property
    def sends_at_once(self) -> bool:
        """Inputs stay silent until the form is sent, unless they ask for dispatch."""
        return self.block["type"] != "input" or bool(self.block.get("dispatch_action"))


def placed_in(blocks: list[Json]) -> Iterator[Placed]:
    for block in blocks:
        for element in _elements(block):
            yield Placed(block, element)


def _elements(node: Any) -> Iterator[Json]:
    """Anything with an action id, however deep newer blocks put it."""
    if isinstance(node, list):
        for inner in node:
            yield from _elements(inner)
    elif isinstance(node, dict):
        if "action_id" in node and "type" in node:
            yield node
            return
        for inner in node.values():
            if isinstance(inner, (list, dict)):
                yield from _elements(inner)


def first_value(element: Json) -> Json:
    """The state of an element nobody has touched."""
    slot = SLOTS[element["type"]]
    value = element.get(slot.initial, [] if slot.many else None)
    return holding(element, value)


def holding(element: Json, value: Any) -> Json:
    slot = SLOTS[element["type"]]
    state: Json = {"type": element["type"]}
    if value is None and element["type"] == "rich_text_input":
        return state
    return state | {slot.key: value}


def is_empty(element: Json, state: Json) -> bool:
    value = state.get(SLOTS[element["type"]].key)
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def choose(element: Json, wanted: Any) -> Json:
    """The state after a person put `wanted` there, given as words, values or Slack's objects."""
    kind = element["type"]
    slot = SLOTS.get(kind)
    if slot is None:
        raise NotOnScreen(f"nothing can be put into a {kind}")
    if wanted is None or wanted == "":
        return holding(element, [] if slot.many else None)
    if kind == "rich_text_input" and isinstance(wanted, str):
        return holding(element, rich_text(wanted))
    if slot in (OPTION, OPTIONS) and kind in LISTED:
        return holding(element, _pick(element, wanted, slot.many))
    if slot.many and not isinstance(wanted, list):
        wanted = [wanted]
    if slot in (OPTION, OPTIONS):
        _must_be_options(element, wanted)
    return holding(element, str(wanted) if slot is TEXT else wanted)


def _pick(element: Json, wanted: Any, many: bool) -> Any:
    if many:
        items = wanted if isinstance(wanted, list) else [wanted]
        return [find_option(element, item) for item in items]
    return find_option(element, wanted)


def _must_be_options(element: Json, wanted: Any) -> None:
    for option in wanted if isinstance(wanted, list) else [wanted]:
        if not isinstance(option, dict) or "value" not in option or "text" not in option:
            raise NotOnScreen(
                f"{element['action_id']} wants an option object the app offered, not {option!r}"
            )


def options_of(element: Json) -> list[Json]:
    listed: list[Json] = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        listed += group["options"]
    return listed


def find_option(element: Json, wanted: Any) -> Json:
    """By option object, value, or the words shown."""
    value = wanted.get("value") if isinstance(wanted, dict) else wanted
    options = options_of(element)
    for option in options:
        if option.get("value") == str(value):
            return option
    for option in options:
        if option["text"]["text"] == wanted:
            return option
    offered = ", ".join(f"{o.get('value')} ({o['text']['text']})" for o in options)
    raise NotOnScreen(f"{element.get('action_id')} does not offer {wanted!r}; it offers {offered}")
