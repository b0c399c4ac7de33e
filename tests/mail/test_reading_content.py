"""What a mail says, out of any arrangement of parts, charset and encoding."""

import pytest

from mail.charsets import decoded
from mail.notices import NoticeKind
from mail.reading import read_mail
from tests.mail.specimens import (
    encoded,
    every_shape,
    letter,
    mail_of,
    part,
    sealed_message,
    several,
    signed_message,
)  # fmt: skip

PLAIN = part("text/plain; charset=utf-8", "It is the LX-9.")
RICH = part("text/html; charset=utf-8", "<p>It is <b>the LX-9</b>.</p>")


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        (several("alternative", PLAIN, RICH), "It is the LX-9."),
        (several("alternative", part("text/plain", " \r\n"), RICH), "It is the LX-9."),
        (several("alternative", part("text/plain", "Please view this message in HTML."), RICH),
         "It is the LX-9."),
        (several("alternative", RICH), "It is the LX-9."),
        (several("mixed", PLAIN, part("text/html", "<p>And tray 2.</p>")),
         "It is the LX-9.\n\nAnd tray 2."),
        (several("mixed", several("alternative", PLAIN, RICH), part("text/plain", "List footer")),
         "It is the LX-9.\n\nList footer"),
        (several("related", RICH), "It is the LX-9."),
        (several("signed", PLAIN, part("application/pgp-signature", "-----BEGIN")),
         "It is the LX-9."),
        (several("report", PLAIN, part("message/delivery-status", "Action: failed")),
         "It is the LX-9."),
        (several("report", part("message/delivery-status", "Action: failed")), "Action: failed"),
        (several("unheard-of", PLAIN), "It is the LX-9."),
        (several("mixed", several("mixed", several("mixed", PLAIN))), "It is the LX-9."),
        (part("text/enriched", "<bold>It</bold> is <<the>\nLX-9.<param>x</param>"),
         "It is <the> LX-9."),
        (part("text/markdown", "# It\n\n* is"), "# It\n\n* is"),
        (part("text/plain", "<html><body><p>It is <b>the LX-9</b>."), "It is the LX-9."),
        (part("text/plain; format=flowed", "It is \r\nthe LX-9.\r\n>> quo \r\n>> ted\r\n-- \r\nP"),
         "It is the LX-9.\n>> quo ted\n-- \nP"),
        (part("text/plain; format=flowed; delsp=yes", "It is the prin \r\nter."),
         "It is the printer."),
        (part("text/x-patch", "+ a line"), "+ a line"),
        (part("nonsense", "It is the LX-9."), "It is the LX-9."),
        (part("text/plain charset=utf-8", "été"), "été"),
    ],
)  # fmt: skip
def test_the_text_is_found_in_any_arrangement(entity, text):
    assert read_mail(mail_of(entity)).text == text


def test_the_parts_of_a_digest_are_text_and_files():
    digest = several("digest", b"\r\n" + letter("Subject: One"), b"\r\n" + letter("Subject: Two"))

    mail = read_mail(mail_of(digest))

    assert "One\n\nIt is the LX-9.\n\nTwo" in mail.text
    assert [file.name for file in mail.attachments] == ["One.eml", "Two.eml"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw.replace(b'boundary="', b'boundary="x'),
        lambda raw: raw.replace(b"; boundary=", b"; bound="),
        lambda raw: raw[: raw.rindex(b"\r\n--")],
        lambda raw: raw.replace(b"\r\n", b"\n"),
        lambda raw: raw.replace(b"MIME-Version: 1.0\r\n", b""),
        lambda raw: raw.replace(b"multipart/mixed", b"multipart"),
        lambda raw: raw.replace(b"multipart/mixed;", b"multipart/mixed"),
    ],
    ids=["other boundary", "no boundary", "cut off", "line feeds", "no version", "half a type",
         "no semicolon"],
)  # fmt: skip
def test_a_damaged_frame_loses_no_text(damage):
    raw = mail_of(several("mixed", PLAIN, part("text/plain", "And tray 2.")))

    text = read_mail(damage(raw)).text

    assert "It is the LX-9." in text
    assert "And tray 2." in text


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("quoted-printable", b"=C3=A9t=C3=A9 = \r\nfin", "été fin"),
        ("quoted-printable", b"50=% of =ZZ=C3=A9=", "50=% of =ZZé"),
        ("base64", b"w6l0w6k=", "été"),
        ("base64", b"w6l0w6k", "été"),
        ("base64", b"w6l0\r\nw6k=\r\n\r\n-- \r\nA list", "été\n\n-- \nA list"),
        ("base64", b"w6l0w6k=w6l0w6k=", "étéété"),
        ("base64", b"This never was base64, it is text.", "This never was base64, it is text."),
        ("7bit", "été".encode(), "été"),
        ("utf-8", "été".encode(), "été"),
        ("8bit; x", b"a=20b", "a=20b"),
        ("x-uuencode", b"begin 644 a\n#86)C\n`\nend\n", "abc"),
    ],
)
def test_as_much_is_decoded_as_can_be(encoding, body, text):
    raw = letter("Content-Type: text/plain; charset=utf-8",
                 f"Content-Transfer-Encoding: {encoding}", body=body)  # fmt: skip

    assert read_mail(raw).text == text


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Здравствуйте, принтер не работает", "koi8-r"),
        ("Здравствуйте, принтер не работает", "windows-1251"),
        ("你好，打印机不能用了，请帮我看一下", "gb18030"),
        ("您好，印表機不能用了，請幫我看一下", "big5"),
        ("プリンターが動きません。お願いします", "cp932"),
        ("プリンターが動きません。お願いします", "iso2022_jp"),
        ("프린터가 작동하지 않습니다. 도와 주세요", "cp949"),
        ("Ο εκτυπωτής δεν λειτουργεί", "windows-1253"),
        ("המדפסת לא עובדת", "windows-1255"),
        ("été à l’hôpital — Größe", "windows-1252"),
        ("ÉTÉ", "windows-1252"),
    ],
)
def test_undeclared_text_is_read_in_the_likeliest_charset(text, charset):
    assert decoded(text.encode(charset)) == text


