"""Finding a person by a few letters of their name or address, also misspelt ones.

What is looked through is an index in the memory of each process: made from the database when the
process starts, and kept up with what changed since, which each search asks for first. So somebody
learned by any process is found by the next search of every process. See docs/adr/0009.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Text, bindparam, cast, delete, func, insert, select, true

from desk.people import Person, folded
from storage.changes import Seen, moment
from storage.people_index import PeopleIndex, index_of
from storage.people_rows import PERSON, address, person_of
from storage.tables import people
from storage.tables import person_words as w

_MOST_WORDS = 8  # of a query; who types more has found nobody by then
_AT_ONCE = 1_000  # words read by one statement

_RANKED = select(*PERSON, people.c.requests, people.c.sort_name).where(
    people.c.id.in_(bindparam("ids", expanding=True)), people.c.active == true()
)
_BY_ADDRESS = select(people.c.id).where(people.c.email == bindparam("email"))
_POPULAR = (
    select(people.c.id, people.c.email)
    .where(people.c.active == true())
    .order_by(people.c.requests.desc(), people.c.sort_name, people.c.id)
)
_WORDS = (
    select(w.c.word, func.aggregate_strings(cast(w.c.person_id, Text), ","))
    .where(w.c.word > bindparam("last"), *(~w.c.word.contains(c, autoescape=True) for c in "@._+-"))
    .group_by(w.c.word)
    .order_by(w.c.word)
    .limit(_AT_ONCE)
)


def words_of(name: str, email: str | None) -> frozenset[str]:
    """What a person is found by: words of the name and their parts, the address and its parts."""
    words = set(folded(name).split())
    if email:
        words |= {*folded(email).split(), *folded(email.partition("@")[0]).split()}
    parts = {part for word in words if "@" not in word for part in _parts(word)}
    return frozenset(word for word in words | parts if word)


def index_person(connection: Connection, person: Person) -> None:
    connection.execute(delete(w).where(w.c.person_id == person.id))
    words = words_of(person.name, person.email) if person.active else ()
    if words:
        rows = [{"word": word, "person_id": person.id} for word in sorted(words)]
        connection.execute(insert(w), rows)


class Changed(NamedTuple):
    """Sorts the most frequent requesters first. Without words: not to be found any more."""

    requests: int  # below zero
    sort_name: str
    person: int
    words: tuple[str, ...]
    number: int  # of the change


def _changed(row: Any) -> Changed:
    words = tuple(_indexed(words_of(row.name, row.email))) if row.active else ()
    return Changed(-row.requests, row.sort_name, row.id, words, row.changed)


@dataclass(frozen=True)
class Known:
    """What one process can look through: everybody at some moment, and who changed since."""

    everybody: PeopleIndex
    seen: Seen
    recent: Mapping[int, Changed] = field(default_factory=dict)  # by the person's id
    changed: PeopleIndex = field(default_factory=lambda: index_of(()))  # these alone
    hidden: frozenset[int] = frozenset()  # their places in `everybody`

    def with_changes(self, rows: Sequence[Any], seen: Seen) -> Known:
        news = {row.id: row for row in rows if self._is_news(row)}
        if not news:
            return replace(self, seen=seen)
        recent = {**self.recent, **{number: _changed(row) for number, row in news.items()}}
        active = sorted(one for one in recent.values() if one.words)
        changed = index_of([(one.person, one.words) for one in active])
        hidden = self.hidden | self.everybody.places_of(news)
        return Known(self.everybody, seen, recent, changed, hidden)

    def _is_news(self, row: Any) -> bool:
        known = self.recent.get(row.id)
        return known is None or known.number != row.changed or known.requests != -row.requests


def everybody(connection: Connection) -> Known:
    """Read anew; what changes from this moment on comes later."""
    seen = moment(connection)
    numbers, places = array("q"), array("I", [0])  # of people by place, of places by number
    domains: dict[str, array[int]] = {}
    for place, (person, email) in enumerate(connection.execute(_POPULAR)):
        numbers.append(person)
        if person >= len(places):
            places.frombytes(bytes(places.itemsize * (2 * person - len(places))))
        places[person] = place + 1
        if email:
            domains.setdefault("@" + folded(email).rpartition("@")[2], array("I")).append(place)
    words = merge(sorted(domains.items()), _words(connection, places), key=itemgetter(0))
    return Known(PeopleIndex(numbers, words), seen)


def _words(connection: Connection, places: array[int]) -> Iterator[tuple[str, list[int]]]:
    """Words in order, with the places of those who have them."""
    last = ""
    while rows := connection.execute(_WORDS, {"last": last}).all():
        for word, who in rows:
            found = (places[int(person)] for person in who.split(","))
            yield word, sorted(place - 1 for place in found if place)
        last = rows[-1][0]


def search(connection: Connection, known: Known, query: str, limit: int) -> tuple[Person, ...]:
    words = words_in(query)
    best: dict[int, int] = {}  # how well each person matches: less is better
    for number, person in enumerate(_exactly(connection, query)):
        best[person] = -1 - number
    for index, hidden in ((known.everybody, known.hidden), (known.changed, frozenset[int]())):
        for worse, found in enumerate(index.find(words, limit, hidden)):
            for person in found:
                best.setdefault(person, worse)
    if not best:
        return ()
    rows = connection.execute(_RANKED, {"ids": list(best)}).all()
    rows = sorted(rows, key=lambda row: (best[row[0]], -row.requests, row.sort_name, row[0]))
    return tuple(person_of(row[: len(PERSON)]) for row in rows[:limit])


def words_in(query: str) -> tuple[str, ...]:
    """The words of a query as the index has them, without those that begin another."""
    found: set[str] = set()
    for token in folded(query).split():
        local, at, domain = token.partition("@")
        found.update(filter(None, _parts(local)))
        if domain:
            found.add(at + domain)
    whole = [a for a in found if not any(b != a and b.startswith(a) for b in found)]
    return tuple(sorted(whole, key=len, reverse=True)[:_MOST_WORDS])


def _exactly(connection: Connection, query: str) -> Sequence[int]:
    if "@" not in query:
        return ()
    return connection.execute(_BY_ADDRESS, {"email": address(query)}).scalars().all()


def _indexed(words: Iterable[str]) -> Iterable[str]:
    """Of an address its domain is one word. What has several parts is found by these."""
    for word in words:
        if word.isalnum():
            yield word
        elif "@" in word:
            yield "@" + word.partition("@")[2]


def _parts(word: str) -> list[str]:
    return re.split(r"[^\w]|_", word)
