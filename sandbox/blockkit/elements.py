"""Interactive elements, and where each may stand."""

from __future__ import annotations

from typing import Any

from sandbox.blockkit.checks import (
    Check,
    Problems,
    anything,
    boolean,
    exactly_one,
    listing,
    matching,
    one_of,
    problem,
    shape,
    string,
    whole_number,
)
from sandbox.blockkit.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    ID,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    SELECT_OPTION,
    TICK_OPTION,
    URL,
    chosen_is_offered,
    options,
    plain_text,
)
from sandbox.blockkit.richtext import RICH_TEXT

DATE = matching(r"\d{4}-\d{2}-\d{2}", "a date in the format YYYY-MM-DD")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "a time in the format HH:mm")
PLACEHOLDER = plain_text(150)
COMMON = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
CHOICE = {**COMMON, "placeholder": PLACEHOLDER}
WRITTEN = {
    "action_id": ID,
    "focus_on_load": boolean,
    "placeholder": PLACEHOLDER,
    "dispatch_action_config": DISPATCH,
    "initial_value": string(3000, 0),
}
USER_IDS = listing(string(20), 100)
SEVERAL = {"max_selected_items": whole_number(1, 10_000)}


def _lengths_in_order(value: Any, pointer: str) -> Problems:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        return [problem("min_length must be at most max_length", pointer)]
    return []


def _element(kind: str, fields: dict[str, Check], *rules: Check, **required: Check) -> Check:
    return shape({"type": one_of(kind), **required}, fields, *rules)


def _listed(kind: str, initial: dict[str, Check], extra: dict[str, Check] | None = None) -> Check:
    fields = {
        **CHOICE,
        "options": options(SELECT_OPTION, 100),
        "option_groups": listing(OPTION_GROUP, 100),
        **initial,
        **(extra or {}),
    }
    return _element(kind, fields, exactly_one("options", "option_groups"), chosen_is_offered)


def _ticks(kind: str, initial: dict[str, Check]) -> Check:
    return _element(
        kind, {**COMMON, **initial}, chosen_is_offered, options=options(TICK_OPTION, 10)
    )


BUTTON = _element(
    "button",
    {
        "action_id": ID,
        "url": URL,
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
        "agent_prompt_display": string(4000),
        "visible_to_user_ids": USER_IDS,
    },
    text=plain_text(75),
)
ICON_BUTTON = _element(
    "icon_button",
    {
        "action_id": ID,
        "value": string(2000),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": USER_IDS,
    },
    icon=one_of("trash"),
    text=plain_text(75),
)
FEEDBACK = _element(
    "feedback_buttons",
    {"action_id": ID},
    positive_button=anything,
    negative_button=anything,
)
WORKFLOW_BUTTON = _element(
    "workflow_button",
    {"action_id": ID, "style": one_of("primary", "danger"), "accessibility_label": string(75)},
    text=plain_text(75),
    workflow=anything,
)
OVERFLOW = _element(
    "overflow", {"action_id": ID, "confirm": CONFIRM}, options=options(OVERFLOW_OPTION, 5, 2)
)

SELECTS: dict[str, Check] = {
    "static_select": _listed("static_select", {"initial_option": SELECT_OPTION}),
    "external_select": _element(
        "external_select",
        {**CHOICE, "initial_option": SELECT_OPTION, "min_query_length": whole_number(0, 100)},
    ),
    "users_select": _element("users_select", {**CHOICE, "initial_user": string(20)}),
    "conversations_select": _element(
        "conversations_select",
        {
            **CHOICE,
            "initial_conversation": string(20),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": FILTER,
        },
    ),
    "channels_select": _element(
        "channels_select",
        {**CHOICE, "initial_channel": string(20), "response_url_enabled": boolean},
    ),
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": _listed(
        "multi_static_select", {"initial_options": options(SELECT_OPTION, 100)}, SEVERAL
    ),
    "multi_external_select": _element(
        "multi_external_select",
        {
            **CHOICE,
            **SEVERAL,
            "initial_options": options(SELECT_OPTION, 100),
            "min_query_length": whole_number(0, 100),
        },
    ),
    "multi_users_select": _element(
        "multi_users_select", {**CHOICE, **SEVERAL, "initial_users": USER_IDS}
    ),
    "multi_conversations_select": _element(
        "multi_conversations_select",
        {
            **CHOICE,
            **SEVERAL,
            "initial_conversations": USER_IDS,
            "default_to_current_conversation": boolean,
            "filter": FILTER,
        },
    ),
    "multi_channels_select": _element(
        "multi_channels_select", {**CHOICE, **SEVERAL, "initial_channels": USER_IDS}
    ),
}
PICKERS: dict[str, Check] = {
    "datepicker": _element("datepicker", {**CHOICE, "initial_date": DATE}),
    "timepicker": _element("timepicker", {**CHOICE, "initial_time": TIME, "timezone": string(64)}),
    "datetimepicker": _element(
        "datetimepicker",
        {**COMMON, "initial_date_time": whole_number(1_000_000_000, 9_999_999_999)},
    ),
    "checkboxes": _ticks("checkboxes", {"initial_options": options(TICK_OPTION, 10)}),
    "radio_buttons": _ticks("radio_buttons", {"initial_option": TICK_OPTION}),
}
TYPED: dict[str, Check] = {
    "plain_text_input": _element(
        "plain_text_input",
        {
            **WRITTEN,
            "multiline": boolean,
            "min_length": whole_number(0, 3000),
            "max_length": whole_number(1, 3000),
        },
        _lengths_in_order,
    ),
    "email_text_input": _element("email_text_input", WRITTEN),
    "url_text_input": _element("url_text_input", WRITTEN),
    "number_input": _element(
        "number_input",
        {**WRITTEN, "min_value": string(30), "max_value": string(30)},
        is_decimal_allowed=boolean,
    ),
    "rich_text_input": _element(
        "rich_text_input",
        {
            **WRITTEN,
            "initial_value": RICH_TEXT,
            "min_lines": whole_number(1, 100),
            "max_lines": whole_number(1, 100),
        },
    ),
    "file_input": _element(
        "file_input",
        {
            "action_id": ID,
            "filetypes": listing(string(20), 100),
            "max_files": whole_number(1, 10),
        },
    ),
}
BUTTONS: dict[str, Check] = {
    "button": BUTTON,
    "overflow": OVERFLOW,
    "workflow_button": WORKFLOW_BUTTON,
}

IN_SECTION = {**BUTTONS, **SELECTS, **MULTI_SELECTS, **PICKERS}
IN_ACTIONS = {**BUTTONS, **SELECTS, **MULTI_SELECTS, **PICKERS}
IN_INPUT = {**SELECTS, **MULTI_SELECTS, **PICKERS, **TYPED}
IN_CONTEXT_ACTIONS: dict[str, Check] = {"feedback_buttons": FEEDBACK, "icon_button": ICON_BUTTON}
