"""Formatted text: plain typing, reading it as text, keeping it, naming people in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.words import NO_WORDS, BlockKind, Span, TextBlock, Words
from tests.desk.strategies import TEXT, WORDS


def a_block(kind: BlockKind, text: str, indent: int = 0) -> TextBlock:
    return TextBlock(kind, (Span(text),), indent)


def bullets(*texts: str) -> tuple[TextBlock, ...]:
    return tuple(a_block(BlockKind.BULLET, text) for text in texts)


@pytest.mark.parametrize(
    ("typed", "paragraphs"),
    [
        pytest.param("One line", ["One line"], id="a line"),
        pytest.param("One\ntwo", ["One\ntwo"], id="a line break stays in its paragraph"),
        pytest.param("One\n\ntwo", ["One", "two"], id="a blank line ends a paragraph"),
        pytest.param("One\n\n\n\ntwo", ["One", "two"], id="many blank lines end one"),
        pytest.param("One\r\n\r\ntwo\rthree", ["One", "two\nthree"], id="any line ends"),
        pytest.param("\n\n One \n\n", ["One"], id="nothing around"),
        pytest.param("a\x00b", ["ab"], id="no null characters"),
        pytest.param("*bold* <b>", ["*bold* <b>"], id="nothing is markup"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n \n\n ", [], id="blank"),
    ],
)
def test_plain_typing_becomes_paragraphs(typed: str, paragraphs: list[str]) -> None:
    words = Words.plain(typed)

    assert [block.text for block in words.blocks] == paragraphs
    assert all(block.kind is BlockKind.PARAGRAPH for block in words.blocks)
    assert bool(words) is bool(paragraphs)


@given(TEXT)
def test_plain_words_read_the_same_when_typed_again(typed: str) -> None:
    once = Words.plain(typed)

    assert Words.plain(once.text).text == once.text


def test_reading_as_text_keeps_list_and_quote_marks() -> None:
    words = Words(
        (
            a_block(BlockKind.PARAGRAPH, "Try this:"),
            a_block(BlockKind.NUMBER, "open"),
            a_block(BlockKind.NUMBER, "pull"),
            a_block(BlockKind.BULLET, "gently", 1),
            a_block(BlockKind.NUMBER, "twice", 2),
            a_block(BlockKind.NUMBER, "close"),
            a_block(BlockKind.QUOTE, "It jams.\nAgain."),
            a_block(BlockKind.CODE, "lpstat -t\n  idle"),
            a_block(BlockKind.NUMBER, "afresh"),
        )
    )

    assert words.text == (
        "Try this:\n\n1. open\n2. pull\n  - gently\n    1. twice\n3. close\n\n"
        "> It jams.\n> Again.\n\n"
        "lpstat -t\n  idle\n\n1. afresh"
    )


def test_styles_and_links_read_as_their_text() -> None:
    spans = (
        Span("See "),
        Span("here", bold=True, link="https://example.org"),
        Span("!", code=True),
    )

    assert Words((TextBlock(BlockKind.PARAGRAPH, spans),)).text == "See here!"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (NO_WORDS, False),
        (Words(bullets("", " ")), False),
        (Words((TextBlock(BlockKind.CODE, ()),)), False),
        (Words(bullets("", "x")), True),
    ],
)
def test_words_without_a_letter_are_false(words: Words, said: bool) -> None:
    assert bool(words) is said


@given(WORDS)
def test_words_survive_being_kept(words: Words) -> None:
    kept = json.loads(json.dumps(words.to_json()))

    assert Words.from_json(kept) == words


def test_nothing_kept_is_no_words() -> None:
    assert Words.from_json(None) == Words.from_json([]) == NO_WORDS


@given(WORDS, st.integers(1, 60))
def test_an_excerpt_is_one_line_of_at_most_its_length(words: Words, length: int) -> None:
    excerpt = words.excerpt(length)
    whole = " ".join(words.text.split())

    assert len(excerpt) <= length
    assert "\n" not in excerpt
    if len(whole) <= length:
        assert excerpt == whole
    else:
        assert excerpt.endswith("…")
        assert whole.startswith(excerpt[:-1])


@pytest.mark.parametrize(
    ("length", "excerpt"),
    [(30, "It jams. Again and again."), (17, "It jams. Again a…"), (10, "It jams.…"), (1, "…")],
)
def test_an_excerpt_ends_where_something_was_left_out(length: int, excerpt: str) -> None:
    words = Words.plain("It jams.\n\nAgain and\nagain.")

    assert words.excerpt(length) == excerpt


def test_mentions_are_named_and_keep_their_style() -> None:
    mention = Span("@U1", bold=True, user="U1")
    words = Words((TextBlock(BlockKind.QUOTE, (Span("Ask "), mention), 2),))

    named = words.named({"U1": "Ada"}.__getitem__)

    expected = (Span("Ask "), Span("@Ada", bold=True))
    assert named == Words((TextBlock(BlockKind.QUOTE, expected, 2),))


@given(WORDS)
def test_once_named_nobody_is_left_to_name(words: Words) -> None:
    named = words.named(lambda user: f"<{user}>")

    assert not [span for block in named.blocks for span in block.spans if span.user]
    assert named.named(str.upper) == named
