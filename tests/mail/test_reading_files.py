"""What a mail carries: every file with a name that is safe, and what to know about it."""

from datetime import UTC, date, datetime
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.attachment import Attachment
from mail.content.calendar import invite_of
from mail.content.images import image_size, worth_keeping
from mail.content.names import distinct, safe_name
from mail.content.risky import risk
from mail.notices import Invite, NoticeKind, Reply
from mail.reading import read_mail
from tests.mail.specimens import (
    INVITATION,
    encoded,
    letter,
    mail_of,
    part,
    png,
    several,
    tnef_attribute,
    winmail,
)  # fmt: skip

HELLO = part("text/plain", "See the file.")


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "file.pdf"),
        ("", "file.pdf"),
        (" . ", "file.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        ("a\0b\r\n.pdf", "ab.pdf"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("COM1.pdf", "_COM1.pdf"),
        ("concert.pdf", "concert.pdf"),
        (".htaccess", "htaccess"),
        ("name. ", "name"),
        ("invoice.pdf.exe", "invoice.pdf.exe"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("a" * 500 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_safe_on_every_disc(given_name, name):
    assert safe_name(given_name, "application/pdf") == name


@given(st.text(max_size=300))
def test_no_name_leads_out_of_its_folder(text):
    name = safe_name(text, "image/png")

    assert name
    assert name not in (".", "..")
    assert PurePosixPath(name).name == PureWindowsPath(name).name == name
    assert len(name.encode()) <= 255


def test_equal_names_are_numbered():
    names = ["a.png", "A.png", "a (2).png", "a.png", "noext", "noext"]

    assert list(distinct(names)) == [
        "a.png", "A (2).png", "a (2) (2).png", "a (3).png", "noext", "noext (2)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        ['Content-Disposition: attachment; filename="café.pdf"'],
        ["Content-Disposition: attachment; filename=caf\udce9.pdf"],
        ["Content-Disposition: attachment; filename*=UTF-8''caf%C3%A9.pdf"],
        ["Content-Disposition: attachment; filename*=iso-8859-1'fr'caf%E9.pdf; filename=cafe.pdf"],
        ["Content-Disposition: attachment; filename=cafe.pdf; filename*=utf-8''caf%C3%A9.pdf"],
        ["Content-Disposition: attachment; filename*0*=utf-8''caf; filename*1*=%C3%A9.pdf"],
        ["Content-Disposition: attachment;\r\n filename*1=.pdf;\r\n filename*0*=utf-8''caf%C3%A9"],
        ['Content-Disposition: attachment; filename="=?utf-8?q?caf=C3=A9=2Epdf?="'],
        ["Content-Disposition: attachment; filename==?iso-8859-1?Q?caf=E9=2Epdf?="],
        ['Content-Disposition: attachment; filename="=?utf-8?B?Y2Fmw6ku?=\r\n =?utf-8?B?cGRm?="'],
        ['Content-Disposition: attachment; FileName = "café.pdf"; size=3'],
        ["Content-Disposition: attachment"],
    ],
)  # fmt: skip
def test_a_name_is_read_in_every_form_it_is_written(headers):
    entity = part('application/pdf; name="café.pdf"', b"%PDF-1.7", *headers)

    mail = read_mail(mail_of(several("mixed", HELLO, entity)))

    assert [kept.name for kept in mail.attachments] == ["café.pdf"]


def test_a_file_without_a_name_is_named_by_what_it_is():
    files = [encoded(kind, data, "Content-Disposition: attachment")
             for kind, data in (("image/png", png()), ("application/octet-stream", b"%PDF-1.7"),
                                ("application/x-odd", b"?"), ("text/csv", b"a,b"))]  # fmt: skip

    mail = read_mail(mail_of(several("mixed", HELLO, *files)))

    assert [file.name for file in mail.attachments] == [
        "image.png", "file.pdf", "file.bin", "text.csv",
    ]  # fmt: skip
    assert mail.attachments[1].media_type == "application/pdf"


def inline_mail(image, plain="Look:"):
    html = '<p>Look:</p><img src="cid:shot@x"><p>Thanks</p>'
    both = several("alternative", part("text/plain", plain), part("text/html", html))
    picture = encoded('image/png; name="shot.png"', image, "Content-ID: <shot@x>",
                      "Content-Disposition: inline")  # fmt: skip
    return read_mail(mail_of(several("related", both, picture)))


def test_an_image_in_the_html_leaves_a_mark_where_it_stood():
    html = part("text/html", '<p>Look:</p><img src="cid:shot@x"><p>Thanks</p>')
    picture = encoded('image/png; name="shot.png"', png(), "Content-ID: <shot@x>")

    mail = read_mail(mail_of(several("related", html, picture)))

    assert mail.text == "Look:\n\n[image: shot.png]\n\nThanks"
    assert mail.attachments[0].inline
    assert 'src="cid:shot@x"' in mail.safe_html


def test_the_mark_of_outlook_becomes_ours():
    assert inline_mail(png(), "Look: [cid:shot@x]").text == "Look: [image: shot.png]"


def test_a_logo_leaves_no_mark_and_is_not_worth_keeping():
    mail = inline_mail(png(32, 32, 900), "Look: [cid:shot@x]")

    assert mail.text == "Look:"
    assert worth_keeping(mail.attachments) == ()


def test_an_image_between_texts_leaves_a_mark_between_them():
    picture = encoded('image/png; name="shot.png"', png(), "Content-Disposition: inline")

    mail = read_mail(mail_of(several("mixed", HELLO, picture, part("text/plain", "Thanks"))))

    assert mail.text == "See the file.\n\n[image: shot.png]\n\nThanks"


def test_an_image_written_into_the_html_becomes_a_file():
    html = b'<p>Look: <img src="data:image/png;base64,iVBORw0KGgo="></p>'

    mail = read_mail(letter("Content-Type: text/html", body=html))

    assert [(f.name, f.data) for f in mail.attachments] == [("image.png", b"\x89PNG\r\n\x1a\n")]
    assert "data:" not in mail.safe_html


def test_what_this_ticket_has_already_is_not_kept_again():
    logo = Attachment("logo.png", "image/png", png(), inline=True, content_id="a")
    file = Attachment("a.pdf", "application/pdf", b"%PDF")

    assert worth_keeping([logo, file]) == (logo, file)
    assert worth_keeping([logo, file], {logo.digest}) == (file,)
    assert worth_keeping([logo, logo, file, file]) == (logo, file, file)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(3, 4), (3, 4)),
        (b"GIF89a\x05\0\x06\0", (5, 6)),
        (b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xc0\0\x11\x08\0\x09\0\x0a\x03", (10, 9)),
        (b"BM" + b"\0" * 16 + b"\x07\0\0\0\x08\0\0\0", (7, 8)),
        (b"\xff\xd8\xff", None),
        (b"text", None),
    ],
    ids=["png", "gif", "jpeg", "bmp", "cut off", "none"],
)
def test_the_size_of_an_image_is_in_its_first_bytes(data, size):
    assert image_size(data) == size


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_for_an_image(data):
    image_size(b"\xff\xd8" + data)


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.exe", b"", "exe"), ("invoice.pdf.JS", b"", "js"), ("a.docm", b"", "docm"),
        ("a.pdf", b"MZ\x90\0" + b"\0" * 60, "program"), ("a.txt", b"\x7fELF", "program"),
        ("a.pdf", b"%PDF-1.7", ""), ("a.txt", b"MZ is two letters", ""), ("exe", b"", ""),
    ],
)  # fmt: skip
def test_a_file_that_does_something_is_said_to_be_risky(name, data, what):
    assert risk(name, data) == what


