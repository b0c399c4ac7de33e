"""Sign our mails with DKIM, so that other servers can tell them from forged ones."""

from __future__ import annotations

import base64
import logging
import re
from pathlib import Path

import dkim
from dkim.crypto import parse_pem_private_key, parse_public_key

_QUIET = logging.getLogger("dkim")  # which would say what it signs
_QUIET.disabled = True
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_TRIAL = b"From: a@b.example\r\nSubject: x\r\n\r\nx\r\n"


class DkimSigner:
    """The key of one domain. It is never shown and appears in no message."""

    def __init__(self, key: bytes, selector: str, domain: str) -> None:
        """Raises ValueError, which says what is wrong without the key in it."""
        for what, name in (("selector", selector), ("domain", domain)):
            if not all(map(_LABEL.fullmatch, name.split("."))):
                raise ValueError(f"the DKIM {what} is no host name: {name[:60]!r}")
        self._key, self._selector, self._domain = key, selector.encode(), domain.lower().encode()
        try:
            self.signed(_TRIAL)
        except Exception:
            # Whatever the library stumbled over; its words may quote the key.
            raise ValueError("the DKIM key is no RSA key in PEM form") from None

    @classmethod
    def read(cls, path: Path, selector: str, domain: str) -> DkimSigner:
        """Raises ValueError."""
        try:
            key = path.read_bytes()
        except OSError as fault:
            raise ValueError(f"{path}: cannot be read ({fault.strerror})") from None
        return cls(key, selector, domain)

    def __repr__(self) -> str:
        return f"DkimSigner({self.place})"

    @property
    def place(self) -> str:
        """The name in the DNS that tells others our public key."""
        return f"{self._selector.decode()}._domainkey.{self._domain.decode()}"

    @property
    def bits(self) -> int:
        return int(self._numbers()["modulus"].bit_length())

    @property
    def record(self) -> str:
        """What must stand there, as TXT."""
        return f"v=DKIM1; k=rsa; p={base64.b64encode(_public_key(self._numbers())).decode()}"

    def is_published_by(self, record: str) -> bool:
        """Whether this record tells our public key."""
        pairs = (part.partition("=") for part in record.split(";"))
        tags = {name.strip(): "".join(value.split()) for name, _, value in pairs}
        if tags.get("v", "DKIM1") != "DKIM1" or tags.get("k", "rsa") != "rsa":
            return False
        try:
            theirs = parse_public_key(base64.b64decode(tags.get("p", ""), validate=True))
        except Exception:
            return False  # whatever the library says of what is no key
        ours = self._numbers()
        return all(theirs[name] == ours[name] for name in ("modulus", "publicExponent"))

    def _numbers(self) -> dict[str, int]:
        found: dict[str, int] = parse_pem_private_key(self._key)
        return found

    def signed(self, mail: bytes) -> bytes:
        """`mail` with our signature on top. Takes milliseconds: not for the event loop."""
        signature: bytes = dkim.sign(
            mail, self._selector, self._domain, self._key, canonicalize=(b"relaxed", b"relaxed")
        )
        return signature + mail


# DER, as far as a public RSA key needs it.
_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_IS_RSA = bytes.fromhex("300d06092a864886f70d0101010500")


def _public_key(numbers: dict[str, int]) -> bytes:
    """As `openssl rsa -pubout -outform DER` writes it."""
    key = _der(_SEQUENCE, _number(numbers["modulus"]) + _number(numbers["publicExponent"]))
    return _der(_SEQUENCE, _IS_RSA + _der(_BITS, b"\0" + key))


def _number(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(kind: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((kind, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((kind, 0x80 | len(length))) + length + content
