"""How fast Slack lets us call, and what it has found too fast.

Nothing is paced until Slack says 429: it tolerates bursts, and where it tolerates more than it
promises nobody should wait. From then on the method (in a channel, where that counts) is paced by
its published limit; `storage/pace.py` shares the budget with other processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

import structlog

from bot.outcomes import Paced
from storage.outbox_rows import Lease
from storage.pace import Budget
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

QUIET = timedelta(seconds=60)  # a budget that nothing had to wait for is over after that
SPACED = 1.05  # times the interval that is promised
MARGIN = timedelta(seconds=0.1)  # after Retry-After: Slack's seconds are not exactly ours


@dataclass(frozen=True)
class Limit:
    """Calls a minute; `by_channel` where each channel has as many of its own."""

    a_minute: float
    by_channel: bool = False

    @property
    def every(self) -> timedelta:
        """From one to the next. What leaves in time may be a little longer under way than the one
        before, and would come too early."""
        return timedelta(minutes=1) / self.a_minute * SPACED


TIER_1, TIER_2, TIER_3, TIER_4 = Limit(1), Limit(20), Limit(50), Limit(100)

# https://docs.slack.dev/apis/web-api/rate-limits, and the page of each method.
LIMITS: Mapping[str, Limit] = {
    "chat.postMessage": Limit(60, by_channel=True),
    "chat.update": TIER_3,
    "chat.postEphemeral": TIER_4,
    "reactions.add": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "files.completeUploadExternal": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "files.info": TIER_4,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}


class Turn(Enum):
    """What the task that calls is doing: rows of the outbox wait their turn, others do not."""

    NONE = auto()
    ROW = auto()
    GRANTED = auto()


_turn: ContextVar[Turn] = ContextVar("turn", default=Turn.NONE)


def limit_of(method: str) -> Limit:
    return LIMITS.get(method, TIER_2)


def carrying(lease: Lease) -> None:
    """The calls of this task, from now on, are those of an outbox row."""
    _turn.set(Turn.GRANTED if lease.granted else Turn.ROW)


class Pacing:
    """What this process knows of the budgets: one for all that calls. Nothing is asked of anybody
    while Slack takes everything."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = clock
        self._until: dict[str, datetime] = {}  # by budget: before that Slack takes nothing
        self.is_stale = True  # whether other processes may know more

    @property
    def is_on(self) -> bool:
        """Whether anything is paced."""
        return bool(self._until)

    def mind(self, method: str, channel: str) -> None:
        """Raises Paced where the call has to wait for its turn."""
        if not self._until:
            return
        name = _name(method, channel)
        until = self._until.get(name)
        if until is None:
            return
        left = (until - self.now()).total_seconds()
        # Who has a turn may make its other calls too: two budgets that are waited for one after
        # the other would never be had together.
        if left > 0 or _turn.get() is Turn.ROW:
            raise Paced(method, name, limit_of(method).every, max(left, 0.0))

    def refused(self, method: str, channel: str, seconds: float) -> Paced:
        """Slack said 429."""
        name = _name(method, channel)
        until = self.now() + timedelta(seconds=seconds) + MARGIN
        if name not in self._until:
            log.warning("slack_finds_us_too_fast", method=method, seconds=seconds)
        self._until[name] = max(until, self._until.get(name, until))
        again = _turn.get() is Turn.GRANTED
        return Paced(method, name, limit_of(method).every, seconds, until=until, again=again)

    def write(self, tx: SqlTransaction, lease: Lease, fault: Paced) -> None:
        """The row waits for its turn, and every process knows from when on there are turns."""
        now = self.now()
        if fault.until is not None:
            tx.pace.refused(fault.budget, fault.every, fault.until, now, again=fault.again)
        tx.pace.park(lease, fault.budget, fault.every, now)

    def look_again(self) -> None:
        """Another process has heard from Slack. Safe from any thread."""
        self.is_stale = True

    async def learn(self, store: SqlStore) -> None:
        """Bring what we know in line with the database, and end what has been quiet."""
        self.is_stale = False
        now = self.now()
        known = await store.read(lambda tx: tx.pace.known())
        if any(budget.waited_at < now - QUIET for budget in known.values()):
            await store.write(lambda tx: tx.pace.forget_quiet(now - QUIET))
            known = await store.read(lambda tx: tx.pace.known())
        gone = self._compare(known, now)
        if gone:
            log.info("slack_takes_all_again", budgets=len(gone))
            await store.write(lambda tx: tx.pace.release(gone, now))

    def _compare(self, known: Mapping[str, Budget], now: datetime) -> list[str]:
        """Keep what the database knows; which of ours it knows no more."""
        gone = [n for n, until in self._until.items() if n not in known and until <= now]
        for name in gone:
            del self._until[name]
        for name, budget in known.items():
            self._until.setdefault(name, budget.next_at)
        return gone


class Steady:
    """Calls of one method one after the other, as fast as is promised: for long lists, which would
    only be refused if they came faster."""

    def __init__(self, method: str, at_once: int = 5) -> None:
        self._every = limit_of(method).every.total_seconds()
        self._ahead = (at_once - 1) * self._every
        self._next = 0.0

    async def turn(self) -> None:
        """Until the next call may be made."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now - self._ahead)
        if self._next > now:
            await asyncio.sleep(self._next - now)
        self._next += self._every


def _name(method: str, channel: str) -> str:
    return f"{method} {channel}" if limit_of(method).by_channel else method