def test_an_executable_is_kept_and_marked():
    mail = read_mail(mail_of(several("mixed", HELLO, encoded("x/y; name=a.pdf.exe", b"MZ\0"))))

    notices = [(n.kind, n.file, n.about) for n in mail.notices]
    assert notices == [(NoticeKind.RISKY_FILE, "a.pdf.exe", "exe")]
    assert mail.attachments[0].data == b"MZ\0"


@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream"])
def test_a_winmail_dat_is_unpacked(kind):
    packed = winmail(("a.txt", b"abc"), ("b.pdf", b"%PDF"), text="It is the LX-9.")

    entity = several("mixed", HELLO, encoded(f"{kind}; name=winmail.dat", packed))
    mail, alone = (
        read_mail(mail_of(entity)),
        read_mail(mail_of(encoded(kind + "; name=winmail.dat", packed))),
    )

    assert [(f.name, f.data) for f in mail.attachments] == [("a.txt", b"abc"), ("b.pdf", b"%PDF")]
    assert (mail.text, alone.text) == ("See the file.", "It is the LX-9.")


@pytest.mark.parametrize("cut", [20, 60, 0])
def test_a_broken_winmail_dat_is_kept_as_it_is(cut):
    packed = winmail(("a.txt", b"abc"))[:-cut] if cut else b"nonsense"

    entity = several("mixed", HELLO, encoded("application/ms-tnef; name=winmail.dat", packed))
    mail = read_mail(mail_of(entity))

    assert "winmail.dat" in [file.name for file in mail.attachments]
    assert [n.kind for n in mail.notices] == [NoticeKind.UNREADABLE_FILE]


EMPTY = winmail()[:6]


@pytest.mark.parametrize("packed", [b"", EMPTY[:4], EMPTY + b"\1\2", EMPTY], ids=len)
def test_an_empty_winmail_dat_does_not_vanish(packed):
    entity = several("mixed", HELLO, encoded("application/ms-tnef", packed))

    mail = read_mail(mail_of(entity))

    assert [(file.name, file.data) for file in mail.attachments] == [("winmail.dat", packed)]
    damaged = [NoticeKind.UNREADABLE_FILE] if packed != EMPTY else []
    assert [n.kind for n in mail.notices] == damaged


def test_a_winmail_dat_in_which_nothing_is_found_is_kept_as_it_came():
    packed = EMPTY + tnef_attribute(1, 0x9006, b"\0\0\1\0")

    mail = read_mail(mail_of(several("mixed", HELLO, encoded("application/ms-tnef", packed))))

    assert [(file.name, file.data) for file in mail.attachments] == [("winmail.dat", packed)]


