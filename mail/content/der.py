"""Just enough of ASN.1 to find one value in a signed message. Indefinite lengths are read too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_DEEPEST = 30


class NotDer(ValueError):
    """These bytes are something else, or damaged."""


@dataclass(frozen=True)
class Element:
    tag: int  # the first octet, class and form included
    start: int  # of its content
    end: int
    after: int  # where the next element begins


def read(data: bytes, at: int, limit: int, depth: int = 0) -> Element:
    """The element that begins at `at` and must end before `limit`."""
    if depth > _DEEPEST or at + 2 > limit:
        raise NotDer
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:  # tags of several octets are not part of what we look for
        raise NotDer
    if length == 0x80:
        return _indefinite(data, tag, start, limit, depth)
    if length > 0x80:
        octets = length & 0x7F
        if octets > 8 or start + octets > limit:
            raise NotDer
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    if start + length > limit:
        raise NotDer
    return Element(tag, start, start + length, start + length)


def _indefinite(data: bytes, tag: int, start: int, limit: int, depth: int) -> Element:
    at = start
    while data[at : at + 2] != b"\0\0":
        at = read(data, at, limit, depth + 1).after
        if at >= limit:
            raise NotDer
    return Element(tag, start, at, at + 2)


def children(data: bytes, element: Element) -> Iterator[Element]:
    at = element.start
    while at < element.end:
        child = read(data, at, element.end)
        yield child
        at = child.after


def octets(data: bytes, element: Element, depth: int = 0) -> bytes:
    """The bytes of an OCTET STRING, also of one in pieces."""
    if not element.tag & 0x20:
        return data[element.start : element.end]
    if depth > _DEEPEST:
        raise NotDer
    return b"".join(octets(data, child, depth + 1) for child in children(data, element))
