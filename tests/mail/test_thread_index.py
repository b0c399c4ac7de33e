"""Where our mails stand in the conversations of Outlook."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.thread_index import child_index

BEGUN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TICKS = int((BEGUN - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7
ROOT = (TICKS >> 16).to_bytes(6, "big") + bytes(range(16))
UNIT = (1 << 18) / 10**7  # seconds


def text(index):
    return base64.b64encode(index).decode()


def child(index, at, number=3):
    return base64.b64decode(child_index(text(index), at, number))


def test_an_answer_adds_five_bytes_that_say_when():
    later = BEGUN + timedelta(hours=2)

    index = child(ROOT, later)

    added = int.from_bytes(index[22:26], "big")
    assert (index[:22], len(index), index[26]) == (ROOT, 27, 0x30)
    assert abs(added * UNIT - 7200) < 2 * UNIT


def test_answers_stand_in_the_order_in_which_they_were_written():
    moments = [BEGUN + timedelta(days=days) for days in (-1, 0.5, 2, 400, 700, 4000)]

    children = [child(ROOT, at) for at in moments]

    assert children == sorted(children)
    assert len(set(children)) == len(moments)
    assert children[4][22] & 0x80  # after 1.7 years time is told more coarsely


def test_two_answers_of_one_moment_differ():
    assert child(ROOT, BEGUN, 1) != child(ROOT, BEGUN, 2)


def test_the_answer_to_an_answer_keeps_the_whole_way():
    first = child(ROOT, BEGUN)

    second = child(first, BEGUN + timedelta(minutes=5))

    assert second[:27] == first
    assert len(second) == 32


@pytest.mark.parametrize(
    "index",
    ["", "AdkB", "not base64 at all!!!", text(ROOT[:21]), text(ROOT + b"abc"), text(ROOT * 20)],
)
def test_what_follows_no_rules_is_given_back(index):
    assert child_index(index, BEGUN, 1) == index


@given(st.binary(max_size=400), st.datetimes(timezones=st.just(UTC)), st.integers(0))
def test_no_index_breaks_it(index, at, number):
    found = base64.b64decode(child_index(text(index), at, number))

    assert found.startswith(index)
    assert len(found) in (len(index), len(index) + 5)
