"""Finding a person by the beginnings of words, in any order, without accents.

Most frequent requesters come first. Ranking a large match set is slow, so there are two ways to the
same answer: from the words, where one of them is rare; else down the list of the most frequent
requesters until enough match.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    true,
)

from desk.people import Person, folded
from storage.people_rows import PEOPLE, person_of
from storage.tables import people
from storage.tables import person_words as w

_RARE = 10_000  # matches that are still quicker to rank than to look for down the list
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
    counts = {prefix: _count(connection, prefix) for prefix in prefixes}
    if 0 in counts.values():
        return ()
    rarest = min(prefixes, key=counts.__getitem__, default="")
    if prefixes and counts[rarest] < _RARE:
        others = [prefix for prefix in prefixes if prefix != rarest]
        statement = _from_the_words(rarest, others)
    else:
        statement = _down_the_list(prefixes)
    return tuple(map(person_of, connection.execute(statement.limit(limit))))


def _from_the_words(rarest: str, others: list[str]) -> Select[Any]:
    found = w.alias("found")
    matching = select(found.c.person_id).where(
        _begins(found, rarest), *(_some_word_begins(found.c.person_id, one) for one in others)
    )
    # Only active people have words. Adding nothing keeps both databases from the index that is in
    # this order already: it would be walked to its end.
    unordered = people.c.requests + literal_column("0")
    return PEOPLE.where(people.c.id.in_(matching)).order_by(
        unordered.desc(), people.c.sort_name, people.c.id
    )


def _down_the_list(prefixes: list[str]) -> Select[Any]:
    matching = [_some_word_begins(people.c.id, prefix) for prefix in prefixes]
    return PEOPLE.where(people.c.active == true(), *matching).order_by(
        people.c.requests.desc(), people.c.sort_name, people.c.id
    )


def _prefixes(query: str) -> list[str]:
    """The words of the query, each once, without those that begin another."""
    words = {word for word in folded(query).split() if any(map(str.isalnum, word))}
    whole = [a for a in words if not any(b != a and b.startswith(a) for b in words)]
    return sorted(whole, key=len, reverse=True)[:_MOST_WORDS]


def _begins(words: FromClause, prefix: str) -> ColumnElement[bool]:
    return (words.c.word >= prefix) & (words.c.word < prefix + _LAST)


def _some_word_begins(person: ColumnElement[int], prefix: str) -> ColumnElement[bool]:
    return exists().where(w.c.person_id == person, _begins(w, prefix))


def _count(connection: Connection, prefix: str) -> int:
    some = select(w.c.person_id).where(_begins(w, prefix)).limit(_RARE).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
