"""What the desk file set up, kept in memory: every click needs it and it changes once a month.

The house's revision comes with whoever acts, and the rest is read only where it is another one.
Revisions are drawn at random and not counted: one that was rolled back never comes again with other
contents.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from desk.labels import Label
from desk.organisation import (
    Catalogue,
    CatalogueEntry,
    House,
    MailStyle,
    ResolutionCode,
    Team,
)
from desk.ticket import Impact, RequestType, Urgency
from storage.finder import Finder
from storage.prepared import prepared
from storage.tables import catalogue, codes, house, teams

_HOUSE = prepared(select(house))
_TEAMS = select(teams).order_by(teams.c.position, teams.c.id)
_CATALOGUE = select(catalogue).order_by(catalogue.c.position, catalogue.c.id)
_CODES = select(codes).order_by(codes.c.position, codes.c.key)


@dataclass(frozen=True)
class Facts:
    """`teams` holds every team by id, in the file's order, those no longer in use too."""

    revision: int | None
    house: House | None
    teams: Mapping[int, Team]
    catalogue: Catalogue
    codes: tuple[ResolutionCode, ...]


class Memory:
    """What all transactions of one process share."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.facts: Facts | None = None


class KnownHouse:
    """One transaction's view of the house."""

    def __init__(self, connection: Connection, memory: Memory) -> None:
        self._connection = connection
        self._memory = memory
        self._facts: Facts | None = None

    @property
    def finder(self) -> Finder:
        return self._memory.finder

    @property
    def facts(self) -> Facts:
        if self._facts is None:
            self._facts = self._read()
        return self._facts

    def is_at(self, revision: int | None) -> None:
        """Somebody read the revision beside something else: it need not be read again."""
        known = self._memory.facts
        if revision is not None and known is not None and known.revision == revision:
            self._facts = known

    def forget(self) -> None:
        """This very transaction has changed the house."""
        self._facts = None

    def _read(self) -> Facts:
        row = self._connection.execute(_HOUSE).first()
        known = self._memory.facts
        if row is not None and known is not None and known.revision == row.revision:
            return known
        # After the revision, so never older than it.
        facts = Facts(
            revision=None if row is None else row.revision,
            house=None if row is None else _house(row),
            teams={row.id: _team(row) for row in self._connection.execute(_TEAMS)},
            catalogue=Catalogue(tuple(map(_entry, self._connection.execute(_CATALOGUE)))),
            codes=tuple(map(_code, self._connection.execute(_CODES))),
        )
        self._memory.facts = facts
        return facts


def house_changed(connection: Connection) -> None:
    """Whoever changes teams, catalogue, codes or house says so here, in the same transaction."""
    connection.execute(update(house).values(revision=secrets.randbits(62)))


def _house(row: Row[Any]) -> House:
    return House(row.language, row.fallback_team_id, row.name, row.admin_channel)


def _team(row: Row[Any]) -> Team:
    return Team(
        id=row.id,
        key=row.key,
        label=Label(row.en, row.fr),
        channel=row.channel,
        language=row.language,
        lead=row.lead_id,
        obsolete=row.obsolete,
        mail=_style(row.mail or {}),
    )


def _style(kept: Mapping[str, Any]) -> MailStyle:
    labels = {name: Label(**kept[name]) for name in ("from_name", "signature") if name in kept}
    return MailStyle(
        subject_prefix=kept.get("subject_prefix", ""), address=kept.get("address", ""), **labels
    )


def _entry(row: Row[Any]) -> CatalogueEntry:
    return CatalogueEntry(
        id=row.id,
        key=row.key,
        label=Label(row.en, row.fr),
        parent=row.parent_id,
        team=row.team_id,
        request_type=RequestType(row.request_type) if row.request_type else None,
        impact=Impact(row.impact) if row.impact else None,
        urgency=Urgency(row.urgency) if row.urgency else None,
        obsolete=row.obsolete,
    )


def _code(row: Row[Any]) -> ResolutionCode:
    return ResolutionCode(row.key, Label(row.en, row.fr), row.obsolete)
