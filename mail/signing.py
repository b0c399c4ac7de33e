"""Sign our mails with DKIM, so that other servers can tell them from forged ones."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import dkim

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
        return f"DkimSigner({self._selector.decode()}._domainkey.{self._domain.decode()})"

    def signed(self, mail: bytes) -> bytes:
        """`mail` with our signature on top. Takes milliseconds: not for the event loop."""
        signature: bytes = dkim.sign(
            mail, self._selector, self._domain, self._key, canonicalize=(b"relaxed", b"relaxed")
        )
        return signature + mail
