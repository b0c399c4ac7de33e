"""No word reaches anybody without having passed a translator."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from desk.labels import Label
from desk.words import Words
from tests import facts as f
from tests.blocks.limits import TOKEN, texts_of
from tests.blocks.scenes import Cast, scenes
from tests.pseudo import PseudoTranslator

# What people wrote is Greek here, so every Latin letter left is ours.
GREEK = Cast(
    requester=replace(f.PAUL, name="Παύλος", email=None, title="Λύων"),
    beneficiary=replace(f.MARIE, name="Μαρία", email=None, title=""),
    technician=replace(f.PIERRE, name="Πέτρος", email=None, title=""),
    subject="Εκτυπωτής",
    words=Words.plain("Μπλοκάρει."),
    label=Label("Ομάδα", "Ομάδα"),
    error="γεμάτο",
    unreachable=replace(f.NOBODY_TO_MAIL, name="Άδα", slack_id=None),
)
DATA = re.compile(
    r"R-\d{6}|Εκτυπωτής\.pdf|paul@example\.org|/ticket|Pierre Durand|Paul Smith|Camille Petit"
)
NAMES = {label.en for team in f.TEAMS for label in (team.label,)} | {
    label.en
    for label in [entry.label for entry in f.CATALOGUE.entries] + [c.label for c in f.CODES]
}


def outside(text: str) -> str:
    """What no translator said."""
    depth, left = 0, ""
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        left += letter if depth == 0 and letter != "⟧" else ""
    return left


@pytest.mark.parametrize(
    ("name", "thing"), list(scenes(GREEK, PseudoTranslator())), ids=lambda value: str(value)[:30]
)
def test_every_visible_word_of_ours_was_translated(name: str, thing):
    visible = [text["text"] for text in texts_of(thing)] + [thing.get("text", "")]

    for text in visible:
        rest = DATA.sub("", TOKEN.sub("", outside(text)))
        if rest in NAMES:
            continue
        assert re.findall(r"[A-Za-z]+", rest) == [], text
