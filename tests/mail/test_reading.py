from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.decoding import decoded, decoded_header
from mail.reading import read_mail


def a_mail(*headers, body="It is the LX-9.", ends="\r\n"):
    """The bytes of a mail from Paul; given headers replace the usual ones of that name."""
    usual = {
        "From": "Paul Smith <paul@example.org>",
        "To": "support@desk.example",
        "Message-ID": "<1@example.org>",
        "Subject": "Re: [R-000042] Printer",
    }
    given_names = {header.partition(":")[0].lower() for header in headers}
    lines = [f"{k}: {v}" for k, v in usual.items() if k.lower() not in given_names]
    text = ends.join([*lines, *[h for h in headers if not h.endswith(": -")], "", body])
    return text.encode("utf-8", "surrogateescape")


def test_a_mail_is_read_whole():
    mail = read_mail(
        a_mail(
            "Date: Tue, 24 Nov 2026 14:05:00 +0100",
            "In-Reply-To: <fd.42.7.x@desk.example>",
            "References: <a@b.example>\r\n <fd.42.7.x@desk.example>",
            "Cc: Marie <Marie@Example.org>",
        ),
        envelope_to=("support+t.abc@desk.example",),
        envelope_from="paul@example.org",
    )

    assert mail.message_id == "<1@example.org>"
    assert (mail.from_name, mail.from_address) == ("Paul Smith", "paul@example.org")
    assert mail.to == ("support+t.abc@desk.example", "support@desk.example", "marie@example.org")
    assert mail.subject == "Re: [R-000042] Printer"
    assert mail.date == datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
    assert mail.in_reply_to == ("<fd.42.7.x@desk.example>",)
    assert mail.references == ("<a@b.example>", "<fd.42.7.x@desk.example>")
    assert mail.text == mail.reply_text == "It is the LX-9."
    assert not mail.is_automatic


@settings(deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(raw):
    mail = read_mail(raw)

    assert mail.message_id.startswith("<")
    assert "\0" not in mail.text + mail.reply_text + mail.subject


HEADER_NAMES = st.sampled_from(
    ["From", "To", "Subject", "Date", "Message-ID", "References", "Content-Type",
     "Content-Transfer-Encoding", "Content-Disposition", "Return-Path", "Auto-Submitted"]
)  # fmt: skip
HEADER_VALUES = st.text(max_size=80) | st.sampled_from(
    [
        "multipart/mixed; boundary=x",
        "multipart/alternative",
        "text/html; charset=nonsense",
        "text/plain; charset*0=a; charset*1*=b''%FF",
        "text/plain; charset=punycode",
        "=?utf-8?b?broken?= =?iso-2022-jp?q?=1B=24?=",
        "((((((((((a@b",
        "base64",
        "x-uuencode",
        "attachment; filename*=utf-9'en'%ZZ",
        "Tue, 99 Foo 99999999 99:99:99 +9999",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=8), st.text(max_size=200))
def test_any_headers_are_read(headers, body):
    lines = [f"{name}: {value}" for name, value in headers]

    mail = read_mail("\r\n".join([*lines, "", body]).encode("utf-8", "surrogatepass"))

    assert "\n" not in mail.subject + mail.from_name


def test_a_mail_nested_without_end_is_still_text():
    raw = b""
    for depth in range(1_000):
        raw += b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (depth, depth)

    mail = read_mail(b"From: paul@example.org\r\n" + raw + b"\r\nhelp")

    assert mail.from_address == "paul@example.org"
    assert mail.text.endswith("help")


@pytest.mark.parametrize(
    ("declared", "data", "text"),
    [
        ("utf-8", "été".encode(), "été"),
        ("utf-8", "été".encode("cp1252"), "été"),
        ("us-ascii", "été".encode(), "été"),
        ("iso-8859-1", "l’été – 5 €".encode("cp1252"), "l’été – 5 €"),
        ("iso-8859-15", "5 €".encode("iso-8859-15"), "5 €"),
        ("gb2312", "镕基".encode("gb18030"), "镕基"),
        ("ks_c_5601-1987", "똠방".encode("cp949"), "똠방"),
        ("iso-2022-jp", "①プリンター".encode("iso2022_jp_ext", "ignore"), "プリンター"),
        ("x-unknown", "été".encode(), "été"),
        ("punycode", b"abc-", "abc-"),
        (None, "été".encode("cp1252"), "été"),
        (None, b"\x81\x8d", "\x81\x8d"),
    ],
)
def test_text_is_read_in_the_charset_that_fits(declared, data, text):
    assert decoded(data, declared) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Imprimante", "Imprimante"),
        ("=?utf-8?q?=C3=A9t=C3=A9?=", "été"),
        ("=?utf-8?b?w6l0w6k=?=", "été"),
        ("=?utf-8?b?w6l0w6k?=", "été"),
        ("=?utf-8?b?w6l0w6kx?=", "été1"),
        ("=?utf-8?b?w6k=?=\r\n =?utf-8?b?dMOp?=", "été"),
        ("=?utf-8?b?w6l0ww==?= =?utf-8?q?=A9?=", "été"),
        ("=?utf-8?q?a?= and =?iso-8859-1?q?=E9?=", "a and é"),
        ("Re: =?UTF-8?Q?une_panne?=", "Re: une panne"),
        ("=?x-nobody?q?abc?=", "abc"),
        ("ét\udce9".replace("é", "e"), "eté"),
        ("one\r\n\ttwo", "one two"),
        ("=?broken?", "=?broken?"),
    ],
)
def test_a_header_is_read_as_its_sender_meant_it(raw, text):
    assert decoded_header(raw) == text


