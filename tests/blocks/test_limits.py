"""Whatever people write, Slack takes it, and nothing in it acts."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from blocks.formatted import mrkdwn, quotations
from blocks.options import people_options
from desk.words import BlockKind, Span, TextBlock, Words
from locales.translator import translator_for
from tests.blocks.hostile import CASTS, WORDS, texts
from tests.blocks.limits import TOKEN, faults_of, texts_of
from tests.blocks.scenes import Cast, scenes

ENGLISH, FRENCH = translator_for("en"), translator_for("fr")
PATIENT = settings(
    deadline=None,
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking a whole cast takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("t", [ENGLISH, FRENCH], ids=["english", "french"])
def test_usual_people_and_words_keep_to_the_limits(t):
    faults = {name: faults_of(thing) for name, thing in scenes(Cast(), t)}

    assert {name: found for name, found in faults.items() if found} == {}


@settings(PATIENT, max_examples=12)  # each draws all there is to see
@given(cast=CASTS)
def test_hostile_people_and_words_keep_to_the_limits(cast: Cast):
    faults = {name: faults_of(thing) for name, thing in scenes(cast, FRENCH)}

    assert {name: found for name, found in faults.items() if found} == {}


@PATIENT
@given(words=WORDS)
def test_words_shortened_keep_to_their_length_and_act_as_nothing(words: Words):
    for limit in (150, 2900):
        said = mrkdwn(words, limit)

        assert len(said) <= limit
        assert "<" not in TOKEN.sub("", said)
        assert said.count("```") % 2 == 0


@PATIENT
@given(words=WORDS)
def test_long_words_are_told_in_pieces_that_each_fit(words: Words):
    pieces, complete = quotations(words, limit=500, most=sum(len(b.text) for b in words.blocks) + 1)

    assert complete
    assert all(len(piece) <= 500 for piece in pieces)
    assert all(line.startswith("> ") for piece in pieces for line in piece.split("\n"))


def test_a_link_too_long_for_a_piece_costs_no_word():
    linked = Span("x" * 1000, link="https://a.example/" + "y" * 900)
    words = Words((TextBlock(BlockKind.PARAGRAPH, (linked,)),))

    pieces, complete = quotations(words, limit=500)

    assert complete
    assert sum(piece.count("x") for piece in pieces) == 1000


@pytest.mark.parametrize("spans", [("`" * 6,), ("``", "`x``", "``")], ids=["in one", "in several"])
def test_no_fence_is_left_open_by_what_people_write(spans: tuple[str, ...]):
    said = mrkdwn(Words((TextBlock(BlockKind.PARAGRAPH, tuple(map(Span, spans))),)))

    assert "```" not in said


@PATIENT
@given(query=texts(200), cast=CASTS)
def test_people_found_are_options_that_slack_takes(query: str, cast: Cast):
    options = people_options([cast.requester, cast.beneficiary] * 60, ENGLISH, query)

    assert len(options) <= 100
    for option in options:
        assert 1 <= len(option["value"]) <= 150
        assert all(1 <= len(text["text"]) <= 75 for text in texts_of(option))