def test_an_empty_file_in_a_winmail_dat_keeps_its_name():
    packed = winmail(("empty.txt", b""), ("a.txt", b"abc"))

    mail = read_mail(mail_of(several("mixed", HELLO, encoded("application/ms-tnef", packed))))

    assert [(f.name, f.data) for f in mail.attachments] == [("empty.txt", b""), ("a.txt", b"abc")]


def test_a_mail_inside_is_a_file_with_its_subject_and_can_be_read():
    inside = letter("Subject: VPN/DNS broken", "From: anne@example.org", body="Help")

    mail = read_mail(mail_of(several("mixed", HELLO, part("message/rfc822", inside))))

    assert mail.inner.from_address == "anne@example.org"
    assert mail.inner.text == "Help"
    assert mail.attachments[0].name == "VPN_DNS broken.eml"
    assert [(n.kind, n.about) for n in mail.notices] == [(NoticeKind.MAIL_INSIDE, "VPN/DNS broken")]


def test_a_mail_inside_that_is_encoded_is_read_too():
    inside = encoded("message/rfc822", letter(body="Help"))

    assert read_mail(mail_of(several("mixed", HELLO, inside))).inner.text == "Help"


def test_an_invitation_says_what_when_where_and_by_whom():
    entity = several("alternative", HELLO, part("text/calendar; method=REQUEST", INVITATION),
                     encoded("application/ics; name=invite.ics", INVITATION.encode()))  # fmt: skip

    mail = read_mail(mail_of(entity))
    invite = mail.notices[0].invite

    assert invite == Invite(
        what="Printer replacement, third floor",
        starts=invite.starts,
        ends=invite.ends,
        zone="Romance Standard Time",
        where="Room 3; east wing",
        organiser="Martin, Anne <anne@example.org>",
        reply=Reply.REQUEST,
    )
    assert invite.starts.astimezone(UTC) == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    assert invite.ends.astimezone(UTC) == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    assert "invite.ics" in [file.name for file in mail.attachments]


def event(*lines, around=()):
    return "\n".join(
        ["BEGIN:VCALENDAR", *around, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]
    )


ZONE = (
    """BEGIN:VTIMEZONE
TZID:Our own
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE""",
)


@pytest.mark.parametrize(
    ("line", "around", "hour"),
    [
        ("DTSTART:20260701T080000Z", (), 8),
        ("DTSTART;TZID=Europe/Paris:20260701T080000", (), 6),
        ("DTSTART;TZID=/x.example/1/Europe/Paris:20260701T080000", (), 6),
        ("DTSTART;TZID=Our own:20260701T080000", ZONE, 6),
        ("DTSTART;TZID=Our own:20261201T080000", ZONE, 7),
        ("DTSTART;TZID=Our own:20260101T080000", ZONE, 7),
        ("DTSTART;TZID=Nowhere:20260701T080000", (), 8),
        ("DTSTART:20260701T080000", (), 8),
    ],
)
def test_the_time_of_an_event_has_its_zone(line, around, hour):
    assert invite_of(event(line, around=around)).starts.astimezone(UTC).hour == hour


def test_an_event_of_whole_days_ends_on_its_last_one():
    invite = invite_of(event("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227"))

    assert (invite.starts, invite.ends) == (date(2026, 12, 24), date(2026, 12, 26))
    assert invite.all_day


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        (["METHOD:CANCEL"], Reply.CANCEL),
        (["METHOD:REPLY"], Reply.ACCEPTED),
        (["METHOD:PUBLISH"], Reply.PUBLISHED),
        (["METHOD:COUNTER"], Reply.COUNTER),
    ],
)
def test_an_event_says_what_it_wants(lines, reply):
    found = invite_of(event("ATTENDEE;PARTSTAT=ACCEPTED:mailto:p@x.org", around=lines))

    assert found.reply is reply


@settings(deadline=None)
@given(st.text(max_size=200) | st.sampled_from(["BEGIN:VEVENT", "DTSTART:20261301T999999"]))
def test_no_calendar_is_too_odd(line):
    invite_of(event(line, "DTSTART;TZID=Our own:20261201T080000", line))
    invite_of(line)


def test_what_is_too_much_is_left_out_and_said():
    files = [encoded(f"application/pdf; name={n}.pdf", b"%PDF") for n in range(130)]

    mail = read_mail(mail_of(several("mixed", HELLO, *files)))

    assert len(mail.attachments) == 100
    assert [(n.kind, n.number) for n in mail.notices] == [(NoticeKind.TOO_MANY_FILES, 30)]
    assert mail.text == "See the file."


def test_a_mail_with_very_many_links_says_so():
    html = '<a href="https://x.example/">x</a> ' * 5_001

    mail = read_mail(letter("Content-Type: text/html", body=html))

    assert [(n.kind, n.number) for n in mail.notices] == [(NoticeKind.TOO_MANY_LINKS, 5_001)]
    assert mail.safe_html.count("href") == 5_000
