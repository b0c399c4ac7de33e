"""Files that go along with a mail: attached, never shown inside it."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from urllib.parse import quote

from mail.attachment import Attachment
from mail.headers import POLICY, LineHeader

LINE = 76  # characters of base64 a line
LONGEST_NAME = 240  # bytes: three times as many, percent-encoded, stay below 998 in a line
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_STRUCTURED = ("multipart/", "message/")  # may not be encoded, so these go as plain bytes
UNKNOWN = "application/octet-stream"
_UNSAFE = re.compile(r"[^ !#$&\'()+,.0-9;=@A-Z\[\]^_`a-z{}~-]")

# The library's own class for this header loses the name that is not ASCII.
_LINE = HeaderRegistry(default_class=LineHeader, use_default_map=False)  # type: ignore[arg-type]


def enclose(mail: EmailMessage, files: Iterable[Attachment], boundary: str) -> None:
    """Put the mail's text into a part of its own, and the files behind it.

    `boundary` must not occur in the text; base64 has no such text.
    """
    attached = tuple(files)
    if not attached:
        return
    words = EmailMessage(policy=POLICY)
    words.set_raw("Content-Type", mail["Content-Type"])
    words.set_payload(mail.get_payload())
    del mail["Content-Type"]
    mail["Content-Type"] = f'multipart/mixed; boundary="{boundary}"'
    mail.set_payload([words, *map(_part, attached)])


def _part(file: Attachment) -> EmailMessage:
    part = EmailMessage(policy=POLICY)
    for name, value in (
        ("Content-Type", f'{media_type(file.media_type)}; name="{ascii_name(file.name)}"'),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", disposition(file.name)),
    ):
        part.set_raw(name, _LINE(name, value))
    part.set_payload(_encoded(file.data))
    return part


def media_type(declared: str) -> str:
    """As declared, if it is a type that any program can read and that may be encoded."""
    plain = declared.strip().lower()
    if not _TYPE.fullmatch(plain) or plain.startswith(_STRUCTURED):
        return UNKNOWN
    return plain


def disposition(name: str) -> str:
    """The name as RFC 2231 writes it. Two names here would make programs take either; those that
    know no RFC 2231 read the one of the type."""
    plain, whole = ascii_name(name), _within(name)
    if plain == whole:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename*=utf-8''{quote(whole, safe='')}"


def ascii_name(name: str) -> str:
    return _UNSAFE.sub("_", _without_accents(_within(name)))


def _without_accents(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name)
    return "".join(c for c in apart if not unicodedata.combining(c))


def _within(name: str) -> str:
    """At most so many bytes, with its ending."""
    name = " ".join(name.split()) or "file"
    if len(name.encode(errors="replace")) <= LONGEST_NAME:
        return name.encode(errors="replace").decode()
    stem, dot, ending = name.rpartition(".")
    ending = f".{ending}" if dot and len(ending.encode(errors="replace")) <= 20 else ""
    room = LONGEST_NAME - len(ending.encode(errors="replace"))
    start = (stem if ending else name).encode(errors="replace")[:room].decode(errors="ignore")
    return start + ending.encode(errors="replace").decode()


def _encoded(data: bytes) -> str:
    text = base64.b64encode(data).decode("ascii")
    return "\n".join([text[i : i + LINE] for i in range(0, len(text), LINE)]) + "\n"
