import json
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.machines.classify import verdict
from mail.machines.plain import plain
from mail.machines.signs import asks_for_silence
from mail.machines.structure import LONGEST_PIECE, Piece
from mail.reading import read_mail
from mail.verdict import Kind
from tests.mail.written.machines import MACHINES
from tests.mail.written.persons import PERSONS

REPORT = Path("build/machines.json")  # how many of each kind were told right, for whoever looks


@pytest.mark.parametrize(
    ("kind", "raw"), [m[1:] for m in MACHINES], ids=[name for name, _, _ in MACHINES]
)
def test_a_machines_mail_is_told_for_what_it_is(kind, raw):
    assert read_mail(raw).verdict.kind is kind


@pytest.mark.parametrize("raw", [raw for _, raw in PERSONS], ids=[name for name, _ in PERSONS])
def test_a_person_is_never_taken_for_a_machine(raw):
    assert read_mail(raw).verdict.kind is Kind.PERSON


@pytest.mark.parametrize(
    ("kind", "raw"), [m[1:] for m in MACHINES], ids=[name for name, _, _ in MACHINES]
)
def test_line_ends_of_the_wire_change_nothing(kind, raw):
    assert read_mail(raw.replace(b"\n", b"\r\n")).verdict.kind is kind


def test_the_tables_are_large_enough_to_say_something():
    right = Counter(kind for _, kind, raw in MACHINES if read_mail(raw).verdict.kind is kind)
    every = Counter(kind for _, kind, _ in MACHINES)
    rates = {kind: f"{right[kind]} of {number}" for kind, number in every.items()}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(rates, indent=1))

    assert every.total() >= 120
    assert len(PERSONS) >= 60


@pytest.mark.parametrize(
    ("envelope", "kind"),
    [
        ("<>", Kind.AUTO_REPLY),
        ("mailer-daemon@example.org", Kind.BOUNCE),
        ("bounces+12@example.org", Kind.PERSON),  # mailing lists write with such envelopes
        ("paul@example.org", Kind.PERSON),
    ],
)
def test_the_envelope_tells_a_machine_too(envelope, kind):
    raw = b"From: Paul <paul@example.org>\nSubject: Printer\n\nIt jams."

    assert read_mail(raw, envelope_from=envelope).verdict.kind is kind


def test_every_machine_says_why():
    for _, _, raw in MACHINES:
        assert read_mail(raw).verdict.reasons


@pytest.mark.parametrize(
    ("value", "silent"),
    [("All", True), ("OOF, AutoReply", True), ("DR, RN", False), ("", False)],
)
def test_senders_may_ask_for_silence(value, silent):
    assert asks_for_silence({"x-auto-response-suppress": [value]}) is silent


def test_a_mailing_list_is_not_answered_by_a_machine_though_a_person_wrote():
    raw = dict(PERSONS)["a mailing list with precedence"]

    incoming = read_mail(raw)

    assert incoming.verdict.kind is Kind.PERSON
    assert incoming.wants_silence


NAMES = st.sampled_from(
    ["from", "auto-submitted", "precedence", "list-id", "list-post", "return-path", "x-mailer",
     "content-type", "x-failed-recipients", "sender", "x-x"]
)  # fmt: skip
TEXTS = st.text(max_size=300)
PIECES = st.builds(
    Piece,
    media_type=st.sampled_from(["message/delivery-status", "multipart/report", "text/plain"]),
    text=TEXTS,
    report_type=st.sampled_from(["", "delivery-status", "feedback-report"]),
    method=TEXTS,
    inside=st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(NAMES, st.lists(TEXTS, max_size=4), max_size=6),
    st.lists(PIECES, max_size=4),
    TEXTS,
    TEXTS,
    TEXTS,
)
def test_whatever_is_in_a_mail_it_is_judged(headers, pieces, envelope, subject, text):
    judged = verdict(headers, pieces, envelope, subject, text)

    assert judged.is_machine is bool(judged.reasons)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2_000))
def test_whatever_bytes_come_they_are_judged(raw):
    assert read_mail(raw).verdict.kind in Kind


def spent(judge, times: int) -> float:
    """The least of a few runs, in seconds of our own work."""
    runs = []
    for _ in range(3):
        before = time.process_time()
        judge(times)
        runs.append(time.process_time() - before)
    return min(runs)


@pytest.mark.parametrize("unit", ["(", "re: ", "[a]", "a@", "<", "out of office ", "\n> ", "-- \n"])
def test_a_long_mail_takes_no_longer_than_its_length(unit):
    def judge(times: int) -> None:
        headers = {"from": [unit * times], "subject": [unit * times], "x-mailer": [unit * times]}
        verdict(headers, [Piece("message/delivery-status", (unit * times)[:LONGEST_PIECE])],
                unit * times, (unit * times)[:500], unit * times)  # fmt: skip

    assert spent(judge, 4_000) < 8 * spent(judge, 1_000) + 0.05


def test_accents_apostrophes_and_case_make_no_difference():
    assert plain("  Message D’ABSENCE\xa0: É ") == plain("message d'absence : e")