def test_a_comma_in_an_encoded_name_is_no_second_address():
    mail = read_mail(a_mail("From: =?utf-8?q?Smith=2C_Paul?= <paul@example.org>"))

    assert (mail.from_name, mail.from_address) == ("Smith, Paul", "paul@example.org")


@pytest.mark.parametrize(
    ("headers", "envelope", "address"),
    [
        (["Reply-To: r@example.org"], "", "r@example.org"),
        (["Return-Path: <p@example.org>"], "", "p@example.org"),
        ([], "e@example.org", "e@example.org"),
        ([], "<>", ""),
    ],
    ids=["reply-to", "return-path", "envelope", "nobody"],
)
def test_a_mail_without_from_still_has_a_sender_where_one_is_known(headers, envelope, address):
    mail = read_mail(a_mail("From: -", *headers), envelope_from=envelope)

    assert mail.from_address == address


def test_a_mail_without_an_id_gets_one_that_stays():
    raw = a_mail("Message-ID: -")

    first, again, other = read_mail(raw), read_mail(raw), read_mail(raw + b"!")

    assert first.message_id == again.message_id != other.message_id
    assert first.message_id.endswith("@no-id.invalid>")


@pytest.mark.parametrize(
    ("value", "found"),
    [("1@example.org", "<1@example.org>"), ("<a b@c>", None), ("  <x@y>  junk", "<x@y>")],
)
def test_an_odd_id_is_made_usable(value, found):
    mail = read_mail(a_mail(f"Message-ID: {value}"))

    assert mail.message_id == found or (found is None and "no-id" in mail.message_id)


def test_ids_that_another_program_encoded_are_found():
    mail = read_mail(a_mail("References: =?utf-8?q?=3Cfd=2E42=2E7=2Ex=40desk=2Eexample=3E?="))

    assert mail.references == ("<fd.42.7.x@desk.example>",)


def test_of_very_many_references_the_first_and_the_last_are_kept():
    ids = [f"<{n}@example.org>" for n in range(1_000)]

    mail = read_mail(a_mail("References: " + "\r\n ".join(ids)))

    assert mail.references[0] == ids[0]
    assert mail.references[-1] == ids[-1]
    assert len(mail.references) == 60


@pytest.mark.parametrize("value", ["yesterday", "Tue, 99 Foo 2026", "Mon, 1 Jan 99999 00:00:00"])
def test_a_date_that_is_none_is_left_out(value):
    assert read_mail(a_mail(f"Date: {value}")).date is None


def both_parts(text, html):
    mail = EmailMessage()
    mail["From"] = "paul@example.org"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    return mail


def test_of_two_versions_the_plain_one_is_the_text_and_the_html_is_kept():
    mail = read_mail(both_parts("It is the LX-9.", "<p>It is <b>the LX-9</b>.</p>").as_bytes())

    assert mail.text == "It is the LX-9."
    assert "<b>the LX-9</b>" in mail.html


def test_the_whole_of_a_mail_is_the_version_that_leaves_nothing_out():
    quote = '<div class="gmail_quote">On Monday, Pierre wrote:<br>Which one?</div>'
    html = f"<p>It is the LX-9, in the corridor of the 3rd floor.</p>{quote}"

    assert read_mail(both_parts("It is.", html).as_bytes()).whole == (
        "It is the LX-9, in the corridor of the 3rd floor.\n\nOn Monday, Pierre wrote:\nWhich one?"
    )
    assert read_mail(both_parts("It is.", "<p>It is.</p>").as_bytes()).whole == "It is."


def test_a_mail_in_html_alone_becomes_text():
    body = "<p>It is <b>the LX-9</b>.</p><ul><li>tray 2</li></ul><script>evil()</script>"

    mail = read_mail(a_mail("Content-Type: text/html; charset=utf-8", body=body))

    assert mail.text == mail.reply_text == "It is the LX-9.\n\n- tray 2"


def test_files_are_named_and_their_content_is_no_text():
    message = both_parts("See the picture.", "<p>See the picture.</p>")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="été.png")
    message.add_attachment("some,data", subtype="csv", filename="../../etc/passwd")

    mail = read_mail(message.as_bytes())

    assert mail.text == "See the picture."
    assert [file.name for file in mail.attachments] == ["été.png", "passwd"]


def test_a_mail_inside_the_mail_is_a_file():
    inner, outer = EmailMessage(), EmailMessage()
    inner.set_content("from somebody else")
    outer.set_content("See below.")
    outer.add_attachment(inner)

    mail = read_mail(outer.as_bytes())

    assert mail.text.strip() == "See below."
    assert [file.name for file in mail.attachments] == ["mail.eml"]
    assert mail.inner.text == "from somebody else"


def test_a_text_is_kept_up_to_its_limit():
    mail = read_mail(a_mail(body="x" * 500_000))

    assert len(mail.text) == 200_000
