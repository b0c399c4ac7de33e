"""What was asked of the desk, what it said to each wish, and what was done to it meanwhile."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

Place = tuple[str, str]  # channel and ts of a message


class Fate(StrEnum):
    ACCEPTED = "accepted"  # Slack or the mail server heard that it is done
    DECLINED = "declined"  # a person was told that it is not
    UNHEARD = "unheard"  # nobody heard anything


# The journal entry that each kind of operation leaves, where its token stands in the entry's words.
ENTRY_OF = {
    "open": "opened",
    "mail": "opened",
    "reply": "reply",
    "hold": "held",
    "transfer": "transferred",
    "resolve": "resolved",
    "reopen": "reopened",
    "abandon": "abandoned",
    "answer": "answer",
    "note": "note",
    "edit": "note_edited",
    # One click each, without a word of its own:
    "claim": "assigned",
    "resume": "resumed",
    "close": "closed",
    "delete": "note_deleted",
    "withdraw": "withdrawn",
}
CLICKS = frozenset({"claim", "resume", "close", "withdraw"})
SPOKEN = frozenset({"note", "edit", "delete"})  # told by events, which Slack repeats by itself


@dataclass
class Operation:
    """One wish of one person. `token` is a word that stands nowhere else."""

    number: int
    kind: str
    by: str  # Slack id or address
    token: str
    ticket: int | None = None
    place: Place | None = None  # of the message that was written, edited or deleted
    fate: Fate = Fate.UNHEARD


@dataclass
class Ledger:
    secret: str  # a word that stands in internal text only
    operations: list[Operation] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    heard: set[tuple[str, str, str]] = field(default_factory=set)  # what, channel, ts: acknowledged
    titles: dict[str, list[str]] = field(default_factory=dict)  # of each person, oldest first
    leaps: list[float] = field(
        default_factory=list
    )  # Slack's moments: the clock went on by a lease
    leaks: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)  # a bot ended that nobody had killed

    def begin(
        self, kind: str, by: str, ticket: int | None = None, place: Place | None = None
    ) -> Operation:
        number = len(self.operations) + 1
        operation = Operation(number, kind, by, f"zq{number:06d}x", ticket, place)
        self.operations.append(operation)
        return operation

    def hear(self) -> None:
        """What was told by an event counts as accepted once a bot acknowledged the event."""
        for operation in self.operations:
            spoken = operation.kind in SPOKEN and operation.place is not None
            if spoken and (operation.kind, *(operation.place or ())) in self.heard:
                operation.fate = Fate.ACCEPTED

    def save(self, folder: Path) -> None:
        lines = (json.dumps(asdict(operation)) for operation in self.operations)
        (folder / "operations.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "faults.json").write_text(json.dumps(self.faults, indent=1), encoding="utf-8")
