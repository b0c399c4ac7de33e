"""Whatever a mail holds, extraction ends soon, invents nothing and leaves something."""

import sys
from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.extraction import html_text, own_words

PIECES = st.sampled_from(
    [
        "Hello,", "", " ", "> quoted", ">> older", "-- ", "--", "_____",
        "-----Original Message-----",
        "On 24/11/2026 14:05, Tom <t@x.example> wrote:", "On Monday I wrote:", "wrote:",
        "From: Tom <t@x.example>", "Sent: Tuesday, November 24, 2026 2:05 PM", "To: a@b.example",
        "Subject: x", "Sent from my iPhone", "[EXTERNAL]", "CAUTION: external sender, links",
        "EK> text", "---------- Forwarded message ---------", "24/11/2026 14:05", "It is the LX-9.",
        "2026年11月24日(火) 14:05 A <a@b.example>:", "\ufeff", "\u200e> x", "https://x.example/?a=b:",
    ]
)  # fmt: skip
MAILS = st.lists(PIECES | st.text(max_size=30), max_size=25).map("\n".join)


def lines_of(text: str) -> set[str]:
    return {line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")}


@given(st.text() | MAILS, st.none() | st.text())
def test_something_is_always_left_of_a_mail_that_says_something(text, html):
    words = own_words(text, html)

    assert bool(words.strip()) or not text.strip()


@given(MAILS, st.lists(MAILS, max_size=2))
def test_no_line_is_invented(text, sent):
    words = own_words(text, None, sent)

    assert lines_of(words) <= lines_of(text) | {""}


@given(MAILS)
def test_the_order_of_the_lines_stays(text):
    words = [line for line in own_words(text).split("\n") if line.strip()]
    every = iter(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

    assert all(any(word == line for line in every) for word in words)


@given(st.text(st.characters(categories=["L", "Nd", "Zs"]), min_size=1).filter(str.strip))
def test_plain_prose_is_kept_as_it_is(text):
    assert own_words(text).split() == text.split()


@given(
    st.lists(
        st.sampled_from(["It is slow", "since Monday.", "Thanks!", "- one", "1. two"]), min_size=1
    )
)
def test_what_was_found_once_is_found_again(lines):
    mail = "\n".join(lines) + "\n\nOn 24/11/2026 14:05, Tom <t@x.example> wrote:\n> Why?\n"
    words = own_words(mail)

    assert own_words(words) == words


HOSTILE_TEXT: dict[str, Callable[[int], str]] = {
    "attributions": lambda n: "On Mon 12:30 2024 x@y.example wrote:\n" * n,
    "quoted attributions": lambda n: "On Mon 12:30 2024 x@y.example wrote:\n> x\n" * n,
    "openers": lambda n: "On the first day 12 2024:\n" * n,
    "headers": lambda n: "From: a\nSent: b\nTo: R-000042\n" * n,
    "empty headers": lambda n: "From:\n" * n,
    "labels": lambda n: "Abc: def\n" * n,
    "dashes": lambda n: "-----x-----\n" * n,
    "quote marks": lambda n: "> x\ny:\n" * n,
    "deep quote marks": lambda n: "\n".join(">" * (i % 300) for i in range(n)),
    "initials": lambda n: "EK> x\nab:\n" * n,
    "signatures": lambda n: "-- \nx\n" * n,
    "notices": lambda n: "confidential, in error, addressee, delete this\n" * n,
    "phones": lambda n: "Sent from my iPhone\n" * n,
    "one line": lambda n: "On 1.1.2024 a@b wrote " * n,
    "one line of blanks": lambda n: " " * 40 * n,
    "invisible characters": lambda n: "\u200e\u00a0" * 20 * n,
}
HOSTILE_HTML: dict[str, Callable[[int], str]] = {
    "nesting": lambda n: "<div>" * 20 * n + "x",
    "nested quotes": lambda n: "<blockquote type=cite>x" * n,
    "flat quotes": lambda n: "<div class=gmail_quote>x</div>y" * n,
    "styled quotes": lambda n: (
        "<blockquote style=x>On 24/11/2026 14:05, a@b.example wrote:<br>x" * n
    ),
    "drawn lines": lambda n: "<div style='border-top:1'>x" * n + "y " * n,
    "rules": lambda n: "<hr>x" * n,
    "open styles": lambda n: "<b a=1><i b=2>" * n + "<p>x" * n,
    "open brackets": lambda n: "<" * 50 * n,
    "open comments": lambda n: "<!--" * n,
    "cells": lambda n: "<td>x" * 4 * n,
    "links": lambda n: "<a href=https://x.example/a>y</a>" * n,
}


def steps(text: str, html: str | None) -> int:
    """How many calls extraction makes: unlike time, the same on every machine."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        own_words(text, html)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("name", [*HOSTILE_TEXT, *HOSTILE_HTML])
def test_twice_the_mail_is_at_most_twice_the_work(name):
    text, html = HOSTILE_TEXT.get(name), HOSTILE_HTML.get(name)

    once, twice = (
        steps(text(n) if text else "", html(n) if html else None) for n in (1_000, 2_000)
    )

    assert twice <= 2.3 * once + 2_000


@pytest.mark.parametrize("name", [*HOSTILE_TEXT, *HOSTILE_HTML])
def test_the_worst_mails_end(name):
    text, html = HOSTILE_TEXT.get(name), HOSTILE_HTML.get(name)

    words = own_words(text(20_000) if text else "", html(20_000) if html else None)

    assert len(words) <= 400_000


def test_what_is_looked_at_of_one_line_is_bounded():
    looked: list[int] = []
    pattern = Recorder(looked)

    with patch("mail.extraction.shapes._ADDRESS", pattern):
        own_words("a@" * 100_000 + "\n> x\n" + html_text("<p>" + "b@" * 100_000))

    assert max(looked, default=0) <= 1_000


class Recorder:
    def __init__(self, looked: list[int]) -> None:
        self.looked = looked

    def search(self, text: str) -> None:
        self.looked.append(len(text))
