"""Finding a person by the beginnings of words, in any order, without accents.

Most frequent requesters come first. Ranking a large match set is slow, so there are two ways to the
same answer: from the words, where one of them is rare; else down the list of the most frequent
requesters until enough match.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, true

from desk.people import Person, folded
from storage.people_rows import PEOPLE, person_of
from storage.tables import people
from storage.tables import person_words as w

_RARE = 5000  # matches that are still quicker to rank than to look for down the list
_LAST = "\U0010ffff"  # sorts after whatever continues a prefix
_MOST_WORDS = 8  # of a query; who types more has found nobody by then


def words_of(name: str, email: str | None) -> frozenset[str]:
    """What a person is found by: words of the name and their parts, the address and its parts.

    The domain is left out: nearly everybody shares it.
    """
    words = set(folded(name).split())
    if email:
        words |= {*folded(email).split(), *folded(email.partition("@")[0]).split()}
    parts = {part for word in words if "@" not in word for part in re.split(r"[^\w]|_", word)}
    return frozenset(word for word in words | parts if word)


def index_person(connection: Connection, person: Person) -> None:
    connection.execute(delete(w).where(w.c.person_id == person.id))
    words = words_of(person.name, person.email) if person.active else ()
    if words:
        rows = [{"word": word, "person_id": person.id} for word in sorted(words)]
        connection.execute(insert(w), rows)


def search(connection: Connection, query: str, limit: int) -> tuple[Person, ...]:
    prefixes = _prefixes(query)
    matching = [_some_word_begins(prefix) for prefix in prefixes]
    if prefixes:
        counts = [_count(connection, prefix) for prefix in prefixes]
        rarest = counts.index(min(counts))
        if counts[rarest] == 0:
            return ()
        if counts[rarest] < _RARE:
            matching[rarest] = people.c.id.in_(
                select(w.c.person_id).where(_begins(prefixes[rarest]))
            )
    statement = (
        PEOPLE.where(people.c.active == true(), *matching)
        .order_by(people.c.requests.desc(), people.c.sort_name, people.c.id)
        .limit(limit)
    )
    return tuple(map(person_of, connection.execute(statement)))


def _prefixes(query: str) -> list[str]:
    """The words of the query, each once, without those that begin another."""
    words = {word for word in folded(query).split() if any(map(str.isalnum, word))}
    whole = [a for a in words if not any(b != a and b.startswith(a) for b in words)]
    return sorted(whole, key=len, reverse=True)[:_MOST_WORDS]


def _begins(prefix: str) -> ColumnElement[bool]:
    return (w.c.word >= prefix) & (w.c.word < prefix + _LAST)


def _some_word_begins(prefix: str) -> ColumnElement[bool]:
    return exists().where(w.c.person_id == people.c.id, _begins(prefix))


def _count(connection: Connection, prefix: str) -> int:
    some = select(w.c.person_id).where(_begins(prefix)).limit(_RARE).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
