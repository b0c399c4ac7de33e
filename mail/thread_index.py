"""Outlook's Thread-Index: where in its conversation a mail stands.

22 bytes begin a conversation (when it began, and an id); each answer adds five of its own to those
of the mail it answers ([MS-OXOMSG] 2.2.1.3).
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta

_BEGINNING, _ANSWER = 22, 5  # bytes
_LONGEST = 300  # bytes; nobody has read a conversation of fifty levels
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)  # from which Windows counts tenths of microseconds
_NEAR = 1 << 49  # of them, 1.7 years: a longer time is told more coarsely


def child_index(parent: str, at: datetime, number: int) -> str:
    """The index of an answer written `at` to the mail that has `parent`; `number` tells answers of
    one moment apart. What follows no rules is given back as it is, and so is one that is too long:
    the conversation is still known by it."""
    try:
        known = base64.b64decode(parent, validate=True)
    except (binascii.Error, ValueError):
        return parent
    levels, rest = divmod(len(known) - _BEGINNING, _ANSWER)
    if levels < 0 or rest or len(known) + _ANSWER > _LONGEST:
        return parent
    return base64.b64encode(known + _since(_begun(known), at, number)).decode("ascii")


def _begun(index: bytes) -> int:
    """When the conversation began, in tenths of microseconds, to 6.5 milliseconds."""
    return int.from_bytes(index[:6], "big") << 16


def _since(begun: int, at: datetime, number: int) -> bytes:
    passed = max((at - _EPOCH) // timedelta(microseconds=1) * 10 - begun, 0)
    near = passed < _NEAR
    time = min(passed >> 18 if near else passed >> 23, 0x7FFFFFFF)
    return (time | (0 if near else 1 << 31)).to_bytes(4, "big") + bytes([(number % 16) << 4])
