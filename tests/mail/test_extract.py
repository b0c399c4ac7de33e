"""What a person wrote is found in answers of many programs and languages, and never lost."""

import json
from collections import Counter
from pathlib import Path

import pytest

from mail.extraction import html_text, own_words, passes_on
from tests.mail.replies import Reply, replies

REPLIES = replies()
BUILD = Path(__file__).parents[2] / "build"


def found(reply: Reply) -> str:
    return own_words(reply.text, reply.html, reply.sent)


def squashed(text: str) -> str:
    return " ".join(text.split())


def shape(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().split("\n") if line.strip()]


@pytest.mark.parametrize("reply", REPLIES, ids=str)
def test_a_persons_words_are_found_line_by_line(reply):
    assert shape(found(reply)) == shape(reply.own)


@pytest.mark.parametrize("reply", REPLIES, ids=str)
def test_windows_line_ends_change_nothing(reply):
    mail = reply.text.replace("\n", "\r\n")

    assert shape(own_words(mail, reply.html, reply.sent)) == shape(reply.own)


def test_the_answers_are_of_many_programs_and_languages():
    programs = {reply.program for reply in REPLIES}
    languages = {reply.language for reply in REPLIES}

    assert len(REPLIES) >= 160
    assert len(programs) >= 12
    assert len(languages) >= 20


def test_nearly_every_answer_is_read_exactly_and_nothing_is_lost():
    exact = [squashed(found(reply)) == squashed(reply.own) for reply in REPLIES]
    lost = [
        str(reply)
        for reply in REPLIES
        if any(line not in squashed(found(reply)) for line in map(squashed, shape(reply.own)))
    ]

    write_table(exact)
    assert lost == []
    assert sum(exact) >= 0.95 * len(REPLIES)


def write_table(exact: list[bool]) -> None:
    """How many are read exactly, for each program and each language."""
    table = {}
    for key in ("program", "language"):
        names = [getattr(reply, key) for reply in REPLIES]
        right = Counter(name for name, good in zip(names, exact, strict=True) if good)
        table[key] = {name: f"{right[name]} of {n}" for name, n in sorted(Counter(names).items())}
    BUILD.mkdir(exist_ok=True)
    text = json.dumps(table, ensure_ascii=False, indent=2)
    (BUILD / "extraction.json").write_text(text + "\n", "utf-8")


def test_the_plain_part_is_read_where_the_html_has_no_marks():
    assert own_words("It is\nthe LX-9.", "<p>It is<br>the LX-9.</p>") == "It is\nthe LX-9."


def test_a_mail_that_passes_on_another_is_kept_whole_below_its_banner():
    mail = (
        "What do I do with this?\n\nFrom: Bank <x@bad.example>\n"
        "Sent: Tuesday, November 24, 2026 2:05 PM\nTo: Tom\nSubject: Your account\n\nPress here."
    )

    assert own_words(mail) == "What do I do with this?"
    assert own_words(mail, forwards=True) == mail


@pytest.mark.parametrize(
    "subject", ["Fwd: x", "FW: x", "TR : x", "WG: x", "[EXT] RV: x", "转发：x"]
)
def test_a_subject_says_that_a_mail_is_passed_on(subject):
    assert passes_on(subject)


@pytest.mark.parametrize("subject", ["Re: Fwd: x", "AW: x", "Travel", "Forward: march", "I see"])
def test_other_subjects_do_not(subject):
    assert not passes_on(subject)


def test_our_own_text_is_known_again_when_quoted_as_html():
    sent = ["Hello Tom,\n\nwhich battery does it have, the large or the small one?\n\nMaria"]
    html = (
        "<div>The large one.</div><table><tr><td>Hello Tom,</td></tr><tr><td>which battery does "
        "it have, the <b>large</b> or the small&nbsp;one?</td></tr><tr><td>Maria</td></tr></table>"
    )

    assert own_words(html_text(html), html, sent) == "The large one."


def test_answers_between_the_sentences_of_our_text_stay():
    sent = [
        "Which battery does the device have, please?\nAnd where in the house does it stand now?"
    ]
    mail = (
        "Which battery does the device have, please?\nthe large one\n"
        "And where in the house is it now?\nfloor two"
    )

    assert own_words(mail, None, sent) == mail
