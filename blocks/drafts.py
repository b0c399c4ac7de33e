"""What a form remembers between its steps, in Slack's `private_metadata`.

A form for a new ticket changes while it is filled in; Slack keeps what was typed only in blocks
whose ids stay the same. An input that depends on another choice carries that choice's id after a
"#", so it starts afresh with the choice and keeps its text otherwise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from desk.variants import variant


class Unreadable(Exception):
    """Not what a form of ours remembers."""


LONGEST_METADATA = 3000  # characters Slack keeps


@dataclass(frozen=True)
class Draft:
    """The new ticket so far. `requester` and `beneficiary` are handles; the path holds ids.

    `details` shows impact and urgency, `other` the beneficiary, `somebody_new` the inputs for a
    person nobody knows yet; `typed` is what was looked for then. `impact` and `urgency` are what
    was chosen instead of the catalogue's.
    `channel` and `permalink` tell where the message was that the ticket began with, and `place`
    where in App Home, if it was there. `after` is the ticket created in this window before.
    """

    requester: str | None = None
    beneficiary: str | None = None
    family: int | None = None
    service: int | None = None
    item: int | None = None
    impact: str | None = None
    urgency: str | None = None
    details: bool = False
    other: bool = False
    somebody_new: bool = False
    typed: str | None = None
    channel: str | None = None
    permalink: str | None = None
    place: str | None = None
    after: int | None = None

    @property
    def path(self) -> tuple[int, ...]:
        """Family, service, item as far as chosen."""
        steps: list[int] = []
        for step in (self.family, self.service, self.item):
            if step is None:
                break
            steps.append(step)
        return tuple(steps)

    @property
    def entry(self) -> int | None:
        """The innermost catalogue entry chosen."""
        return self.path[-1] if self.path else None

    def with_requester(self, handle: str | None) -> Draft:
        return variant(self, requester=handle, somebody_new=False)

    def with_somebody_new(self, typed: str = "") -> Draft:
        return variant(self, requester=None, somebody_new=True, typed=typed or None)

    def with_family(self, family: int | None) -> Draft:
        if family == self.family:
            return self
        return variant(self, family=family, service=None, item=None, impact=None, urgency=None)

    def with_service(self, service: int | None) -> Draft:
        if service == self.service:
            return self
        return variant(self, service=service, item=None, impact=None, urgency=None)

    def with_item(self, item: int | None) -> Draft:
        return self if item == self.item else variant(self, item=item, impact=None, urgency=None)

    def encode(self) -> str:
        return _encoded(self)

    @classmethod
    def decode(cls, metadata: str) -> Draft:
        """Raises Unreadable."""
        return cls(**_known(cls, metadata))


@dataclass(frozen=True)
class Context:
    """Which ticket a form is about, and the place in App Home that it was opened from."""

    ticket: int
    place: str = ""

    def encode(self) -> str:
        return _encoded(self)

    @classmethod
    def decode(cls, metadata: str) -> Context:
        """Raises Unreadable."""
        kept = _known(cls, metadata)
        if not isinstance(kept.get("ticket"), int):
            raise Unreadable("no ticket")
        return cls(**kept)


def _encoded(kept: Draft | Context) -> str:
    """JSON without what is empty. The longest handle and permalink stay far below the limit."""
    full = {name: value for name, value in vars(kept).items() if value not in (None, False, "")}
    text = json.dumps(full, ensure_ascii=False, separators=(",", ":"))
    if len(text) > LONGEST_METADATA:
        full.pop("permalink", None)
        text = json.dumps(full, ensure_ascii=False, separators=(",", ":"))
    return text


def _known(cls: type[Draft] | type[Context], metadata: str) -> dict[str, Any]:
    """The fields this version knows: a form opened before an update still comes back."""
    try:
        kept = json.loads(metadata or "{}")
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None
    if not isinstance(kept, dict):
        raise Unreadable("no object")
    return {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
