"""SQLite's one writer: who owns the only writing connection, one after another.

That is a thread. Work that waits together is committed together there, since the disk is what takes
long: each piece inside a savepoint of its own, and nobody hears of success before the commit. Work
that comes alone is done by whoever brings it: two threads that wake each other take longer for it
than the work itself does.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from desk.errors import Busy, Stale
from storage.durable import Disk, WriteAheadLog
from storage.faults import is_passing, is_taken, ordinary
from storage.kept import Begin, at_once, is_open
from storage.known_house import Memory
from storage.patience import patiently
from storage.transaction import SqlTransaction, Taker

log = logging.getLogger(__name__)

R = TypeVar("R")

_TOGETHER = 32  # pieces of work in one commit; more would make the first one wait too long
_PATIENT_TOGETHER = 2  # of those that nobody watches: a person may come meanwhile

Calm = Callable[[bool], bool]


class _Elsewhere(Exception):
    """It cannot be done at once, and the thread has more patience."""


class _Job(NamedTuple):
    work: Callable[[SqlTransaction], Any]
    patient: bool
    early: bool  # told of the commit, and asks by itself for the disk
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class _Outcome(NamedTuple):
    value: Any = None
    error: BaseException | None = None


class _Queue:
    """Jobs that wait, those of people before the others."""

    def __init__(self) -> None:
        self._urgent: deque[_Job] = deque()
        self._patient: deque[_Job] = deque()
        self._tokens: SimpleQueue[bool] = SimpleQueue()  # one a job; False at the end

    def put(self, job: _Job) -> None:
        (self._patient if job.patient else self._urgent).append(job)
        self._tokens.put(True)

    def close(self) -> None:
        self._tokens.put(False)

    def take(self) -> tuple[list[_Job], bool]:
        """Some jobs, at least one; or that there will be none any more."""
        taken: list[_Job] = []
        patient = 0
        more = self._tokens.get()
        while more:
            if self._urgent:
                taken.append(self._urgent.popleft())
            else:
                taken.append(self._patient.popleft())
                patient += 1
            if len(taken) == _TOGETHER or patient == _PATIENT_TOGETHER:
                break
            try:
                more = self._tokens.get_nowait()
            except Empty:
                break
        return taken, not more


class Writer:
    def __init__(
        self,
        begin: Begin,
        memory: Memory,
        committed: Callable[[Sequence[SqlTransaction]], None],
        journal: WriteAheadLog,
        taker: Callable[[], Taker | None] = lambda: None,
        calm: Calm = lambda patient: False,
    ) -> None:
        """`committed` is told of each transaction that was, those of one commit together. `taker`
        names who has room to show new tickets. `calm` says whether work, patient or not, may be
        done in the event loop because nobody else wants anything there."""
        self._begin = begin
        self._disk = Disk(journal)
        self._memory = memory
        self._committed = committed
        self._taker = taker
        self._calm = calm
        self._owned = Lock()  # by whoever uses the connection
        self._queue = _Queue()
        self._in_order = 0  # that nobody watches, in the thread, and whose callers wait still
        self._closing = Lock()
        self._closed = False
        self._thread = Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()

    async def written(
        self, work: Callable[[SqlTransaction], R], *, patient: bool, early: bool = False
    ) -> R:
        """What `work` returns, once it is committed. `patient`: nobody watches, others go first,
        and only what says so must be on the disk. `early`: as soon as the commit is made; `lasts`
        tells when the disk has it."""
        loop = asyncio.get_running_loop()
        if (early or not patient) and await self._is_undisturbed(patient):
            try:
                return self._written_here(work, patient, loop)
            except _Elsewhere:
                pass
        future: asyncio.Future[R] = loop.create_future()
        in_order = patient and early
        with self._closing:
            if self._closed:
                raise RuntimeError("the store is closed")
            self._queue.put(_Job(work, patient, early, future, loop))
            self._in_order += in_order
        try:
            return await future
        finally:
            with self._closing:
                self._in_order -= in_order

    async def lasts(self) -> None:
        """Return when the disk has whatever somebody was told early. Raises Busy where it did not
        take it."""
        await self._disk.reached()

    def close(self) -> None:
        """Finish what was submitted, then stop."""
        with self._closing:
            self._closed = True
            self._queue.close()
        self._thread.join()
        with self._owned:
            self._disk.close()

    async def _is_undisturbed(self, patient: bool) -> bool:
        if self._closed or not self._disk.is_quick or not self._calm(patient):
            return False
        if patient:
            return not self._in_order  # or it would overtake what came before it
        await asyncio.sleep(0)  # who came in the same breath has been heard by then
        return self._calm(patient)

    def _written_here(
        self, work: Callable[[SqlTransaction], R], patient: bool, loop: asyncio.AbstractEventLoop
    ) -> R:
        """The same as in the thread, at once. Raises _Elsewhere where that is not possible."""
        if not self._owned.acquire(blocking=False):
            raise _Elsewhere
        try:
            if self._closed:
                raise _Elsewhere
            value, tx = self._alone(work, patient)
            on_disk = True
            if tx.must_last or not patient:
                self._disk.is_behind()
                on_disk = self._disk.take()
        except Exception as error:
            if is_passing(error):
                raise _Elsewhere from error
            if is_taken(error):
                raise Stale from error
            raise
        finally:
            self._owned.release()
        loop.call_soon(self._committed, (tx,))  # the answer first, as below
        if not on_disk:
            raise Busy
        return value

    def _run(self) -> None:
        stopping = False
        while not stopping:
            taken, stopping = self._queue.take()
            jobs = [job for job in taken if not job.future.cancelled()]
            if jobs:
                self._answer(jobs)

    def _answer(self, jobs: Sequence[_Job]) -> None:
        """Whatever happens: without this thread everybody who writes would wait for ever."""
        try:
            self._settle(jobs)
        except BaseException as error:
            log.exception("the writer met what it does not know")
            _tell(jobs, [_Outcome(error=ordinary(error))] * len(jobs))  # who has heard, has heard

    def _settle(self, jobs: Sequence[_Job], patience: float | None = None) -> None:
        with self._owned:
            try:
                outcomes, done = patiently(lambda: self._commit(jobs), patience)
            except BaseException as error:
                refused: Exception | None = ordinary(error)
            else:
                refused = None
                if any(tx.must_last for tx in done) or not all(job.patient for job in jobs):
                    outcomes = self._take_to_the_disk(jobs, outcomes)
        if refused is None:
            # Whoever waits for an answer has it before the relay begins to work.
            _tell(jobs, outcomes, lambda: self._committed(done))
        elif len(jobs) == 1:
            _tell(jobs, [_Outcome(error=refused)])
        else:
            # All of them, maybe on account of one: a large mail on a full disk.
            for job in jobs:
                self._settle([job], 0.0 if isinstance(refused, Busy) else patience)

    def _take_to_the_disk(self, jobs: Sequence[_Job], outcomes: list[_Outcome]) -> list[_Outcome]:
        """The same, once nothing can take it back; nobody is told of what may be gone tomorrow."""
        self._disk.is_behind()
        early = [place for place, job in enumerate(jobs) if job.early]
        _tell([jobs[place] for place in early], [outcomes[place] for place in early])
        return outcomes if self._disk.take() else [_Outcome(error=Busy())] * len(outcomes)

    def _commit(self, jobs: Sequence[_Job]) -> tuple[list[_Outcome], list[SqlTransaction]]:
        """How each ended, and the transactions that were kept."""
        if len(jobs) == 1:
            value, tx = self._alone(jobs[0].work, jobs[0].patient)
            return [_Outcome(value)], [tx]
        with self._begin() as connection:
            outcomes, kept = [], []
            for job in jobs:
                tx = self._transaction(connection, job.patient)
                outcome = _attempt(job, tx, connection)
                outcomes.append(outcome)
                if outcome.error is None:
                    kept.append(tx)
        for tx in kept:
            tx.end()
        return outcomes, kept

    def _alone(
        self, work: Callable[[SqlTransaction], R], patient: bool
    ) -> tuple[R, SqlTransaction]:
        """With nobody else in the commit, the transaction itself is what is rolled back."""
        with self._begin() as connection:
            tx = self._transaction(connection, patient)
            value = work(tx)
            tx.settle()
        tx.end()
        return value, tx

    def _transaction(self, connection: Connection, patient: bool) -> SqlTransaction:
        taker = None if patient else self._taker()
        return SqlTransaction(connection, self._memory, writable=True, taker=taker)


def _tell(
    jobs: Sequence[_Job], outcomes: Sequence[_Outcome], afterwards: Callable[[], None] | None = None
) -> None:
    """Wake each loop once for all of its callers, of whom there may be many. One of the loops does
    what comes afterwards: done here, it would keep them from hearing."""
    ended: defaultdict[asyncio.AbstractEventLoop, list[tuple[_Job, _Outcome]]] = defaultdict(list)
    for job, outcome in zip(jobs, outcomes, strict=True):
        ended[job.loop].append((job, outcome))
    for loop, theirs in ended.items():
        try:
            loop.call_soon_threadsafe(_resolve, theirs, afterwards)
        except RuntimeError:
            continue  # closed: nobody waits there any more
        afterwards = None
    if afterwards is not None:
        afterwards()


def _resolve(ended: Sequence[tuple[_Job, _Outcome]], afterwards: Callable[[], None] | None) -> None:
    for job, outcome in ended:
        if job.future.done():
            continue  # given up meanwhile
        if outcome.error is not None:
            job.future.set_exception(outcome.error)
        else:
            job.future.set_result(outcome.value)
    if afterwards is not None:
        asyncio.get_running_loop().call_soon(afterwards)


def _attempt(job: _Job, tx: SqlTransaction, connection: Connection) -> _Outcome:
    """How it ended among others, whose work stays as it was. Raises what undoes all of them."""
    at_once(connection, "SAVEPOINT job")
    try:
        outcome = _Outcome(job.work(tx))
        tx.settle()
    except Exception as error:
        # Where the disk fails SQLite may end the transaction by itself, and the savepoint with it.
        if is_passing(error) or not is_open(connection):
            raise  # all of them are tried again
        at_once(connection, "ROLLBACK TO job")
        outcome = _Outcome(error=Stale() if is_taken(error) else error)
    at_once(connection, "RELEASE job")
    return outcome
