"""What Slack refuses in messages and views, and the words it refuses it with."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.blockkit import message_problems, options_problems, view_problems
from tests.sandbox.tiny_bot import a_button, a_form, a_subject, actions

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn("hello")} | more


def option(value: str = "1", text: str = "One") -> Json:
    return {"text": plain(text), "value": value}


def a_select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "service", "options": [option()]} | more


def asking(element: Json) -> Json:
    return a_subject(element=element)


WRONG_IN_MESSAGES = {
    "too many blocks": ([section()] * 51, "no more than 50 items allowed", "/blocks"),
    "not a list": ({}, "must provide an array", "/blocks"),
    "unknown type": ([{"type": "poem"}], "unsupported type: poem", "/blocks/0/type"),
    "no type": ([{"text": mrkdwn("a")}], "missing required field: type", "/blocks/0"),
    "modal's own block": (
        [{"type": "alert", "text": plain("a")}],
        "unsupported type: alert",
        "/blocks/0/type",
    ),
    "unknown field": ([section(colour="red")], "invalid additional property: colour", "/blocks/0"),
    "section of nothing": (
        [{"type": "section"}],
        "must define at least one of: text, fields",
        "/blocks/0",
    ),
    "text too long": (
        [section(text=mrkdwn("a" * 3001))],
        "must be less than 3001 characters",
        "/blocks/0/text/text",
    ),
    "empty text": (
        [section(text=mrkdwn(""))],
        "must be more than 0 characters",
        "/blocks/0/text/text",
    ),
    "number as text": (
        [section(text={"type": "mrkdwn", "text": 5})],
        "must provide a string",
        "/blocks/0/text/text",
    ),
    "emoji in mrkdwn": (
        [section(text=mrkdwn("a") | {"emoji": True})],
        "invalid additional property: emoji",
        "/blocks/0/text",
    ),
    "too many fields": (
        [section(fields=[mrkdwn("a")] * 11)],
        "no more than 10 items allowed",
        "/blocks/0/fields",
    ),
    "field too long": (
        [section(fields=[mrkdwn("a" * 2001)])],
        "must be less than 2001 characters",
        "/blocks/0/fields/0/text",
    ),
    "header in mrkdwn": (
        [{"type": "header", "text": mrkdwn("a")}],
        "unsupported type: mrkdwn",
        "/blocks/0/text/type",
    ),
    "header too long": (
        [{"type": "header", "text": plain("a" * 151)}],
        "must be less than 151 characters",
        "/blocks/0/text/text",
    ),
    "too many buttons": (
        [actions(*[a_button(f"a.{i}") for i in range(26)])],
        "no more than 25 items allowed",
        "/blocks/0/elements",
    ),
    "no buttons": ([actions()], "no fewer than 1 items allowed", "/blocks/0/elements"),
    "button text too long": (
        [actions(a_button(text="a" * 76))],
        "must be less than 76 characters",
        "/blocks/0/elements/0/text/text",
    ),
    "button value too long": (
        [actions(a_button(value="a" * 2001))],
        "must be less than 2001 characters",
        "/blocks/0/elements/0/value",
    ),
    "button of another colour": (
        [actions(a_button() | {"style": "green"})],
        "must be one of: primary, danger",
        "/blocks/0/elements/0/style",
    ),
    "same action twice in a block": (
        [actions(a_button("a"), a_button("a"))],
        "action_id `a` already exists",
        "/blocks/0/elements/1/action_id",
    ),
    "same block id twice": (
        [section(block_id="b"), section(block_id="b")],
        "block_id `b` already exists",
        "/blocks/1/block_id",
    ),
    "block id too long": (
        [section(block_id="b" * 256)],
        "must be less than 256 characters",
        "/blocks/0/block_id",
    ),
    "too much context": (
        [{"type": "context", "elements": [mrkdwn("a")] * 11}],
        "no more than 10 items allowed",
        "/blocks/0/elements",
    ),
    "overflow of one": (
        [section(accessory={"type": "overflow", "action_id": "o", "options": [option()]})],
        "no fewer than 2 items allowed",
        "/blocks/0/accessory/options",
    ),
    "confirm too long": (
        [
            actions(
                a_button()
                | {
                    "confirm": {
                        "title": plain("a" * 101),
                        "text": plain("b"),
                        "confirm": plain("c"),
                        "deny": plain("d"),
                    }
                }
            )
        ],
        "must be less than 101 characters",
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "text input among buttons": (
        [actions({"type": "plain_text_input", "action_id": "a"})],
        "unsupported type: plain_text_input",
        "/blocks/0/elements/0/type",
    ),
    "image without words": (
        [{"type": "image", "image_url": "https://example.org/a.png"}],
        "missing required field: alt_text",
        "/blocks/0",
    ),
    "two tables": (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}] * 2,
        "only one table allowed in a message",
        "/blocks",
    ),
    "all together too much": (
        [section(text=mrkdwn("a" * 2900))] * 5,
        "the texts together exceed 13200 characters",
        "/blocks",
    ),
    "rich text of an unknown kind": (
        [{"type": "rich_text", "elements": [{"type": "rich_text_poem", "elements": []}]}],
        "unsupported type: rich_text_poem",
        "/blocks/0/elements/0/type",
    ),
}


@pytest.mark.parametrize("row", WRONG_IN_MESSAGES)
def test_a_message_slack_would_refuse_is_refused_with_the_place_and_the_reason(row: str) -> None:
    blocks, reason, pointer = WRONG_IN_MESSAGES[row]

    problems = message_problems(blocks)

    assert f"[ERROR] {reason} [json-pointer:{pointer}]" in problems


WRONG_IN_VIEWS = {
    "title too long": (
        a_form(title=plain("a" * 25)),
        "must be less than 25 characters",
        "/view/title/text",
    ),
    "title in mrkdwn": (
        a_form(title=mrkdwn("a")),
        "unsupported type: mrkdwn",
        "/view/title/type",
    ),
    "no title": (
        {k: v for k, v in a_form().items() if k != "title"},
        "missing required field: title",
        "/view",
    ),
    "inputs without a way to send them": (
        {k: v for k, v in a_form().items() if k != "submit"},
        "missing required field: submit",
        "/view",
    ),
    "metadata too long": (
        a_form(private_metadata="a" * 3001),
        "must be less than 3001 characters",
        "/view/private_metadata",
    ),
    "too many blocks": (
        a_form(*[section()] * 101),
        "no more than 100 items allowed",
        "/view/blocks",
    ),
    "markdown is for messages": (
        a_form({"type": "markdown", "text": "a"}),
        "unsupported type: markdown",
        "/view/blocks/0/type",
    ),
    "input without a label": (
        a_form({k: v for k, v in a_subject().items() if k != "label"}),
        "missing required field: label",
        "/view/blocks/0",
    ),
    "label too long": (
        a_form(a_subject(label=plain("a" * 2001))),
        "must be less than 2001 characters",
        "/view/blocks/0/label/text",
    ),
    "option too long": (
        a_form(asking(a_select(options=[option(text="a" * 76)]))),
        "must be less than 76 characters",
        "/view/blocks/0/element/options/0/text/text",
    ),
    "too many options": (
        a_form(asking(a_select(options=[option(str(i)) for i in range(101)]))),
        "no more than 100 items allowed",
        "/view/blocks/0/element/options",
    ),
    "two options alike": (
        a_form(asking(a_select(options=[option(), option()]))),
        "value `1` already exists",
        "/view/blocks/0/element/options/1/value",
    ),
    "options in mrkdwn": (
        a_form(asking(a_select(options=[{"text": mrkdwn("a"), "value": "1"}]))),
        "unsupported type: mrkdwn",
        "/view/blocks/0/element/options/0/text/type",
    ),
    "select of nothing": (
        a_form(asking({"type": "static_select", "action_id": "a"})),
        "must define exactly one of: options, option_groups",
        "/view/blocks/0/element",
    ),
    "chosen but not offered": (
        a_form(asking(a_select(initial_option=option("2", "Two")))),
        "initial_option must be one of the options",
        "/view/blocks/0/element/initial_option",
    ),
    "too many radio buttons": (
        a_form(asking({"type": "radio_buttons", "options": [option(str(i)) for i in range(11)]})),
        "no more than 10 items allowed",
        "/view/blocks/0/element/options",
    ),
    "no such day format": (
        a_form(asking({"type": "datepicker", "initial_date": "24/11/2026"})),
        "must be a date in the format YYYY-MM-DD",
        "/view/blocks/0/element/initial_date",
    ),
    "lengths the wrong way round": (
        a_form(asking({"type": "plain_text_input", "min_length": 9, "max_length": 3})),
        "min_length must be at most max_length",
        "/view/blocks/0/element",
    ),
    "button as an input": (
        a_form(asking(a_button())),
        "unsupported type: button",
        "/view/blocks/0/element/type",
    ),
    "two focused": (
        a_form(
            asking({"type": "plain_text_input", "focus_on_load": True}),
            asking({"type": "plain_text_input", "focus_on_load": True}) | {"block_id": "b"},
        ),
        "only one element may have focus_on_load",
        "/view/blocks",
    ),
    "too heavy": (
        a_form(*[section(text=mrkdwn("é" * 3000)) for _ in range(60)]),
        "view is larger than 250 KB",
        "/view",
    ),
    "home with a title": (
        {"type": "home", "blocks": [], "title": plain("a")},
        "invalid additional property: title",
        "/view",
    ),
}


@pytest.mark.parametrize("row", WRONG_IN_VIEWS)
def test_a_view_slack_would_refuse_is_refused_with_the_place_and_the_reason(row: str) -> None:
    view, reason, pointer = WRONG_IN_VIEWS[row]

    problems = view_problems(view)

    assert f"[ERROR] {reason} [json-pointer:{pointer}]" in problems


RIGHT_IN_MESSAGES = {
    "nothing at all": [],
    "a card with everything": [
        {"type": "header", "text": plain("R-000042")},
        section(fields=[mrkdwn("*State*\nnew")], accessory=a_button()),
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("a"), plain("b")]},
        actions(
            a_button("a") | {"style": "primary"},
            {"type": "overflow", "action_id": "o", "options": [option("1"), option("2", "Two")]},
        ),
    ],
    "rich text": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "indent": 1,
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [
                                {"type": "text", "text": "a", "style": {"bold": True}},
                                {"type": "link", "url": "https://example.org"},
                                {"type": "user", "user_id": "U1"},
                                {"type": "emoji", "name": "tada"},
                            ],
                        }
                    ],
                }
            ],
        }
    ],
    "newest blocks": [
        {"type": "card", "title": plain("a"), "body": mrkdwn("b"), "actions": [a_button()]},
        {"type": "container", "title": plain("a"), "child_blocks": [section()]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
        {"type": "markdown", "text": "# a"},
    ],
}


@pytest.mark.parametrize("row", RIGHT_IN_MESSAGES)
def test_a_message_slack_would_take_is_taken(row: str) -> None:
    blocks = RIGHT_IN_MESSAGES[row]

    assert message_problems(blocks) == []


EVERY_INPUT: list[Json] = [
    {"type": "plain_text_input", "multiline": True, "max_length": 3000},
    {"type": "email_text_input"},
    {"type": "url_text_input"},
    {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"},
    {"type": "rich_text_input"},
    {"type": "datepicker", "initial_date": "2026-11-24"},
    {"type": "timepicker", "initial_time": "09:30"},
    {"type": "datetimepicker", "initial_date_time": 1_790_000_000},
    {"type": "checkboxes", "options": [option() | {"text": mrkdwn("*a*")}]},
    {"type": "radio_buttons", "options": [option()], "initial_option": option()},
    a_select(initial_option={"text": plain("One") | {"emoji": True}, "value": "1"}),
    a_select(options=None, option_groups=[{"label": plain("a"), "options": [option()]}]),
    {"type": "external_select", "min_query_length": 0},
    {"type": "users_select"},
    {"type": "conversations_select", "filter": {"include": ["private"]}},
    {"type": "channels_select"},
    {"type": "multi_static_select", "options": [option()], "max_selected_items": 3},
    {"type": "multi_external_select"},
    {"type": "multi_users_select"},
    {"type": "multi_conversations_select"},
    {"type": "multi_channels_select"},
    {"type": "file_input", "max_files": 3},
]


@pytest.mark.parametrize("element", EVERY_INPUT, ids=lambda element: element["type"])
def test_a_form_may_ask_for_every_kind_of_input(element: Json) -> None:
    given = {key: value for key, value in element.items() if value is not None}

    assert view_problems(a_form(asking(given))) == []


def test_an_alert_stands_in_a_modal() -> None:
    alert = {"type": "alert", "level": "warning", "text": mrkdwn("Mind the gap")}

    assert view_problems(a_form(alert)) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({}, "must define exactly one of: options, option_groups"),
        ({"options": [option(text="a" * 76)]}, "must be less than 76 characters"),
        ({"options": [option(str(i)) for i in range(101)]}, "no more than 100 items allowed"),
        ({"option_groups": [{"options": [option()]}]}, "missing required field: label"),
    ],
    ids=["nothing", "too long", "too many", "group without a label"],
)
def test_options_an_app_may_not_offer_are_refused(answer: Json, reason: str) -> None:
    problems = options_problems(answer)

    assert any(reason in problem for problem in problems)


def test_an_app_may_offer_no_options_at_all() -> None:
    assert options_problems({"options": []}) == []
