"""Formatted words look in Slack as they were written, and go back into an input unchanged."""

from __future__ import annotations

import pytest

from blocks.formatted import JOINT, mrkdwn, quotations, rich_text
from desk.words import BlockKind, Span, TextBlock, Words
from handlers.richtext import words_from_rich_text


def paragraph(*spans: Span) -> Words:
    return Words((TextBlock(BlockKind.PARAGRAPH, spans),))


def items(kind: BlockKind, *texts: str, indent: int = 0) -> tuple[TextBlock, ...]:
    return tuple(TextBlock(kind, (Span(text),), indent) for text in texts)


LETTER = Words(
    (
        TextBlock(BlockKind.PARAGRAPH, (Span("Try "), Span("this", bold=True), Span(" first:"))),
        *items(BlockKind.NUMBER, "Open the tray", "Take the sheet"),
        *items(BlockKind.BULLET, "gently", indent=1),
        *items(BlockKind.NUMBER, "Close it"),
        *items(BlockKind.QUOTE, "It jams"),
        *items(BlockKind.CODE, "lpstat -p"),
        TextBlock(BlockKind.PARAGRAPH, (Span("the guide", link="https://help.example/a?b&c"),)),
    )
)


def test_words_are_shown_as_they_were_written():
    assert mrkdwn(LETTER).split("\n") == [
        "Try *this* first:",
        "",
        "1. Open the tray",
        "2. Take the sheet",
        "    ◦ gently",
        "3. Close it",
        "",
        "> It jams",
        "",
        "```",
        "lpstat -p",
        "```",
        "",
        "<https://help.example/a?b&amp;c|the guide>",
    ]


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        pytest.param(Span(" a ", bold=True), " *a* ", id="blanks stay outside the marks"),
        pytest.param(Span("a\nb", italic=True), "_a_\n_b_", id="each line has its own marks"),
        pytest.param(Span("a", bold=True, italic=True), "*_a_*", id="marks are nested"),
        pytest.param(Span("a*b", bold=True), "*a∗b*", id="a mark inside does not end it"),
        pytest.param(Span("a`b", code=True), "`aˋb`", id="code holds no tick"),
        pytest.param(Span("x", link="javascript:alert(1)"), "x", id="only links that are safe"),
        pytest.param(Span("<!here>"), "&lt;!here&gt;", id="a mention is text"),
        pytest.param(Span("@U1", user="U1"), "@U1", id="an unknown person is text"),
    ],
)
def test_one_run_of_text(span: Span, shown: str):
    assert mrkdwn(paragraph(span)) == shown


def test_style_inside_a_word_is_still_style():
    words = paragraph(Span("un"), Span("believ", bold=True), Span("able"))

    assert mrkdwn(words) == f"un{JOINT}*believ*{JOINT}able"


def test_an_open_fence_does_not_swallow_what_follows():
    assert "```" not in mrkdwn(Words.plain("```\nrm -rf"))


def test_a_quotation_in_a_quotation_is_written_out():
    words = Words(items(BlockKind.QUOTE, "It jams"))

    assert mrkdwn(words, quoting=True) == "> &gt; It jams"


def test_words_cut_short_say_so():
    assert mrkdwn(Words.plain("one two three"), 8) == "one two…"


def test_long_words_are_told_in_order_and_completely():
    lines = [f"line {number}" for number in range(400)]
    pieces, complete = quotations(Words.plain("\n".join(lines)), limit=500, most=50)

    told = [line.removeprefix("> ") for piece in pieces for line in piece.split("\n")]

    assert complete
    assert [line for line in told if line] == lines


def test_words_too_long_for_slack_are_known_to_be():
    pieces, complete = quotations(Words.plain("long " * 4000))

    assert len(pieces) == 4
    assert not complete


def test_words_go_into_an_input_and_come_back_unchanged():
    assert words_from_rich_text(rich_text(LETTER)) == LETTER


def test_paragraphs_go_into_an_input_and_come_back_unchanged():
    words = Words.plain("one\ntwo\n\nthree")

    assert words_from_rich_text(rich_text(words)) == words
