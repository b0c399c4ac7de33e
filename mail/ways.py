"""The ways in for mail, and how each treats people whom the desk does not know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Strangers(StrEnum):
    """What becomes of a request from somebody unknown."""

    ACCEPT = "accept"  # they become known, and their mail a ticket
    HOLD = "hold"  # somebody decides in Slack
    REFUSE = "refuse"


@dataclass(frozen=True)
class Way:
    """`team` is the key of the team that new requests go to; None leaves it to the catalogue."""

    name: str
    team: str | None = None
    strangers: Strangers = Strangers.REFUSE
