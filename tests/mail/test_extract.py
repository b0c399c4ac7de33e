import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.extraction import html_text, own_words
from tests.mail.answers_html import HTML
from tests.mail.answers_text import TEXT


@pytest.mark.parametrize("name", TEXT)
def test_a_persons_words_are_found_in_plain_text(name):
    mail, words = TEXT[name]

    assert own_words(mail) == words


@pytest.mark.parametrize("name", TEXT)
def test_windows_line_ends_change_nothing(name):
    mail, words = TEXT[name]

    assert own_words(mail.replace("\n", "\r\n")) == words


@pytest.mark.parametrize("name", HTML)
def test_a_persons_words_are_found_in_html(name):
    html, words = HTML[name]

    assert own_words(html_text(html), html) == words


def test_the_plain_part_is_read_where_the_html_has_no_marks():
    assert own_words("It is\nthe LX-9.", "<p>It is<br>the LX-9.</p>") == "It is\nthe LX-9."


@given(st.text(), st.none() | st.text())
def test_something_is_always_left_of_a_mail_that_says_something(text, html):
    words = own_words(text, html)

    assert bool(words.strip()) or not text.strip()


HOSTILE_TEXT = {
    "attributions": "On Mon 12:30 2024 x@y wrote:\n" * 5_000,
    "openers": "On the first day\n" * 60_000,
    "headers": "From: a\nSent: b\nTo: R-000042\n" * 20_000,
    "dashes": "-----x-----\n" * 60_000,
    "quote marks": "> x\ny:\n" * 60_000,
    "one line": "On " * 300_000,
    "signatures": "-- \nx\n" * 60_000,
}
HOSTILE_HTML = {
    "nesting": "<div>" * 100_000 + "x",
    "open styles": "<b a=1><i b=2>" * 20_000 + "<p>x" * 100_000,
    "open brackets": "<" * 2_000_000,
    "quotes": "<div class=gmail_quote>x" * 50_000,
    "cells": "<td>x" * 300_000,
    "links": "<a href=https://x.example/a>y</a>" * 50_000,
}


@pytest.mark.parametrize("name", [*HOSTILE_TEXT, *HOSTILE_HTML])
def test_no_mail_takes_long(name):
    begun = time.process_time()

    own_words(HOSTILE_TEXT.get(name, ""), HOSTILE_HTML.get(name))

    assert time.process_time() - begun < 4
