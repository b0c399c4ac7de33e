"""No wish is lost, none is carried out by two, and order holds within a lane."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from desk.effects import (
    MarkNoted,
    Message,
    RefreshCard,
    SendMail,
    ShowEntry,
    WarnAdministrators,
    WarnUndelivered,
)
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.tables import outbox
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, a_reply

LATER = NOW + MINUTE
LONG = 20  # seconds
LINE = ShowEntry(1, 5)
NOTED = MarkNoted(1, 1, "C1", "1.1")


async def put(store: SqlStore, *effects, due=None) -> None:
    await store.write(lambda tx: [tx.outbox.put(effect, NOW, due) for effect in effects])


async def lease(store: SqlStore, now=NOW, owner: str = "me", limit: int = 9) -> tuple[Lease, ...]:
    return await store.write(lambda tx: tx.outbox.lease(now, MINUTE, owner, limit))


async def finish(store: SqlStore, one: Lease, at=NOW) -> bool:
    return await store.write(lambda tx: tx.outbox.finish(one, at, "remote"))


async def test_what_was_asked_for_is_leased_with_its_facts(desk: SqlStore):
    mail = SendMail(Message.REPLY, 1, 2, 1, 3)
    entry = await desk.write(lambda tx: a_reply(tx, "a@acme.example"))
    await desk.write(lambda tx: tx.outbox.withdraw(entry.id))
    await put(desk, mail, NOTED)

    leases = await lease(desk)

    assert [one.effect for one in leases] == [mail, NOTED]
    assert {(o.asked, o.attempts, o.attempted_at, o.owner) for o in leases} == {(1, 0, None, "me")}


async def test_ten_quick_changes_are_shown_once(store: SqlStore):
    await put(store, *[RefreshCard(1)] * 10)

    (one,) = await lease(store)

    assert one.asked == 10
    assert await finish(store, one)
    assert await lease(store, LATER) == ()


async def test_a_wish_made_during_the_sending_is_not_lost(store: SqlStore):
    await put(store, RefreshCard(1))
    (first,) = await lease(store)
    await put(store, RefreshCard(1))

    assert await lease(store) == ()  # still being sent
    assert await finish(store, first)

    (second,) = await lease(store)
    assert (second.id, second.asked, second.attempted_at) == (first.id, 2, None)
    assert (first.remote, second.remote) == (None, "remote")
    assert await finish(store, second)
    assert await lease(store) == ()


async def test_nothing_is_leased_before_it_is_due_and_the_earlier_due_time_wins(store: SqlStore):
    await put(store, NOTED, due=LATER + MINUTE)
    await put(store, NOTED, due=LATER)
    await put(store, NOTED, due=LATER + 2 * MINUTE)

    assert await lease(store, LATER - MINUTE) == ()
    assert await store.read(lambda tx: tx.outbox.next_due(NOW)) == LATER
    assert len(await lease(store, LATER)) == 1


async def test_only_the_oldest_of_a_lane_may_go(store: SqlStore):
    await put(store, RefreshCard(1), ShowEntry(1, 5), RefreshCard(2))

    first, other = await lease(store)

    assert [first.effect, other.effect] == [RefreshCard(1), RefreshCard(2)]
    assert await lease(store) == ()
    await finish(store, first)
    assert [one.effect for one in await lease(store)] == [ShowEntry(1, 5)]


async def test_a_lane_waits_for_its_oldest_row_and_others_do_not_wait_for_it(store: SqlStore):
    await put(store, RefreshCard(1), due=LATER)
    await put(store, ShowEntry(1, 5), RefreshCard(2))

    leases = await lease(store)

    assert [one.effect for one in leases] == [RefreshCard(2)]


@pytest.mark.parametrize("ending", ["bury", "uncertain"])
async def test_a_row_that_needs_a_person_does_not_block_its_lane(store: SqlStore, ending: str):
    await put(store, RefreshCard(1), ShowEntry(1, 5))
    (first,) = await lease(store)

    await store.write(lambda tx: getattr(tx.outbox, ending)(first, NOW, "no"))

    assert [one.effect for one in await lease(store)] == [ShowEntry(1, 5)]


async def test_two_relays_never_hold_the_same_row(store: SqlStore):
    effects = [RefreshCard(number) for number in range(40)]
    await put(store, *effects)

    rounds = [lease(store, owner=f"relay {n % 4}", limit=5) for n in range(12)]
    taken = [one for leases in await asyncio.gather(*rounds) for one in leases]

    assert len({one.id for one in taken}) == len(taken)
    rest = await lease(store, limit=40)
    assert len(taken) + len(rest) == 40


async def test_a_lease_that_ran_out_is_taken_over_and_its_holder_comes_too_late(store: SqlStore):
    await put(store, NOTED)
    (slow,) = await lease(store, owner="slow")

    (quick,) = await lease(store, NOW + 2 * MINUTE, owner="quick")

    assert quick.attempted_at is None
    assert not await store.write(lambda tx: tx.outbox.attempting(slow, LATER))
    assert not await finish(store, slow)
    assert not await store.write(lambda tx: tx.outbox.postpone(slow, LATER, "x"))
    assert not await store.write(lambda tx: tx.outbox.bury(slow, LATER, "x"))
    assert await finish(store, quick)


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite's writers wait in a row
async def test_leases_last_longer_without_waiting_for_what_is_just_being_done(store: SqlStore):
    """Which locks rows in an order of its own: two that wait for each other wait for ever."""
    await put(store, *map(RefreshCard, (1, 2, 3)))
    leases = await lease(store)
    at_work, renewed = threading.Event(), threading.Event()

    def work(tx: SqlTransaction) -> bool:
        tx.outbox.attempting(leases[1], NOW)
        at_work.set()
        return renewed.wait(LONG) and tx.outbox.attempting(leases[0], NOW)

    working = asyncio.create_task(store.write(work))
    assert await asyncio.to_thread(at_work.wait, LONG)
    rows = [one.id for one in leases]
    await asyncio.wait_for(
        store.write(lambda tx: tx.outbox.renew("me", rows, LATER + MINUTE), patient=True), LONG
    )
    renewed.set()

    assert await working
    after = LATER + MINUTE / 2
    assert [one.effect.ticket for one in await lease(store, after, "next")] == [1, 2]


async def test_of_several_that_end_together_each_ends_as_it_would_alone(store: SqlStore):
    cards = [RefreshCard(ticket) for ticket in (1, 2, 3)]
    await put(store, *cards)
    taken = await lease(store, owner="slow")
    await put(store, cards[1])
    await store.write(lambda tx: tx.outbox.postpone(taken[2], LATER, "429"))
    (other,) = await lease(store, LATER, owner="quick", limit=1)
    assert other.effect == cards[0]

    ended = await store.write(
        lambda tx: tx.outbox.finish_all([(one, "remote") for one in taken], LATER)
    )

    assert ended == (False, True, False)
    again = await lease(store, LATER + 2 * MINUTE, owner="next")
    assert {one.effect: (one.asked, one.attempts) for one in again} == {
        cards[0]: (1, 0),
        cards[1]: (2, 0),
        cards[2]: (1, 1),
    }


async def test_an_attempt_whose_end_nobody_knows_is_told_to_the_next(store: SqlStore):
    await put(store, NOTED)
    (first,) = await lease(store)
    assert await store.write(lambda tx: tx.outbox.attempting(first, NOW))

    (second,) = await lease(store, NOW + 2 * MINUTE, owner="next")

    assert second.attempted_at == NOW


async def test_a_postponed_row_waits_and_counts_the_attempt(store: SqlStore):
    await put(store, NOTED)
    (first,) = await lease(store)
    await store.write(lambda tx: tx.outbox.attempting(first, NOW))

    assert await store.write(lambda tx: tx.outbox.postpone(first, LATER, "429"))

    assert await lease(store) == ()
    (second,) = await lease(store, LATER)
    assert (second.attempts, second.attempted_at) == (1, None)


async def test_an_attempt_that_failed_halfway_is_told_to_the_next_try(store: SqlStore):
    await put(store, NOTED)
    (first,) = await lease(store)
    await store.write(lambda tx: tx.outbox.attempting(first, NOW))

    await store.write(lambda tx: tx.outbox.postpone(first, LATER, "500", attempted=True))

    (second,) = await lease(store, LATER)
    assert (second.attempts, second.attempted_at) == (1, NOW)


async def test_a_wish_about_no_ticket_is_kept_like_any_other(store: SqlStore):
    warning = WarnAdministrators("public", "C1", "2026-11-24")
    await put(store, warning)

    (one,) = await lease(store)

    assert one.effect == warning


async def test_leases_handed_back_can_be_taken_at_once_what_was_attempted_later(store: SqlStore):
    await put(store, RefreshCard(1), RefreshCard(2))
    _, second = await lease(store)
    await store.write(lambda tx: tx.outbox.attempting(second, NOW))

    await store.write(lambda tx: tx.outbox.hand_back("me", LATER))

    assert [one.effect for one in await lease(store, owner="next")] == [RefreshCard(1)]
    _, attempted = await lease(store, LATER, owner="next")
    assert (attempted.effect, attempted.attempted_at) == (RefreshCard(2), NOW)


async def test_a_refused_row_is_shown_and_sent_again_as_the_same_row(store: SqlStore):
    await put(store, NOTED)
    (first,) = await lease(store)
    await store.write(lambda tx: tx.outbox.bury(first, NOW, "invalid_blocks"))

    (stuck,) = await store.read(lambda tx: tx.outbox.stuck(9))

    assert (stuck.id, stuck.state, stuck.error) == (first.id, "refused", "invalid_blocks")
    assert stuck.effect["kind"] == "MarkNoted"
    assert await store.write(lambda tx: tx.outbox.retry(stuck.id, LATER))
    (again,) = await lease(store, LATER)
    assert (again.id, again.effect, again.attempts) == (first.id, NOTED, 0)


async def test_an_uncertain_row_that_is_sent_again_is_in_doubt_no_more(store: SqlStore):
    await put(store, NOTED)
    (first,) = await lease(store)
    await store.write(lambda tx: tx.outbox.attempting(first, NOW))
    await store.write(lambda tx: tx.outbox.uncertain(first, NOW, "dropped"))

    assert await store.write(lambda tx: tx.outbox.retry(first.id, LATER))

    (again,) = await lease(store, LATER)
    assert (again.id, again.attempted_at) == (first.id, None)


@pytest.mark.parametrize("began", [None, NOW + MINUTE])
async def test_a_doubt_counts_from_when_it_was_asked_not_from_when_that_was_noted(
    store: SqlStore, began: datetime | None
):
    await put(store, NOTED)
    (first,) = await lease(store)
    await store.write(lambda tx: tx.outbox.attempting(first, NOW))

    await store.write(
        lambda tx: tx.outbox.postpone(first, LATER, "cut off", attempted=True, began=began)
    )

    (again,) = await lease(store, LATER)
    assert again.attempted_at == (began or NOW)


async def test_what_is_wanted_anew_is_not_refused_with_what_was(store: SqlStore):
    await put(store, RefreshCard(1))
    (first,) = await lease(store)
    await store.write(lambda tx: tx.outbox.attempting(first, NOW))
    await put(store, RefreshCard(1))

    assert not await store.write(lambda tx: tx.outbox.bury(first, NOW, "invalid_blocks"))

    assert await store.read(lambda tx: tx.outbox.stuck(9)) == ()
    (again,) = await lease(store)
    assert (again.id, again.attempts, again.attempted_at) == (first.id, 0, NOW)
    assert await store.write(lambda tx: tx.outbox.bury(again, NOW, "invalid_blocks"))


async def test_a_stuck_row_asked_for_again_since_is_not_sent_twice(store: SqlStore):
    await put(store, RefreshCard(1))
    (first,) = await lease(store)
    await store.write(lambda tx: tx.outbox.bury(first, NOW, "channel_not_found"))
    await put(store, RefreshCard(1))

    assert await store.write(lambda tx: tx.outbox.retry(first.id, NOW))

    assert len(await lease(store)) == 1
    assert await store.read(lambda tx: tx.outbox.stuck(9)) == ()


async def test_what_is_asked_for_anew_leaves_nothing_to_decide_about_rows_of_before(
    store: SqlStore,
):
    await put(store, NOTED, RefreshCard(1))
    for one in await lease(store):
        await store.write(lambda tx, one=one: tx.outbox.bury(one, NOW, "refused"))

    await store.write(lambda tx: tx.outbox.replace(NOTED, NOW))

    stuck = await store.read(lambda tx: tx.outbox.stuck(9))
    assert [row.effect["kind"] for row in stuck] == ["RefreshCard"]
    assert [one.effect for one in await lease(store)] == [NOTED]


async def test_a_stuck_row_can_be_given_up_once(store: SqlStore):
    await put(store, NOTED)
    (first,) = await lease(store)
    await store.write(lambda tx: tx.outbox.uncertain(first, NOW, "dropped"))

    assert await store.write(lambda tx: tx.outbox.drop(first.id, NOW))

    assert not await store.write(lambda tx: tx.outbox.drop(first.id, NOW))
    assert not await store.write(lambda tx: tx.outbox.retry(first.id, NOW))
    assert await lease(store, LATER) == ()


async def test_a_row_of_a_kind_this_version_does_not_know_is_set_aside_and_told(store: SqlStore):
    await put(store, NOTED, RefreshCard(1))
    unknown = update(outbox).where(outbox.c.key == NOTED.key).values(payload={"kind": "Sing"})
    await store.write(lambda tx: tx._connection.execute(unknown))

    with capture_logs() as logs:
        leases = await lease(store)

    assert [one.effect for one in leases] == [RefreshCard(1)]
    (stuck,) = await store.read(lambda tx: tx.outbox.stuck(9))
    assert stuck.effect == {"kind": "Sing"}
    assert [(one["event"], one["row"]) for one in logs] == [("not_delivered", stuck.id)]
    assert [one.effect for one in await lease(store)] == [WarnUndelivered(stuck.id)]


async def test_counts_tell_what_waits_and_what_is_stuck(store: SqlStore):
    await put(store, *[RefreshCard(n) for n in range(5)])
    leases = await lease(store, limit=3)
    await finish(store, leases[0])
    await store.write(lambda tx: tx.outbox.bury(leases[1], NOW, "x"))
    await store.write(lambda tx: tx.outbox.postpone(leases[2], NOW + MINUTE, "away"))

    counts = await store.read(lambda tx: tx.outbox.counts())
    postponed = await store.read(lambda tx: tx.outbox.postponed(9))

    assert counts == {"waiting": 3, "refused": 1, "uncertain": 0, "postponed": 1}
    assert [(row.id, row.error, row.due_at) for row in postponed] == [
        (leases[2].id, "away", NOW + MINUTE)
    ]


@pytest.mark.parametrize("is_there", [True, False])
async def test_what_comes_behind_another_row_waits_a_while_where_there_is_none(
    store: SqlStore, is_there: bool
):
    behind = RefreshCard(1)
    await put(store, LINE)
    (lease_of_line,) = await lease(store)
    if is_there:
        await put(store, behind)

    await store.write(lambda tx: tx.outbox.come_later(lease_of_line, behind, NOW, LATER))
    for first in await lease(store):
        await finish(store, first)

    at_once = [one.effect for one in await lease(store)]
    assert at_once == ([LINE] if is_there else [])
    if not is_there:
        assert [one.effect for one in await lease(store, LATER)] == [LINE]


async def test_the_relay_looks_again_when_a_lease_runs_out_or_something_is_due(store: SqlStore):
    assert await store.read(lambda tx: tx.outbox.next_due(NOW)) is None
    await put(store, NOTED)
    assert await store.read(lambda tx: tx.outbox.next_due(LATER)) == LATER

    await lease(store, NOW)

    assert await store.read(lambda tx: tx.outbox.next_due(NOW)) == NOW + MINUTE


async def test_mails_of_an_entry_are_taken_back_together(desk: SqlStore):
    entry = await desk.write(lambda tx: a_reply(tx, "a@acme.example", "b@acme.example"))

    assert await desk.write(lambda tx: tx.outbox.withdraw(entry.id))

    assert await lease(desk, LATER) == ()


@pytest.mark.parametrize("how", ["leased", "sent", "attempted", "refused"])
async def test_once_one_mail_is_on_its_way_none_is_taken_back(desk: SqlStore, how: str):
    entry = await desk.write(lambda tx: a_reply(tx, "a@acme.example", "b@acme.example"))
    (one,) = await lease(desk, limit=1)
    ends = {
        "leased": lambda tx: None,
        "sent": lambda tx: tx.outbox.finish(one, NOW),
        "attempted": lambda tx: tx.outbox.attempting(one, NOW),
        "refused": lambda tx: tx.outbox.bury(one, NOW, "550"),
    }
    await desk.write(ends[how])

    assert not await desk.write(lambda tx: tx.outbox.withdraw(entry.id))

    assert len(await lease(desk)) == 1


async def test_a_mail_that_could_not_be_sent_yet_can_be_taken_back(desk: SqlStore):
    entry = await desk.write(lambda tx: a_reply(tx, "a@acme.example"))
    (one,) = await lease(desk)
    await desk.write(lambda tx: tx.outbox.postpone(one, LATER, "greylisted"))

    assert await desk.write(lambda tx: tx.outbox.withdraw(entry.id))

    assert await lease(desk, LATER) == ()


async def test_a_reply_that_one_of_two_no_longer_gets_can_be_taken_back_from_the_other(
    desk: SqlStore,
):
    entry = await desk.write(lambda tx: a_reply(tx, "a@acme.example", "b@acme.example"))
    gone = await desk.read(lambda tx: tx.people.by_handle("b@acme.example"))
    await desk.write(lambda tx: tx.outbox.withdraw_from(entry.ticket, gone.id))

    assert await desk.write(lambda tx: tx.outbox.withdraw(entry.id))

    assert await lease(desk, LATER) == ()


async def test_undo_and_relay_compete_and_one_of_them_wins(desk: SqlStore):
    for number in range(20):
        address = f"race{number}@acme.example"
        entry = await desk.write(lambda tx, a=address: a_reply(tx, a))

        undone, leases = await asyncio.gather(
            desk.write(lambda tx, e=entry.id: tx.outbox.withdraw(e)), lease(desk)
        )

        assert undone == (leases == ())


async def test_old_slack_rows_are_dropped_and_mails_stay(desk: SqlStore):
    entry = await desk.write(lambda tx: a_reply(tx, "a@acme.example"))
    await put(desk, RefreshCard(1), RefreshCard(2))
    for one in await lease(desk):
        if one.effect != RefreshCard(2):
            await finish(desk, one)

    assert await desk.write(lambda tx: tx.outbox.purge(LATER)) == 1

    assert len(await desk.read(lambda tx: tx.journal.deliveries(entry.ticket))) == 1
    assert await desk.write(lambda tx: tx.outbox.purge(LATER)) == 0


@pytest.fixture
def second_store(database_url: str) -> Iterator[SqlStore]:
    other = SqlStore(database_url)
    yield other
    other.close()


async def test_two_processes_share_the_work_without_overlap(
    store: SqlStore, second_store: SqlStore
):
    await put(store, *[RefreshCard(number) for number in range(30)])

    def take(tx: SqlTransaction) -> tuple[Lease, ...]:
        return tx.outbox.lease(NOW, MINUTE, "x", 4)

    both = await asyncio.gather(*(s.write(take) for s in (store, second_store) * 5))

    ids = [one.id for leases in both for one in leases]
    assert len(ids) == len(set(ids)) <= 30


async def test_what_is_due_and_in_nobodys_hands_is_late(store: SqlStore):
    async def late_after(minutes: int) -> timedelta:
        return await store.read(lambda tx: tx.outbox.late(NOW + minutes * MINUTE))

    assert await late_after(5) == timedelta(0)

    await store.write(lambda tx: tx.outbox.put(RefreshCard(1), NOW, NOW + MINUTE))
    await store.write(lambda tx: tx.outbox.put(ShowEntry(1, 1), NOW))
    assert await late_after(0) == timedelta(0)
    assert await late_after(5) == 4 * MINUTE

    await store.write(lambda tx: tx.outbox.lease(NOW + MINUTE, 2 * MINUTE, "us", 9))
    assert await late_after(3) == timedelta(0)
    assert await late_after(5) == 2 * MINUTE
