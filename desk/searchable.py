"""The words a ticket is found by: those that everybody concerned may see, and those of technicians.

Two sets, kept apart: what is for requesters is taken from `PublicEntry` alone, so that nobody finds
a ticket by a word that they may not read in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from desk.journal import Entry, public_entries, standing
from desk.people import Person, folded
from desk.ticket import Ticket

LONGEST_WORD = 40  # characters; longer ones are found by their beginning
MOST_WORDS = 8  # of a question; who types more has found it by then
MOST_KEPT = 300_000  # bytes of one ticket's words; PostgreSQL's index refuses a megabyte

_WIDEST = 4  # bytes of one character
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Searchable:
    """Folded words, each once. `again` is when more of them become public, if that is known."""

    public: tuple[str, ...]
    every: tuple[str, ...]
    again: datetime | None = None


def words_in(text: str) -> list[str]:
    """The words of `text` without accents, case and whatever stands between them."""
    plain = text.lower() if text.isascii() else folded(text)
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain)]


def asked_words(query: str) -> tuple[str, ...]:
    """What to look for, the longest first. Each is the beginning of a word; a single letter or
    digit is a whole one, or it would stand for half the dictionary."""
    words = set(words_in(query))
    implied = {a for a in words for b in words if len(a) > 1 and a != b and b.startswith(a)}
    return tuple(sorted(words - implied, key=lambda word: (-len(word), word))[:MOST_WORDS])


def searchable(
    ticket: Ticket, journal: tuple[Entry, ...], people: Iterable[Person], now: datetime
) -> Searchable:
    """`people` are those the ticket is for, whom everybody concerned knows by name."""
    concerned = tuple(people)
    public = [
        ticket.subject,
        *(person.name for person in concerned),
        ticket.resolution.solution.text if ticket.resolution else "",
        ticket.description.text,
        *(entry.words.text for entry in reversed(public_entries(journal, now))),
    ]
    internal = [
        *(person.email or "" for person in concerned),
        *(text for entry in reversed(standing(journal)) for text in _texts(entry)),
    ]
    seen = _each_once(public)
    return Searchable(seen, _each_once(internal, seen), _next_publication(journal, now))


def _texts(entry: Entry) -> tuple[str, str]:
    return entry.words.text, str(entry.facts.get("whole", ""))


def _next_publication(journal: tuple[Entry, ...], now: datetime) -> datetime | None:
    to_come = (entry.public_from for entry in journal if entry.is_public and not entry.withdrawn)
    return min((at for at in to_come if at is not None and at > now), default=None)


def _each_once(texts: Iterable[str], seen: tuple[str, ...] = ()) -> tuple[str, ...]:
    """`seen`, then the words of the texts in the order they come, as far as an index holds them."""
    kept = dict.fromkeys(seen)
    # A ticket's description is its first entry's words as well.
    for text in dict.fromkeys(texts):
        # Taking letters apart is dear, and people repeat themselves.
        kept.update(dict.fromkeys(words_in(" ".join(dict.fromkeys(text.split())))))
    words = tuple(kept)
    if sum(map(len, words)) + len(words) <= MOST_KEPT // _WIDEST:
        return words
    ends = accumulate(len(word.encode()) + 1 for word in words)
    return words[: max(len(seen), bisect_right(list(ends), MOST_KEPT))]
