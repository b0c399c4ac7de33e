"""Whoever passes a mail on: its writer is found, in the forms that programs give to it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.forwards import bare_subject, forwarded
from mail.reading import read_mail

OWN = "Please look at this one first.\nHe is difficult."
BODY = "My screen stays black.\n\nSince Monday."

GMAIL = """---------- Forwarded message ---------
From: Paul Smith <paul@example.org>
Date: Mon, 23 Nov 2026 at 09:12
Subject: Black screen
To: Pierre Durand <pierre@desk.example>


"""
OUTLOOK = """________________________________
From: Paul Smith <paul@example.org>
Sent: Monday, November 23, 2026 9:12 AM
To: Pierre Durand <pierre@desk.example>
Subject: Black screen

"""
OUTLOOK_FRENCH = """De : Paul Smith <paul@example.org>
Envoyé : lundi 23 novembre 2026 09:12
À : Pierre Durand <pierre@desk.example>
Objet : Black screen

"""
APPLE = """Begin forwarded message:

From: Paul Smith <paul@example.org>
Subject: Black screen
Date: 23 November 2026 at 09:12:00 CET
To: pierre@desk.example

"""
APPLE_FRENCH = """Début du message transféré :

De: Paul Smith <paul@example.org>
Objet: Black screen
Date: 23 novembre 2026 à 09:12:00 UTC+1
À: pierre@desk.example

"""
THUNDERBIRD = """-------- Forwarded Message --------
Subject: 	Black screen
Date: 	Mon, 23 Nov 2026 09:12:00 +0100
From: 	Paul Smith <paul@example.org>
To: 	pierre@desk.example

"""
GERMAN = """-------- Weitergeleitete Nachricht --------
Betreff: 	Black screen
Datum: 	Mon, 23 Nov 2026 09:12:00 +0100
Von: 	Paul Smith <paul@example.org>
An: 	pierre@desk.example

"""
OUTLOOK_GERMAN = """Von: Paul Smith <paul@example.org>
Gesendet: Montag, 23. November 2026 09:12
An: Pierre Durand <pierre@desk.example>
Betreff: Black screen

"""
SPANISH = """---------- Forwarded message ---------
De: Paul Smith <paul@example.org>
Date: lun, 23 nov 2026 a las 9:12
Subject: Black screen
To: <pierre@desk.example>

"""
OUTLOOK_SPANISH = """De: Paul Smith <paul@example.org>
Enviado el: lunes, 23 de noviembre de 2026 9:12
Para: pierre@desk.example
Asunto: Black screen

"""
ITALIAN = """Inizio messaggio inoltrato:

Da: Paul Smith <paul@example.org>
Oggetto: Black screen
Data: 23 novembre 2026 09:12:00 CET
A: pierre@desk.example

"""
PORTUGUESE = """De: Paul Smith <paul@example.org>
Enviado: segunda-feira, 23 de novembro de 2026 09:12
Para: pierre@desk.example
Assunto: Black screen

"""
DUTCH = """Van: Paul Smith <paul@example.org>
Verzonden: maandag 23 november 2026 09:12
Aan: pierre@desk.example
Onderwerp: Black screen

"""
BOLD = """*From:* Paul Smith <paul@example.org>
*Sent:* Monday, November 23, 2026 9:12 AM
*To:* pierre@desk.example
*Subject:* Black screen

"""
FORMS = {
    "gmail": ("Fwd: Black screen", GMAIL),
    "outlook": ("FW: Black screen", OUTLOOK),
    "outlook-fr": ("TR: Black screen", OUTLOOK_FRENCH),
    "apple": ("Fwd: Black screen", APPLE),
    "apple-fr": ("Fwd: Black screen", APPLE_FRENCH),
    "thunderbird": ("Fwd: Black screen", THUNDERBIRD),
    "thunderbird-de": ("Fwd: Black screen", GERMAN),
    "outlook-de": ("WG: Black screen", OUTLOOK_GERMAN),
    "gmail-es": ("Fwd: Black screen", SPANISH),
    "outlook-es": ("RV: Black screen", OUTLOOK_SPANISH),
    "apple-it": ("Fwd: Black screen", ITALIAN),
    "outlook-pt": ("ENC: Black screen", PORTUGUESE),
    "outlook-nl": ("FW: Black screen", DUTCH),
    "bold": ("Fw: Black screen", BOLD),
}


def a_mail(subject: str, text: str):
    message = EmailMessage()
    message["From"], message["To"] = "pierre@desk.example", "support@desk.example"
    message["Subject"] = subject
    message.set_content(text)
    return read_mail(message.as_bytes())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("own", [OWN, ""])
def test_who_wrote_first_is_found_with_their_words_alone(form: str, own: str) -> None:
    subject, header = FORMS[form]

    found = forwarded(a_mail(subject, f"{own}\n\n{header}{BODY}"))

    assert found is not None
    assert (found.name, found.address) == ("Paul Smith", "paul@example.org")
    assert (found.subject, found.text, found.own) == ("Black screen", BODY, own)


def test_a_mail_that_is_attached_is_passed_on_too() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Paul Smith <paul@example.org>", "Black screen"
    inner.set_content(BODY)
    message = EmailMessage()
    message["From"], message["Subject"] = "pierre@desk.example", "Fwd: Black screen"
    message.set_content(OWN)
    message.add_attachment(inner)

    found = forwarded(read_mail(message.as_bytes()))

    assert found is not None
    assert (found.address, found.subject) == ("paul@example.org", "Black screen")
    assert (found.text, found.own) == (BODY, OWN)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Black screen", f"Done.\n\n{OUTLOOK}{BODY}"),
        ("Fwd: holiday", "Have fun there!"),
        ("Fwd: form", "From: the printer\nTo: the shelf\nit fell"),
        ("Fwd: x", "From: Paul\nDate: today\nSubject: y\nTo: z\n\nno address"),
    ],
)
def test_what_is_no_forward_is_none(subject: str, text: str) -> None:
    assert forwarded(a_mail(subject, text)) is None


def test_marks_of_forwarding_are_taken_off_a_subject() -> None:
    assert bare_subject("TR: Fwd: WG: Black screen") == "Black screen"
    assert bare_subject("Friday") == "Friday"


@given(st.text(max_size=2_000))
def test_whatever_stands_there_is_read(text: str) -> None:
    forwarded(a_mail("Fwd: x", text.encode("utf-8", "replace").decode()))
