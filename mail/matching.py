"""Which ticket a mail belongs to, by evidence that nobody can make up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mail.identity import MailIdentity
from mail.reading import Incoming

_LOOKED_AT = 200_000  # characters of a mail in which our code is looked for
_REFERENCE = re.compile(r"(?<![A-Za-z0-9-])R-(\d{6,15})(?!\d)", re.IGNORECASE)


class Evidence(StrEnum):
    """The strongest first."""

    TOKEN = "token"  # noqa: S105 - a kind of evidence, not a secret
    OUR_ID = "our_id"
    STORED_ID = "stored_id"
    CODE = "code"  # from the small print of a mail of ours
    NUMBER = "number"  # the reference in the subject: anybody can write it


@dataclass(frozen=True)
class Match:
    """`person` is whom the answered mail was for, where the evidence tells.

    Whatever the evidence, whoever writes must be on the ticket. `by` NUMBER says so little that
    nothing else may be doubtful.
    """

    ticket: int
    by: Evidence
    person: int | None = None


KnownIds = Callable[[str], int | None]  # the ticket of a mail we sent or took in, by Message-ID


def evidence(incoming: Incoming, identity: MailIdentity, known_ids: KnownIds) -> Match | None:
    """The strongest there is, or None. A forged token is nothing."""
    for address in incoming.to:
        if (found := identity.read_token(address)) is not None:
            ticket, person = found
            return Match(ticket, Evidence.TOKEN, person)
    ids = (*incoming.in_reply_to, *reversed(incoming.references))
    for message_id in ids:
        if (ticket_of_ours := identity.read_message_id(message_id)) is not None:
            return Match(ticket_of_ours, Evidence.OUR_ID)
    for message_id in ids:
        if (stored := known_ids(message_id)) is not None:
            return Match(stored, Evidence.STORED_ID)
    for text in (incoming.text, incoming.html or ""):
        if (coded := identity.read_body_mark(text[:_LOOKED_AT])) is not None:
            return Match(coded, Evidence.CODE)
    number = _REFERENCE.search(incoming.subject)
    return Match(int(number[1]), Evidence.NUMBER) if number else None


def forged_tokens(incoming: Incoming, identity: MailIdentity) -> tuple[str, ...]:
    """Addresses with a token that we did not sign: worth a line in the log."""
    return tuple(
        address
        for address in incoming.to
        if identity.carries_token(address) and identity.read_token(address) is None
    )


def is_our_own(incoming: Incoming, identity: MailIdentity) -> bool:
    """Whether a mail of ours came back to us: taking it in would begin a loop."""
    return (
        identity.is_ours(incoming.from_address)
        or identity.read_message_id(incoming.message_id) is not None
    )
