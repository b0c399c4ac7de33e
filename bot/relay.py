"""The relay: lease due outbox rows, hand them to a courier, write down how it ended.

Wakes when a transaction asked for something, when a row falls due, and on the schedule's tick.
Takes rows for its free slots only, and never waits for a whole batch.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

import structlog

from bot import arrivals
from bot.courtesy import Courtesy
from bot.endings import Ended, Endings
from bot.failures import Failures
from bot.in_hand import InHand, Lane
from bot.leasing import noting, taken, with_what_they_show
from bot.outcomes import Attempting, Done
from bot.pacing import Pacing, carrying
from bot.reading import with_first_facts
from bot.rounds import Rounds
from desk.effects import SendMail
from desk.errors import Busy
from storage.outbox_rows import Hand, Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

HOLD = timedelta(seconds=15)  # how long a process that died keeps others from its rows
RENEWED = HOLD.total_seconds() / 3  # seconds; one that lives renews its leases so often
AT_ONCE = 4  # rows in one lease, with what they show: people's clicks wait behind it on SQLite
SLOTS = 80  # at once: calls that take a second each, and new cards that wait for one another
FROM_HAND = 56  # of them, for new tickets while others wait: a click in a rush is shown, too
MAILS = 16  # of them: a server that takes mails slowly, or says nothing, must not stop Slack
IDLE = 30.0  # seconds: looks once so often even if nothing woke it
GLANCE = 0.05  # seconds between two looks, in a rush, for what is shown of older tickets
COURTESY = 0.05  # seconds a mail lets Slack go first, at most

Courier = Callable[[Any, Lease, Attempting], Awaitable[Done]]


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
        self._endings = Endings(self._pacing, clock)
        self._failures = Failures(store, self._endings, lambda: self._rounds.stopping)
        self._courtesy = courtesy or Courtesy()
        self._slots = slots
        self._owner = uuid.uuid4().hex
        self._running: set[asyncio.Task[None]] = set()
        self._ending = 0  # of them: their slots are as good as free
        self._reserved = 0  # slots for what is just being leased
        self._mails = 0  # how many of them send one
        self._in_hand = InHand()
        self._glanced = 0.0  # when, by the loop's clock
        self._looks_soon = False
        self._slack_is_quiet = asyncio.Event()
        self._slack_is_quiet.set()
        self._carrying: dict[int, asyncio.Task[None]] = {}  # the newest task of each outbox row
        self._rounds = Rounds("outbox", self._look, self._renew, RENEWED)
        self._is_full = False  # so that rows may wait for a slot
        self._mails_wait = False  # maybe, since none were asked for
        # Of mails that wait there and in hand: now, and the last time a slot was free.
        self._outbox_first = self._outbox_had_it = False
        # The last new ticket that had no room, and the last one that waits no more.
        self._turned_away: object = None
        self._caught_up: object = None

    def wake(self) -> None:
        """There may be something to do. Safe from any thread, also after the loop has ended."""
        self._rounds.wake()

    def look_at_pace(self) -> None:
        """Another process has learned how fast Slack is. Safe from any thread."""
        self._pacing.look_again()
        self.wake()

    @property
    def hand(self) -> Hand:
        in_hand = self._in_hand
        return Hand(self._owner, HOLD, mails=in_hand.has_room_for_mails, notes=in_hand.notes)

    def has_room(self) -> bool:
        """Whether a new ticket may be shown without waiting for its turn: none waits that came
        before it."""
        if not self._in_hand.has_room or self._rounds.stopping or self._pacing.is_on:
            self.turned_away()
        return self._is_caught_up

    def turned_away(self) -> None:
        self._turned_away = object()

    @property
    def _free(self) -> int:
        """Slots."""
        return self._slots - len(self._running) + self._ending - self._reserved

    @property
    def _is_caught_up(self) -> bool:
        return self._turned_away is self._caught_up

    @property
    def _takes_mails(self) -> bool:
        return self._mails < MAILS

    def is_calm(self, patient: bool) -> bool:
        """Whether nobody is kept waiting: by the only person who is answered, or by what nobody
        watches. In the thread that writes it would take twice as long, beside us, and whoever
        comes meanwhile would wait for it there."""
        return self._courtesy.people == (0 if patient else 1)

    def look(self, tx: SqlTransaction, begun: Sequence[Lease]) -> tuple[Lease, ...]:
        return with_first_facts(tx, begun)

    def take(self, begun: Sequence[Lease]) -> None:
        """Carry out what a ticket begins with, which was leased as it was written."""
        self._rounds.call_soon(lambda: self._begin_with(begun))

    def _begin_with(self, begun: Sequence[Lease]) -> None:
        for _, lane in groupby(sorted(begun, key=_lane), _lane):
            self._in_hand.put(tuple(lane))
        self._courtesy.when_quiet(self._go_on)
        # What else there is, is leased with what ends this, or by then.
        if not self._looks_soon:
            self._looks_soon = True
            asyncio.get_running_loop().call_later(COURTESY, self._look_at_last)

    def _look_at_last(self) -> None:
        self._looks_soon = False
        self._go_on()  # somebody may have been waiting all that time
        self._rounds.wake_here()

    def _go_on(self) -> None:
        """Start what is in hand, as far as there are slots."""
        if self._in_hand.is_empty:
            return
        now = self._clock()
        while self._has_slot_for_call and (lane := self._in_hand.call(now)):
            self._start(*lane)
        while self._has_slot_for_mail and (lane := self._in_hand.mail(now)):
            self._start(*lane)

    @property
    def _has_slot_for_call(self) -> bool:
        calls = len(self._running) - self._mails
        return self._free > 0 and calls < FROM_HAND and not self._rounds.stopping

    @property
    def _has_slot_for_mail(self) -> bool:
        has_turn = self._takes_mails and not self._outbox_first
        return self._free > 0 and has_turn and not self._rounds.stopping

    async def run(self) -> None:
        """Until `stop`. Never cancel it: what it has just leased would stay leased."""
        await self._rounds.run()

    async def stop(self, within: float) -> None:
        """Take nothing new, finish what runs, hand the rest back."""
        await self._rounds.stop(lambda: self._running, within)
        settled, left = self._clock() + HOLD, self._in_hand.clear()

        def hand_back(tx: SqlTransaction) -> None:
            for lease in left:
                tx.outbox.let_go(lease)
            tx.outbox.hand_back(self._owner, settled)

        try:
            await self._store.write(hand_back)
        except Busy:
            log.warning("leases_not_handed_back")  # they end by themselves

    async def _renew(self) -> None:
        """A mail may take longer than a lease; and what paces us may be over."""
        rows = (*self._carrying, *(lease.id for lease in self._in_hand))
        until = self._clock() + HOLD
        self.look_at_pace()
        if rows:
            await self._store.write(lambda tx: tx.outbox.renew(self._owner, rows, until))

    async def _look(self) -> float:
        if self._pacing.is_stale:
            await self._pacing.learn(self._store)
        try:
            return await self._take()
        finally:
            self._outbox_first = False
            self._go_on()  # slots were reserved that were not needed

    async def _take(self) -> float:
        """Lease rows for the free slots. How many seconds later there may be more."""
        free = self._free
        if free <= 0:
            self._is_full = True
            return IDLE  # a task that ends wakes us
        # What was turned away came after what is in hand.
        before = None if self._is_caught_up else self._in_hand.oldest
        if before is not None and (pause := self._until_next_glance()) > 0:
            return pause
        now, mails = self._clock(), self._takes_mails
        paced, turned_away = self._pacing.is_on, self._turned_away
        most = min(free, AT_ONCE)
        self._reserved += most
        try:
            leases, due = await self._store.write(
                lambda tx: taken(
                    tx, now, (self._owner, HOLD), most, mails=mails, paced=paced, before=before
                ),
                patient=True,
                early=True,
            )
        finally:
            self._reserved -= most
        for lease in leases:
            self._start(lease)
        self._is_full, self._mails_wait = len(leases) == free, not mails
        if before is not None:
            return GLANCE
        if len(leases) < most:
            self._caught_up = turned_away
        if len(leases) == most < free:
            return 0.0  # there may be more
        if due is None:
            return IDLE
        return min(max((due - now).total_seconds(), 0.02), IDLE)

    def _until_next_glance(self) -> float:
        """Seconds: past all that was turned away it is a long look, and mostly in vain."""
        now = asyncio.get_running_loop().time()
        pause = self._glanced + GLANCE - now
        if pause <= 0:
            self._glanced = now
        return pause

    def _start(self, *leases: Lease) -> None:
        """Carry them out one after another: they are of one lane, in its order."""
        before = self._carrying.get(leases[0].id)
        if before is None:
            carrying = partial(self._deliver, leases)
        else:
            carrying = partial(self._deliver_after, before, leases)
        task = asyncio.create_task(self._courtesy.behind(carrying))
        self._running.add(task)
        if isinstance(leases[0].effect, SendMail):
            self._mails += 1
        else:
            self._slack_is_quiet.clear()
        for lease in leases:
            self._carrying[lease.id] = task
        task.add_done_callback(lambda ended: self._ended(leases, ended))

    def _ended(self, leases: Sequence[Lease], task: asyncio.Task[None]) -> None:
        others_may = self._is_full or not self._is_caught_up
        self._running.discard(task)
        if isinstance(leases[0].effect, SendMail):
            mails_may = self._mails_wait or not self._takes_mails
            self._outbox_had_it = mails_may and not self._outbox_had_it
            self._outbox_first = self._outbox_had_it  # every other time
            others_may = others_may or mails_may
            self._mails -= 1
        elif len(self._running) == self._mails:
            self._slack_is_quiet.set()
        for lease in leases:
            if self._carrying.get(lease.id) is task:
                del self._carrying[lease.id]
        self._go_on()
        if others_may:
            self._rounds.wake_here()

    async def _deliver_after(self, before: asyncio.Task[None], leases: Sequence[Lease]) -> None:
        """A row comes back to us while we carry it: asked for anew just as its delivery ends, or
        its lease ran out while we slept (a laptop's lid, a machine moved elsewhere)."""
        await asyncio.wait({before})
        first = leases[0]
        try:
            still_ours = await self._store.read(lambda tx: tx.outbox.holds(first))
        except Busy:
            log.warning("relay_waits_for_database", row=first.id)
            return
        if still_ours:
            # What was read is old by now, and what was noted may belong to the earlier delivery.
            await self._deliver([replace(one, facts=None, noted_at=None) for one in leases])

    async def _deliver(self, leases: Sequence[Lease]) -> None:
        """Carry out effects of one lane and write down how they ended. Never raises but when
        cancelled. After the first that fails, the others are for anybody again."""
        ended: list[Ended] = []
        try:
            if isinstance(leases[0].effect, SendMail):
                await self._until_slack_is_quiet()
            for lease in leases:
                ended.append((lease, await self._carry_out(lease, ended)))
            await self._finished(ended)
        except Exception as fault:
            await self._failures.note(leases, ended, fault)
            self._rounds.wake_here()  # the row is due at another time now
            return
        if leases[0].granted:
            self._rounds.wake_here()  # the next one's turn comes when this one's is over

    async def _finished(self, ended: Sequence[Ended]) -> None:
        """Written down, and begun what comes next: one for the slot that is free now, and a second
        to see that there is none. What is in hand needs no looking for."""
        self._ending += 1
        in_hand = self._in_hand.waits
        most = 0 if in_hand else max(min(self._free, 2), 0)
        self._reserved += most
        try:
            with self._in_hand.noting() as next_ones:
                following, noted = await self._store.write(
                    lambda tx: self._finish(tx, ended, most, next_ones), patient=True, early=True
                )
                next_ones[:] = noted
        finally:
            self._reserved -= most
            self._ending -= 1
        if self._rounds.stopping:
            return
        for lease in following:
            self._start(lease)
        if not most and not in_hand:
            self._rounds.wake_here()

    async def _carry_out(self, lease: Lease, ended: Sequence[Ended]) -> Done:
        carrying(lease)
        if ended:
            lease = replace(lease, before=ended[-1][1])

        async def attempting() -> bool:
            noted = lease.noted_at
            if noted is not None and abs((self._clock() - noted).total_seconds()) < arrivals.NOTED:
                await self._store.lasts()
                return True
            return await self._store.write(
                lambda tx: tx.outbox.attempting(lease, self._clock()), patient=True
            )

        return await self._couriers[type(lease.effect)](lease.effect, lease, attempting)

    async def _until_slack_is_quiet(self) -> None:
        """Composing a mail keeps everybody else waiting, and is read later than any screen."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COURTESY):
                await self._slack_is_quiet.wait()

    def _finish(
        self, tx: SqlTransaction, ended: Sequence[Ended], most: int, next_ones: Sequence[Lane]
    ) -> tuple[tuple[Lease, ...], list[Lane]]:
        """Write down that it is done, and lease what comes next in the same transaction; of what
        comes next in hand note the attempts. Both are returned, of the latter what is ours."""
        now = self._clock()
        noted = noting(tx, next_ones, now)
        self._endings.well(tx, ended)
        if self._rounds.stopping or not most:
            return (), noted()
        following = tx.outbox.lease(now, HOLD, self._owner, most, mails=self._takes_mails)
        return with_what_they_show(tx, following, now), noted()


def _lane(lease: Lease) -> str:
    return lease.effect.lane
