"""Which mails are one and the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.key import key_of, label_of

MAIL = (
    b"Message-ID: <1@mx.example>\r\nFrom: Paul Smith <paul@example.org>\r\n"
    b"Date: Tue, 24 Nov 2026 10:00:00 +0100\r\nSubject: The printer\r\n\r\nIt jams.\r\n"
)
NAMELESS = MAIL.partition(b"\r\n")[2]


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(
            b"Received: from a by b;\r\n Tue\r\nReturn-Path: <x@y>\r\n" + MAIL, id="trace"
        ),
        pytest.param(MAIL.replace(b"\r\n", b"\n"), id="line ends"),
        pytest.param(b"From paul@example.org Tue Nov 24 10:00:00 2026\n" + MAIL, id="mbox"),
        pytest.param(MAIL.replace(b"10:00:00 +0100", b"09:00:00 GMT"), id="another zone"),
        pytest.param(
            MAIL.replace(b"The printer", b"=?utf-8?q?The?=\r\n =?utf-8?q?_printer?="), id="q"
        ),
        pytest.param(MAIL.replace(b"Paul Smith", b'"Smith, Paul"'), id="another display name"),
        pytest.param(MAIL + b"-- \r\nA footer of some server\r\n", id="a footer"),
    ],
)
def test_copies_of_one_mail_have_one_key(copy):
    assert key_of(copy) == key_of(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(MAIL.replace(b"<1@", b"<2@"), id="id"),
        pytest.param(MAIL.replace(b"paul@", b"pia@"), id="sender"),
        pytest.param(MAIL.replace(b"10:00:00", b"10:00:01"), id="date"),
        pytest.param(MAIL.replace(b"printer", b"screen"), id="subject"),
        pytest.param(NAMELESS, id="no id"),
    ],
)
def test_mails_that_share_an_id_are_told_apart(other):
    assert key_of(other) != key_of(MAIL)


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(
            b"Received: from a by b;\r\n\tTue\r\nDelivered-To: x@y\r\n" + NAMELESS, id="head"
        ),
        pytest.param(NAMELESS.replace(b"Date:", b"X-Spam-Score: 0.1\r\nDate:"), id="in the middle"),
        pytest.param(NAMELESS.replace(b"\r\n", b"\n").rstrip(b"\n"), id="line ends"),
    ],
)
def test_without_an_id_the_whole_mail_counts_but_not_its_way(copy):
    assert key_of(copy) == key_of(NAMELESS)
    assert key_of(NAMELESS + b"More.\r\n") != key_of(NAMELESS)
    assert label_of(NAMELESS).key == ""


def test_a_label_says_who_wrote_what_and_which_conversation_it_belongs_to():
    label = label_of(MAIL.replace(b"Subject", b"In-Reply-To: <0@desk>\r\nSubject"))

    assert (label.sender, label.subject) == ("paul@example.org", "The printer")
    assert (label.message_id, label.thread) == ("<1@mx.example>", "<0@desk>")


@given(st.binary(max_size=400), st.binary(max_size=60))
def test_any_bytes_have_a_key(raw, middle):
    broken = MAIL[:70] + middle + MAIL[70:]

    for mail in (raw, broken):
        assert len(key_of(mail)) == 64
        assert label_of(mail).sender.isprintable()
        label_of(mail).subject.encode()
