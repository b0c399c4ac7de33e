"""An answer is told apart from what the desk is known to have sent, whatever the program left."""

from datetime import UTC, datetime
from email.message import EmailMessage

from desk.journal import Entry, Kind, Visibility
from desk.words import Words
from mail.answered import knowing_sent
from mail.reading import Incoming, read_mail

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
QUESTION = "Could you tell us the number on the back of the device?\n\nWe order a new battery then."


def an_entry(kind: Kind, words: str, visibility: Visibility = Visibility.PUBLIC) -> Entry:
    return Entry(1, 42, kind, NOW, None, visibility, Words.plain(words), {})


def a_mail(text: str, subject: str = "Re: Battery") -> Incoming:
    message = EmailMessage()
    message["From"], message["Subject"] = "paul@example.org", subject
    message.set_content(text)
    return read_mail(message.as_bytes())


def test_our_reply_is_left_out_though_nothing_marks_it():
    mail = a_mail("4711.\n\nCould you tell us the number on the\nback of the device? We order a")

    read = knowing_sent(mail, [an_entry(Kind.REPLY, QUESTION)])

    assert read.reply_text == "4711."
    assert read.text == mail.text


def test_what_was_never_sent_is_theirs():
    mail = a_mail(f"4711.\n\n{QUESTION}")
    note = an_entry(Kind.NOTE, QUESTION, Visibility.INTERNAL)
    theirs = an_entry(Kind.ANSWER, QUESTION)

    assert knowing_sent(mail, [note, theirs]) == mail


def test_a_forward_stays_whole():
    mail = a_mail(f"See below.\n\n{QUESTION}", subject="Fwd: Battery")

    read = knowing_sent(mail, [an_entry(Kind.REPLY, QUESTION)])

    assert QUESTION in read.reply_text
