import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.bounces import Reason, read_report
from mail.machines.structure import Piece
from mail.reading import read_mail
from mail.verdict import Kind
from tests.mail.written.bounces import BOUNCES, DAEMON
from tests.mail.written.build import FAILED, FULL, LATE, OUR_ID, dsn, mail
from tests.mail.written.delays import DELAYS

WRITTEN = dict(BOUNCES)


def failure(raw):
    (only,) = read_mail(raw).report.failures
    return only


@pytest.mark.parametrize(
    ("name", "reason", "hard"),
    [
        ("postfix", Reason.NO_SUCH_ADDRESS, True),
        ("postfix over quota", Reason.MAILBOX_FULL, False),
        ("after days of trying", Reason.UNREACHABLE, False),
        ("gmail", Reason.NO_SUCH_ADDRESS, True),
        ("qmail", Reason.NO_SUCH_ADDRESS, True),
        ("exim", Reason.DISABLED, True),
        ("sendmail", Reason.NO_SUCH_ADDRESS, True),
        ("notes", Reason.NO_SUCH_ADDRESS, True),
        ("communigate", Reason.MAILBOX_FULL, False),
        ("from a null sender only", Reason.MAILBOX_FULL, False),
    ],
)
def test_a_bounce_tells_whom_and_why(name, reason, hard):
    told = failure(WRITTEN[name])

    assert told.address == "paul@example.org"
    assert told.reason is reason
    assert told.hard is hard


@pytest.mark.parametrize(
    ("status", "said", "reason", "hard"),
    [
        ("5.1.1", "550 5.1.1 unknown", Reason.NO_SUCH_ADDRESS, True),
        ("5.0.0", "550 5.2.2 mailbox full", Reason.MAILBOX_FULL, False),
        ("5.7.1", "550 5.7.1 Unknown user", Reason.NO_SUCH_ADDRESS, True),
        ("5.7.1", "550 5.7.1 Message rejected as spam", Reason.REFUSED, True),
        ("5.7.26", "550 5.7.26 unauthenticated mail", Reason.REFUSED, True),
        ("5.1.2", "host not found", Reason.NO_SUCH_DOMAIN, True),
        ("5.4.4", "no mx", Reason.NO_SUCH_DOMAIN, True),
        ("5.3.4", "552 message too large", Reason.TOO_LARGE, False),
        ("5.4.6", "too many hops", Reason.LOOP, True),
        ("4.4.7", "message expired", Reason.UNREACHABLE, False),
        ("4.2.2", "452 over quota", Reason.MAILBOX_FULL, False),
        ("5.2.1", "account is inactive", Reason.DISABLED, True),
        ("5.0.0", "554 Rcpt <paul@example.org> does not exist", Reason.NO_SUCH_ADDRESS, True),
        ("5.0.0", "550 ** No mail box available for him **", Reason.NO_SUCH_ADDRESS, True),
        ("5.0.0", "554 Paul doesn't have an x.example mailbox", Reason.NO_SUCH_ADDRESS, True),
        ("5.0.0", "550 No such domain at this location", Reason.NO_SUCH_DOMAIN, True),
        ("5.0.0", "550 User has too many messages on the server", Reason.MAILBOX_FULL, False),
        ("5.0.0", "hosts have been failing for a long time", Reason.UNREACHABLE, False),
        ("5.0.0", "something went wrong", Reason.OTHER, True),
        ("", "", Reason.OTHER, True),
    ],
)
def test_codes_and_words_make_a_reason(status, said, reason, hard):
    fields = f"Final-Recipient: rfc822; paul@example.org\nAction: failed\nStatus: {status}\n"
    told = failure(dsn(fields + f"Diagnostic-Code: smtp; {said}"))

    assert told.reason is reason
    assert told.hard is hard
    assert told.said == said


@pytest.mark.parametrize(
    "raw",
    [
        dsn(FAILED),
        dsn(FAILED, holder="text/rfc822-headers"),
        dsn(FAILED, returned="", In_Reply_To=OUR_ID),
        dsn(FAILED, returned="", References=f"<root@x.example> {OUR_ID}"),
        dsn(FAILED + f"\nX-Original-Message-ID: {OUR_ID}", returned=""),
        WRITTEN["qmail"],
        WRITTEN["exim"],
        WRITTEN["sendmail"],
        mail(
            f"Returned: user unknown\n\n> Message-ID: {OUR_ID}\n> To: x",
            **DAEMON,
            Subject="failure",
        ),
    ],
)
def test_our_mail_is_found_wherever_its_id_stands(raw):
    assert OUR_ID in read_mail(raw).report.message_ids


def test_what_only_the_text_explains_is_the_reason():
    told = failure(
        dsn(
            "Final-Recipient: rfc822; paul@example.org\nAction: failed\nStatus: 5.0.0",
            text="Failed to deliver to '<paul@example.org>'\n account is full (quota exceeded)\n",
        )
    )

    assert told.reason is Reason.MAILBOX_FULL
    assert not told.hard


def test_what_is_late_may_still_arrive():
    raw = mail(
        "paul@example.org: the other server did not answer. This is a warning message only.",
        **DAEMON,
        Subject="Warning: message delayed",
    )

    assert not failure(raw).hard


def test_a_block_without_an_address_is_no_recipient():
    fields = f"Status: 4.7.0\nAction: failed\n\n{FAILED}"

    assert [f.address for f in read_mail(dsn(fields)).report.failures] == ["paul@example.org"]


def test_each_recipient_is_told():
    second = FULL.replace("paul@", "marie@")

    report = read_mail(dsn(FAILED + "\n\n" + second)).report

    assert [(f.address, f.reason) for f in report.failures] == [
        ("paul@example.org", Reason.NO_SUCH_ADDRESS),
        ("marie@example.org", Reason.MAILBOX_FULL),
    ]


def test_whom_we_wrote_to_counts_not_whom_it_was_forwarded_to():
    fields = FAILED + "\nOriginal-Recipient: rfc822; old@example.org"

    assert failure(dsn(fields)).address == "old@example.org"


def test_without_a_recipient_the_returned_mail_tells():
    assert failure(dsn("Action: failed\nStatus: 5.1.1")).address == "paul@example.org"


def test_a_delay_is_read_too():
    assert failure(dict(DELAYS)["postfix"]).address == "paul@example.org"
    assert failure(dsn(LATE)).hard is False


def test_a_persons_mail_has_no_report():
    assert read_mail(b"From: paul@example.org\n\nMailbox full").report is None


PIECES = st.builds(
    Piece,
    media_type=st.sampled_from(["message/delivery-status", "message/rfc822", "text/plain"]),
    text=st.text() | st.just(FAILED) | st.just("Message-ID: " + OUR_ID),
    inside=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=4), st.text(max_size=500))
def test_whatever_a_bounce_holds_it_is_read(pieces, text):
    report = read_report(Kind.BOUNCE, {"x-failed-recipients": [text]}, pieces, text)

    assert report is not None
    assert 1 <= len(report.failures) <= 20


@pytest.mark.parametrize(
    "unit", ["user ", "a@b.c ", "<", "x: y\n", "550 ", "mailbox ", "\n\n", "<a@b>:\n", "5.1."]
)
def test_a_long_bounce_takes_no_longer_than_its_length(unit):
    def spent(length: int) -> float:
        text = (unit * length)[:length]
        runs = []
        for _ in range(3):
            before = time.process_time()
            read_report(Kind.BOUNCE, {}, [Piece("message/delivery-status", text)], text)
            runs.append(time.process_time() - before)
        return min(runs)

    assert spent(40_000) < 8 * spent(10_000) + 0.05
