"""Mail from a mailbox: one process at a time fetches it, keeps what is new, and files what is done.

Claim before work: the mail and where it lay are kept in one transaction. What is done in the
mailbox itself comes after the desk's commit; a crash in between is made good at the next look.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import structlog

from bot.mail_spool import letter
from bot.mailboxes import Mailbox
from bot.one_thread import OneThread
from desk.effects import WarnMailbox, WarnMailSetAside
from desk.errors import Busy
from mail.imap import (
    After,
    Away,
    Denied,
    Folder,
    Imap,
    Listed,
    NoFolder,
    Unreadable,
    Untrusted,
)
from mail.key import label_of
from storage.mailboxes import Progress
from storage.store import SqlStore
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

HOLD = timedelta(seconds=40)  # how long a process that died keeps others from its mailbox
RENEWED = HOLD.total_seconds() / 4  # seconds
LOOK = 10.0  # seconds between looks at whether another process left the mailbox
POLL = 60.0  # seconds; also where the server promises to tell: a router in between may forget
UNFILED = 1.0  # seconds between looks while the desk is at work on what is to be filed
PORTION = 50  # mails asked about at once
FILED_AT_ONCE = 200
AHEAD = 500  # mails that may wait for the desk before more are fetched
TRIES = 3  # of a mail that the server does not hand out
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0  # seconds between two tries to reach a server
TROUBLES = {Denied: "denied", NoFolder: "no_folder", Untrusted: "untrusted"}
PATIENCE = timedelta(minutes=2)  # before administrators hear of a server that does not answer


class Fetching:
    """One mailbox in one process. `fetched` is called when there is mail to work on;
    `state_folder` is where a refresh token is kept that its server replaces."""

    def __init__(
        self,
        box: Mailbox,
        store: SqlStore,
        clock: Callable[[], datetime],
        fetched: Callable[[], None],
        max_bytes: int,
        state_folder: Path | None = None,
    ) -> None:
        self._box = box
        self._store = store
        self._clock = clock
        self._fetched = fetched
        self._max_bytes = max_bytes
        self._tokens = box.tokens(state_folder)
        self._lease = f"mailbox {box.name}"
        self._owner = uuid.uuid4().hex
        self._thread = OneThread(f"mailbox-{box.name}")
        self._unreadable: Counter[int] = Counter()
        self._stopping = asyncio.Event()
        self._is_ours = False
        self._failures = 0
        self._imap: Imap | None = None

    async def run(self) -> None:
        """Until `stop`."""
        structlog.contextvars.bind_contextvars(mailbox=self._box.name)
        while not self._stopping.is_set():
            try:
                if await self._taken():
                    await self._keep_at_it()
                else:
                    await self._rest(LOOK * random.uniform(0.75, 1.25))  # noqa: S311
            except Busy:
                log.warning("mailbox_waits_for_database")
                await self._rest(1.0)
            except Exception:
                # There must be a next look, whatever the database said of this one.
                log.exception("mailbox_look_failed")
                await self._rest(1.0)

    async def stop(self) -> None:
        """Leave the mailbox to the others, at once."""
        self._stopping.set()
        if self._imap is not None:
            self._imap.cut()
        self._thread.close()
        try:
            await self._store.write(lambda tx: tx.leases.hand_back(self._owner))
        except Busy:
            log.warning("mailbox_not_handed_back")  # its lease ends by itself

    async def _taken(self) -> bool:
        now = self._clock()
        self._is_ours = await self._store.write(
            lambda tx: tx.leases.take(self._lease, self._owner, now, HOLD, timedelta(0))
        )
        return self._is_ours

    async def _keep_at_it(self) -> None:
        renewing = asyncio.create_task(self._renew())
        try:
            while self._goes_on():
                await self._try()
        finally:
            renewing.cancel()

    def _goes_on(self) -> bool:
        return self._is_ours and not self._stopping.is_set()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEWED)
            until = self._clock() + HOLD
            try:
                self._is_ours = await self._store.write(
                    lambda tx, until=until: tx.leases.renew(self._lease, self._owner, until)  # type: ignore[misc]
                )
            except Busy:
                log.warning("mailbox_not_renewed")  # the next renewal may do
            except Exception:
                log.exception("mailbox_not_renewed")  # nor may this end those that follow

    async def _try(self) -> None:
        """One connection, for as long as it lasts."""
        try:
            await self._session()
        except Busy:
            log.warning("mailbox_waits_for_database")
            await self._rest(1.0)
        except (Away, Denied, NoFolder) as fault:
            if not self._stopping.is_set():
                await self._failed(fault)
        except Exception as fault:
            # A defect of ours with one mailbox must not end the others, nor this one for good.
            log.exception("mailbox_failed")
            await self._failed(Away(type(fault).__name__))

    async def _session(self) -> None:
        imap = self._imap = await self._opened()
        try:
            while self._goes_on():
                folder = await self._thread.do(imap.select, self._box.server.folder)
                progress = await self._progress(folder)
                await self._fetch(imap, progress)
                left = await self._file(imap, progress)
                await self._well(progress)
                pause = UNFILED if left else POLL
                await self._thread.do(imap.wait, pause, lambda: not self._goes_on())
        finally:
            self._imap = None
            if not self._stopping.is_set():
                await self._thread.do(imap.close)

    async def _opened(self) -> Imap:
        box = self._box
        if self._tokens is None:
            secret = box.password.get_secret_value() if box.password else ""
            return await self._thread.do(lambda: Imap.open(box.server, password=secret))
        token = await self._tokens.current()
        try:
            return await self._thread.do(lambda: Imap.open(box.server, token=token))
        except Denied:
            self._tokens.forget()  # it may have been withdrawn before its time
            anew = await self._tokens.current()
            return await self._thread.do(lambda: Imap.open(box.server, token=anew))

    async def _progress(self, folder: Folder) -> Progress:
        """How far this mailbox was read; from now on where it never was."""
        before = await self._store.read(lambda tx: tx.mailboxes.of(self._box.name))
        place = self._box.server.place
        if before is not None and before.place == place and before.uidvalidity:
            if before.uidvalidity == folder.uidvalidity:
                return before
            log.warning("mailbox_numbered_anew")
            anew = replace(
                before, uidvalidity=folder.uidvalidity, seen=0, old_below=folder.next_uid
            )
        else:
            backlog = self._box.backlog
            anew = Progress(
                name=self._box.name,
                place=place,
                uidvalidity=folder.uidvalidity,
                seen=0 if backlog else folder.next_uid - 1,
                since=None if backlog else self._clock(),
                trouble=before.trouble if before else "",
                failing_since=before.failing_since if before else None,
                told=before.told if before else False,
            )
        await self._store.write(lambda tx: tx.mailboxes.begin_anew(anew))
        return anew

    async def _fetch(self, imap: Imap, progress: Progress) -> None:
        uids = await self._thread.do(imap.after, progress.seen)
        for start in range(0, len(uids), PORTION):
            await self._let_the_desk_follow()
            if not self._goes_on():
                return
            portion = uids[start : start + PORTION]
            if not await self._portion(imap, progress, portion):
                return
            await self._store.write(lambda tx: tx.mailboxes.passed(progress, portion[-1]))  # noqa: B023
            self._failures = 0

    async def _let_the_desk_follow(self) -> None:
        """However many mails lie there, only so many wait for the desk."""
        while self._goes_on():
            counts = await self._store.read(lambda tx: tx.spool.counts())
            if counts["waiting"] < AHEAD:
                return
            await self._rest(1.0)

    async def _portion(self, imap: Imap, progress: Progress, uids: Sequence[int]) -> bool:
        """Whether all of them were looked at: what is left belongs to whoever comes next."""
        listed = await self._thread.do(imap.listed, uids)
        keys = {one.uid: label_of(one.head).key for one in listed}
        wanted = [key for key in keys.values() if key]
        strangers = self._box.way.strangers.value
        known = (
            await self._store.read(lambda tx: tx.spool.known(wanted, strangers)) if wanted else {}
        )
        for one in listed:
            if not self._goes_on():
                return False
            if _is_old(one, progress):
                continue
            if keys[one.uid] in known:
                mail = known[keys[one.uid]]
                await self._store.write(lambda tx: self._claim(tx, progress, one.uid, mail))  # noqa: B023
            else:
                await self._keep(imap, progress, one)
        return True

    async def _keep(self, imap: Imap, progress: Progress, one: Listed) -> None:
        problem = f"too large: {one.size} bytes" if one.size > self._max_bytes else ""
        raw = None
        if self._unreadable[one.uid] >= TRIES:
            problem = "the server does not hand it out"
        elif not problem:
            try:
                raw = await self._thread.do(imap.raw, one.uid)
            except Unreadable:
                self._unreadable[one.uid] += 1
                raise
            if raw is None:
                return  # somebody moved or deleted it meanwhile
        whole = raw if raw is not None else one.head
        kept = await self._thread.do(letter, whole, self._box.way)
        if raw is None:
            place = f"{progress.place} {progress.uidvalidity} {one.uid}"
            key = label_of(one.head).key or sha256(place.encode()).hexdigest()
            kept = replace(kept, key=key, raw=None, size=one.size)

        def work(tx: SqlTransaction) -> None:
            now = self._clock()
            mail, new = tx.spool.keep(kept, now, set_aside=problem)
            self._claim(tx, progress, one.uid, mail)
            if new and problem:
                tx.outbox.put(WarnMailSetAside(mail), now)

        await self._store.write(work, patient=True)
        log.info("mail_fetched", uid=one.uid, problem=problem)
        self._fetched()

    def _claim(self, tx: SqlTransaction, progress: Progress, uid: int, mail: int) -> None:
        file = self._box.after is not After.KEEP
        tx.mailboxes.claim(progress, uid, mail, self._clock(), file=file)

    async def _file(self, imap: Imap, progress: Progress) -> bool:
        """Put away what the desk is done with. Whether there will soon be more."""
        box = self._box
        if box.after is After.KEEP:
            return False
        while uids := await self._store.read(
            lambda tx: tx.mailboxes.to_file(progress, FILED_AT_ONCE)
        ):
            await self._thread.do(imap.file, uids, box.after, box.processed)
            now = self._clock()
            await self._store.write(lambda tx: tx.mailboxes.filed(progress, uids, now))  # noqa: B023
        return await self._store.read(lambda tx: tx.mailboxes.is_to_file(progress))

    async def _well(self, progress: Progress) -> None:
        """A whole round went well: what can be read but not filed is not well."""
        self._failures = 0
        if not progress.trouble:
            return
        since = progress.failing_since or self._clock()

        def work(tx: SqlTransaction) -> None:
            now = tx.mailboxes.of(progress.name) or progress
            tx.mailboxes.keep(replace(now, trouble="", failing_since=None, told=False))
            if now.told:
                tx.outbox.put(WarnMailbox(progress.name, "", since.isoformat()), self._clock())

        await self._store.write(work)
        log.info("mailbox_works_again")

    async def _failed(self, fault: Exception) -> None:
        """Note it, tell administrators once, and wait longer each time."""
        trouble = TROUBLES.get(type(fault), "away")
        log.warning("mailbox_trouble", trouble=trouble, reason=str(fault))
        with contextlib.suppress(Busy):
            await self._store.write(lambda tx: self._note(tx, trouble))
        pause = min(FIRST_PAUSE * 2.0 ** min(self._failures, 10), LONGEST_PAUSE)
        self._failures += 1
        await self._rest(pause * random.uniform(0.75, 1.25))  # noqa: S311

    def _note(self, tx: SqlTransaction, trouble: str) -> None:
        now, name = self._clock(), self._box.name
        before = tx.mailboxes.of(name) or Progress(name, "", 0, 0, None)
        since = before.failing_since or now
        told = before.told
        if not told and (trouble != "away" or now - since >= PATIENCE):
            tx.outbox.put(WarnMailbox(name, trouble, since.isoformat()), now)
            told = True
        tx.mailboxes.keep(replace(before, trouble=trouble, failing_since=since, told=told))

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _is_old(one: Listed, progress: Progress) -> bool:
    """There before we first looked, and only numbered anew since."""
    since = progress.since
    if since is None or one.at is None or one.uid >= progress.old_below:
        return False
    return one.at < since
