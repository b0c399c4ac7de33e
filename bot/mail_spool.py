"""Mail that came in is kept first and worked on next: by any number of processes, each mail once.

At least once by its lease, and once by its `once` key. What fails again and again is set aside for
somebody to look at; the next mail goes on at once.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.courtesy import Courtesy
from bot.mail_in import Unworkable
from bot.one_thread import OneThread
from bot.rounds import Rounds
from desk.effects import WarnMailSetAside
from desk.errors import Busy
from mail.key import key_of, label_of
from mail.listener import Reply
from mail.reading import Incoming, read_mail
from mail.verdict import Verdict
from mail.ways import Strangers, Way
from storage.spool import Kept, Letter
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

HOLD = timedelta(seconds=30)  # how long a process that died keeps others from its mails
RENEWED = HOLD.total_seconds() / 3  # seconds
SLOTS = 4  # mails at once: reading one is work for a processor
IDLE = 5.0  # seconds: looks once so often for what other processes left
LATER = timedelta(seconds=1)  # after the database was away, which is no fault of the mail
PAUSES = (timedelta(seconds=5), timedelta(seconds=30))  # after what failed by itself
DEATHS = 10  # a mail that ends its process so often is not tried again
AT_HAND, LARGEST_AT_HAND = 16, 200_000  # mails just read at the door, and their size in bytes


class Taking(Protocol):
    """What the desk does with mail, see mail_in.py."""

    async def refuses(self, mail: Incoming, way: Way) -> Verdict | None: ...

    async def take(self, mail: Incoming, way: Way) -> None: ...


def letter(
    raw: bytes, way: Way, envelope_to: tuple[str, ...] = (), envelope_from: str = ""
) -> Letter:
    """A mail as it is kept. Never raises."""
    label = label_of(raw)
    return Letter(
        key=label.key or key_of(raw),
        raw=raw,
        way=way.name,
        team=way.team,
        strangers=way.strangers.value,
        sender=label.sender,
        subject=label.subject,
        message_id=label.message_id,
        thread=label.thread,
        size=len(raw),
        envelope_from=_storable(envelope_from),
        envelope_to=tuple(map(_storable, envelope_to)),
    )


class MailSpool:
    """One per process: takes mail in at the door, and works on what is kept."""

    def __init__(
        self,
        store: SqlStore,
        taking: Taking,
        clock: Callable[[], datetime],
        courtesy: Courtesy | None = None,
    ) -> None:
        """To be made where an event loop runs."""
        self._store = store
        self._taking = taking
        self._clock = clock
        self._courtesy = courtesy or Courtesy()
        # Threads share one interpreter: several that read would keep people waiting for each.
        self._reader = OneThread("mail-reader")
        self._owner = uuid.uuid4().hex
        self._working: dict[int, asyncio.Task[None]] = {}
        self._at_hand: OrderedDict[int, Incoming] = OrderedDict()
        self._rounds = Rounds("spool", self._look, self._renew, RENEWED)

    async def receive(
        self, raw: bytes, ways: Sequence[Way], envelope_to: tuple[str, ...], envelope_from: str
    ) -> tuple[Reply, ...]:
        """What the sender's server hears, for each way in its order; ACCEPTED once the mail is on
        the disk. It is one mail whatever the number of its recipients: of those that take it, the
        first that names a team says whose it is."""
        return await self._courtesy.behind(
            partial(self._received, raw, ways, envelope_to, envelope_from)
        )

    async def _received(
        self, raw: bytes, ways: Sequence[Way], envelope_to: tuple[str, ...], envelope_from: str
    ) -> tuple[Reply, ...]:
        try:
            mail = await self._reader.do(read_mail, raw, envelope_to, envelope_from, self._clock())
            refused = {w for w in set(ways) if await self._taking.refuses(mail, w) is not None}
            taking = [way for way in ways if way not in refused]
            if taking:
                way = next((way for way in taking if way.team), taking[0])
                await self._keep(raw, mail, way, envelope_to, envelope_from)
        except Busy:
            return (Reply.TRY_LATER,) * len(ways)
        for way in refused:
            log.warning("mail_refused", way=way.name)
        return tuple(Reply.UNKNOWN_SENDER if w in refused else Reply.ACCEPTED for w in ways)

    async def _keep(
        self, raw: bytes, mail: Incoming, way: Way, envelope_to: tuple[str, ...], envelope_from: str
    ) -> None:
        kept = await self._reader.do(letter, raw, way, envelope_to, envelope_from)
        now = self._clock()
        number, new = await self._store.write(lambda tx: tx.spool.keep(kept, now), patient=True)
        if new and len(raw) <= LARGEST_AT_HAND:
            self._at_hand[number] = mail
            if len(self._at_hand) > AT_HAND:
                self._at_hand.popitem(last=False)
        log.info("mail_received" if new else "mail_seen_before", mail=number, way=way.name)
        self._rounds.wake_here()

    def wake(self) -> None:
        """There may be something to do. Safe from any thread, also after the loop has ended."""
        self._rounds.wake()

    async def run(self) -> None:
        """Until `stop`."""
        await self._rounds.run()

    async def stop(self, within: float) -> None:
        """Take nothing new, finish what runs, hand the rest back."""
        await self._rounds.stop(self._working.values, within)
        try:
            await self._store.write(lambda tx: tx.spool.hand_back(self._owner))
        except Busy:
            log.warning("mails_not_handed_back")  # their leases end by themselves
        self._reader.close()

    async def _renew(self) -> None:
        mails, until = tuple(self._working), self._clock() + HOLD
        if mails:
            await self._store.write(lambda tx: tx.spool.renew(self._owner, mails, until))

    async def _look(self) -> float:
        """Begin with mails for the free slots. How many seconds later there may be more."""
        free = SLOTS - len(self._working)
        if free <= 0:
            return IDLE  # a task that ends wakes us
        now = self._clock()
        mails, due = await self._store.write(
            lambda tx: _leased(tx, now, self._owner, free), patient=True
        )
        for mail in mails:
            task = asyncio.create_task(self._courtesy.behind(partial(self._work, mail)))
            self._working[mail.id] = task
            task.add_done_callback(lambda _, number=mail.id: self._ended(number))  # type: ignore[misc]
        if due is None or mails:
            return IDLE
        return min(max((due - now).total_seconds(), 0.02), IDLE)

    def _ended(self, mail: int) -> None:
        self._working.pop(mail, None)
        self._rounds.wake_here()  # the next one of its sender may go on

    async def _work(self, mail: Kept) -> None:
        """Do what one mail asks for. Never raises but when cancelled."""
        structlog.contextvars.bind_contextvars(mail=mail.id)
        try:
            await self._carry_out(mail)
        except Busy:
            await self._note(lambda tx: tx.spool.postpone(mail.id, self._owner, self._soon()))
        except Unworkable as why:
            reason = str(why)
            await self._note(lambda tx: self._set_aside(tx, mail, reason))
        except Exception as fault:
            # Whatever is wrong with one mail must not stop the others.
            log.exception("mail_failed", attempt=mail.attempts + 1)
            reason = type(fault).__name__
            await self._note(lambda tx: self._failed(tx, mail, reason))

    async def _carry_out(self, mail: Kept) -> None:
        incoming = self._at_hand.pop(mail.id, None) or await self._read(mail)
        if incoming is None or mail.deaths >= DEATHS:
            reason = "nothing of it is kept" if incoming is None else "its process ended each time"
            await self._note(lambda tx: self._set_aside(tx, mail, reason))
            return
        incoming = replace(incoming, key=mail.key)
        way = Way(mail.way, mail.team, Strangers(mail.strangers))
        refused = await self._taking.refuses(incoming, way)
        if refused is not None:
            reason = ", ".join(refused.reasons) or refused.kind.value
            log.warning("mail_refused", way=way.name)
            await self._note(lambda tx: self._refused(tx, mail, reason))
            return
        await self._taking.take(incoming, way)
        await self._note(lambda tx: tx.spool.finish(mail.id, self._owner, self._clock()))

    async def _read(self, mail: Kept) -> Incoming | None:
        kept = await self._store.read(lambda tx: tx.spool.contents(mail.id))
        if kept is None or kept.raw is None:
            return None
        return await self._reader.do(
            read_mail, kept.raw, kept.envelope_to, kept.envelope_from, mail.received_at
        )

    def _refused(self, tx: SqlTransaction, mail: Kept, reason: str) -> None:
        now = self._clock()
        if not tx.spool.refuse(mail.id, self._owner, now, reason):
            tx.spool.postpone(mail.id, self._owner, now)  # another way may take it

    def _failed(self, tx: SqlTransaction, mail: Kept, reason: str) -> None:
        if mail.attempts >= len(PAUSES):
            self._set_aside(tx, mail, reason)
        else:
            due = self._clock() + PAUSES[mail.attempts]
            tx.spool.postpone(mail.id, self._owner, due, reason)

    def _set_aside(self, tx: SqlTransaction, mail: Kept, reason: str) -> None:
        if tx.spool.set_aside(mail.id, self._owner, reason):
            log.error("mail_set_aside", reason=reason)
            tx.outbox.put(WarnMailSetAside(mail.id), self._clock())

    def _soon(self) -> datetime:
        return self._clock() + LATER

    async def _note(self, how: Callable[[SqlTransaction], object]) -> None:
        try:
            await self._store.write(how, patient=True)
        except Busy:
            log.warning("mail_waits_for_database")  # its lease ends, and it comes again


def _leased(
    tx: SqlTransaction, now: datetime, owner: str, limit: int
) -> tuple[tuple[Kept, ...], datetime | None]:
    """Up to `limit` mails, and when the next is due."""
    mails = tx.spool.lease(now, HOLD, owner, limit)
    return mails, None if mails else tx.spool.next_due(now)


def _storable(address: str) -> str:
    """Without what no database keeps."""
    return address.replace("\0", "").encode("utf-8", "replace").decode()
