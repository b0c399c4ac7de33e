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


def test_the_code_in_our_small_print_is_evidence_wherever_it_is_quoted():
    code = IDENTITY.body_mark(42)
    quoted = f"It is the LX-9.\r\n\r\n> R-000042 \u00b7 Printer \u00b7 {code}"
    raw = f"From: paul@example.org\r\nSubject: Printer\r\n\r\n{quoted}"

    assert found(read_mail(raw.encode())) == Match(42, Evidence.CODE)
    assert IDENTITY.read_body_mark(f"<b>{code.upper()}</b>") == 42


def test_a_forged_code_is_no_evidence():
    foreign, own = FOREIGN.body_mark(42), IDENTITY.body_mark(42)

    assert IDENTITY.read_body_mark(foreign) is None
    assert IDENTITY.read_body_mark(own[:-1] + ("a" if own[-1] != "a" else "b")) is None
    assert IDENTITY.read_body_mark(f"x{own}") is None
    assert IDENTITY.read_body_mark(f"{foreign} {own}") == 42


def test_a_number_in_the_subject_is_the_last_and_weakest_evidence():
    numbered = an_answer(subject="Re: [R-000042] Printer")
    both = an_answer(subject="Re: [R-000042] Printer", References="<stored@example.org>")

    assert found(numbered) == Match(42, Evidence.NUMBER)
    assert found(both) == Match(7, Evidence.STORED_ID)
    for subject in ("R-42", "XR-000042", "R-0000421234567890123"):
        assert found(an_answer(subject=subject)) is None


def test_a_forged_token_is_no_evidence_but_is_noticed():
    mail = an_answer(to=FOREIGN.reply_to(42, 1), In_Reply_To=FOREIGN.message_id(7, 42))

    assert found(mail) is None
    assert forged_tokens(mail, IDENTITY) == (FOREIGN.reply_to(42, 1),)
    assert forged_tokens(an_answer(to=IDENTITY.reply_to(42, 1)), IDENTITY) == ()


def test_our_own_mail_come_back_is_known():
    assert is_our_own(an_answer(sender="Support@desk.example"), IDENTITY)
    assert is_our_own(an_answer(Message_ID=IDENTITY.message_id(7, 42)), IDENTITY)
    assert not is_our_own(an_answer(), IDENTITY)
