"""What a ticket is found by, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.ask_ticket import requester_page
from desk.journal import Entry, Kind, Visibility, visibility_of
from desk.lifecycle import State
from desk.people import Actor
from desk.searchable import MOST_WORDS, asked_words, searchable, words_in
from desk.ticket import Resolution
from desk.words import Words
from tests import facts as f
from tests.desk.strategies import WORDS

TIMES = st.none() | st.integers(-60, 60).map(lambda minutes: f.NOW + timedelta(minutes=minutes))


@st.composite
def journals(draw: st.DrawFn) -> tuple[Entry, ...]:
    """Anything that may stand in a journal, and more: also what the desk would never write."""
    kinds = draw(st.lists(st.sampled_from(Kind), max_size=8))
    numbers = count(1)
    return tuple(
        replace(
            f.an_entry(kind),
            id=next(numbers),
            visibility=draw(st.sampled_from([visibility_of(kind), Visibility.INTERNAL])),
            words=draw(WORDS),
            facts={"whole": draw(st.text(max_size=20))},
            public_from=draw(TIMES),
            withdrawn=draw(st.booleans()),
            refers_to=draw(st.none() | st.integers(1, 8)),
        )
        for kind in kinds
    )


@given(journal=journals(), description=WORDS, solution=st.none() | WORDS)
def test_nobody_finds_a_request_by_a_word_that_they_cannot_read_in_it(
    journal: tuple[Entry, ...], description: Words, solution: Words | None
):
    resolution = Resolution("hardware", solution) if solution else None
    ticket = f.a_ticket(State.ASSIGNED, description=description, resolution=resolution)
    facts = f.ticket_facts(ticket)

    found_by = searchable(ticket, journal, (facts.requester,), f.NOW)

    page = requester_page(facts, journal, Actor(f.PAUL), f.NOW)
    read = [page.line.subject, page.description.text, page.requester.name]
    read += [entry.words.text for entry in page.journal]
    read += [page.solution.text] if page.solution else []
    assert set(found_by.public) == {word for text in read for word in words_in(text)}
    assert set(found_by.public) <= set(found_by.every)


@pytest.mark.parametrize("kind", Kind)
def test_an_internal_word_is_for_technicians_alone(kind: Kind):
    public = visibility_of(kind) is Visibility.PUBLIC
    entry = replace(f.an_entry(kind), words=Words.plain("xyzzy"), public_from=None)

    found_by = searchable(f.a_ticket(), (entry,), (), f.NOW)

    assert ("xyzzy" in found_by.public) is public
    assert ("xyzzy" in found_by.every) is (
        kind is not Kind.NOTE_EDITED
    )  # of a note that is not there


def test_what_becomes_public_later_says_when():
    soon = replace(f.an_entry(Kind.REPLY), words=Words.plain("xyzzy"), public_from=f.LATER)

    before = searchable(f.a_ticket(), (soon,), (), f.NOW)
    after = searchable(f.a_ticket(), (soon,), (), f.LATER)
    taken_back = searchable(f.a_ticket(), (replace(soon, withdrawn=True),), (), f.NOW)

    assert ("xyzzy" in before.public, before.again) == (False, f.LATER)
    assert ("xyzzy" in after.public, after.again) == (True, None)
    assert taken_back.again is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Printer PAUL", ("printer", "paul")),
        ("l'étage n°3", ("etage", "3", "l", "n")),
        ("paul.smith@example.org", ("example", "smith", "paul", "org")),
        ("print printer", ("printer",)),
        ("a abc", ("abc", "a")),
        (" ?! ", ()),
        ("x" * 100, ("x" * 40,)),
    ],
)
def test_a_question_is_taken_apart(query: str, words: tuple[str, ...]):
    assert asked_words(query) == words


def test_a_very_long_question_is_cut():
    assert len(asked_words(" ".join(f"{chr(97 + n)}word" for n in range(26)))) == MOST_WORDS


@given(st.lists(st.text(alphabet=" \n\tée\u0301Éœ-_1ﬁ\u2028", max_size=8), max_size=6))
def test_words_that_are_repeated_are_found_as_if_they_stood_there_once(parts: list[str]) -> None:
    text = " ".join([*parts, *parts])
    entry = replace(f.an_entry(Kind.NOTE), words=Words.plain(text))

    found = searchable(f.a_ticket(), (entry,), (), f.NOW)

    assert set(words_in(text)) <= set(found.every)
