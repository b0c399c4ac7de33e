"""A composed mail as bytes: what the standard library writes, in a quarter of its time."""

from __future__ import annotations

from email.message import Message
from typing import Any

from mail.headers import POLICY

_WIDE = POLICY.clone(utf8=True)


def as_bytes(mail: Message[Any, Any], *, utf8: bool = False) -> bytes:
    """`utf8` is for servers that take addresses in any script. Parts are text, encoded already."""
    written: list[str] = []
    _write(mail, _WIDE if utf8 else POLICY, written)
    return "".join(written).encode("utf-8" if utf8 else "ascii")


def _write(mail: Message[Any, Any], policy: Any, written: list[str]) -> None:
    written += [policy.fold(name, value) for name, value in mail.raw_items()]
    written.append("\r\n")
    payload = mail.get_payload()
    if isinstance(payload, list):
        boundary = mail.get_boundary()
        for part in payload:
            assert isinstance(part, Message)
            written.append(f"--{boundary}\r\n")
            _write(part, policy, written)
            written.append("\r\n")
        written.append(f"--{boundary}--\r\n")
    else:
        written.append(str(payload).replace("\r\n", "\n").replace("\n", "\r\n"))
