"""Who wrote, about what, to whom: in every form in which programs have got it wrong."""

from datetime import UTC, datetime

import pytest

from mail.addresses import mailboxes
from mail.decoding import decoded_header
from mail.reading import read_mail
from tests.mail.specimens import letter, mail_of, part, several


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("Paul Smith <Paul@Example.org>", "Paul Smith", "paul@example.org"),
        ("paul@example.org (Paul Smith)", "Paul Smith", "paul@example.org"),
        ("Paul (the (real) one) <paul@example.org>", "Paul", "paul@example.org"),
        ('"Smith, Paul" <paul@example.org>', "Smith, Paul", "paul@example.org"),
        ("Smith, Paul <paul@example.org>", "Smith, Paul", "paul@example.org"),
        ('Paul "the boss" Smith <paul@example.org>', "Paul the boss Smith", "paul@example.org"),
        ("Paul Smith paul@example.org", "Paul Smith", "paul@example.org"),
        ("Paul [mailto:paul@example.org]", "Paul", "paul@example.org"),
        ("Paul <mailto:paul@example.org>", "Paul", "paul@example.org"),
        ("Paul <paul@example.org", "Paul", "paul@example.org"),
        ('"Paul <paul@example.org>', "Paul", "paul@example.org"),
        ("<paul@example.org> Paul", "Paul", "paul@example.org"),
        ("'Paul' <paul@example.org>", "Paul", "paul@example.org"),
        ("paul@example.org <paul@example.org>", "", "paul@example.org"),
        ("Team: paul@example.org, anne@example.org;", "", "paul@example.org"),
        ("<@relay.example,@b.example:paul@example.org>", "", "paul@example.org"),
        ("paul @ example . org", "", "paul@example.org"),
        ("=?utf-8?Q?Paul_<paul@example.org>?=", "Paul", "paul@example.org"),
        ("=?utf-8?B?w4lsb8Ovc2U=?= <=?utf-8?q?e=40example=2Eorg?=>", "Éloïse", "e@example.org"),
        ("=?utf-8?q?Smith=2C_Paul?= <paul@example.org>", "Smith, Paul", "paul@example.org"),
        ('"=?utf-8?q?=C3=89lo=C3=AFse?=" <e@example.org>', "Éloïse", "e@example.org"),
        ('"boss@else.example" <paul@example.org>', "boss@else.example", "paul@example.org"),
        ("paul at example.org (Paul Smith)", "Paul Smith", "paul@example.org"),
        ('"paul smith"@example.org', "", '"paul smith"@example.org'),
        ("root@localhost", "", "root@localhost"),
        ("\udcc9lo\udcefse <e@example.org>", "Éloïse", "e@example.org"),
    ],
)  # fmt: skip
def test_a_sender_is_found_in_any_form(value, name, address):
    mail = read_mail(letter(f"From: {value}"))

    assert (mail.from_name, mail.from_address) == (name, address)


def test_both_forms_of_an_international_address_are_one():
    written = read_mail(letter("From: Paul <paul@exämple.org>")).from_address
    encoded = read_mail(letter("From: Paul <paul@xn--exmple-cua.org>")).from_address

    assert written == encoded


def test_of_several_authors_it_is_the_one_who_sent():
    authors = "From: anne@example.org, paul@example.org"

    assert read_mail(letter(authors)).from_address == "anne@example.org"
    assert read_mail(letter(authors, "Sender: paul@example.org")).from_address == "paul@example.org"


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        (["Reply-To: r@example.org", "Return-Path: <p@example.org>"], "r@example.org"),
        (["Return-Path: <p@example.org>"], "p@example.org"),
        (["From: undisclosed-recipients:;", "Sender: s@example.org"], "s@example.org"),
        (["From: Paul Smith", "Return-Path: <p@example.org>"], "p@example.org"),
    ],
    ids=["reply-to", "return-path", "empty group", "no address"],
)
def test_without_an_author_it_is_whoever_is_answered(headers, address):
    given = headers if headers[0].startswith("From") else ["From: -", *headers]

    assert read_mail(letter(*given)).from_address == address


def test_an_author_wrote_it_whoever_shall_be_answered():
    mail = read_mail(letter("From: paul@example.org", "Reply-To: anne@example.org"))

    assert (mail.from_address, mail.reply_to) == ("paul@example.org", "anne@example.org")


def test_answers_to_the_author_and_others_go_nowhere_else():
    mail = read_mail(letter("From: paul@example.org", "Reply-To: a@example.org, paul@example.org"))

    assert mail.reply_to == ""


def test_a_name_without_an_address_is_kept():
    mail = read_mail(letter("From: Mail Delivery System"), envelope_from="")

    assert (mail.from_name, mail.from_address) == ("Mail Delivery System", "")


