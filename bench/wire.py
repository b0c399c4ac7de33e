"""Just enough HTTP/1.1 for both ends of a measurement: what measures must cost next to nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


class Incoming:
    """Bytes as they arrive, cut into messages with a Content-Length (without one: no body)."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Head and body of each message that is complete now."""
        self._waiting += data
        while True:
            end = self._waiting.find(_END)
            if end < 0:
                return
            head = bytes(self._waiting[:end])
            declared = _LENGTH.search(head)
            start = end + len(_END)
            stop = start + (int(declared[1]) if declared else 0)
            if len(self._waiting) < stop:
                return
            body = bytes(self._waiting[start:stop])
            del self._waiting[:stop]
            yield head, body


def status_of(head: bytes) -> int:
    """The status of an answer's head."""
    return int(head[9:12])


def answer(body: bytes) -> bytes:
    """A JSON answer on a connection that stays open."""
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    ) + body