@pytest.mark.parametrize(
    ("declared", "codec", "text"),
    [
        ("utf8", "utf-8", "été"), ("x-sjis", "cp932", "髙"), ("cp-1252", "cp1252", "€"),
        ("ISO-8859-8-I", "iso-8859-8", "שלום"), ("big5", "big5hkscs", "你好"),
        ("windows-874", "cp874", "สวัสดี"), ("tis-620", "cp874", "สวัสดี"),
        ("'utf-8'", "utf-8", "été"), ("unicode-1-1-utf-7", "utf-7", "été"),
        ("x-gbk", "gb18030", "镕"), ("iso-8859-9", "cp1254", "ğ€"), ("macintosh", "mac-roman", "é"),
    ],
)  # fmt: skip
def test_a_charset_is_known_by_its_other_names(declared, codec, text):
    assert decoded(text.encode(codec), declared) == text


def test_one_lost_byte_does_not_change_the_rest():
    assert decoded("été ".encode() * 20 + b"\xe9", "utf-8") == "été " * 20 + "é"
    assert decoded("你好".encode("gb18030") * 20 + b"\xff", "gb2312").startswith("你好" * 20)


def test_html_says_its_charset_itself():
    html = '<meta charset="windows-1251"><p>Принтер</p>'.encode("windows-1251")

    assert read_mail(letter("Content-Type: text/html", body=html)).text == "Принтер"


def test_a_text_cut_inside_a_character_stays_readable():
    mail = read_mail(letter("Content-Type: text/plain; charset=utf-8", body="xxé" * 300_000))

    assert set(mail.text) == {"x", "é"}
    assert NoticeKind.TEXT_CUT in {notice.kind for notice in mail.notices}


def test_a_signature_around_the_text_is_left_out():
    body = ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- - one\n"
            "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n")  # fmt: skip

    assert read_mail(letter(body=body)).text == "Hello\n- one"


def test_an_opaque_signature_is_opened_and_said_to_be_unchecked():
    inside = several("mixed", PLAIN, encoded("application/pdf; name=a.pdf", b"%PDF-1.7"))

    mail = read_mail(mail_of(encoded("application/x-pkcs7-mime", signed_message(inside))))

    assert mail.text == "It is the LX-9."
    assert [file.name for file in mail.attachments] == ["a.pdf"]
    assert [notice.kind for notice in mail.notices] == [NoticeKind.SIGNATURE_UNCHECKED]


@pytest.mark.parametrize(
    ("entity", "file"),
    [
        (encoded("application/pkcs7-mime; name=smime.p7m", sealed_message()), "smime.p7m"),
        (several("encrypted", part("application/pgp-encrypted", "Version: 1"),
                 part("application/octet-stream", "-----BEGIN PGP MESSAGE-----")), "encrypted.asc"),
        (part("text/plain", "-----BEGIN PGP MESSAGE-----\n\nabc"), ""),
    ],
    ids=["s/mime", "pgp/mime", "pgp in the text"],
)  # fmt: skip
def test_what_is_encrypted_is_kept_and_said_to_be(entity, file):
    mail = read_mail(mail_of(entity))

    assert [(n.kind, n.file) for n in mail.notices] == [(NoticeKind.ENCRYPTED, file)]
    assert [kept.name for kept in mail.attachments] == ([file] if file else [])


def test_a_damaged_seal_is_kept_as_a_file():
    mail = read_mail(mail_of(encoded("application/pkcs7-mime", b"0\x82\xff\xff no")))

    assert [(n.kind, n.file) for n in mail.notices] == [(NoticeKind.UNREADABLE_FILE, "smime.p7m")]


@pytest.mark.parametrize("shape", every_shape())
def test_every_shape_is_read(shape):
    mail = read_mail(every_shape()[shape])

    assert mail.text.strip()
    assert mail.from_address == "paul@example.org"
    assert not set("\0\r") & set(mail.text + mail.subject + mail.safe_html)


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_the_only_text_of_a_mail_is_read_though_it_has_a_name(kind):
    mail = read_mail(
        letter(f"Content-Type: {kind}", 'Content-Disposition: inline; filename="note.txt"')
    )

    assert mail.text == "It is the LX-9."
