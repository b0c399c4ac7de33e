"""The relay: lease due outbox rows, hand them to a courier, write down how it ended.

Wakes when a transaction asked for something, when a row falls due, and on the schedule's tick.
Takes rows for its free slots only, and never waits for a whole batch.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import structlog

from bot.courtesy import Courtesy
from bot.outcomes import Attempting, Done, LeaseLost, Paced, Refused, Uncertain, Unreachable
from bot.pacing import Pacing, carrying
from bot.reading import with_facts, with_first_facts
from bot.rounds import Rounds
from desk.effects import (
    WARNINGS,
    RefreshCard,
    SendDirect,
    SendMail,
    ShowEntry,
    WarnUndelivered,
)
from desk.errors import Busy
from storage.outbox_rows import Hand, Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

HOLD = timedelta(seconds=15)  # how long a process that died keeps others from its rows
RENEWED = HOLD.total_seconds() / 3  # seconds; one that lives renews its leases so often
AT_ONCE = 4  # rows in one lease, with what they show: people's clicks wait behind it on SQLite
SLOTS = 32  # calls at once: as many as keep up with new tickets while Slack takes a second
CALM = 3  # calls at once: a new ticket's two, and one of before
IDLE = 30.0  # seconds: looks once so often even if nothing woke it
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0  # seconds between two tries for Slack
FIRST_MAIL_PAUSE, LONGEST_MAIL_PAUSE = 30.0, 4 * 3600.0
SETTLING = 2.0  # seconds before looking whether a doubtful post arrived: it may still be under way
COURTESY = 0.05  # seconds a mail lets Slack go first, at most
DEFECTS = 20  # tries of what breaks off by a fault of ours: over an hour, and its lane waits
MAIL_PATIENCE = timedelta(days=2)  # how long a mail is tried before it is given up

Courier = Callable[[Any, Lease, Attempting], Awaitable[Done]]
Ended = tuple[Lease, Done]


class Relay:
    """One per process; any number of processes may share one outbox."""

    def __init__(
        self,
        store: SqlStore,
        couriers: Mapping[type[Any], Courier],
        clock: Callable[[], datetime],
        *,
        pacing: Pacing | None = None,
        courtesy: Courtesy | None = None,
        slots: int = SLOTS,
    ) -> None:
        self._store = store
        self._couriers = couriers
        self._clock = clock
        self._pacing = pacing or Pacing(clock)
        self._courtesy = courtesy or Courtesy()
        self._slots = slots
        self._owner = uuid.uuid4().hex
        self._running: set[asyncio.Task[None]] = set()
        self._at_slack = 0  # how many of them send no mail
        self._slack_is_quiet = asyncio.Event()
        self._slack_is_quiet.set()
        self._carrying: dict[int, asyncio.Task[None]] = {}  # the newest task of each outbox row
        self._rounds = Rounds("outbox", self._look, self._renew, RENEWED)
        self._is_full = False  # so that rows may wait for a slot

    def wake(self) -> None:
        """There may be something to do. Safe from any thread, also after the loop has ended."""
        self._rounds.wake()

    def look_at_pace(self) -> None:
        """Another process has learned how fast Slack is. Safe from any thread."""
        self._pacing.look_again()
        self.wake()

    @property
    def hand(self) -> Hand:
        return Hand(self._owner, HOLD)

    def has_room(self) -> bool:
        """Whether a new ticket may be shown without waiting for its turn."""
        full = len(self._running) >= self._slots
        return not (full or self._rounds.stopping or self._pacing)

    def is_calm(self, patient: bool) -> bool:
        """Whether no more is going on than one person's new ticket, or what nobody watches."""
        people = 0 if patient else 1
        return self._courtesy.people == people and len(self._running) <= CALM

    def look(self, tx: SqlTransaction, begun: Sequence[Lease]) -> tuple[Lease, ...]:
        return with_first_facts(tx, begun)

    def take(self, begun: Sequence[Lease]) -> None:
        """Carry out what a ticket begins with, which was leased as it was written."""
        self._rounds.call_soon(lambda: self._begin_with(begun))

    def _begin_with(self, begun: Sequence[Lease]) -> None:
        if self._rounds.stopping:
            return  # its lease ends by itself
        for _, lane in groupby(sorted(begun, key=_lane), _lane):
            self._start(*lane)
        # What else there is, is leased with what ends this, or by then.
        asyncio.get_running_loop().call_later(COURTESY, self._rounds.wake_here)

    async def run(self) -> None:
        """Until `stop`. Never cancel it: what it has just leased would stay leased."""
        await self._rounds.run()

    async def stop(self, within: float) -> None:
        """Take nothing new, finish what runs, hand the rest back."""
        await self._rounds.stop(lambda: self._running, within)
        settled = self._clock() + HOLD
        try:
            await self._store.write(lambda tx: tx.outbox.hand_back(self._owner, settled))
        except Busy:
            log.warning("leases_not_handed_back")  # they end by themselves

    async def _renew(self) -> None:
        """A mail may take longer than a lease; and what paces us may be over."""
        rows, until = tuple(self._carrying), self._clock() + HOLD
        self.look_at_pace()
        if rows:
            await self._store.write(lambda tx: tx.outbox.renew(self._owner, rows, until))

    async def _look(self) -> float:
        if self._pacing.is_stale:
            await self._pacing.learn(self._store)
        return await self._take()

    async def _take(self) -> float:
        """Lease rows for the free slots. How many seconds later there may be more."""
        free = self._slots - len(self._running)
        if free <= 0:
            self._is_full = True
            return IDLE  # a task that ends wakes us
        now = self._clock()
        paced = bool(self._pacing)
        most = min(free, AT_ONCE)
        leases, due = await self._store.write(
            lambda tx: _taken(tx, now, self._owner, most, paced), patient=True, early=True
        )
        for lease in leases:
            self._start(lease)
        self._is_full = len(leases) == free
        if len(leases) == most < free:
            return 0.0  # there may be more
        if due is None:
            return IDLE
        return min(max((due - now).total_seconds(), 0.02), IDLE)

    def _start(self, *leases: Lease) -> None:
        """Carry them out one after another: they are of one lane, in its order."""
        before = self._carrying.get(leases[0].id)
        carrying = self._deliver(leases) if before is None else self._deliver_after(before, leases)
        task = asyncio.create_task(carrying)
        self._running.add(task)
        if not isinstance(leases[0].effect, SendMail):
            self._at_slack += 1
            self._slack_is_quiet.clear()
        for lease in leases:
            self._carrying[lease.id] = task
        task.add_done_callback(lambda ended: self._ended(leases, ended))

    def _ended(self, leases: Sequence[Lease], task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not isinstance(leases[0].effect, SendMail):
            self._at_slack -= 1
            if not self._at_slack:
                self._slack_is_quiet.set()
        for lease in leases:
            if self._carrying.get(lease.id) is task:
                del self._carrying[lease.id]
        if self._is_full:
            self._rounds.wake_here()

    async def _deliver_after(self, before: asyncio.Task[None], leases: Sequence[Lease]) -> None:
        """A row comes back to us while we carry it: asked for anew just as its delivery ends, or
        its lease ran out while we slept (a laptop's lid, a machine moved elsewhere)."""
        await asyncio.wait({before})
        (lease,) = leases
        try:
            still_ours = await self._store.read(lambda tx: tx.outbox.holds(lease))
        except Busy:
            log.warning("relay_waits_for_database", row=lease.id)
            return
        if still_ours:
            # What was read is old by now, and what was noted may belong to the earlier delivery.
            await self._deliver((replace(lease, facts=None, noted_at=None),))

    async def _deliver(self, leases: Sequence[Lease]) -> None:
        """Carry out effects of one lane and write down how they ended. Never raises but when
        cancelled. After the first that fails, the others are for anybody again."""
        ended: list[Ended] = []
        try:
            await self._courtesy.step_back()
            if isinstance(leases[0].effect, SendMail):
                await self._until_slack_is_quiet()
            for lease in leases:
                ended.append((lease, await self._carry_out(lease, ended)))
            following = await self._store.write(
                lambda tx: self._finish(tx, ended), patient=True, early=True
            )
        except Exception as fault:
            await self._failed(leases, ended, fault)
            return
        if not self._rounds.stopping:
            for one in following:
                self._start(one)
        if leases[0].granted:
            self._rounds.wake_here()  # the next one's turn comes when this one's is over

    async def _carry_out(self, lease: Lease, ended: Sequence[Ended]) -> Done:
        carrying(lease)
        if ended:
            lease = replace(lease, before=ended[-1][1])

        async def attempting() -> bool:
            noted = lease.noted_at
            if noted is not None and abs(self._clock() - noted) < HOLD / 3:
                await self._store.lasts()
                return True
            return await self._store.write(
                lambda tx: tx.outbox.attempting(lease, self._clock()), patient=True
            )

        return await self._couriers[type(lease.effect)](lease.effect, lease, attempting)

    async def _failed(
        self, leases: Sequence[Lease], ended: Sequence[Ended], fault: Exception
    ) -> None:
        """Write down what ended well before it, how this one failed, and that the others are free.

        `ended` holds all of them where it was the writing down that failed. That is tried again
        where the database was away; a defect in it must not be met again in the same breath.
        """
        lease = leases[min(len(ended), len(leases) - 1)]
        well = ended if len(ended) < len(leases) or isinstance(fault, Busy) else ()
        how: Callable[[SqlTransaction, Lease, Any], None] | None = None
        match fault:
            case LeaseLost():
                log.info("lease_lost", row=lease.id)
            case Busy():
                log.warning("relay_waits_for_database", row=lease.id)
            case Paced():
                how = self._pacing.write
            case Unreachable():
                how = self._postpone
            case Refused() | Uncertain():
                how = self._bury
            case _:
                # A defect of ours in one effect must not stop the others; its row is tried again.
                effect = type(lease.effect).__name__
                log.exception("courier_failed", row=lease.id, effect=effect, exc_info=fault)
                how = self._put_off

        def note(tx: SqlTransaction) -> None:
            _write_down(tx, well, self._clock())
            if how is not None:
                how(tx, lease, fault)
            for other in leases[len(ended) + 1 :]:
                tx.outbox.let_go(other)

        if how is not None or well:
            await self._note(lease, note)
        self._rounds.wake_here()  # the row is due at another time now

    async def _until_slack_is_quiet(self) -> None:
        """Composing a mail keeps everybody else waiting, and is read later than any screen."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COURTESY):
                await self._slack_is_quiet.wait()

    async def _note(self, lease: Lease, note: Callable[[SqlTransaction], None]) -> None:
        try:
            await self._store.write(note, patient=True)
        except Busy:
            log.warning("relay_waits_for_database", row=lease.id)

    def _finish(self, tx: SqlTransaction, ended: Sequence[Ended]) -> tuple[Lease, ...]:
        """Write down that it is done, and lease what comes next in the same transaction."""
        now = self._clock()
        _write_down(tx, ended, now)
        # One for the slot that is free now, and a second to see that there is none.
        if self._rounds.stopping:
            return ()
        return _with_facts(tx, tx.outbox.lease(now, HOLD, self._owner, 2), now)

    def _postpone(self, tx: SqlTransaction, lease: Lease, fault: Unreachable) -> None:
        now = self._clock()
        is_mail = isinstance(lease.effect, SendMail)
        if is_mail and now - lease.created_at > MAIL_PATIENCE:
            self._bury(tx, lease, Refused(fault.reason))
            return
        seconds = fault.retry_after
        if seconds is None:
            seconds = _back_off(lease.attempts, is_mail)
        # A doubt from an earlier try stays until that row ends: this one may have failed before it
        # came to looking.
        doubtful = fault.attempted or lease.attempted_at is not None
        seconds = max(seconds, SETTLING) if doubtful else seconds
        until = now + timedelta(seconds=seconds)
        tx.outbox.postpone(lease, until, fault.reason, attempted=doubtful)
        log.info("postponed", row=lease.id, seconds=round(seconds, 1), reason=fault.reason)
        if lease.attempts == 0:
            _show_delivery(tx, lease, now, failed=False)  # its time to be taken back is over

    def _put_off(self, tx: SqlTransaction, lease: Lease, defect: Exception) -> None:
        """An effect that breaks off again and again would hold up its lane for ever."""
        reason = type(defect).__name__
        if lease.attempts + 1 >= DEFECTS:
            self._bury(tx, lease, Refused(reason))
        else:
            self._postpone(tx, lease, Unreachable(reason, attempted=True))

    def _bury(self, tx: SqlTransaction, lease: Lease, fault: Refused | Uncertain) -> None:
        now = self._clock()
        if isinstance(fault, Uncertain):
            ended = tx.outbox.uncertain(lease, now, fault.reason)
        else:
            ended = tx.outbox.bury(lease, now, fault.reason)
        effect = type(lease.effect).__name__
        log.error("not_delivered", row=lease.id, effect=effect, reason=fault.reason)
        if ended:
            _show_delivery(tx, lease, now, failed=True)
            # A mail's thread says so already, and no warning warns of a warning.
            if not isinstance(lease.effect, SendMail | WARNINGS):
                tx.outbox.put(WarnUndelivered(lease.id), now)


def _taken(
    tx: SqlTransaction, now: datetime, owner: str, limit: int, paced: bool
) -> tuple[tuple[Lease, ...], datetime | None]:
    """Up to `limit` rows, and when the next is due. With all slots full nobody wants to know."""
    granted = tx.pace.grant(now, HOLD, owner, limit) if paced else ()
    leases = granted
    if len(granted) < limit:
        leases += tx.outbox.lease(now, HOLD, owner, limit - len(granted))
    leases = _with_facts(tx, leases, now)
    if len(leases) == limit:
        return leases, None
    moments = (tx.outbox.next_due(now), tx.pace.next_slot(now) if paced else None)
    return leases, min((m for m in moments if m is not None), default=None)


def _lane(lease: Lease) -> str:
    return lease.effect.lane


def _write_down(tx: SqlTransaction, ended: Iterable[Ended], now: datetime) -> None:
    for lease, done in ended:
        # What Slack told us (where a card is) is true whoever holds the lease by now.
        done.write(tx)
        if tx.outbox.finish(lease, now, done.remote):
            _show_delivery(tx, lease, now, failed=False)


def _with_facts(tx: SqlTransaction, leases: Iterable[Lease], now: datetime) -> tuple[Lease, ...]:
    return tuple(with_facts(tx, lease, now) for lease in leases)


def _show_delivery(tx: SqlTransaction, lease: Lease, now: datetime, *, failed: bool) -> None:
    """The thread says what became of a mail, and the card when it did not arrive."""
    effect = lease.effect
    if isinstance(effect, SendMail | SendDirect):
        # An acknowledgement that arrives needs no line; one that does not needs its "Send again".
        if failed or tx.cards.message_of(effect.entry) is not None:
            tx.outbox.put(ShowEntry(effect.ticket, effect.entry), now)
        if failed or lease.attempts:
            tx.outbox.put(RefreshCard(effect.ticket), now)


def _back_off(attempts: int, is_mail: bool) -> float:
    """Seconds until the next try: doubling, with jitter so that many rows do not return at once."""
    first, longest = (
        (FIRST_MAIL_PAUSE, LONGEST_MAIL_PAUSE) if is_mail else (FIRST_PAUSE, LONGEST_PAUSE)
    )
    pause = min(first * 2.0 ** min(attempts, 20), longest)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311 - not for secrets
