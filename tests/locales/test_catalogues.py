"""The catalogues say everything that the code says, completely and in good French."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from itertools import chain

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from locales.translator import CATALOGUES, HERE
from tests.locales.sentences import Said, everything_said, said_by_code, said_by_templates

NARROW, WIDE = "\u202f", "\u00a0"


@dataclass(frozen=True)
class Translation:
    """One entry of a catalogue."""

    key: str
    plural: str
    texts: tuple[str, ...]
    fuzzy: bool

    @property
    def said(self) -> tuple[str, str]:
        return (self.key, self.plural)


def catalogue(name: str) -> list[Translation]:
    with (HERE / name).open("rb") as file:
        return [_translation(message) for message in read_po(file) if message.id]


def _translation(message: Message) -> Translation:
    key, plural = message.id if isinstance(message.id, tuple) else (message.id, "")
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return Translation(key, plural, texts, message.fuzzy)


FRENCH = {name: catalogue(name) for name in CATALOGUES["fr"]}
MESSAGES = list(chain.from_iterable(FRENCH.values()))
SENTENCES = sorted({text for message in MESSAGES for text in message.texts})


def said_in(said: list[Said]) -> set[tuple[str, str]]:
    return {(one.key, one.plural) for one in said}


def test_every_sentence_is_written_out_where_it_is_said():
    silent = [said.place for said in everything_said() if not said.key]

    assert silent == []


def test_french_has_every_sentence_that_is_said_and_no_other():
    said = said_in(everything_said())

    known = {message.said for message in MESSAGES}

    assert said - known == set()
    assert known - said == set()


def test_no_sentence_is_translated_twice():
    all_keys = [message.key for message in MESSAGES]

    assert sorted(all_keys) == sorted(set(all_keys))


def test_the_scan_finds_what_is_said_in_code_and_in_templates():
    in_code, in_templates = said_in(list(said_by_code())), said_in(list(said_by_templates()))

    assert ("Assign to me", "") in in_code
    assert ("{name} has {n} open ticket:", "{name} has {n} open tickets:") in in_code
    assert in_templates


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.key[:40])
def test_a_translation_is_finished_and_keeps_its_placeholders(message: Translation):
    wanted = placeholders(message.key)

    for text in message.texts:
        assert text.strip()
        assert placeholders(text) == wanted
    assert not message.fuzzy
    assert len(message.texts) == (2 if message.plural else 1)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.key[:40])
def test_a_translation_keeps_the_marks_of_its_sentence(message: Translation):
    english = message.key

    for text in message.texts:
        assert text.count("*") == english.count("*")
        assert bool(re.match(r"^[→📝↩✉💬⚠]", text)) == bool(re.match(r"^[→📝↩✉💬⚠]", english))
        assert text.endswith((":", "…", "?")) == english.endswith((":", "…", "?"))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("text", SENTENCES, ids=lambda text: text[:40])
def test_french_is_set_as_french_typography_wants(text: str):
    assert re.findall(rf"[^{NARROW}][;!?]", text) == []
    assert re.findall(rf"[^{WIDE}]:(?!//|\d)", text) == []
    assert re.findall(rf"«[^{WIDE}]|[^{WIDE}]»", text) == []
    assert "'" not in text
    assert '"' not in text
    assert "..." not in text
    assert "  " not in text


@pytest.mark.parametrize("text", SENTENCES, ids=lambda text: text[:40])
def test_french_says_vous_and_courriel(text: str):
    words = re.sub(r"\{\w+\}", "", text)
    familiar = re.findall(r"\b(?:tu|te|toi|ton|ta|tes|t’\w+)\b", words, re.IGNORECASE)
    foreign = re.findall(
        r"\b(?:e-?mails?|mail|mél|thread|channel|workspace)\b", words, re.IGNORECASE
    )

    assert familiar == []
    assert foreign == []
