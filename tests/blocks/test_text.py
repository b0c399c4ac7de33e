"""Names, subjects and dates, wherever they come from, stay where they are put."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from blocks.text import age, cut, escape, inline, listed, name_of, one_line, when, with_address
from locales.translator import Translator
from tests import facts as f
from tests.blocks.hostile import texts


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("<!channel> & co", "&lt;!channel&gt; &amp; co", id="mention"),
        pytest.param("a\r\nb\tc\u2028d", "a b c d", id="line breaks"),
        pytest.param("\u202eabc\u202c", "abc", id="direction override"),
        pytest.param(
            "*loud* `code` ~no~ _so_ a_b", "∗loud∗ ˋcodeˋ ∼no∼ ˍsoˍ a_b", id="marks of style"
        ),
        pytest.param("نور الهدى", "\u2068نور الهدى\u2069", id="right to left"),
        pytest.param("Zoë 🌻 Müller", "Zoë 🌻 Müller", id="emoji"),
    ],
)
def test_what_people_wrote_stays_on_its_line_and_does_nothing(written: str, shown: str):
    assert inline(written) == shown


@settings(deadline=None)
@given(text=texts(600))
def test_a_text_in_markup_is_never_longer_than_asked_and_never_cut_in_an_entity(text: str):
    said = inline(text, 50)

    assert len(said.strip("\u2068\u2069")) <= 50
    assert "\n" not in said
    rest = said.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set(rest) & set("&<>")


def test_text_is_cut_with_an_ellipsis():
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 4) == "abc…"


def test_plain_text_is_not_escaped():
    assert one_line("R&D <team>") == "R&D <team>"


def test_somebody_without_a_name_is_called_by_address():
    nameless = f.a_person(name=" \n ", slack_id=None, email="x@example.org")

    assert name_of(nameless) == "x@example.org"


def test_an_address_stands_behind_the_name():
    assert with_address(f.PAUL) == "Paul Smith (paul@example.org)"
    assert with_address(f.NOBODY_TO_MAIL) == "Ada Guest"
    known_by_it_alone = replace(f.PAUL, name="Paul@example.org")
    assert with_address(known_by_it_alone) == "paul@example.org"


def test_people_are_listed_as_in_a_sentence(english: Translator, french: Translator):
    assert listed([], english) == ""
    assert listed(["Paul"], english) == "Paul"
    assert listed(["Paul", "Marie", "Ada"], english) == "Paul, Marie and Ada"
    assert listed(["Paul", "Marie"], french) == "Paul et Marie"


def test_a_moment_is_shown_in_each_readers_own_zone():
    token = f"<!date^{int(f.NOW.timestamp())}^{{date_short_pretty}} {{time}}|2026-11-24 13:00 UTC>"

    assert when(f.NOW) == token


def test_an_age_grows_by_itself():
    token = f"<!date^{int(f.NOW.timestamp())}^{{ago}}|2026-11-24 13:00 UTC>"

    assert age(f.NOW) == token


def test_escaping_touches_nothing_else():
    assert escape("a *b* _c_\n>") == "a *b* _c_\n&gt;"
