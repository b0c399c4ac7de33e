"""Mails of every shape that this project knows, written by hand, as bytes."""

import base64
from itertools import count

HEAD = (
    "From: Paul Smith <paul@example.org>\r\nTo: support@desk.example\r\nSubject: Printer\r\n"
    "Message-ID: <1@example.org>\r\nDate: Tue, 24 Nov 2026 14:05:00 +0100\r\nMIME-Version: 1.0\r\n"
)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_numbers = count(1)


def letter(*headers, body="It is the LX-9."):
    """A mail; `headers` are added, and replace the usual ones of their name."""
    names = {header.partition(":")[0].lower() for header in headers}
    usual = [h for h in HEAD.splitlines() if h.partition(":")[0].lower() not in names]
    head = "\r\n".join([*[h for h in headers if not h.endswith(": -")], *usual])
    text = body if isinstance(body, bytes) else body.encode("utf-8", "surrogateescape")
    return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + text


def part(kind, body, *headers):
    data = body if isinstance(body, bytes) else body.encode()
    lines = [f"Content-Type: {kind}", *headers]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + data


def encoded(kind, data, *headers):
    body = base64.encodebytes(data)
    return part(kind, body, "Content-Transfer-Encoding: base64", *headers)


def several(kind, *parts, parameters=""):
    """A multipart; goes into another one or under the head of a letter."""
    boundary = f"=_{next(_numbers)}_=".encode()
    inside = b"".join(b"\r\n--" + boundary + b"\r\n" + p for p in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary.decode()}"{parameters}'
    return head.encode() + b"\r\n\r\n" + inside + b"\r\n--" + boundary + b"--\r\n"


def mail_of(entity, head=HEAD):
    return head.encode() + entity


def png(width=800, height=600, size=20_000):
    start = PNG + width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return start + bytes(n % 251 for n in range(size - len(start)))


def der(tag, *content):
    inside = b"".join(content)
    size = len(inside)
    if size < 128:
        return bytes([tag, size]) + inside
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + inside


def signed_message(entity):
    """What an S/MIME program makes of an entity, but for the signature itself."""
    data = der(0x06, bytes.fromhex("2a864886f70d010701"))
    inner = der(0x30, data, der(0xA0, der(0x04, entity)))
    signed = der(0x30, der(0x02, b"\x01"), der(0x31), inner, der(0x31))
    return der(0x30, der(0x06, bytes.fromhex("2a864886f70d010702")), der(0xA0, signed))


def sealed_message():
    return der(0x30, der(0x06, bytes.fromhex("2a864886f70d010703")), der(0xA0, der(0x30)))


def tnef_attribute(level, name, value):
    checksum = (sum(value) & 0xFFFF).to_bytes(2, "little")
    head = (
        bytes([level]) + name.to_bytes(2, "little") + b"\x06\0" + len(value).to_bytes(4, "little")
    )
    return head + value + checksum


def winmail(*files, text=""):
    """A winmail.dat with these (name, data) pairs."""
    attributes = tnef_attribute(1, 0x9006, b"\0\0\1\0")
    if text:
        attributes += tnef_attribute(1, 0x800C, text.encode("cp1252") + b"\0")
    for name, data in files:
        attributes += tnef_attribute(2, 0x9002, b"\1\0" + b"\0" * 12)
        attributes += tnef_attribute(2, 0x8010, name.encode("cp1252") + b"\0")
        attributes += tnef_attribute(2, 0x800F, data)
    return b"\x78\x9f\x3e\x22\x01\x00" + attributes


INVITATION = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:42@example.org
SUMMARY:Printer replacement\\, third
  floor
DTSTART;TZID="Romance Standard Time":20261201T090000
DTEND;TZID="Romance Standard Time":20261201T103000
LOCATION:Room 3\\; east wing
ORGANIZER;CN="Martin, Anne":mailto:anne@example.org
END:VEVENT
END:VCALENDAR
"""


def every_shape():
    """One mail of each shape, by what it shows."""
    both = several(
        "alternative",
        part("text/plain; charset=utf-8", "It is the LX-9, été."),
        part("text/html; charset=utf-8", "<p>It is <b>the LX-9</b>, été. <img src='cid:a@x'></p>"),
    )
    related = several("related", both, encoded("image/png", png(), "Content-ID: <a@x>"))
    return {
        "plain": letter(),
        "both": mail_of(both),
        "files": mail_of(
            several(
                "mixed", related,
                encoded('application/pdf; name="=?utf-8?q?caf=C3=A9=2Epdf?="', b"%PDF-1.7 x" * 40),
            )
        ),
        "winmail": mail_of(
            several("mixed", part("text/plain", "See the file."),
                    encoded("application/ms-tnef; name=winmail.dat", winmail(("a.txt", b"abc"))))
        ),
        "signed": mail_of(
            encoded("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
                    signed_message(both))
        ),
        "invitation": mail_of(
            several("alternative", part("text/plain", "You are invited."),
                    part("text/calendar; method=REQUEST", INVITATION))
        ),
        "mail inside": mail_of(
            several("mixed", part("text/plain", "See below."), part("message/rfc822", letter()))
        ),
        "uuencoded": letter(body="See:\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\nThanks"),
        "quoted-printable": letter(
            "Content-Type: text/plain; charset=iso-8859-1",
            "Content-Transfer-Encoding: quoted-printable", body="=C9t=E9 =\r\nand more",
        ),
        "japanese": letter("Content-Type: text/plain; charset=iso-2022-jp",
                           "Subject: =?iso-2022-jp?B?GyRCJVclaiVzJT8bKEI=?=",
                           body="プリンター".encode("iso2022_jp")),
    }  # fmt: skip