def test_everybody_in_a_long_list_is_read():
    listed = ", ".join(f'"Person, {n}" <p{n}@example.org>' for n in range(50))

    assert [address for _, address in mailboxes([listed])][49] == "p49@example.org"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?B?w6l0w6k?=", "été"),
        ("=?utf-8?B?w6k=w6k=?=", "éé"),
        ("=?utf-8?B?w6l0w6k", "été"),
        ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        ("=?utf-8?Q?caf=C3=A9", "café"),
        ("=?utf-8?Q?What??=", "What?"),
        ("=?utf-8?Q?What?=20now?=", "What? now"),
        ("=?utf-8?Q?a b?= c", "a b c"),
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("Re: =?utf-8?Q?a?=.", "Re: a."),
        ("=?utf-8*fr?Q?=C3=A9t=C3=A9?=", "été"),
        ("=?windows-1252?Q?=80?=", "€"),
        ("=?us-ascii?Q?=C3=A9?=", "é"),
        ("=?gb2312?B?xOO6w6Os6kg=?=", "你好，闔"),
        ("=?unknown?Q?=C3=A9?=", "é"),
        ("=?utf-8?Q??=", ""),
        ("a =?= b", "a =?= b"),
        ("\udcc3\udca9t\udce9", "été"),
    ],
)
def test_encoded_words_are_read_however_they_were_broken(raw, text):
    assert decoded_header(raw) == text


def test_a_subject_that_names_no_charset_has_that_of_the_text():
    subject = "Не работает принтер".encode("koi8-r").decode("ascii", "surrogateescape")

    mail = read_mail(letter(f"Subject: {subject}", "Content-Type: text/plain; charset=koi8-r"))

    assert mail.subject == "Не работает принтер"


WHOLE = letter("Subject: A long subject\r\n that goes on")


@pytest.mark.parametrize(
    "raw",
    [
        WHOLE,
        WHOLE.replace(b"\r\n", b"\n"),
        WHOLE.replace(b"\r\n", b"\r"),
        WHOLE.replace(b"\r\n", b"\r\r\n"),
        WHOLE.replace(b"subject\r\n that", b"subject\r that"),
        WHOLE.replace(b"subject\r\n that", b"subject\r\n\t\r\n that"),
        WHOLE.replace(b"subject\r\n that goes on", b"subject\r\nthat goes on"),
        b"From paul@example.org Tue Nov 24 14:05:00 2026\r\n" + WHOLE,
        b">From paul@example.org Tue Nov 24 14:05:00 2026\n" + WHOLE,
        b"\r\n\r\n" + WHOLE,
        b"\xef\xbb\xbf" + WHOLE,
        WHOLE.decode().encode("utf-16"),
        WHOLE.decode().encode("utf-16-be"),
        WHOLE.replace(b"long", b"lo\0ng"),
        WHOLE.replace(b"Subject:", b"Subject :"),
        WHOLE.replace(b"\r\n\r\n", b"\r\n"),
        b" " + WHOLE,
    ],
    ids=[
        "as it should be", "line feeds", "carriage returns", "doubled returns", "folded by return",
        "folded by a blank line", "folded without a blank", "mailbox line", "quoted mailbox line",
        "blank lines first", "byte order mark", "utf-16", "utf-16 without a mark", "nul",
        "blank before the colon", "no line between head and text",
        "blank before the first field",
    ],
)  # fmt: skip
def test_a_broken_header_still_says_who_and_what(raw):
    mail = read_mail(raw)

    assert mail.from_address == "paul@example.org"
    assert mail.subject == "A long subject that goes on"
    assert mail.text == "It is the LX-9."


def test_a_blank_that_stands_alone_below_the_header_hides_no_part():
    entity = several("mixed", part("text/plain", "First."), part("text/plain", "Second."))

    mail = read_mail(mail_of(entity.replace(b"\r\n\r\n\r\n--", b"\r\n \r\n--", 1)))

    assert mail.text == "First.\n\nSecond."


def test_a_text_without_a_header_is_all_text():
    mail = read_mail(b"Note: the printer is broken.\r\n\r\nPlease help.")

    assert mail.text == "Note: the printer is broken.\n\nPlease help."
    assert mail.from_address == ""


def test_a_header_twice_counts_once():
    raw = letter("Subject: First\r\nSubject: Second", "From: a@example.org\r\nFrom: b@example.org")

    mail = read_mail(raw)

    assert (mail.subject, mail.from_address) == ("First", "a@example.org")


@pytest.mark.parametrize(
    "value", ["Tue, 24 Nov 2026 14:05:00 +0100", "24 Nov 26 13:05 GMT", "2026-11-24T14:05:00+01:00"]
)
def test_a_date_is_read_in_the_forms_it_has(value):
    assert read_mail(letter(f"Date: {value}")).date == datetime(2026, 11, 24, 13, 5, tzinfo=UTC)


def test_no_mail_is_dated_later_than_it_came():
    received = datetime(2026, 11, 20, tzinfo=UTC)

    assert read_mail(letter(), received=received).date == received


def test_a_mail_without_an_id_gets_the_same_one_whichever_way_it_comes():
    raw = letter("Message-ID: -")
    on_its_way = b"Received: from a by b; Tue, 24 Nov 2026 14:05:00 +0100\r\n" + raw

    assert read_mail(raw).message_id == read_mail(on_its_way).message_id
