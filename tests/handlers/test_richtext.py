"""Slack's rich text and mrkdwn become the desk's words, and whatever else comes is still text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.formatted import rich_text
from desk.words import NO_WORDS, BlockKind, Span, TextBlock, Words
from handlers.richtext import (
    DEEPEST,
    words_from_message,
    words_from_mrkdwn,
    words_from_rich_text,
)
from tests.desk.strategies import WORDS


def section(*elements: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


def text(said: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": said, **({"style": style} if style else {})}


def items(*texts: str, style: str = "bullet", **changes: Any) -> dict[str, Any]:
    lines = [{"type": "rich_text_section", "elements": [text(said)]} for said in texts]
    return {"type": "rich_text_list", "style": style, "elements": lines, **changes}


def paragraph(*spans: Span) -> Words:
    return Words((TextBlock(BlockKind.PARAGRAPH, spans),))


ELEMENTS: list[Any] = [
    pytest.param(text("Plain"), Span("Plain"), id="text"),
    pytest.param(text("B", bold=True), Span("B", bold=True), id="bold"),
    pytest.param(
        text("All", bold=True, italic=True, strike=True, code=True),
        Span("All", bold=True, italic=True, strike=True, code=True),
        id="every style",
    ),
    pytest.param({**text("Odd"), "style": "bold"}, Span("Odd"), id="a style that is none"),
    pytest.param(
        {"type": "link", "url": "https://a.example/?b=1&c", "text": "here"},
        Span("here", link="https://a.example/?b=1&c"),
        id="link",
    ),
    pytest.param(
        {"type": "link", "url": "https://a.example"},
        Span("https://a.example", link="https://a.example"),
        id="bare link",
    ),
    pytest.param({"type": "link", "text": "broken"}, Span("broken"), id="link to nowhere"),
    pytest.param({"type": "user", "user_id": "U1"}, Span("@U1", user="U1"), id="user"),
    pytest.param({"type": "channel", "channel_id": "C1"}, Span("#C1"), id="channel"),
    pytest.param({"type": "usergroup", "usergroup_id": "S1"}, Span("@S1"), id="group"),
    pytest.param({"type": "broadcast", "range": "here"}, Span("@here"), id="everybody"),
    pytest.param({"type": "emoji", "name": "tada", "unicode": "1f389"}, Span("🎉"), id="emoji"),
    pytest.param(
        {"type": "emoji", "name": "man-technologist", "unicode": "1f468-200d-1f4bb"},
        Span("👨‍💻"),
        id="emoji of several",
    ),
    pytest.param({"type": "emoji", "name": "parrot"}, Span(":parrot:"), id="emoji of their own"),
    pytest.param(
        {"type": "emoji", "name": "odd", "unicode": "no-hex"}, Span(":odd:"), id="no code point"
    ),
    pytest.param(
        {"type": "emoji", "name": "half", "unicode": "d83d"}, Span(":half:"), id="half a character"
    ),
    pytest.param(
        {"type": "emoji", "name": "big", "unicode": "ffffffffff"}, Span(":big:"), id="too big"
    ),
    pytest.param({"type": "hologram", "text": "new"}, Span("new"), id="unknown with text"),
]


@pytest.mark.parametrize(("element", "span"), ELEMENTS)
def test_each_element_reads_as_its_text_in_its_style(element: Any, span: Span) -> None:
    assert words_from_rich_text(section(element)) == paragraph(span)


def test_an_unknown_element_without_text_says_nothing() -> None:
    assert words_from_rich_text(section({"type": "hologram"})) == NO_WORDS
    assert words_from_rich_text(None) == words_from_rich_text({}) == NO_WORDS


def test_a_blank_line_ends_a_paragraph_and_a_break_does_not() -> None:
    words = words_from_rich_text(section(text("One\ntwo\n\nthree\n\n\n"), text("four", bold=True)))

    assert words == Words(
        (
            TextBlock(BlockKind.PARAGRAPH, (Span("One\ntwo"),)),
            TextBlock(BlockKind.PARAGRAPH, (Span("three"),)),
            TextBlock(BlockKind.PARAGRAPH, (Span("four", bold=True),)),
        )
    )


def test_lists_quotes_and_code_keep_their_kind() -> None:
    block = {
        "type": "rich_text",
        "elements": [
            items("a", "b"),
            items("c", style="ordered", indent=2),
            {"type": "rich_text_quote", "elements": [text("said\n\nso")]},
            {"type": "rich_text_preformatted", "elements": [text("x = 1\n\ny = 2\n")]},
        ],
    }

    words = words_from_rich_text(block)

    assert words.blocks == (
        TextBlock(BlockKind.BULLET, (Span("a"),)),
        TextBlock(BlockKind.BULLET, (Span("b"),)),
        TextBlock(BlockKind.NUMBER, (Span("c"),), 2),
        TextBlock(BlockKind.QUOTE, (Span("said\n\nso"),)),
        TextBlock(BlockKind.CODE, (Span("x = 1\n\ny = 2\n"),)),
    )


@pytest.mark.parametrize(
    ("indent", "depth"), [(None, 0), (3, 3), (-1, 0), (10**9, DEEPEST), ("many", 0), (1.5, 0)]
)
def test_lists_are_nested_as_deep_as_slack_does(indent: Any, depth: int) -> None:
    block = {"type": "rich_text", "elements": [items("a", indent=indent)]}

    assert words_from_rich_text(block).blocks[0].indent == depth


def test_a_message_is_read_from_its_rich_text_before_its_text() -> None:
    message = {
        "text": "*fallback*",
        "blocks": [section(text("One")), {"type": "divider"}, section(text("Two", bold=True))],
    }

    assert words_from_message(message).text == "One\n\nTwo"
    assert words_from_message({"text": "only <https://a.example|this>"}).text == "only this"
    assert words_from_message({}) == NO_WORDS


@pytest.mark.parametrize(
    ("mrkdwn", "spans"),
    [
        pytest.param("a &lt;b&gt; &amp; c", [Span("a <b> & c")], id="escapes"),
        pytest.param("&amp;lt;", [Span("&lt;")], id="escaped escapes"),
        pytest.param("<@U1>", [Span("@U1", user="U1")], id="mention"),
        pytest.param("<@U1|ada>", [Span("@ada", user="U1")], id="mention with name"),
        pytest.param("<#C1|general>", [Span("#general")], id="channel"),
        pytest.param("<#C1>", [Span("#C1")], id="channel without name"),
        pytest.param("<!here>", [Span("@here")], id="here"),
        pytest.param("<!channel|@channel>", [Span("@channel")], id="everybody"),
        pytest.param("<!subteam^S1|@support>", [Span("@support")], id="group"),
        pytest.param("<!subteam^S1>", [Span("@subteam")], id="group without name"),
        pytest.param(
            "<https://a.example/?a=1&amp;b=2|see>",
            [Span("see", link="https://a.example/?a=1&b=2")],
            id="link",
        ),
        pytest.param(
            "<mailto:a@b.fr|a@b.fr>", [Span("a@b.fr", link="mailto:a@b.fr")], id="address"
        ),
        pytest.param("x <|y> z", [Span("x "), Span("y"), Span(" z")], id="no target"),
        pytest.param("1 < 2 > 1", [Span("1 "), Span(" 2 ", link=" 2 "), Span(" 1")], id="bare"),
        pytest.param("*bold* _it_ `c`", [Span("*bold* _it_ `c`")], id="marks stay as typed"),
        pytest.param("<>", [Span("<>")], id="nothing inside"),
    ],
)
def test_mrkdwn_reads_as_what_people_see(mrkdwn: str, spans: list[Span]) -> None:
    assert words_from_mrkdwn(mrkdwn) == paragraph(*spans)


def test_mrkdwn_has_paragraphs() -> None:
    assert words_from_mrkdwn("One\ntwo\n\nthree").text == "One\ntwo\n\nthree"


@given(st.text(max_size=60))
def test_any_text_is_read_as_words(typed: str) -> None:
    words = words_from_mrkdwn(typed)

    assert Words.from_json(words.to_json()) == words


@given(WORDS)
def test_what_we_offer_to_edit_comes_back_with_the_same_letters(words: Words) -> None:
    """A reply taken back is in the form again; sent unchanged, it says what it said."""
    kept = words.named(str.lower)

    again = words_from_rich_text(rich_text(kept))

    assert letters(again) == letters(kept)


def letters(words: Words) -> str:
    return "".join("".join(block.text for block in words.blocks).split())


def test_a_message_of_files_alone_is_a_note_that_names_them():
    message = {"text": "", "files": [{"name": "photo.png"}, {"id": "F1"}, "broken"]}

    assert words_from_message(message).text == "📎 photo.png\n📎 ?\n📎 ?"
