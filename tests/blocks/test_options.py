"""Selects: people and entries are found by how their words begin."""

from __future__ import annotations

import pytest

from blocks.ids import SOMEBODY_NEW
from blocks.options import catalogue_options, people_options, person_option
from locales.translator import Translator
from tests import facts as f


def texts(options) -> list[str]:
    return [option["text"]["text"] for option in options]


def test_a_person_is_name_address_and_title():
    option = person_option(f.PAUL)

    assert option["text"]["text"] == "Paul Smith — paul@example.org"
    assert option["description"]["text"] == "Finance, Lyon"
    assert option["value"] == "U0PAUL"


def test_a_long_name_leaves_the_address_out():
    option = person_option(f.a_person(name="N" * 72))

    assert option["text"]["text"] == "N" * 72


def test_a_handle_too_long_for_slack_is_the_persons_number():
    option = person_option(f.a_person(7, slack_id=None, email="x" * 160 + "@example.org"))

    assert option["value"] == "person:7"


def test_somebody_new_is_the_last_choice_and_takes_up_what_was_typed(english: Translator):
    options = people_options([f.PAUL], english, "pauline")

    assert texts(options) == ["Paul Smith — paul@example.org", "Somebody new: pauline"]
    assert options[-1]["value"].startswith(SOMEBODY_NEW)
    assert texts(people_options([], english)) == ["Somebody new…"]


def test_a_beneficiary_is_somebody_known(english: Translator):
    assert people_options([], english, "pauline", with_new=False) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Postes de travail", "Réseau"]),
        ("TRAV pos", ["Postes de travail"]),
        ("rese", ["Réseau"]),
        ("ostes", []),
    ],
    ids=["nothing typed", "any order and case", "without accents", "not inside a word"],
)
def test_entries_are_found_by_the_beginnings_of_their_words(query, found, french: Translator):
    options = catalogue_options(f.CATALOGUE.children(None), french, query)

    assert texts(options) == found
