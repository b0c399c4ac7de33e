"""Block Kit drawn as text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.as_text import Reader, block_lines, mrkdwn

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NAMES = {"U1": "@Paul Smith", "C1": "#general"}
FRENCH = Reader(True, ZoneInfo("Europe/Paris"), NOON, NAMES)
ENGLISH = Reader(False, ZoneInfo("Europe/London"), NOON, NAMES)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("*bold* and _soft_ and ~gone~", "bold and soft and gone"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("hello <@U1> in <#C1>", "hello @Paul Smith in #general"),
        ("<https://example.org|our page>", "our page"),
        ("> quoted", "▎ quoted"),
        ("&gt; typed by hand", "▎ typed by hand"),
        ("<!date^1773144000^{date_short_pretty} {time}|then>", "aujourd’hui 13:00"),
        ("<!date^1773057600^{date_short_pretty} {time}|then>", "hier 13:00"),
        ("<!date^1770000000^{date_short_pretty}|then>", "2 févr. 2026"),
        ("<!date^1773143280^{ago}|then>", "il y a 12 min"),
        ("<!date^1773143970^{ago}|then>", "à l’instant"),
        ("<!date^1773129600^{ago}|then>", "il y a 4 h"),
        ("<!date^1770000000^{ago}|then>", "il y a 36 j"),
        ("<!date^soon^{time}|then>", "then"),
    ],
)
def test_markup_is_shown_as_slack_shows_it(said: str, seen: str) -> None:
    assert mrkdwn(said, FRENCH) == [seen]


def test_a_date_is_told_in_the_reader_s_language_and_time() -> None:
    assert mrkdwn("<!date^1773144000^{date_short_pretty} {time}|then>", ENGLISH) == ["today 12:00"]


def test_a_card_shows_its_words_and_what_can_be_pressed() -> None:
    menu = {"type": "overflow", "action_id": "m", "options": []}
    lines = block_lines(
        [
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "*R-000001 · No paper*\n🔵 New"},
            },
            {"type": "divider"},
            {"type": "actions", "elements": [_button("Assign to me"), menu]},
        ],
        ENGLISH,
    )

    assert lines == ["R-000001 · No paper", "🔵 New", "─" * 24, "[ Assign to me ]  [ ⋯ ]"]


def test_a_form_shows_names_values_and_errors_side_by_side() -> None:
    blocks = [
        _input("who", "Requester", {"type": "external_select", "placeholder": _plain("Type")}),
        _input("text", "Text", {"type": "rich_text_input"}),
        _input("then", "Then", {"type": "radio_buttons", "options": [_option("a"), _option("b")]}),
        _input("date", "Date", {"type": "datepicker"}, optional=True),
    ]
    written = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "One\nTwo"}]},
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [{"elements": [{"type": "link", "url": "https://a.example"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U1"}]},
        ],
    }
    state = {
        "text": {"x": {"type": "rich_text_input", "rich_text_value": written}},
        "then": {"x": {"type": "radio_buttons", "selected_option": _option("b")}},
    }

    lines = block_lines(blocks, ENGLISH, state=state, errors={"who": "Please fill this in."})

    assert lines == [
        "Requester *  [ Type ▾ ]",
        "             ⚠ Please fill this in.",
        "Text *       One",
        "             Two",
        "             1. https://a.example",
        "             ▎ @Paul Smith",
        "Then *       ( ) a",
        "             (•) b",
        "Date         [ … ]",
    ]


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _button(text: str) -> dict[str, Any]:
    return {"type": "button", "action_id": text, "text": _plain(text)}


def _option(name: str) -> dict[str, Any]:
    return {"text": _plain(name), "value": name}


def _input(name: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    element = {"action_id": "x", **element}
    return {"type": "input", "block_id": name, "label": _plain(label), "element": element, **more}
