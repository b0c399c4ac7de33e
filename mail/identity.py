"""Who we are by mail, and the signed marks by which an answer finds its ticket.

A mark is worth something only because nobody else can make it: reply addresses and Message-IDs
carry a keyed signature, so a guessed ticket number lets nobody in.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from email.utils import parseaddr
from hashlib import sha256

from pydantic import SecretStr

_SIGNATURE = 10  # bytes; 80 bits are out of reach of guessing by mail
_LONGEST_LOCAL = 29  # leaves room for "+t." and the longest token in the 64 characters of RFC 5321
_BIGGEST = 2**35  # ids are signed as at most five bytes each
_BOUNCE = re.compile(r"\+b\.([a-z2-7]{18,24})$")
_TOKEN = re.compile(r"\+t\.([a-z2-7]{20,40})$")
_BODY_MARK = re.compile(r"(?<![a-z0-9])fd-([a-z2-7]{18,24})(?![a-z0-9])", re.IGNORECASE)
_MOST_MARKS = 20  # of one mail are looked at
_MESSAGE_ID = re.compile(r"<?fd\.(\d{1,12})\.(\d{1,15}|root)\.([a-z2-7]{16})@[^<>@\s]+>?")

Secret = bytes | str | SecretStr


class MailIdentity:
    """Our address, and the keys that sign what leaves and check what comes back.

    `secrets`: the first one signs, each of them verifies, so that a secret can be replaced while
    mails signed by the old one are still out there. `domain` is that of Message-IDs.
    `teams`: addresses that teams write from.
    """

    def __init__(
        self,
        address: str,
        secret: Secret,
        can_receive: bool = True,
        domain: str = "",
        older_secrets: tuple[Secret, ...] = (),
        bounces: str = "",
        teams: Iterable[str] = (),
    ) -> None:
        """Raises ValueError for an address that cannot be ours, or an empty secret."""
        self.name, self.address = parseaddr(address)
        self.local, at, own_domain = self.address.rpartition("@")
        if not at or not self.local or not own_domain or not self.address.isascii():
            raise ValueError(f"not a mail address: {address!r}")
        if len(self.local) > _LONGEST_LOCAL:
            raise ValueError(f"the part before @ has more than {_LONGEST_LOCAL} characters")
        self._ours = frozenset(one.lower() for one in (self.address, *teams) if one)
        self.domain = (domain or own_domain).lower()
        self.can_receive = can_receive
        self._secrets = tuple(map(_as_bytes, (secret, *older_secrets)))
        if not all(self._secrets):
            raise ValueError("a secret of the mail identity is empty")
        self._bounces = _plain_address(bounces) if bounces else ""

    def token(self, ticket: int, person: int) -> str:
        """The mark in the address this person answers to, for this ticket."""
        ids = _packed(ticket) + _packed(person)
        return _base32(ids + self._sign("reply address", ids))

    def reply_to(self, ticket: int, person: int) -> str:
        return f"{self.local}+t.{self.token(ticket, person)}@{self.address.rpartition('@')[2]}"

    def envelope_sender(self, outbox_row: int) -> str:
        """Where a server sends this mail back: an address of the row's own, if one is set up."""
        if not self._bounces:
            return self.address
        row = _packed(outbox_row)
        local, _, domain = self._bounces.rpartition("@")
        return f"{local}+b.{_base32(row + self._sign('bounce address', row))}@{domain}"

    def read_bounce(self, address: str) -> int | None:
        """The outbox row of an address made by `envelope_sender`; None for any other one."""
        local = address.strip().strip("<>").rpartition("@")[0].lower()
        found = _BOUNCE.search(local)
        data = _from_base32(found[1]) if found else None
        if data is None or len(data) <= _SIGNATURE:
            return None
        row, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
        if not self._verify("bounce address", row, signature):
            return None
        return _unpacked_one(row)

    def read_token(self, address: str) -> tuple[int, int] | None:
        """Ticket and person of a reply address of ours; None for any other and any forged one.

        The signature decides, not the domain: a mailbox may be reached under several.
        """
        local = address.strip().strip("<>").rpartition("@")[0].lower()
        found = _TOKEN.search(local)
        data = _from_base32(found[1]) if found else None
        if data is None:
            return None
        ids, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
        if not self._verify("reply address", ids, signature):
            return None
        return _unpacked(ids)

    def carries_token(self, address: str) -> bool:
        """Whether the address looks like one with a token of ours, genuine or not."""
        return bool(_TOKEN.search(address.strip().strip("<>").rpartition("@")[0].lower()))

    def is_ours(self, address: str) -> bool:
        """Whether mail from this address came from ourselves."""
        local, _, domain = address.strip().strip("<>").lower().rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        return plain in self._ours or f"{local}@{domain}" in self._ours

    def body_mark(self, ticket: int) -> str:
        """The short code in the small print of each mail of this ticket."""
        number = _packed(ticket)
        return "fd-" + _base32(number + self._sign("body mark", number))

    def read_body_mark(self, text: str) -> int | None:
        """The ticket of the first genuine code in `text`: the mail answered stands above those that
        it quotes in turn."""
        for found in _BODY_MARK.findall(text)[:_MOST_MARKS]:
            data = _from_base32(found.lower())
            if data is None or len(data) <= _SIGNATURE:
                continue
            number, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
            if self._verify("body mark", number, signature):
                return _unpacked_one(number)
        return None

    def message_id(self, outbox_row: int, ticket: int) -> str:
        """The Message-ID of the mail in this outbox row: the same however often it is tried."""
        return self._message_id(ticket, str(outbox_row))

    def root_id(self, ticket: int) -> str:
        """What every mail of a ticket refers to first, so that mail programs keep one thread."""
        return self._message_id(ticket, "root")

    def read_message_id(self, message_id: str) -> int | None:
        """The ticket of a Message-ID that we signed; None for any other."""
        found = _MESSAGE_ID.fullmatch(message_id.strip().lower())
        signature = _from_base32(found[3]) if found else None
        if found is None or signature is None:
            return None
        named = f"{found[1]}.{found[2]}".encode()
        return int(found[1]) if self._verify("message id", named, signature) else None

    def read_sent(self, message_id: str) -> tuple[int, int] | None:
        """Ticket and outbox row of the mail with this Message-ID, if we sent it."""
        if (ticket := self.read_message_id(message_id)) is None:
            return None
        row = message_id.strip().strip("<").split(".", 3)[2]
        return None if row == "root" else (ticket, int(row))

    def _message_id(self, ticket: int, what: str) -> str:
        named = f"{ticket}.{what}"
        signature = _base32(self._sign("message id", named.encode()))
        return f"<fd.{named}.{signature}@{self.domain}>"

    def _sign(self, purpose: str, data: bytes) -> bytes:
        return _signature(self._secrets[0], purpose, data)

    def _verify(self, purpose: str, data: bytes, signature: bytes) -> bool:
        return any(
            hmac.compare_digest(_signature(secret, purpose, data), signature)
            for secret in self._secrets
        )


