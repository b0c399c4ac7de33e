import pytest

from mail.identity import MailIdentity
from mail.matching import Evidence, Match, evidence, forged_tokens, is_our_own
from mail.reading import read_mail
from tests.mail.cases import IDENTITY

FOREIGN = MailIdentity("support@desk.example", "somebody else's secret")
STORED = {"<stored@example.org>": 7}


def an_answer(to="support@desk.example", subject="Re: x", sender="paul@example.org", **headers):
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    raw = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{named}\r\nIt is the LX-9."
    return read_mail(raw.encode())


def found(mail):
    return evidence(mail, IDENTITY, STORED.get)


@pytest.mark.parametrize("header", ["Delivered_To", "X_Original_To", "Cc"])
def test_a_token_is_found_wherever_servers_keep_the_address(header):
    mail = an_answer(**{header: IDENTITY.reply_to(42, 1).upper()})

    assert found(mail) == Match(42, Evidence.TOKEN, person=1)


def test_a_token_is_found_in_the_envelope():
    raw = b"From: paul@example.org\r\nTo: undisclosed\r\n\r\nIt is the LX-9."

    mail = read_mail(raw, envelope_to=(IDENTITY.reply_to(42, 1),))

    assert found(mail) == Match(42, Evidence.TOKEN, person=1)


def test_a_message_id_that_we_signed_is_evidence():
    by_answer = an_answer(In_Reply_To=IDENTITY.message_id(7, 42))
    by_reference = an_answer(References=f"{IDENTITY.root_id(42)} <other@example.org>")

    assert found(by_answer) == found(by_reference) == Match(42, Evidence.OUR_ID)


def test_a_message_id_that_we_stored_is_evidence():
    mail = an_answer(References="<unknown@example.org> <stored@example.org>")

    assert found(mail) == Match(7, Evidence.STORED_ID)


def test_the_token_outweighs_the_ids_and_ours_outweigh_the_stored():
    everything = an_answer(
        to=IDENTITY.reply_to(1, 5),
        In_Reply_To="<stored@example.org>",
        References=IDENTITY.message_id(7, 42),
    )
    ids = an_answer(In_Reply_To="<stored@example.org>", References=IDENTITY.message_id(7, 42))

    assert found(everything) == Match(1, Evidence.TOKEN, person=5)
    assert found(ids) == Match(42, Evidence.OUR_ID)


def test_a_number_in_the_subject_lets_nobody_in():
    assert found(an_answer(subject="Re: [R-000042] Printer")) is None


def test_a_forged_token_is_no_evidence_but_is_noticed():
    mail = an_answer(to=FOREIGN.reply_to(42, 1), In_Reply_To=FOREIGN.message_id(7, 42))

    assert found(mail) is None
    assert forged_tokens(mail, IDENTITY) == (FOREIGN.reply_to(42, 1),)
    assert forged_tokens(an_answer(to=IDENTITY.reply_to(42, 1)), IDENTITY) == ()


def test_our_own_mail_come_back_is_known():
    assert is_our_own(an_answer(sender="Support@desk.example"), IDENTITY)
    assert is_our_own(an_answer(Message_ID=IDENTITY.message_id(7, 42)), IDENTITY)
    assert not is_our_own(an_answer(), IDENTITY)
