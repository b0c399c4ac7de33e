"""Who belongs to which team: the desk file's addresses and Slack ids, matched with people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Table, select, text, update

from desk.people import Person
from storage.directory import insert_person
from storage.known_house import house_changed
from storage.people_rows import address
from storage.prepared import POSTGRESQL
from storage.tables import administrators, house, members, people, teams

_NAMED: tuple[tuple[Table, Column[Any], Column[Any]], ...] = (
    (members, members.c.ref, members.c.person_id),
    (administrators, administrators.c.ref, administrators.c.person_id),
    (teams, teams.c.lead_ref, teams.c.lead_id),
)
_LOCK = 7367213307  # any number that all processes share
_ALONE = text(f"SELECT pg_advisory_xact_lock({_LOCK})")
_TOGETHER = text(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")


def reference(named: str) -> str:
    """An address or a Slack id as it is kept."""
    clean = named.strip()
    return (address(clean) or "") if "@" in clean else clean


def hold_house(connection: Connection, *, alone: bool) -> None:
    """Until the end of the transaction nobody loads a desk file; nor, `alone`, learns who people
    are. Whoever waits then sees what was loaded. SQLite has one writer."""
    if connection.dialect.name == POSTGRESQL:
        connection.execute(_ALONE if alone else _TOGETHER)


def rejoin_teams(connection: Connection) -> None:
    """Match everybody the desk file names with the people known now.

    Somebody named by an address nobody has yet becomes a person known by that address.
    """
    hold_house(connection, alone=False)
    refs = {
        ref
        for _, column, _ in _NAMED
        for ref in connection.execute(select(column).where(column.is_not(None))).scalars()
    }
    known = _known(connection, refs)
    for ref in sorted(refs - known.keys()):
        if "@" in ref:
            language = connection.execute(select(house.c.language)).scalar() or "en"
            person = Person(0, readable(ref), email=ref, language=language)
            known[ref] = insert_person(connection, person).id
    for table, ref_column, person_column in _NAMED:
        moved = False
        rows = connection.execute(
            select(ref_column, person_column).where(ref_column.is_not(None)).distinct()
        ).all()
        for ref, person_id in rows:
            if person_id != known.get(ref):
                moved = True
                connection.execute(
                    update(table).where(ref_column == ref).values({person_column: known.get(ref)})
                )
        if moved and table is teams:
            house_changed(connection)  # its leads are part of what is remembered


def readable(email: str) -> str:
    """A name made of an address, until a better one is known: "ada.king@…" is "Ada King"."""
    local = email.partition("@")[0].partition("+")[0]
    words = local.replace(".", " ").replace("_", " ").split()
    return " ".join(word[:1].upper() + word[1:] for word in words) or email


def _known(connection: Connection, refs: set[str]) -> dict[str, int]:
    wanted = sorted(refs)
    by_address = select(people.c.email, people.c.id).where(people.c.email.in_(wanted))
    by_slack = select(people.c.slack_id, people.c.id).where(people.c.slack_id.in_(wanted))
    return {
        ref: number
        for statement in (by_address, by_slack)
        for ref, number in connection.execute(statement)
    }