def _signature(secret: bytes, purpose: str, data: bytes) -> bytes:
    return hmac.digest(secret, f"frontdesk {purpose}\0".encode() + data, sha256)[:_SIGNATURE]


def _as_bytes(secret: Secret) -> bytes:
    plain = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    return plain.encode() if isinstance(plain, str) else plain


def _packed(number: int) -> bytes:
    """`number` in as few bytes as it needs, seven bits each, the last one marked."""
    if not 0 <= number < _BIGGEST:
        raise ValueError(f"id out of range: {number}")
    septets = [number & 0x7F | 0x80]
    while number := number >> 7:
        septets.append(number & 0x7F)
    return bytes(reversed(septets))


def _unpacked(ids: bytes) -> tuple[int, int]:
    numbers, number = [], 0
    for byte in ids:
        number = number << 7 | byte & 0x7F
        if byte & 0x80:
            numbers.append(number)
            number = 0
    ticket, person = numbers
    return ticket, person


def _unpacked_one(packed: bytes) -> int:
    number = 0
    for byte in packed:
        number = number << 7 | byte & 0x7F
    return number


def _plain_address(address: str) -> str:
    """Raises ValueError for one that cannot carry a token."""
    local, at, domain = address.strip().rpartition("@")
    if not (at and local and domain and address.isascii() and address.isprintable()):
        raise ValueError(f"not a mail address: {address!r}")
    if len(local) > _LONGEST_LOCAL or "+" in local or " " in address:
        raise ValueError(f"{address!r} leaves no room for a token")
    return address.strip()


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _from_base32(text: str) -> bytes | None:
    """The bytes of `text`, or None where it is not exactly what `_base32` writes."""
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        return None
    return data if _base32(data) == text else None
