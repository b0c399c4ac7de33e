"""A technician's own signature, below each of their replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.errors import InvalidField
from desk.moving import with_names
from desk.people import Actor
from desk.ports import Transaction
from desk.result import Result
from desk.words import Words

LONGEST_SIGNATURE = 1_000  # characters


@dataclass(frozen=True)
class SignReplies:
    """No words: name and team stand there, as for everybody."""

    by: str
    words: Words


@dataclass(frozen=True)
class Signature:
    """What stands below the asker's replies."""


def sign_replies(ask: SignReplies, tx: Transaction, now: datetime) -> Result:
    actor = tx.people.actor(ask.by)
    actor.require_technician()
    words = with_names(tx, ask.words)
    if len(words.text) > LONGEST_SIGNATURE:
        raise InvalidField("signature", "too_long", LONGEST_SIGNATURE)
    tx.people.set_signature(actor.id, words)
    return Result()


def signature(ask: Signature, actor: Actor, tx: Transaction, now: datetime) -> Words:
    actor.require_technician()
    return tx.people.signature(actor.id)
