"""What went over the wire between Slack and the bot, kept for people to read."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.changes import Changes

Direction = Literal["to bot", "from bot"]

KEPT = 1000
SECRETS = frozenset({"token", "authorization", "x-slack-signature"})


@dataclass(frozen=True)
class Record:
    id: int
    at: float
    direction: Direction
    kind: str
    who: str
    request: Any
    status: int | str
    response: Any
    ms: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what is in it is not copied."""
        return dict(vars(self))


class Traffic:
    def __init__(self, changes: Changes, clock: Callable[[], float] = time.time) -> None:
        self._changes = changes
        self._clock = clock
        self._records: deque[Record] = deque(maxlen=KEPT)
        self._count = 0

    def add(
        self,
        direction: Direction,
        kind: str,
        *,
        who: str = "",
        request: Any = None,
        status: int | str = 200,
        response: Any = None,
        ms: float = 0.0,
    ) -> Record:
        self._count += 1
        record = Record(
            self._count,
            self._clock(),
            direction,
            kind,
            who,
            without_secrets(request),
            status,
            without_secrets(response),
            round(ms, 1),
        )
        self._records.append(record)
        self._changes.tell("traffic", record=record.as_dict())
        return record

    def after(self, record_id: int) -> list[Record]:
        return [r for r in self._records if r.id > record_id]

    def of(self, kind: str) -> list[Record]:
        """The records of one method or payload kind, oldest first."""
        return [r for r in self._records if r.kind == kind]

    def __iter__(self) -> Any:
        return iter(list(self._records))

    def __len__(self) -> int:
        return len(self._records)


def without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "(hidden)" if str(key).lower() in SECRETS else without_secrets(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value
