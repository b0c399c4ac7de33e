"""What a command answers. Kept with its once key, so a repeated delivery gets the same answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """The ticket and journal entry that the command made or changed, where there is one.

    `changed` is false where the command found nothing to do (assigning to oneself what one holds).
    """

    ticket: int | None = None
    entry: int | None = None
    changed: bool = True
