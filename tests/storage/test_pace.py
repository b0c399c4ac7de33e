"""What Slack finds too fast waits for its turn: one at a time, in order, whoever looks."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from desk.effects import Effect, OpenThread, RefreshCard, ShowEntry
from storage.outbox_rows import Lease
from storage.store import SqlStore
from tests.storage.house import MINUTE, NOW

POSTS = "chat.postMessage C1"
SECOND = timedelta(seconds=1)


async def _put(store: SqlStore, *effects: Effect) -> None:
    await store.write(lambda tx: [tx.outbox.put(effect, NOW) for effect in effects])


async def _lease(store: SqlStore, now: datetime = NOW) -> tuple[Lease, ...]:
    return await store.write(lambda tx: tx.outbox.lease(now, MINUTE, "me", 99))


async def _parked(store: SqlStore, *effects: Effect) -> None:
    """Rows that met a budget, and wait since."""
    await _put(store, *effects)
    for lease in reversed(await _lease(store)):
        await store.write(lambda tx, one=lease: tx.pace.park(one, POSTS, SECOND, NOW))


async def _granted(
    store: SqlStore, now: datetime, owner: str = "me", most: int = 9
) -> list[Effect]:
    """What goes at that moment, and arrives."""
    leases = await store.write(lambda tx: tx.pace.grant(now, MINUTE, owner, most))
    assert all(lease.granted for lease in leases)
    for lease in leases:
        await store.write(lambda tx, one=lease: tx.outbox.finish(one, now))
    return [lease.effect for lease in leases]


async def _refused(store: SqlStore, until: datetime, *, again: bool = False) -> None:
    await store.write(lambda tx: tx.pace.refused(POSTS, SECOND, until, NOW, again=again))


async def test_one_goes_each_second_in_the_order_of_creation(store: SqlStore) -> None:
    await _parked(store, *map(RefreshCard, range(1, 5)))

    went = [await _granted(store, NOW + n * SECOND / 2) for n in range(8)]

    assert went == [[RefreshCard(n // 2 + 1)] if n % 2 == 0 else [] for n in range(8)]


async def test_a_parked_row_holds_no_lease_and_is_not_due(store: SqlStore) -> None:
    await _parked(store, RefreshCard(1))

    assert await _lease(store, NOW + MINUTE) == ()
    assert await store.read(lambda tx: tx.pace.next_slot(NOW)) == NOW


async def test_nothing_goes_before_slack_said_it_may(store: SqlStore) -> None:
    await _refused(store, NOW + 30 * SECOND)
    await _parked(store, RefreshCard(1))

    assert await _granted(store, NOW + 29 * SECOND) == []
    assert await store.read(lambda tx: tx.pace.next_slot(NOW)) == NOW + 30 * SECOND
    assert await _granted(store, NOW + 30 * SECOND) == [RefreshCard(1)]


async def test_the_longest_of_several_pauses_counts(store: SqlStore) -> None:
    await _refused(store, NOW + 30 * SECOND)
    await _refused(store, NOW + 10 * SECOND)

    assert (await store.read(lambda tx: tx.pace.known()))[POSTS].next_at == NOW + 30 * SECOND


async def test_each_further_429_in_a_row_makes_the_pause_longer_until_slack_takes_some(
    store: SqlStore,
) -> None:
    await _parked(store, *map(RefreshCard, range(12)))
    at, pauses = NOW, []
    for refused in "RRR" + "TTT" + "R":
        (lease,) = await store.write(lambda tx, at=at: tx.pace.grant(at, MINUTE, "me", 1))
        if refused == "R":
            await _refused(store, at, again=True)
            await store.write(lambda tx, at=at, one=lease: tx.pace.park(one, POSTS, SECOND, at))
        else:
            await store.write(lambda tx, at=at, one=lease: tx.outbox.finish(one, at))
        next_at = (await store.read(lambda tx: tx.pace.known()))[POSTS].next_at
        pauses.append((next_at - at) / SECOND)
        at = next_at

    assert pauses == [1, 2, 3, 1, 1, 1, 1]


async def test_what_somebody_waits_for_goes_before_cards_and_they_before_opening_lines(
    store: SqlStore,
) -> None:
    cards = [RefreshCard(1), RefreshCard(2)]
    await _parked(store, OpenThread(8, 1), OpenThread(9, 1), *cards, ShowEntry(7, 1))

    went = [await _granted(store, NOW + n * SECOND) for n in range(5)]

    lines = [OpenThread(8, 1), OpenThread(9, 1)]
    assert went == [[effect] for effect in (ShowEntry(7, 1), *cards, *lines)]


async def test_an_opening_line_that_a_note_waits_behind_is_as_urgent_as_the_note(
    store: SqlStore,
) -> None:
    await _parked(store, OpenThread(1, 1), OpenThread(2, 1), RefreshCard(3))
    await _put(store, ShowEntry(2, 1))

    assert await _granted(store, NOW) == [OpenThread(2, 1)]


async def test_an_update_to_a_card_that_waits_for_its_turn_costs_nothing(store: SqlStore) -> None:
    await _parked(store, RefreshCard(1))
    await _put(store, RefreshCard(1))

    assert await _lease(store) == ()
    (lease,) = await store.write(lambda tx: tx.pace.grant(NOW, MINUTE, "me", 9))
    assert lease.asked == 2


async def test_processes_share_one_budget(store: SqlStore) -> None:
    await _parked(store, *map(RefreshCard, range(1, 9)))

    went = await asyncio.gather(*(_granted(store, NOW, f"process {n}") for n in range(8)))

    assert [effect for effects in went for effect in effects] == [RefreshCard(1)]


async def test_more_channels_than_go_at_once_are_all_served(store: SqlStore) -> None:
    """Who finds no room keeps the slot: else it would be lost, and to the same ones each time."""
    many, rounds = 7, 3
    await _put(store, *map(RefreshCard, range(many * rounds)))
    for lease in await _lease(store):
        assert isinstance(lease.effect, RefreshCard)
        name = f"chat.postMessage C{lease.effect.ticket % many}"
        await store.write(lambda tx, one=lease, name=name: tx.pace.park(one, name, SECOND, NOW))

    for number in range(rounds):
        went: list[int] = []
        while granted := await _granted(store, NOW + number * SECOND, most=3):
            assert len(granted) <= 3
            went += [effect.ticket % many for effect in granted if isinstance(effect, RefreshCard)]
        assert sorted(went) == list(range(many))


async def test_nobody_overtakes_what_is_on_its_way(store: SqlStore) -> None:
    await _parked(store, RefreshCard(1), RefreshCard(2))
    (first,) = await store.write(lambda tx: tx.pace.grant(NOW, MINUTE, "me", 9))

    assert await _granted(store, NOW + 5 * SECOND) == []
    assert await store.read(lambda tx: tx.pace.next_slot(NOW)) is None

    await store.write(lambda tx: tx.outbox.finish(first, NOW))
    assert await _granted(store, NOW + 5 * SECOND) == [RefreshCard(2)]


async def test_who_dies_with_a_turn_leaves_the_row_to_others(store: SqlStore) -> None:
    await _parked(store, RefreshCard(1))
    await store.write(lambda tx: tx.pace.grant(NOW, MINUTE, "died", 9))

    (lease,) = await _lease(store, NOW + MINUTE)

    assert lease.effect == RefreshCard(1)


async def test_a_budget_is_forgotten_when_nothing_waits_any_more(store: SqlStore) -> None:
    await _parked(store, RefreshCard(1))
    await store.write(lambda tx: tx.pace.forget_quiet(NOW + MINUTE))
    assert POSTS in await store.read(lambda tx: tx.pace.known())

    await _granted(store, NOW)
    await store.write(lambda tx: tx.pace.forget_quiet(NOW + MINUTE))

    assert await store.read(lambda tx: tx.pace.known()) == {}


async def test_a_slot_taken_long_after_it_came_kept_nobody_waiting(store: SqlStore) -> None:
    await _parked(store, RefreshCard(1))
    await _granted(store, NOW + 30 * SECOND)

    (budget,) = (await store.read(lambda tx: tx.pace.known())).values()

    assert budget.waited_at == NOW


async def test_what_is_parked_on_a_budget_that_is_no_more_goes_at_once(store: SqlStore) -> None:
    await _parked(store, RefreshCard(1), RefreshCard(2))

    await store.write(lambda tx: tx.pace.release([POSTS], NOW))

    assert len(await _lease(store)) == 2


async def test_a_doubt_about_a_post_stays_while_it_waits(store: SqlStore) -> None:
    await _put(store, RefreshCard(1))
    (lease,) = await _lease(store)
    await store.write(lambda tx: tx.outbox.attempting(lease, NOW))
    await store.write(lambda tx: tx.outbox.postpone(lease, NOW, "silence", attempted=True))
    (lease,) = await _lease(store)

    await store.write(lambda tx: tx.pace.park(lease, POSTS, SECOND, NOW))

    (granted,) = await store.write(lambda tx: tx.pace.grant(NOW, MINUTE, "me", 9))
    assert granted.attempted_at == NOW
    assert granted.attempts == 1
