import pytest

from mail.machines import asks_for_silence, automatic

PERSON = {
    "from": ["Paul Smith <paul@example.org>"],
    "subject": ["Re: [R-000042] Printer on the 3rd floor jams"],
    "content-type": ["multipart/alternative; boundary=x"],
    "auto-submitted": ["no"],
}


def reasons(envelope="paul@example.org", subject="Re: [R-000042] Printer jams", **headers):
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return automatic({**PERSON, **named}, envelope, subject)


def test_a_persons_mail_is_no_machines():
    assert reasons() == ()


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("auto_submitted", "auto-replied", "auto-submitted"),
        ("auto_submitted", "auto-generated; type=x", "auto-submitted"),
        ("precedence", "Bulk", "precedence"),
        ("precedence", "auto_reply", "precedence"),
        ("x_autoreply", "yes", "x-autoreply"),
        ("x_autorespond", "", "x-autorespond"),
        ("list_id", "<news.example.org>", "list-id"),
        ("list_unsubscribe", "<mailto:x@y>", "list-unsubscribe"),
        ("x_frontdesk_loop", "desk.example", "loop"),
        ("return_path", "<>", "null-sender"),
        ("from", "Mail Delivery System <MAILER-DAEMON@mx.example>", "robot-address"),
        ("from", "no-reply@example.org", "robot-address"),
        ("content_type", "multipart/report; report-type=delivery-status", "report"),
        ("x_failed_recipients", "paul@example.org", "report"),
    ],
)
def test_one_sign_of_a_machine_is_enough(header, value, reason):
    assert reasons(**{header: value}) == (reason,)


@pytest.mark.parametrize(
    ("envelope", "reason"), [("<>", "null-sender"), ("postmaster@example.org", "robot-address")]
)
def test_the_envelope_tells_a_machine_too(envelope, reason):
    assert reasons(envelope) == (reason,)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: [R-000042] Printer",
        "Out of Office: back on Monday",
        "Re: Out of the office",
        "Réponse automatique : [R-000042] Printer",
        "Absence du bureau",
        "Automatische Antwort: Printer",
        "Abwesenheitsnotiz",
        "Respuesta automática: Printer",
        "Risposta automatica: Printer",
        "自动回复: Printer",
        "Undeliverable: [R-000042] Printer",
        "Undelivered Mail Returned to Sender",
        "Delivery Status Notification (Failure)",
        "Échec de remise : Printer",
    ],
)
def test_a_subject_that_only_machines_write_is_a_sign(subject):
    assert reasons(subject=subject) == ("subject",)


@pytest.mark.parametrize(
    "subject",
    [
        "Re: [R-000042] Automatic reply does not work in Outlook",
        "The printer is out of paper",
        "Office is out of order",
        "Bounced",
        "",
    ],
)
def test_a_subject_that_people_write_is_none(subject):
    assert reasons(subject=subject) == ()


@pytest.mark.parametrize("value", ["All", "OOF, AutoReply", "oof"])
def test_a_wish_for_silence_is_no_sign_of_a_machine(value):
    headers = {**PERSON, "x-auto-response-suppress": [value]}

    assert asks_for_silence(headers)
    assert automatic(headers, "paul@example.org", "Re: x") == ()


def test_people_who_say_nothing_may_be_answered():
    assert not asks_for_silence(PERSON)
    assert not asks_for_silence({"x-auto-response-suppress": ["None"]})


def test_a_person_whose_name_begins_like_a_machines_is_a_person():
    assert reasons(**{"from": "Noreply Jones <bouncer@example.org>"}) == ()
