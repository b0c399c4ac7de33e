"""What a round of the relay leases, with what it shows: one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.reading import with_facts
from storage.outbox_rows import Lease
from storage.transaction import SqlTransaction


def taken(
    tx: SqlTransaction,
    now: datetime,
    hold: tuple[str, timedelta],
    limit: int,
    *,
    mails: bool,
    paced: bool,
    before: int | None,
) -> tuple[tuple[Lease, ...], datetime | None]:
    """Up to `limit` rows, and when the next is due; with all slots full nobody wants to know.

    `hold` is who has them then, and for how long. `before`: of what shows a ticket, only of older
    ones than that; then nobody wants to know either.
    """
    owner, time = hold
    leases = tx.pace.grant(now, time, owner, limit) if paced else ()
    if len(leases) < limit:
        most = limit - len(leases)
        leases += tx.outbox.lease(now, time, owner, most, mails=mails, before=before)
    leases = with_what_they_show(tx, leases, now)
    if len(leases) == limit or before is not None:
        return leases, None
    moments = (tx.outbox.next_due(now, mails=mails), tx.pace.next_slot(now) if paced else None)
    return leases, min((m for m in moments if m is not None), default=None)


def noting(
    tx: SqlTransaction, lanes: Sequence[tuple[Lease, ...]], now: datetime
) -> Callable[[], list[tuple[Lease, ...]]]:
    """Note that all of these are about to be posted, with whatever else is asked of the database;
    which of them are still ours is known afterwards, in the same transaction."""
    answers = tx.outbox.attempting_all([lease for lane in lanes for lease in lane], now)

    def ours() -> list[tuple[Lease, ...]]:
        is_ours, ours = iter(answers()), []
        for lane in lanes:
            left = [lease for lease in lane if next(is_ours)]
            if len(left) == len(lane):
                ours.append(tuple(replace(lease, noted_at=now) for lease in lane))
            else:  # we slept: whoever has the rest of the lane has this next
                for lease in left:
                    tx.outbox.let_go(lease)
        return ours

    return ours


def with_what_they_show(
    tx: SqlTransaction, leases: Iterable[Lease], now: datetime
) -> tuple[Lease, ...]:
    return tuple(with_facts(tx, lease, now) for lease in leases)
