"""A translator says sentences, counts and dates in its language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from locales.translator import Translator, translator_for

SUMMER = datetime(2026, 7, 3, 22, 5, tzinfo=UTC)


@pytest.fixture
def english() -> Translator:
    return translator_for("en")


@pytest.fixture
def french() -> Translator:
    return translator_for("fr")


def test_the_english_sentence_is_its_own_translation(english: Translator):
    assert english("Assigned to {name}", name="Paul") == "Assigned to Paul"


def test_french_comes_from_the_catalogue(french: Translator):
    assert french("Assigned to {name}", name="Paul") == "Assigné à Paul"


def test_a_language_the_desk_does_not_speak_is_english():
    assert translator_for("de").language == "en"


def test_a_value_with_braces_is_left_alone(french: Translator):
    assert french("For {name}", name="{n} {0} {") == "Pour {n} {0} {"


@pytest.mark.parametrize(
    ("n", "in_english", "in_french"),
    [
        (0, "and 0 more", "et 0 autre"),
        (1, "and 1 more", "et 1 autre"),
        (2, "and 2 more", "et 2 autres"),
    ],
)
def test_counts_follow_each_language(
    n: int, in_english: str, in_french: str, english: Translator, french: Translator
):
    assert english.plural("and {n} more", "and {n} more", n) == in_english
    assert french.plural("and {n} more", "and {n} more", n) == in_french


def test_dates_are_the_readers_own(english: Translator, french: Translator):
    assert english.date(SUMMER, "Europe/Paris") == "4 July 2026"
    assert french.date(SUMMER, "Europe/Paris") == "04/07/2026"
    assert french.datetime(SUMMER, "UTC") == "03/07/2026 à 22:05"
    assert english.time(SUMMER, "America/New_York") == "18:05"


def test_an_unknown_time_zone_is_utc(english: Translator):
    assert english.time(SUMMER, "Atlantis/Centre") == "22:05"
