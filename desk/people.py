"""People, and what each may do."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from desk.errors import NotYours, TechniciansOnly
from desk.lifecycle import Move, State, moves_from
from desk.ticket import Ticket

SYSTEM = "system"  # the handle under which scheduled commands act


@dataclass(frozen=True)
class Person:
    """Somebody the desk knows, from Slack, by address only, or both.

    `language` is "en" or "fr"; `active` is false once Slack says the account is gone. `told` is
    when Slack changed any of this, in seconds since 1970, on whoever is being learned of; 0 where
    nobody said.
    """

    id: int
    name: str
    email: str | None = None
    slack_id: str | None = None
    language: str = "en"
    title: str = ""
    zone: str = "UTC"
    active: bool = True
    told: int = field(default=0, compare=False)

    @property
    def handle(self) -> str:
        """What commands call this person by: the Slack id, else the address."""
        return self.slack_id or self.email or f"person:{self.id}"


@dataclass(frozen=True)
class NewPerson:
    """Somebody who may not be in the directory yet, as typed in the form or named by a mail."""

    name: str
    email: str
    language: str = ""  # "" where nothing tells: the house's


TECHNICIAN_MOVES = frozenset(Move) - {Move.ANSWER}
REQUESTER_MOVES = frozenset({Move.ANSWER})


@dataclass(frozen=True)
class Actor:
    """A person about to act, with the teams they belong to."""

    person: Person
    teams: frozenset[int] = field(default_factory=frozenset)
    is_administrator: bool = False

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def is_technician(self) -> bool:
        return bool(self.teams) or self.is_administrator

    def serves(self, ticket: Ticket) -> bool:
        """Whether this person works on the ticket: by team, by holding it, or by office."""
        return ticket.team in self.teams or ticket.assignee == self.id or self.is_administrator

    def may(self, move: Move, ticket: Ticket) -> bool:
        """The rights policy. It does not look at the state: that is LIFECYCLE's part."""
        if move in REQUESTER_MOVES:
            return ticket.concerns(self.id)
        if move is Move.NOTE:
            return self.is_technician or self.serves(ticket)
        return move in TECHNICIAN_MOVES and self.serves(ticket)

    def moves(self, ticket: Ticket) -> tuple[Move, ...]:
        """What this person may do to the ticket now, in button order."""
        return tuple(move for move in moves_from(ticket.state) if self.may(move, ticket))

    def require(self, move: Move, ticket: Ticket) -> None:
        if not self.may(move, ticket):
            raise NotYours(ticket.id, move)

    def require_technician(self) -> None:
        if not self.is_technician:
            raise TechniciansOnly()

    def may_read(self, ticket: Ticket) -> bool:
        """Technicians read every ticket; other people the ones they have to do with."""
        return self.is_technician or self.serves(ticket) or ticket.concerns(self.id)


def member_moves(ticket: Ticket) -> tuple[Move, ...]:
    """What any member of the ticket's team may do: for surfaces that look the same to everybody."""
    return _MEMBER_MOVES[ticket.state]


_MEMBER_MOVES = {
    state: tuple(move for move in moves_from(state) if move in TECHNICIAN_MOVES) for state in State
}


def folded(text: str) -> str:
    """`text` for comparing names: lower case, without accents, one space between words."""
    # Twice: a letter that stands for another ("ℌ") shows its case only once it is written out.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join(decomposed.translate(_PLAIN).split())


class _Plain(dict[int, str]):
    """What stands for a letter where accents do not count, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = self._of(chr(code))
        if len(self) < _LETTERS_KEPT:
            self[code] = plain
        return plain

    @staticmethod
    def _of(letter: str) -> str:
        if unicodedata.combining(letter):
            return ""
        kept = letter.isalnum() or letter in "@.+_-"
        return _SPELT_OUT.get(letter, letter if kept else " ")


_SPELT_OUT = {"ø": "o", "ł": "l", "đ": "d", "œ": "oe", "æ": "ae", "ı": "i"}
_LETTERS_KEPT = 5_000  # of all the world's: somebody may send each of them
_PLAIN = _Plain()


def looks_like_address(text: str) -> bool:
    """Whether `text` can be an e-mail address: one @, a dotted domain, no blanks or controls."""
    local, at, domain = text.strip().rpartition("@")
    return (
        bool(at and local)
        and len(text) <= 254
        and "@" not in local
        and "." in domain.strip(".")
        and domain == domain.strip(".")
        and ".." not in text
        and not _NOT_IN_ADDRESSES.search(text)
        and not _has_unseen(text.strip())
    )


_NOT_IN_ADDRESSES = re.compile(r'[<>()\[\],;:\\"]')


def _has_unseen(text: str) -> bool:
    """Blanks, controls and marks without a shape: two addresses must not merely look the same."""
    # What is not printable is of these categories, and so is the blank, which counts as printable.
    return " " in text or not text.isprintable()
