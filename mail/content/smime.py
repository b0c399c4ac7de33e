"""S/MIME and its relatives: what is inside a signed message, and which ones are encrypted."""

from __future__ import annotations

from enum import Enum

from mail.content.der import Element, NotDer, children, octets, read
from mail.content.transfer import base64_bytes

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = {
    bytes.fromhex("2a864886f70d010703"),
    bytes.fromhex("2a864886f70d010706"),  # encrypted without recipients
    bytes.fromhex("2a864886f70d0109100117"),  # authenticated and enveloped
}
_SEQUENCE, _OBJECT, _OCTETS, _EXPLICIT = 0x30, 0x06, 0x04, 0xA0


class Sealed(Enum):
    """Why a message of this kind has no content to show."""

    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"


def opened(data: bytes) -> bytes | Sealed:
    """The MIME entity inside an opaquely signed message. Whose signature it is, nobody checked."""
    try:
        if data.lstrip()[:1] == b"M":  # base64 once more, or PEM without its lines
            data = base64_bytes(data)
        return _content(data)
    except (NotDer, IndexError):
        return Sealed.UNREADABLE


def _content(data: bytes) -> bytes | Sealed:
    kind, *rest = list(children(data, read(data, 0, len(data))))
    name = data[kind.start : kind.end]
    if kind.tag != _OBJECT or name in _ENVELOPED:
        return Sealed.ENCRYPTED if name in _ENVELOPED else Sealed.UNREADABLE
    if name != _SIGNED or not rest:
        return Sealed.UNREADABLE
    signed = _only(data, rest[0])
    inner = [child for child in children(data, signed) if child.tag == _SEQUENCE]
    _, *wrapped = list(children(data, inner[0]))
    if not wrapped:
        return Sealed.UNREADABLE  # a detached signature: the content is elsewhere
    return octets(data, _only(data, wrapped[0]))


def _only(data: bytes, explicit: Element) -> Element:
    if explicit.tag != _EXPLICIT:
        raise NotDer
    return next(iter(children(data, explicit)))
