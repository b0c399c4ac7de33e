import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.reading import read_mail
from mail.trust import Result, assess, own_run

OURS = ("mx.desk.example",)
PAUL = "paul@example.org"


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("mx.desk.example; dmarc=pass header.from=example.org", Result.VERIFIED),
        ("mx.desk.example; dmarc=pass (p=reject) header.from=EXAMPLE.ORG", Result.VERIFIED),
        ("mx.desk.example 1; dmarc=pass header.from=example.org", Result.VERIFIED),
        ("MX.desk.example.; dmarc=pass header.from=example.org", Result.VERIFIED),
        ('"mx.desk.example"; dmarc=pass', Result.VERIFIED),
        ("mx.desk.example; dkim=pass header.d=example.org", Result.VERIFIED),
        ("mx.desk.example; dkim=pass header.i=@mail.example.org", Result.VERIFIED),
        ("mx.desk.example; spf=pass smtp.mailfrom=bounce@mail.example.org", Result.VERIFIED),
        ("mx.desk.example; auth=pass smtp.auth=paul@example.org", Result.VERIFIED),
        ("mx.desk.example; dkim=fail header.d=example.org; spf=pass smtp.mailfrom=example.org",
         Result.VERIFIED),
        ("mx.desk.example; dmarc=none; dkim=pass header.d=example.org", Result.VERIFIED),
        ("mx.desk.example; dmarc=fail header.from=example.org", Result.FAILED),
        ("mx.desk.example; dkim=pass header.d=example.org; dmarc=fail", Result.FAILED),
        ("mx.desk.example; dkim=pass header.d=example.org; dmarc=permerror", Result.FAILED),
        ("mx.desk.example; auth=pass smtp.auth=mallory@evil.example", Result.FAILED),
        ("mx.desk.example; dkim=pass header.d=evil.example", Result.FAILED),
        ("mx.desk.example; spf=pass smtp.mailfrom=evil.example", Result.FAILED),
        ("mx.desk.example; dmarc=pass header.from=evil.example", Result.FAILED),
        ("mx.desk.example; spf=softfail smtp.mailfrom=example.org", Result.FAILED),
        ("mx.desk.example; none", Result.UNKNOWN),
        ("mx.desk.example; dkim=temperror header.d=example.org", Result.UNKNOWN),
        ("mx.other.example; dmarc=pass header.from=example.org", Result.UNKNOWN),
        ("mx.desk.example (; dmarc=pass header.from=example.org)", Result.UNKNOWN),
        ("", Result.UNKNOWN),
        ("dmarc=pass header.from=example.org", Result.UNKNOWN),
    ],
)  # fmt: skip
def test_only_our_own_servers_word_counts(value, result):
    assert assess((value,), PAUL, OURS).result is result


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org; dkim=pass (signature was "
         "verified) header.d=example.org;dmarc=pass action=none header.from=example.org;"
         "compauth=pass reason=100", Result.VERIFIED),
        ("spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=example.org; dkim=none (message not "
         "signed) header.d=none;dmarc=none action=none header.from=example.org;compauth=fail "
         "reason=001", Result.FAILED),
        ("spf=none smtp.mailfrom=example.org; dkim=none; dmarc=bestguesspass action=none "
         "header.from=example.org;compauth=pass reason=109", Result.VERIFIED),
    ],
)  # fmt: skip
def test_microsofts_results_have_no_name(value, result):
    assert assess((value,), PAUL, ("none",)).result is result
    assert assess((value,), PAUL, OURS).result is Result.UNKNOWN


def test_what_stands_below_a_foreign_result_is_not_believed():
    values = ("mx.other.example; dmarc=fail", "mx.desk.example; dmarc=pass")

    assert assess(values, PAUL, OURS).result is Result.UNKNOWN


def test_of_two_that_disagree_the_worse_counts():
    values = ("mx.desk.example; dmarc=fail", "mx.desk.example; dmarc=pass")

    assert assess(values, PAUL, OURS).result is Result.FAILED
    assert assess(values[::-1], PAUL, OURS).result is Result.FAILED


def test_what_came_with_the_mail_is_below_the_next_trace():
    items = [
        ("Received", "from mx.example.org by mx.desk.example"),
        ("Authentication-Results", "mx.desk.example; spf=none"),
        ("Received", "from laptop by mx.example.org"),
        ("Authentication-Results", "mx.desk.example; dmarc=pass"),
    ]

    assert own_run(items) == ("mx.desk.example; spf=none",)


def test_arc_is_nobodys_word():
    assert own_run([("ARC-Authentication-Results", "i=1; mx.desk.example; dmarc=pass")]) == ()


def test_without_a_name_of_ours_nothing_is_known_and_nothing_is_doubted():
    trust = assess(("mx.desk.example; dmarc=fail",), PAUL, ())

    assert trust.result is Result.UNKNOWN
    assert not trust.doubtful


def test_a_mail_that_our_server_did_not_look_at_is_doubtful():
    assert assess((), PAUL, OURS).doubtful


def test_the_results_of_a_mail_are_kept_with_it():
    incoming = read_mail(
        b"Authentication-Results: mx.desk.example;\r\n dmarc=pass header.from=example.org\r\n"
        b"From: paul@example.org\r\n\r\nHello"
    )

    assert assess(incoming.authentication, incoming.from_address, OURS).result is Result.VERIFIED


PIECES = st.sampled_from(
    ["mx.desk.example", ";", "dmarc", "=", "pass", "fail", "(", ")", '"', "\\", " ", "header.from"]
)


@given(st.lists(st.lists(PIECES, max_size=40).map("".join) | st.text(), max_size=5))
def test_whatever_is_written_there_it_is_assessed(values):
    assert assess(tuple(values), PAUL, OURS).result in Result
