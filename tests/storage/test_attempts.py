"""What is just being done is done by nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from desk.effects import RefreshCard
from storage.outbox import SqlOutbox
from storage.outbox_rows import UNDER_WAY, Hand, Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, a_reply

CARD = RefreshCard(1)
SECOND = timedelta(seconds=1)


async def lease(store: SqlStore, now: datetime, owner: str = "us") -> tuple[Lease, ...]:
    return await store.write(lambda tx: tx.outbox.lease(now, MINUTE, owner, 9))


async def attempt(store: SqlStore, ours: Lease, at: datetime) -> bool:
    return await store.write(lambda tx: tx.outbox.attempting(ours, at), patient=True)


def leased(tx: SqlTransaction) -> Lease:
    tx.outbox.put(CARD, NOW)
    return tx.outbox.lease(NOW, MINUTE, "us", 1)[0]


def born_leased(tx: SqlTransaction) -> Lease:
    outbox = SqlOutbox(tx._connection, {CARD.ticket}, Hand("us", MINUTE))
    outbox.put(CARD, NOW)
    outbox.settle()
    return outbox.begun[0]


@pytest.mark.parametrize("come_by", [leased, born_leased])
async def test_an_attempt_at_the_end_of_a_lease_begins_the_lease_anew(
    store: SqlStore, come_by: Callable[[SqlTransaction], Lease]
):
    """The database was away when it was to be renewed, and came back just before its end."""
    ours = await store.write(come_by)
    just_before = NOW + MINUTE - SECOND

    assert await attempt(store, ours, just_before)

    assert await lease(store, NOW + MINUTE, "others") == ()
    (taken,) = await lease(store, just_before + MINUTE, "others")
    assert taken.attempted_at == just_before


async def handed_back(store: SqlStore, ours: Lease) -> None:
    await store.write(lambda tx: tx.outbox.hand_back("us", NOW + MINUTE))


async def in_doubt(store: SqlStore, ours: Lease) -> None:
    doubtful = NOW + MINUTE, "http 500"
    await store.write(lambda tx: tx.outbox.postpone(ours, *doubtful, attempted=True))


@pytest.mark.parametrize("left", [handed_back, in_doubt])
async def test_asking_again_does_not_make_anybody_look_while_the_post_may_be_under_way(
    store: SqlStore, left: Callable[[SqlStore, Lease], Awaitable[None]]
):
    ours = await store.write(leased)
    await attempt(store, ours, NOW)
    await left(store, ours)

    await store.write(lambda tx: tx.outbox.put(CARD, NOW + SECOND))

    assert await lease(store, NOW + UNDER_WAY - SECOND) == ()
    (again,) = await lease(store, NOW + UNDER_WAY)
    assert (again.asked, again.attempted_at) == (2, NOW)


async def test_asking_again_later_is_heard_at_once_whatever_was_attempted(store: SqlStore):
    ours = await store.write(leased)
    await attempt(store, ours, NOW)
    await in_doubt(store, ours)
    later = NOW + UNDER_WAY + SECOND

    await store.write(lambda tx: tx.outbox.put(CARD, later))

    assert len(await lease(store, later)) == 1


async def test_asking_again_makes_nothing_later(store: SqlStore):
    ours = await store.write(leased)
    await attempt(store, ours, NOW)
    soon = NOW + 2 * SECOND, "http 500"
    await store.write(lambda tx: tx.outbox.postpone(ours, *soon, attempted=True))

    await store.write(lambda tx: tx.outbox.put(CARD, NOW + SECOND))

    assert len(await lease(store, NOW + 2 * SECOND)) == 1


@pytest.mark.parametrize("begun", [False, True])
async def test_a_mail_in_a_relays_hand_is_taken_from_somebody_until_its_attempt(
    desk: SqlStore, begun: bool
):
    entry = await desk.write(lambda tx: a_reply(tx, "a@acme.example"))
    (mail,) = await lease(desk, NOW)
    if begun:
        await attempt(desk, mail, NOW)

    await desk.write(lambda tx: tx.outbox.withdraw_from(entry.ticket, mail.effect.to))

    assert await desk.write(lambda tx: tx.outbox.holds(mail)) == begun
    assert await attempt(desk, mail, NOW) == begun


async def test_taking_a_mail_from_somebody_and_its_attempt_compete_and_one_of_them_wins(
    desk: SqlStore,
):
    for number in range(20):
        address = f"race{number}@acme.example"
        entry = await desk.write(lambda tx, a=address: a_reply(tx, a))
        (mail,) = await lease(desk, NOW)

        leaves, _ = await asyncio.gather(
            attempt(desk, mail, NOW),
            desk.write(lambda tx, e=entry, m=mail: tx.outbox.withdraw_from(e.ticket, m.effect.to)),
        )

        assert await desk.read(lambda tx, m=mail: tx.outbox.holds(m)) == leaves
