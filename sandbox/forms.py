"""What Slack checks in a form before it sends anything to the app."""

from __future__ import annotations

import re
from typing import Any

from sandbox.inputs import SLOTS, is_empty, placed_in
from sandbox.modals import View

REQUIRED = "Please complete this required field."
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def local_errors(view: View) -> dict[str, str]:
    """Block id → what Slack shows under the input."""
    errors = {}
    for placed in placed_in(view.blocks):
        if placed.block["type"] != "input" or placed.element["type"] not in SLOTS:
            continue
        held = view.state.get(placed.block_id, {}).get(placed.action_id, {"type": ""})
        if is_empty(placed.element, held):
            if not placed.block.get("optional"):
                errors[placed.block_id] = REQUIRED
            continue
        wrong = _wrong(placed.element, held.get("value"))
        if wrong:
            errors[placed.block_id] = wrong
    return errors


def _wrong(element: dict[str, Any], value: Any) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input":
        return _wrong_length(element, value)
    if kind == "email_text_input" and not EMAIL.fullmatch(value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not re.match(r"https?://[^\s]+\.?[^\s]*", value):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _wrong_number(element, value)
    return None


def _wrong_length(element: dict[str, Any], value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    if len(value) > most:
        return f"Please use {most} characters or fewer."
    return None


def _wrong_number(element: dict[str, Any], value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and number != int(number):
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
