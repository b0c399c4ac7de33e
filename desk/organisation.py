"""Teams, the service catalogue and resolution codes, as the administrator set them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from desk.labels import Label
from desk.ticket import Impact, RequestType, Urgency


@dataclass(frozen=True)
class MailStyle:
    """How a team's mails look. What is empty is as for the whole desk."""

    subject_prefix: str = ""
    from_name: Label | None = None
    address: str = ""
    signature: Label | None = None


PLAIN_STYLE = MailStyle()


@dataclass(frozen=True)
class Team:
    """A support team. Its queue is one Slack channel; `language` is what its cards speak."""

    id: int
    key: str
    label: Label
    channel: str | None  # Slack channel id; None until the channel is found
    language: str
    lead: int | None = None
    obsolete: bool = False
    mail: MailStyle = PLAIN_STYLE


@dataclass(frozen=True)
class CatalogueEntry:
    """A family, service or sub-service. What it leaves open it inherits from its parent."""

    id: int
    key: str
    label: Label
    parent: int | None
    team: int | None = None
    request_type: RequestType | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    obsolete: bool = False


@dataclass(frozen=True)
class ResolutionCode:
    key: str
    label: Label
    obsolete: bool = False


@dataclass(frozen=True)
class Placement:
    """What the catalogue decides for a ticket filed under one entry."""

    team: int | None
    request_type: RequestType
    impact: Impact
    urgency: Urgency


@dataclass(frozen=True)
class Catalogue:
    """The whole tree, in display order. Small enough to be read whole: hundreds of entries."""

    entries: tuple[CatalogueEntry, ...]

    @cached_property
    def _by_id(self) -> Mapping[int, CatalogueEntry]:
        return {entry.id: entry for entry in self.entries}

    def find(self, entry: int | None) -> CatalogueEntry | None:
        return None if entry is None else self._by_id.get(entry)

    def children(self, parent: int | None) -> tuple[CatalogueEntry, ...]:
        """Entries in use directly below `parent` (None: the families)."""
        return tuple(e for e in self.entries if e.parent == parent and not e.obsolete)

    def path(self, entry: int | None) -> tuple[CatalogueEntry, ...]:
        """From the family down to `entry`; empty where there is none."""
        found = self.find(entry)
        return (*self.path(found.parent), found) if found else ()

    def placement(self, entry: int | None) -> Placement:
        """Team, type and priority defaults: the nearest value up the path wins."""
        team = request_type = impact = urgency = None
        for step in self.path(entry):
            team = step.team if step.team is not None else team
            request_type = step.request_type or request_type
            impact = step.impact or impact
            urgency = step.urgency or urgency
        return Placement(
            team,
            request_type or RequestType.INCIDENT,
            impact or Impact.PERSON,
            urgency or Urgency.MEDIUM,
        )

    def is_current(self, entry: int) -> bool:
        """Whether the entry and everything above it are still in use."""
        path = self.path(entry)
        return bool(path) and not any(step.obsolete for step in path)


@dataclass(frozen=True)
class House:
    """Facts of the whole desk: its language, fallback team, administrators and their channel."""

    language: str
    fallback_team: int
    name: str = "Frontdesk"
    admin_channel: str | None = None
