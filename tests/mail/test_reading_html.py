"""The HTML that is kept of a mail runs nothing, loads nothing and stays inside its frame."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from mail.content.sanitise import safe_html
from mail.reading import read_mail
from tests.mail.specimens import letter


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
        ("<script>evil()</script>Hi", "Hi"),
        ("<style>@import url(x)</style>Hi", "Hi"),
        ('<p onclick="evil()">Hi</p>', "<p>Hi</p>"),
        ('<form action="x"><input name="password">Hi</form>', "Hi"),
        ('<iframe src="https://x.example"></iframe>Hi', "Hi"),
        ('<meta http-equiv="refresh" content="0;url=x">Hi', "Hi"),
        ('<base href="https://x.example/">Hi', "Hi"),
        ('<link rel="stylesheet" href="x">Hi', "Hi"),
        ("<svg onload=evil()></svg>Hi", "Hi"),
        ('<a href="javascript:evil()">Hi</a>', '<a rel="noopener noreferrer nofollow">Hi</a>'),
        ('<a href="java&#10;script:x()">Hi</a>', '<a rel="noopener noreferrer nofollow">Hi</a>'),
        ('<a href="cid:x">Hi</a>', '<a rel="noopener noreferrer nofollow">Hi</a>'),
        ('<a href="/relative">Hi</a>', '<a rel="noopener noreferrer nofollow">Hi</a>'),
        ('<a href="https://x.example/">Hi</a>',
         '<a href="https://x.example/" rel="noopener noreferrer nofollow">Hi</a>'),
        ('<a href="mailto:a@x.org">Hi</a>',
         '<a href="mailto:a@x.org" rel="noopener noreferrer nofollow">Hi</a>'),
        ('<img src="https://track.example/p.gif">Hi', "Hi"),
        ('<img src="https://x.example/a.png" alt="The plan">',
         '<a href="https://x.example/a.png" rel="noopener noreferrer nofollow">[The plan]</a>'),
        ('<img src="cid:known@x" alt="a">', '<img src="cid:known@x" alt="a">'),
        ('<img src="cid:other@x" alt="a">', '<img alt="a">'),
        ('<img src="data:image/svg+xml;base64,xx" alt="a">', "[a]"),
        ('<p style="color: red; position: fixed">Hi</p>', '<p style="color:red">Hi</p>'),
        ('<p style="background: url(https://x.example)">Hi</p>', "<p>Hi</p>"),
        ('<p style="color: expression(evil())">Hi</p>', "<p>Hi</p>"),
        ('<td background="https://x.example/a.png">Hi', "Hi"),
        ("<!-- [if mso]><b>x</b><![endif] -->Hi", "Hi"),
        ('<p class="x" id="y" name="z">Hi</p>', "<p>Hi</p>"),
        ('<video src="https://x.example"></video><audio autoplay></audio>Hi', "Hi"),
        ("<b>open", "<b>open</b>"),
        ("</div></body>Hi", "Hi"),
    ],
)  # fmt: skip
def test_only_what_is_harmless_stays(html, safe):
    assert safe_html(html, {"known@x"}).strip() == safe


PIECES = st.sampled_from(
    ["<", ">", "</", '"', "'", "<img src=", "https://x.example/a.png", "cid:known@x", "<style>",
     "</style>", "<script>", "</script>", " onload=", "evil()", "<svg>", "<math>", "<a href=",
     "javascript:", "&#x6a;", "<!--", "-->", "<noscript>", "<textarea>", "<title>", "<template>",
     "style=", "url(", "background", "=", " ", "x", "\0", "<table>", "<iframe srcdoc=", "]]>"]
)  # fmt: skip
LOADS = {"img", "script", "iframe", "link", "object", "embed", "video", "audio", "source", "style",
         "form", "input", "svg", "math", "base", "meta"}  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_html_runs_or_loads_anything(html):
    tree = LexborHTMLParser(f"<html><body>{safe_html(html, {'known@x'})}</body></html>")

    for node in tree.css("body *"):
        assert node.tag not in LOADS - {"img"}
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            if node.tag == "img" and name == "src":
                assert value == "cid:known@x"
            if name == "href":
                assert re.match(r"\s*(https?|mailto):", value, re.IGNORECASE)
            if name == "style":
                assert "url" not in value.lower()


def test_a_mail_keeps_both_its_text_and_its_harmless_html():
    mail = read_mail(letter("Content-Type: text/html", body="<p>Hi</p><script>evil()</script>"))

    assert (mail.text, mail.safe_html) == ("Hi", "<p>Hi</p>")


def test_a_mail_without_html_has_none():
    assert read_mail(letter()).safe_html == ""
