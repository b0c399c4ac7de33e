"""The relay: everything is shown, in order, once; and what cannot be shown stays visible."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, select

from bot import endings
from bot import relay as relays
from bot.outcomes import Attempting, Done, LeaseLost, Refused, Uncertain, Unreachable
from desk.effects import RefreshCard, SendMail, ShowEntry, WarnUndelivered
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.tables import outbox
from storage.transaction import SqlTransaction
from tests.bot.couriers import LONG, Play, a_play
from tests.storage.house import NOW, SETUP, a_reply

R = TypeVar("R")


async def test_a_lane_is_carried_in_order_and_lanes_beside_each_other(play: Play) -> None:
    held = asyncio.Event()

    async def slowly(lease: Lease, attempting: Attempting) -> Done:
        await held.wait()
        return Done()

    play.endings = [slowly]
    await play.ask(RefreshCard(1), ShowEntry(1, 1))
    await play.until_carried(1)
    await play.ask(RefreshCard(2))
    await play.until_carried(2)

    assert [lease.effect for lease in play.carried] == [RefreshCard(1), RefreshCard(2)]

    held.set()
    await play.until_carried(3)
    assert play.carried[2].effect == ShowEntry(1, 1)
    await play.until_rows(waiting=0)


async def test_a_wish_made_while_it_is_carried_out_is_carried_out_again(play: Play) -> None:
    async def meanwhile(lease: Lease, attempting: Attempting) -> Done:
        await play.ask(RefreshCard(1))
        return Done("old look")

    play.endings = [meanwhile]
    await play.ask(RefreshCard(1))

    await play.until_carried(2)
    await play.until_rows(waiting=0)
    assert [lease.asked for lease in play.carried] == [1, 2]


async def test_a_wish_made_just_as_it_ends_is_carried_out_at_once(database_url: str) -> None:
    class TellsDeliveriesLate(SqlStore):
        """What became of a row is known to others before the task that carried it hears of it."""

        async def write(self, work: Callable[[SqlTransaction], R], **how: bool) -> R:
            value = await super().write(work, **how)
            task = asyncio.current_task()
            if task is not None and "_deliver" in repr(task.get_coro()):
                await asyncio.sleep(0.1)
            return value

    async def meanwhile(lease: Lease, attempting: Attempting) -> Done:
        await play.ask(RefreshCard(1))
        return Done("old look")

    store = TellsDeliveriesLate(database_url)
    async with a_play(store) as play:
        play.endings = [meanwhile]
        await play.ask(RefreshCard(1))
        await asyncio.sleep(0.05)
        play.relay.wake()

        await play.until_carried(2)
        await play.until_rows(waiting=0)
    store.close()
    assert [lease.asked for lease in play.carried] == [1, 2]


async def test_who_is_not_reached_is_tried_again_later_each_time(play: Play) -> None:
    async def nobody(lease: Lease, attempting: Attempting) -> Done:
        raise Unreachable("not at home")

    play.endings = [nobody] * 3
    await play.ask(RefreshCard(1))

    for tries in range(1, 4):
        row = await _until_postponed(play, tries)
        pause = (row.due_at - play.clock()).total_seconds()
        assert 0.75 * 2 ** (tries - 1) <= pause <= 1.25 * 2 ** (tries - 1)
        await play.later(pause)
    await play.until_carried(4)

    await play.until_rows(waiting=0)
    assert [lease.attempts for lease in play.carried] == [0, 1, 2, 3]


async def test_what_cannot_be_written_down_is_put_off_like_any_defect(play: Play) -> None:
    def broken(tx: SqlTransaction) -> None:
        raise KeyError("a defect of ours")

    async def unspeakable(lease: Lease, attempting: Attempting) -> Done:
        return Done("sent", broken)

    play.endings = [unspeakable]
    await play.ask(RefreshCard(1))

    row = await _until_postponed(play, 1)
    assert row.error == "KeyError"
    await play.later(60)
    await play.until_carried(2)
    await play.until_rows(waiting=0)


async def test_who_says_when_is_not_asked_before(play: Play) -> None:
    async def busy(lease: Lease, attempting: Attempting) -> Done:
        raise Unreachable("rate limited", retry_after=40)

    play.endings = [busy]
    await play.ask(RefreshCard(1))

    row = await _until_postponed(play, 1)

    assert row.due_at - play.clock() == timedelta(seconds=40)


async def test_a_postponed_row_holds_its_lane_and_no_other(play: Play) -> None:
    async def nobody(lease: Lease, attempting: Attempting) -> Done:
        raise Unreachable("not at home", retry_after=3600)

    play.endings = [nobody]
    await play.ask(RefreshCard(1), ShowEntry(1, 1))
    await _until_postponed(play, 1)
    await play.ask(RefreshCard(2))

    await play.until_carried(2)
    await play.until_rows(waiting=2)
    assert play.carried[1].effect == RefreshCard(2)


async def test_a_doubt_stays_although_the_next_try_failed_before_it_could_look(play: Play) -> None:
    async def silence(lease: Lease, attempting: Attempting) -> Done:
        assert await attempting()
        raise Unreachable("no answer", attempted=True)

    async def not_even_that(lease: Lease, attempting: Attempting) -> Done:
        raise Unreachable("rate limited", retry_after=1)

    play.endings = [silence, not_even_that]
    await play.ask(RefreshCard(1))
    for tries in (1, 2):
        await _until_postponed(play, tries)
        await play.later(60)
    await play.until_carried(3)

    assert [bool(lease.attempted_at) for lease in play.carried] == [False, True, True]
    await play.until_rows(waiting=0)


async def test_what_a_defect_of_ours_broke_off_is_tried_again(play: Play) -> None:
    async def defect(lease: Lease, attempting: Attempting) -> Done:
        raise ZeroDivisionError

    play.endings = [defect]
    await play.ask(RefreshCard(1), RefreshCard(2))
    await _until_postponed(play, 1)
    await play.later(60)

    await play.until_carried(3)
    await play.until_rows(waiting=0, refused=0)


async def test_what_is_refused_is_kept_for_a_person(play: Play) -> None:
    async def never(lease: Lease, attempting: Attempting) -> Done:
        raise Refused("invalid_blocks")

    play.endings = [never]
    await play.ask(RefreshCard(1), ShowEntry(1, 1))

    await play.until_rows(refused=1, waiting=0)
    (row,) = await play.store.read(lambda tx: tx.outbox.stuck(9))
    assert row.error == "invalid_blocks"
    assert sorted(play.kinds) == ["RefreshCard", "ShowEntry", "WarnUndelivered"]  # the lane goes on


async def test_what_is_refused_is_told_to_the_administrators_and_no_warning_of_a_warning(
    play: Play,
) -> None:
    async def never(lease: Lease, attempting: Attempting) -> Done:
        raise Refused("invalid_blocks")

    play.endings = [never, never]
    await play.ask(RefreshCard(1))

    await play.until_rows(refused=2, waiting=0)
    row = play.carried[0].id
    assert [lease.effect for lease in play.carried] == [RefreshCard(1), WarnUndelivered(row)]


async def test_what_always_breaks_off_is_given_up_in_the_end_and_holds_its_lane_no_longer(
    play: Play,
) -> None:
    async def defect(lease: Lease, attempting: Attempting) -> Done:
        if isinstance(lease.effect, RefreshCard):
            raise ZeroDivisionError
        return Done()

    play.endings = [defect] * 99
    await play.ask(RefreshCard(1), ShowEntry(1, 1))
    async with asyncio.timeout(LONG):
        while not (await play.rows())["refused"]:
            await play.later(600)
            await asyncio.sleep(0.01)

    await play.until_rows(refused=1, waiting=0)
    # A clock that jumps while a row is carried out ends its lease: that try does not count.
    assert endings.DEFECTS <= play.kinds.count("RefreshCard") <= 2 * endings.DEFECTS
    assert {"ShowEntry", "WarnUndelivered"} <= set(play.kinds)


async def test_a_mail_in_doubt_is_never_sent_again_by_itself(store: SqlStore) -> None:
    async def silence(lease: Lease, attempting: Attempting) -> Done:
        if not isinstance(lease.effect, SendMail):
            return Done()
        assert await attempting()
        raise Uncertain("fell silent")

    async with _with_reply(store) as play:
        play.endings = [silence] * 9
        play.relay.wake()
        await play.until_rows(uncertain=1, waiting=0)
        await play.later(10 * 24 * 3600)
        await play.ask(RefreshCard(99))
        await play.until_rows(waiting=0)

        assert play.kinds.count("SendMail") == 1
        assert "RefreshCard" in play.kinds  # the card says so


async def test_a_mail_is_given_up_after_two_days(store: SqlStore) -> None:
    async def down(lease: Lease, attempting: Attempting) -> Done:
        if not isinstance(lease.effect, SendMail):
            return Done()
        raise Unreachable("connection refused")

    async with _with_reply(store) as play:
        play.endings = [down] * 99
        play.relay.wake()
        await play.until_carried(1)
        while not (await play.rows())["refused"]:
            await play.later(3600)
            await asyncio.sleep(0.01)

        assert play.clock() - NOW > endings.MAIL_PATIENCE
        assert play.kinds.count("SendMail") > 5

        # A person sends it again, while the server is still busy.
        before = play.kinds.count("SendMail")
        (stuck,) = await store.read(lambda tx: tx.outbox.stuck(9))
        await store.write(lambda tx: tx.outbox.retry(stuck.id, play.clock()))
        while not (await play.rows())["refused"]:
            await play.later(600)
            await asyncio.sleep(0.01)
        assert play.kinds.count("SendMail") - before > endings.MAIL_TRIES


async def test_a_row_whose_lease_ran_out_here_is_not_carried_twice_at_once(play: Play) -> None:
    held = asyncio.Event()

    async def asleep(lease: Lease, attempting: Attempting) -> Done:
        await held.wait()
        return Done()

    play.endings = [asleep]
    await play.ask(RefreshCard(1))
    await play.until_carried(1)

    await play.later(relays.HOLD.total_seconds() + 1)
    await play.ask(RefreshCard(2))
    await play.until_carried(2)
    held.set()

    await play.until_rows(waiting=0)
    assert [lease.effect for lease in play.carried] == [RefreshCard(1), RefreshCard(2)]


async def test_who_lost_the_lease_does_not_send(play: Play, store: SqlStore) -> None:
    told: asyncio.Queue[bool] = asyncio.Queue()

    async def overtaken(lease: Lease, attempting: Attempting) -> Done:
        later = play.clock() + relays.HOLD
        await store.write(lambda tx: tx.outbox.lease(later, relays.HOLD, "another", 1))
        told.put_nowait(await attempting())
        raise LeaseLost

    play.endings = [overtaken]
    await play.ask(RefreshCard(1))
    await play.until_carried(1)
    await play.ask(RefreshCard(2))
    await play.until_carried(2)

    assert await asyncio.wait_for(told.get(), LONG) is False


async def test_stopping_waits_for_what_runs_and_frees_what_does_not_end(
    play: Play, store: SqlStore
) -> None:
    begun = asyncio.Event()

    async def a_little_later(lease: Lease, attempting: Attempting) -> Done:
        await begun.wait()
        return Done()

    async def never(lease: Lease, attempting: Attempting) -> Done:
        await asyncio.Event().wait()
        return Done()

    play.endings = [a_little_later, never]
    await play.ask(RefreshCard(1))
    await play.until_carried(1)
    await play.ask(RefreshCard(2))
    await play.until_carried(2)

    stopping = asyncio.create_task(play.relay.stop(0.5))
    begun.set()
    await asyncio.wait_for(stopping, LONG)

    again = await store.write(lambda tx: tx.outbox.lease(play.clock(), relays.HOLD, "next", 9))
    assert [lease.effect for lease in again] == [RefreshCard(2)]


async def test_what_is_cut_off_in_the_middle_of_an_attempt_stays_in_doubt(
    play: Play, store: SqlStore
) -> None:
    async def cut_off(lease: Lease, attempting: Attempting) -> Done:
        await attempting()
        await asyncio.Event().wait()
        return Done()

    play.endings = [cut_off]
    await play.ask(RefreshCard(1))
    await play.until_carried(1)
    await play.until_rows(waiting=1)

    await play.relay.stop(0.05)

    soon = play.clock() + timedelta(seconds=1)
    later = play.clock() + relays.HOLD
    assert await store.write(lambda tx: tx.outbox.lease(soon, relays.HOLD, "next", 9)) == ()
    (again,) = await store.write(lambda tx: tx.outbox.lease(later, relays.HOLD, "next", 9))
    assert again.attempted_at is not None


async def test_stopping_ends_whatever_wakes_the_relay_and_loses_no_row(store: SqlStore) -> None:
    carried: list[Lease] = []
    for number in range(1, 21):
        async with a_play(store) as play:
            await play.ask(RefreshCard(number))
            play.relay.wake()
        carried += play.carried

    left = await store.write(lambda tx: tx.outbox.lease(play.clock(), relays.HOLD, "next", 99))
    assert {lease.effect for lease in (*carried, *left)} == {RefreshCard(n) for n in range(1, 21)}


async def _row(play: Play) -> Row[Any]:
    """The row asked for first."""
    first = select(outbox).order_by(outbox.c.id).limit(1)
    return await play.store.read(lambda tx: tx._connection.execute(first).one())


async def _until_postponed(play: Play, tries: int) -> Row[Any]:
    async with asyncio.timeout(LONG):
        while (row := await _row(play)).attempts < tries:  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # the database has no event to wait for
    return row


@asynccontextmanager
async def _with_reply(store: SqlStore) -> AsyncIterator[Play]:
    """A play that begins with a reply to be mailed."""
    await store.write(lambda tx: tx.organisation.load(SETUP))
    await store.write(lambda tx: a_reply(tx, "paul@acme.example"))
    async with a_play(store) as play:
        yield play
