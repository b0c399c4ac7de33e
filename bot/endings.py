"""How a delivery ended, written down: done, to be tried again later, or given up and shown.

Used inside a transaction of the outbox; what is written down for a lease that somebody else has by
now changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.outcomes import Done, LeaseLost, Paced, Refused, Uncertain, Unreachable
from bot.pacing import Pacing
from desk.effects import WARNINGS, RefreshCard, SendDirect, SendMail, ShowEntry, WarnUndelivered
from desk.errors import Busy
from storage.outbox_rows import Lease
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0  # seconds between two tries for Slack
FIRST_MAIL_PAUSE, LONGEST_MAIL_PAUSE = 30.0, 4 * 3600.0
SETTLING = 2.0  # seconds before looking whether a doubtful post arrived: it may still be under way
DEFECTS = 20  # tries of what breaks off by a fault of ours: over an hour, and its lane waits
MAIL_PATIENCE = timedelta(days=2)  # how long a mail is tried before it is given up
WORTH_AN_ALERT = 2  # tries before one more in vain is told louder
MAIL_TRIES = 5  # at least, so that an old one that somebody sends again has some minutes, too

Ended = tuple[Lease, Done]
Note = Callable[[SqlTransaction], None]


class Endings:
    def __init__(self, pacing: Pacing, clock: Callable[[], datetime]) -> None:
        self._pacing = pacing
        self._clock = clock

    def well(self, tx: SqlTransaction, ended: Sequence[Ended]) -> None:
        now = self._clock()
        for _, done in ended:
            # What Slack told us (where a card is) is true whoever holds the lease by now.
            done.write(tx)
        for lease, _ in ended:
            _expect(tx, lease)
        finished = tx.outbox.finish_all([(lease, done.remote) for lease, done in ended], now)
        for (lease, done), is_ours in zip(ended, finished, strict=True):
            if is_ours:
                _show_delivery(tx, lease, now, failed=False)
            elif isinstance(lease.effect, SendMail) and tx.outbox.found_out(
                lease, now, done.remote
            ):
                _show_delivery(tx, lease, now, failed=True)  # which was said, and is not so
            else:
                _make_true(tx, lease, now)
        tx.forget_expected()

    def badly(self, lease: Lease, fault: Exception) -> Note | None:
        """What is to be written down about it; nothing where it is not ours, or could not be
        written down at all."""
        match fault:
            case LeaseLost():
                log.info("lease_lost", row=lease.id)
                return None
            case Busy() if isinstance(lease.effect, SendMail):
                # Noted or not, it was not handed over; in doubt it would never be sent.
                log.warning("relay_waits_for_database", row=lease.id)
                return lambda tx: _let_go(tx, lease)
            case Busy():
                log.warning("relay_waits_for_database", row=lease.id)
                return None
            case Paced():
                return lambda tx: self._pacing.write(tx, lease, fault)
            case Unreachable():
                return lambda tx: self._postpone(tx, lease, fault)
            case Refused() | Uncertain():
                return lambda tx: self._bury(tx, lease, fault)
        # A defect of ours in one effect must not stop the others; its row is tried again.
        effect = type(lease.effect).__name__
        log.exception("courier_failed", row=lease.id, effect=effect, exc_info=fault)
        return lambda tx: self.put_off(tx, lease, fault)

    def _postpone(self, tx: SqlTransaction, lease: Lease, fault: Unreachable) -> None:
        now = self._clock()
        is_mail = isinstance(lease.effect, SendMail)
        is_old = now - lease.created_at > MAIL_PATIENCE
        if is_mail and is_old and lease.attempts >= MAIL_TRIES:
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
        # Noted, it may have waited for its turn: what is settled when counts from the post itself.
        began = fault.began if fault.attempted else None
        if not tx.outbox.postpone(lease, until, fault.reason, attempted=doubtful, began=began):
            _make_true(tx, lease, now)
            return
        say = log.warning if lease.attempts >= WORTH_AN_ALERT else log.info
        say("postponed", row=lease.id, seconds=round(seconds, 1), reason=fault.reason)
        if lease.attempts == 0:
            _show_delivery(tx, lease, now, failed=False)  # its time to be taken back is over

    def put_off(self, tx: SqlTransaction, lease: Lease, defect: Exception) -> None:
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
        if ended:
            effect = type(lease.effect).__name__
            log.error("not_delivered", row=lease.id, effect=effect, reason=fault.reason)
            _show_delivery(tx, lease, now, failed=True)
            # A mail's thread says so already, and no warning warns of a warning.
            if not isinstance(lease.effect, SendMail | WARNINGS):
                tx.outbox.put(WarnUndelivered(lease.id), now)


def _let_go(tx: SqlTransaction, lease: Lease) -> None:
    tx.outbox.let_go(lease)


def _make_true(tx: SqlTransaction, lease: Lease, now: datetime) -> None:
    """Whoever slept longer than its lease may have shown what was true before, over what somebody
    else showed since."""
    if isinstance(lease.effect, RefreshCard | ShowEntry):
        tx.outbox.put(lease.effect, now)


def _expect(tx: SqlTransaction, lease: Lease) -> None:
    """What `_show_delivery` will ask for."""
    effect = lease.effect
    if isinstance(effect, SendMail | SendDirect):
        tx.outbox.expect(ShowEntry(effect.ticket, effect.entry))
        tx.cards.expect_message_of(effect.entry)


def _show_delivery(tx: SqlTransaction, lease: Lease, now: datetime, *, failed: bool) -> None:
    """The thread says what became of a mail, and the card when it did not arrive."""
    effect = lease.effect
    if isinstance(effect, SendMail | SendDirect):
        line = ShowEntry(effect.ticket, effect.entry)
        # An acknowledgement that arrives needs no line; one that does not needs its "Send again".
        # A line that is still on its way says what was true as it left. Asked in this order: a line
        # that arrives in between is found where it stands.
        if failed or tx.outbox.waits(line) or tx.cards.message_of(effect.entry) is not None:
            tx.outbox.put(line, now)
        if failed or lease.attempts:
            tx.outbox.put(RefreshCard(effect.ticket), now)


def _back_off(attempts: int, is_mail: bool) -> float:
    """Seconds until the next try: doubling, with jitter so that many rows do not return at once."""
    first, longest = (
        (FIRST_MAIL_PAUSE, LONGEST_MAIL_PAUSE) if is_mail else (FIRST_PAUSE, LONGEST_PAUSE)
    )
    pause = min(first * 2.0 ** min(attempts, 20), longest)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311 - not for secrets
