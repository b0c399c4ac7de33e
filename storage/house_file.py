"""Loading the desk file: what it names is as it says, what it no longer names is obsolete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from desk.organisation import MailStyle
from desk.ports import EntrySetup, HouseSetup, TeamSetup
from storage.dialect import upsert
from storage.known_house import house_changed
from storage.membership import hold_house, reference, rejoin_teams
from storage.tables import administrators, catalogue, codes, house, members, teams


def load(connection: Connection, setup: HouseSetup, *, first: bool = False) -> None:
    """`first`: only where there is no house yet."""
    hold_house(connection, alone=True)  # two files at once would leave teams of neither
    if first and connection.execute(select(house.c.id)).first() is not None:
        return
    _replace_by_key(connection, teams, [_team(team) for team in setup.teams])
    team_ids = _ids(connection, teams)
    _replace_by_key(connection, catalogue, [_entry(e, team_ids) for e in setup.catalogue])
    _place_entries(connection, setup.catalogue)
    _replace_by_key(
        connection, codes, [{"key": c.key, "en": c.en, "fr": c.fr} for c in setup.codes]
    )
    values = {
        "id": 1,
        "name": setup.name,
        "language": setup.language,
        "fallback_team_id": team_ids[setup.fallback_team],
        "admin_channel": setup.admin_channel,
    }
    upsert(connection, house, values, ("id",))
    _name_people(connection, setup, team_ids)
    rejoin_teams(connection)
    house_changed(connection)


def _replace_by_key(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]
) -> None:
    connection.execute(update(table).values(obsolete=True))
    for position, row in enumerate(rows):
        values = {**row, "position": position, "obsolete": False}
        upsert(connection, table, values, ("key",))


def _team(team: TeamSetup) -> dict[str, Any]:
    return {
        "key": team.key,
        "en": team.en,
        "fr": team.fr,
        "channel": team.channel,
        "language": team.language,
        "lead_ref": reference(team.lead) if team.lead else None,
        "mail": _style(team.mail),
    }


def _style(style: MailStyle) -> dict[str, Any] | None:
    kept = {name: value for name, value in asdict(style).items() if value}
    return kept or None


def _entry(entry: EntrySetup, team_ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "key": entry.key,
        "en": entry.en,
        "fr": entry.fr,
        "team_id": team_ids[entry.team] if entry.team else None,
        "request_type": entry.request_type,
        "impact": entry.impact,
        "urgency": entry.urgency,
    }


def _place_entries(connection: Connection, entries: Iterable[EntrySetup]) -> None:
    """Parents come last, when all of them have ids: the file may name a child first."""
    ids = _ids(connection, catalogue)
    for entry in entries:
        parent = ids[entry.parent] if entry.parent else None
        connection.execute(
            update(catalogue).where(catalogue.c.key == entry.key).values(parent_id=parent)
        )


def _name_people(connection: Connection, setup: HouseSetup, team_ids: Mapping[str, int]) -> None:
    connection.execute(delete(members))
    connection.execute(delete(administrators))
    rows = [
        {"team_id": team_ids[team.key], "ref": ref, "position": position}
        for team in setup.teams
        for position, ref in enumerate(_refs((*team.members, team.lead)))
    ]
    if rows:
        connection.execute(insert(members), rows)
    named = [{"ref": ref} for ref in _refs(setup.administrators)]
    if named:
        connection.execute(insert(administrators), named)


def _refs(texts: Iterable[str | None]) -> list[str]:
    """Each once, in order; a team's lead belongs to the team, named among its members or not."""
    return list(dict.fromkeys(reference(text) for text in texts if text and text.strip()))


def _ids(connection: Connection, table: Table) -> dict[str, int]:
    return {row.key: row.id for row in connection.execute(select(table.c.key, table.c.id))}
