"""Composition objects: texts, options, confirmations."""

from __future__ import annotations

from typing import Any

from sandbox.blockkit.checks import (
    Check,
    Problems,
    anything,
    at_least_one,
    boolean,
    listing,
    no_repeats,
    one_of,
    problem,
    shape,
    string,
    typed,
)

ID = string(255)
URL = string(3000)


def plain_text(most: int = 3000) -> Check:
    fields = {"type": one_of("plain_text"), "text": string(most)}
    return typed({"plain_text": shape(fields, {"emoji": boolean})})


def any_text(most: int = 3000) -> Check:
    mrkdwn = shape({"type": one_of("mrkdwn"), "text": string(most)}, {"verbatim": boolean})
    return typed({"plain_text": plain_text(most), "mrkdwn": mrkdwn})


MRKDWN_OR_PLAIN = any_text()

SELECT_OPTION = shape(
    {"text": plain_text(75), "value": string(150)}, {"description": plain_text(75)}
)
OVERFLOW_OPTION = shape(
    {"text": plain_text(75), "value": string(150)}, {"description": plain_text(75), "url": URL}
)
TICK_OPTION = shape({"text": any_text(75), "value": string(150)}, {"description": any_text(75)})


def _different_values(options: Any, pointer: str) -> Problems:
    if not isinstance(options, list):
        return []
    values = [
        (option.get("value"), f"{pointer}/{i}/value")
        for i, option in enumerate(options)
        if isinstance(option, dict)
    ]
    return no_repeats(values, "value")


def options(option: Check, most: int, least: int = 1) -> Check:
    whole = listing(option, most, least)

    def check(value: Any, pointer: str) -> Problems:
        return whole(value, pointer) + _different_values(value, pointer)

    return check


OPTION_GROUP = shape({"label": plain_text(75), "options": options(SELECT_OPTION, 100)})

CONFIRM = shape(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": one_of("primary", "danger")},
)

DISPATCH = shape(
    {}, {"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 2)}
)

FILTER = shape(
    {},
    {
        "include": listing(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)

IMAGE = shape(
    {"type": one_of("image"), "alt_text": string(2000)}, {"image_url": URL, "slack_file": anything}
)


def chosen_is_offered(value: Any, pointer: str) -> Problems:
    """An initial option must be one of the options, and be the same in every field."""
    offered = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        offered += group.get("options", []) if isinstance(group, dict) else []
    chosen = [("initial_option", value.get("initial_option"))]
    chosen += [("initial_options", each) for each in value.get("initial_options") or []]
    return [
        problem(f"{name} must be one of the options", f"{pointer}/{name}")
        for name, option in chosen
        if option is not None and not _among(option, offered)
    ]


def _among(option: Any, offered: list[Any]) -> bool:
    return any(_same(option, each) for each in offered)


def _same(one: Any, other: Any) -> bool:
    """Slack compares value and texts, and fills in `emoji` itself."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    keys = ("value", "text", "description")
    return all(_bare(one.get(key)) == _bare(other.get(key)) for key in keys)


def _bare(text: Any) -> Any:
    if isinstance(text, dict):
        return {key: value for key, value in text.items() if key not in ("emoji", "verbatim")}
    return text
