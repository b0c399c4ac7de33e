"""Find tickets by the beginnings of words, newest first, at a cost that does not grow with them.

Ranking every match of a frequent word is slow, so only the newest matches are ranked: open ones
first. SQLite's index hands them out in that order. PostgreSQL's does not, so there the newest
tickets are looked through first, where a frequent word is soon found often enough; for any other
the index tells all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from storage.tables import ticket_words as w
from storage.tables import tickets as t

RANKED = 500  # newest matches among which open ones come first
_LOOKED_THROUGH = 1_000  # newest tickets that are looked through on PostgreSQL
_RARE = 1_000  # matches that are quicker to sort than to look for
_OWN = 2_000  # newest requests of one person that are looked through

_INDEXED_LETTERS = 10  # SQLite's index hands out beginnings up to here in order, see the migration

_INDEX = table("ticket_index", column("rowid", Integer))
_IN_ORDER = (
    select(_INDEX.c.rowid)
    .where(literal_column("ticket_index").bool_op("MATCH")(bindparam("query")))
    .order_by(_INDEX.c.rowid.desc())
    .limit(bindparam("n"))
)
_INDEXED: ColumnElement[Any] = literal_column(
    "array_to_tsvector(string_to_array(btrim(every), ' '))"
)
_MATCHING = (
    select(w.c.ticket_id)
    .where(_INDEXED.bool_op("@@")(cast(bindparam("query"), TSQUERY)))
    .limit(bindparam("n"))
)
# Adding nothing keeps the planner from walking down the tickets in search of a rare word.
_NEWEST_MATCHING = _MATCHING.order_by((w.c.ticket_id + literal_column("0")).desc())
# A plan that reads every row is never right here, whatever the planner thinks of a new word.
_BY_INDEX = text("SELECT set_config('enable_seqscan', 'off', true)")

_RANK = (
    select(t)
    .where(t.c.id.in_(bindparam("found", expanding=True)))
    .order_by(t.c.is_open.desc(), t.c.id.desc())
    .limit(bindparam("most"))
)


def everywhere(connection: Connection, words: Sequence[str], most: int) -> Sequence[Any]:
    """Rows of tickets that have all of `words` anywhere in them: for technicians' eyes."""
    if not words:
        return ()
    find = _in_sqlite if connection.dialect.name == "sqlite" else _in_postgresql
    found = find(connection, words, most)
    return connection.execute(_RANK, {"found": found, "most": most}).all() if found else ()


def among_own(
    connection: Connection, person: int, words: Sequence[str], most: int
) -> Sequence[Any]:
    """The same for somebody the tickets are for: by their public words, and those alone."""
    if not words:
        return ()
    find = func.instr if connection.dialect.name == "sqlite" else func.strpos
    own = union(
        *(
            select(
                select(t.c.id)
                .where(column == person)
                .order_by(t.c.is_open.desc(), t.c.id.desc())
                .limit(_OWN)
                .subquery()
            )
            for column in (t.c.requester_id, t.c.beneficiary_id)
        )
    ).subquery("own")
    statement = (
        select(t)
        .select_from(own.join(t, t.c.id == own.c.id).join(w, w.c.ticket_id == t.c.id))
        .where(_all_in(w.c.public, words, find))
        .order_by(t.c.is_open.desc(), t.c.id.desc())
        .limit(most)
    )
    return connection.execute(statement).all()


def _in_sqlite(connection: Connection, words: Sequence[str], most: int) -> Sequence[int]:
    """A word that is longer than what the index has in order is looked for by its first letters,
    and then in what was found: putting together all the words it begins takes as long as there are
    tickets with them."""
    query = " AND ".join(_fts(word[:_INDEXED_LETTERS]) for word in words)
    statement = _IN_ORDER
    longer = [word for word in words if len(word) > _INDEXED_LETTERS]
    if longer:
        statement = statement.join(w, w.c.ticket_id == _INDEX.c.rowid).where(
            _all_in(w.c.every, longer, func.instr)
        )
    return connection.execute(statement, {"query": query, "n": RANKED}).scalars().all()


def _fts(word: str) -> str:
    return f'"{word}"{"*" if _is_beginning(word) else ""}'


def _in_postgresql(connection: Connection, words: Sequence[str], most: int) -> Sequence[int]:
    newest = select(w.c.ticket_id).order_by(w.c.ticket_id.desc()).limit(1).scalar_subquery()
    among_newest = (
        select(w.c.ticket_id)
        .where(w.c.ticket_id > newest - _LOOKED_THROUGH, _all_in(w.c.every, words, func.strpos))
        .order_by(w.c.ticket_id.desc())
        .limit(RANKED)
    )
    found = connection.execute(among_newest).scalars().all()
    if len(found) >= most:
        return found
    query = " & ".join(f"'{word}'{':*' if _is_beginning(word) else ''}" for word in words)
    connection.execute(_BY_INDEX)
    some = connection.execute(_MATCHING, {"query": query, "n": _RARE + 1}).scalars().all()
    if len(some) <= _RARE:
        return some
    return connection.execute(_NEWEST_MATCHING, {"query": query, "n": RANKED}).scalars().all()


def _all_in(
    column: ColumnElement[str], words: Sequence[str], find: Callable[..., ColumnElement[int]]
) -> ColumnElement[bool]:
    """`column` holds words with a blank around each. `find` tells where one text is in another:
    that takes half as long as a pattern."""
    return and_(
        *(find(column, f" {word}{'' if _is_beginning(word) else ' '}") > 0 for word in words)
    )


def _is_beginning(word: str) -> bool:
    return len(word) > 1
