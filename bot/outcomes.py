"""How an attempt to show something to the world can end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.ports import Card
from storage.transaction import SqlTransaction

AfterCommit = Callable[[SqlTransaction], None]
Attempting = Callable[[], Awaitable[bool]]


def nothing_more(tx: SqlTransaction) -> None:
    """Nothing else to write down."""


@dataclass(frozen=True)
class Done:
    """The other side has it. `write` runs in the transaction that finishes the row. `card` is the
    one just posted."""

    remote: str | None = None
    write: AfterCommit = nothing_more
    card: Card | None = None


@dataclass(eq=False)
class Unreachable(Exception):
    """The other side was not to be had; try again, in `retry_after` seconds where it said so.

    `attempted`: it may have taken it before it failed. The next try looks first. `under_way`: so
    many seconds more it may still take it. `began`: when it was asked; it was noted before that.
    """

    reason: str
    retry_after: float | None = None
    attempted: bool = False
    under_way: float = 0.0
    began: datetime | None = None


class Paced(Unreachable):
    """Slack takes only so many of these: the row waits for its turn in `budget`.

    `until` where Slack has just said so, and nothing goes before; `again`: although we were paced.
    """

    def __init__(
        self,
        method: str,
        budget: str,
        every: timedelta,
        seconds: float,
        *,
        until: datetime | None = None,
        again: bool = False,
    ) -> None:
        super().__init__(f"{method}: rate limited", retry_after=seconds)
        self.budget, self.every = budget, every
        self.until, self.again = until, again


class NotSetUp(Unreachable):
    """The administrator can put it right: invite the bot, open a channel, give a scope."""


@dataclass(eq=False)
class Refused(Exception):
    """The other side will never take it. A person has to look."""

    reason: str


@dataclass(eq=False)
class Uncertain(Exception):
    """Nobody can tell whether the other side took it. A person has to decide."""

    reason: str


class LeaseLost(Exception):
    """Another relay has the row now. Nothing was sent."""
