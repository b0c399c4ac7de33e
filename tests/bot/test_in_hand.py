"""In a rush new tickets wait in the hand that wrote them, in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest

from bot import courtesy, in_hand
from bot import relay as relays
from bot.outcomes import Attempting, Done
from desk.effects import Message, OpenThread, RefreshCard, SendMail, ShowEntry
from desk.errors import Busy
from storage.outbox import SqlOutbox
from storage.outbox_rows import Lease
from tests.bot.couriers import LONG
from tests.bot.hands import Hands, hands, leased
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "hands", "office"]

RUSH = 12
OTHER = timedelta(seconds=20)  # longer than a lease


async def rush(hands: Hands, tickets: int = RUSH) -> list[int]:
    """That many new tickets while no slot is free."""
    hands.relay._slots = 0
    numbers = []
    for _ in range(tickets):
        in_it = len(tuple(hands.relay._in_hand))
        numbers.append(await hands.office.open())
        async with asyncio.timeout(LONG):  # whoever opened it is told before
            while len(tuple(hands.relay._in_hand)) < min(in_it + 3, 3 * in_hand.MOST):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
    return numbers


def begin(hands: Hands, slots: int = relays.SLOTS) -> None:
    hands.relay._slots = slots
    hands.relay._go_on()


def cards(hands: Hands) -> list[int]:
    return [e.effect.ticket for e in hands.carried if isinstance(e.effect, RefreshCard)]


async def test_they_are_shown_in_their_order_without_being_read_again(hands: Hands) -> None:
    numbers = await rush(hands)

    begin(hands, slots=2)
    await hands.until_waiting()

    assert cards(hands) == numbers
    assert hands.kinds.count(SendMail) == RUSH
    assert all(lease.noted_at or isinstance(lease.effect, SendMail) for lease in hands.carried)


async def test_more_than_it_holds_come_behind_them_in_their_order(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_hand, "MOST", 3)
    numbers = await rush(hands)
    owners = [row[1] for row in leased(hands.office) if row[0] == "RefreshCard"]

    begin(hands, slots=1)
    hands.relay.wake()
    await hands.until_waiting()

    assert [owner is None for owner in owners] == [False] * 3 + [True] * (RUSH - 3)
    assert cards(hands) == numbers
    async with asyncio.timeout(LONG):
        while not hands.relay.has_room():  # noqa: ASYNC110 - once a round has found nothing
            await asyncio.sleep(0.01)


@pytest.fixture
def few_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_hand, "NOTED", 3)
    monkeypatch.setattr(in_hand, "AT_ONCE", 1)


def attempted(office: Office) -> list[bool]:
    """Of each card that waits, in their order."""
    return [row[3] is not None for row in leased(office) if row[0] == "RefreshCard"]


@pytest.mark.usefixtures("few_noted")
async def test_only_the_first_are_noted_before_they_have_a_slot(hands: Hands) -> None:
    """Of the others a process that dies leaves nothing to be looked for in Slack."""
    await rush(hands)

    assert attempted(hands.office) == [True] * 3 + [False] * (RUSH - 3)


@pytest.mark.usefixtures("few_noted")
async def test_what_ends_notes_what_comes_next(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers, alone = await rush(hands), list[Any]()
    attempting = SqlOutbox.attempting

    def noted(outbox: SqlOutbox, lease: Lease, at: datetime) -> bool:
        alone.append(type(lease.effect))
        return attempting(outbox, lease, at)

    monkeypatch.setattr(SqlOutbox, "attempting", noted)

    begin(hands, slots=2)
    await hands.until_waiting()

    shown = [lease for lease in hands.carried if isinstance(lease.effect, RefreshCard)]
    assert [lease.effect.ticket for lease in shown] == numbers
    assert all(lease.noted_at for lease in shown)
    assert set(alone) == {SendMail}


@pytest.mark.usefixtures("few_noted")
async def test_what_comes_next_and_could_not_be_noted_is_noted_when_it_is_shown(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = await rush(hands)
    noting, failures = SqlOutbox.attempting_all, iter([True, True])

    def away(outbox: SqlOutbox, *values: Any) -> Any:
        if next(failures, False):
            raise Busy
        return noting(outbox, *values)

    monkeypatch.setattr(SqlOutbox, "attempting_all", away)

    begin(hands, slots=2)
    await hands.until_waiting()

    assert sorted(set(cards(hands))) == numbers


@pytest.mark.usefixtures("few_noted")
async def test_what_somebody_else_took_before_it_was_noted_is_theirs(hands: Hands) -> None:
    numbers = await rush(hands)
    office = hands.office
    await office.store.write(lambda tx: tx.outbox.hand_back(hands.relay._owner, office.now))
    theirs = await office.store.write(
        lambda tx: tx.outbox.lease(office.now, OTHER, "somebody else", 100)
    )
    assert {lease.effect.ticket for lease in theirs} == set(numbers)

    begin(hands, slots=2)
    async with asyncio.timeout(LONG):
        while tuple(hands.relay._in_hand) or hands.relay._running:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    held = await office.store.read(lambda tx: [tx.outbox.holds(lease) for lease in theirs])
    assert all(held)


def lane(ticket: int, *, noted: bool) -> tuple[Lease, ...]:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    card = RefreshCard(ticket)
    return (Lease(ticket, card, 1, 0, None, "us", at, noted_at=at if noted else None),)


def tickets(lanes: Iterable[Lease]) -> list[Any]:
    return [lease.effect.ticket for lease in lanes]


@pytest.mark.usefixtures("few_noted")
def test_what_is_noted_at_once_overtakes_nothing_that_is_being_noted() -> None:
    held, now = in_hand.InHand(), datetime(2026, 11, 24, tzinfo=UTC)
    held.put(lane(1, noted=False))
    with held.noting() as first:
        assert held.waits
        assert not held.notes
        held.put(lane(2, noted=True))  # its transaction had asked before
        assert held.call(now) is None
        assert tickets(held) == [1, 2]
        assert first == [lane(1, noted=False)]

    assert tickets(held) == [1, 2]
    assert [held.call(now), held.call(now)] == [lane(1, noted=False), lane(2, noted=True)]
    assert not held.waits
    assert held.notes


@pytest.mark.usefixtures("few_noted")
def test_of_two_that_note_at_once_none_overtakes_the_other() -> None:
    held = in_hand.InHand()
    for ticket in (1, 2, 3):
        held.put(lane(ticket, noted=False))
    now = datetime(2026, 11, 24, tzinfo=UTC)

    with ExitStack() as slow, held.noting() as second:
        slow.enter_context(held.noting())
        assert held.call(now) is None
        assert tickets(chain.from_iterable(second)) == [1]
        slow.close()
        assert held.call(now) is None
        assert tickets(held) == [1, 2, 3]

    assert tickets(chain.from_iterable([held.call(now) or (), held.call(now) or ()])) == [1, 2]


def of_team(team: int, ticket: int) -> tuple[Lease, ...]:
    (card,) = lane(ticket, noted=False)
    return card, replace(card, effect=OpenThread(ticket, team))


@pytest.mark.usefixtures("few_noted")
def test_a_rush_in_one_channel_keeps_no_other_team_waiting() -> None:
    held, now = in_hand.InHand(), datetime(2026, 11, 24, tzinfo=UTC)
    for ticket in range(1, 9):
        held.put(of_team(1, ticket))
    held.put(of_team(2, 9))

    came = []
    while held.waits:
        with held.noting():
            pass
        came.append(tickets(held.call(now) or ())[0])

    assert came.index(9) < 3
    assert [ticket for ticket in came if ticket != 9] == list(range(1, 9))


def test_tickets_of_the_same_moment_come_in_the_order_of_their_numbers() -> None:
    """On PostgreSQL a later one may be committed earlier."""
    held, now = in_hand.InHand(), datetime(2026, 11, 24, tzinfo=UTC)
    for ticket in (2, 3, 1):
        held.put(lane(ticket, noted=True))

    assert held.oldest == 1
    assert tickets(chain.from_iterable(held.call(now) or () for _ in range(3))) == [1, 2, 3]


@pytest.mark.usefixtures("few_noted")
async def test_of_a_lane_that_is_half_theirs_the_rest_is_free_again(hands: Hands) -> None:
    await rush(hands)
    office = hands.office
    later = [one for one in hands.relay._in_hand if isinstance(one.effect, RefreshCard)][3]
    await office.store.write(lambda tx: tx.outbox.finish(later, office.now))  # by somebody else

    begin(hands, slots=2)
    await hands.until_waiting()

    kinds = [type(one.effect) for one in hands.carried if one.effect.ticket == later.effect.ticket]
    assert sorted(kinds, key=str) == [OpenThread, SendMail]


@pytest.mark.usefixtures("few_noted")
async def test_a_stop_frees_also_what_is_not_noted(hands: Hands) -> None:
    await rush(hands)

    await hands.relay.stop(LONG)

    assert all(row[1:] == (None, None, None) for row in leased(hands.office))
    assert len(leased(hands.office)) == 3 * RUSH


async def test_their_leases_are_renewed(hands: Hands) -> None:
    await rush(hands, 1)
    office = hands.office
    before = {row[2] for row in leased(office)}

    office.now += timedelta(seconds=6)

    await hands.relay._renew()

    after = {row[2] for row in leased(office)}
    assert after == {moment + timedelta(seconds=6) for moment in before}


async def test_a_stop_frees_them_for_anybody_at_once(hands: Hands) -> None:
    await rush(hands, 2)

    await hands.relay.stop(LONG)

    assert not hands.carried
    rows = leased(hands.office)
    assert len(rows) == 2 * 3
    assert all(row[1:] == (None, None, None) for row in rows)


async def test_what_somebody_else_has_taken_meanwhile_is_not_done_twice(hands: Hands) -> None:
    """We slept: nothing was renewed."""
    await rush(hands, 1)
    office, allowed = hands.office, []

    async def asks(effect: object, lease: Lease, attempting: Attempting) -> Done:
        allowed.append(await attempting())
        raise RuntimeError("it is not ours")

    hands.relay._couriers = dict.fromkeys((RefreshCard, OpenThread, SendMail), asks)
    office.now += OTHER
    theirs = await office.store.write(
        lambda tx: tx.outbox.lease(office.now, OTHER, "somebody else", 9)
    )

    begin(hands)
    async with asyncio.timeout(LONG):
        while len(allowed) < 2:  # noqa: ASYNC110 - each lane tries its first
            await asyncio.sleep(0.01)

    assert [type(lease.effect) for lease in theirs] == [RefreshCard, SendMail]
    assert allowed == [False, False]
    held = await office.store.read(lambda tx: [tx.outbox.holds(lease) for lease in theirs])
    assert held == [True, True]


async def test_what_comes_back_to_us_while_it_is_in_hand_is_done_once(hands: Hands) -> None:
    """We slept, and leased it anew ourselves."""
    await rush(hands, 1)
    office, done = hands.office, list[Any]()

    async def once(effect: Any, lease: Lease, attempting: Attempting) -> Done:
        if not await attempting():
            raise RuntimeError("it is not ours")
        done.append(lease.id)
        return Done("sent")

    hands.relay._couriers = dict.fromkeys((RefreshCard, OpenThread, SendMail), once)
    office.now += OTHER
    hands.relay._slots = relays.SLOTS

    hands.relay.wake()  # a round leases it; what is in hand begins when that has ended
    await hands.until_waiting()

    assert sorted(done)[:3] == [1, 2, 3]
    assert len(set(done)) == len(done)


@pytest.mark.parametrize("room", [RUSH, 6], ids=["all in hand", "more than that"])
async def test_a_click_in_a_rush_is_shown_before_all_that_waits(
    hands: Hands, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(relays, "FROM_HAND", 1)
    monkeypatch.setattr(in_hand, "MOST", room)
    clicked = asyncio.Event()

    async def show(effect: Any, lease: Lease, attempting: Attempting) -> Done:
        clicked.set()
        return Done("shown")

    async def behind_it(effect: Any, lease: Lease, attempting: Attempting) -> Done:
        done = await hands.carry(effect, lease, attempting)
        await clicked.wait()
        return done

    numbers = await rush(hands)
    hands.relay._couriers |= {ShowEntry: show, RefreshCard: behind_it, OpenThread: behind_it}
    click = ShowEntry(0, 1)  # of an older ticket than those
    await hands.office.store.write(lambda tx: tx.outbox.put(click, hands.office.now))

    begin(hands)
    hands.relay.wake()

    await asyncio.wait_for(clicked.wait(), LONG)
    await hands.until_waiting()
    assert cards(hands)[:room] == numbers[:room]


async def test_a_slow_slack_keeps_no_mail_in_hand(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "FROM_HAND", 2)
    answers = asyncio.Event()

    async def slow(effect: Any, lease: Lease, attempting: Attempting) -> Done:
        await attempting()
        await answers.wait()
        return Done("sent")

    hands.relay._couriers = {RefreshCard: slow, OpenThread: slow, SendMail: hands.carry}
    await rush(hands, 6)

    begin(hands)
    await hands.until(*[SendMail] * 6)

    answers.set()
    await hands.until_waiting()


async def test_an_older_mail_comes_before_those_that_are_written_meanwhile(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "MAILS", 1)
    office, sent = hands.office, list[int]()

    async def mails(effect: Any, lease: Lease, attempting: Attempting) -> Done:
        assert await attempting()
        sent.append(effect.ticket)
        await asyncio.sleep(0.02)  # a server that takes its time
        return Done("sent")

    hands.relay._couriers[SendMail] = mails
    numbers = [await office.open() for _ in range(4)]
    older = SendMail(Message.REPLY, 1, numbers[0], 1, 3)
    await office.store.write(lambda tx: tx.outbox.put(replace(older, ticket=7777), office.now))
    async with asyncio.timeout(LONG):
        while 7777 not in sent:
            await office.open()

    assert sent.index(7777) < 8


async def test_what_has_waited_for_long_is_read_again(hands: Hands) -> None:
    """An address may have been put right since."""
    await rush(hands, 2)
    hands.office.now += in_hand.FRESH_MAIL
    await rush(hands, 1)

    begin(hands)
    await hands.until_waiting()

    remembered = {
        kind: [
            one.effect.ticket for one in hands.carried if isinstance(one.effect, kind) and one.facts
        ]
        for kind in (SendMail, RefreshCard)
    }
    assert remembered == {SendMail: [3], RefreshCard: [1, 2, 3]}


async def test_after_several_new_tickets_the_outbox_is_looked_through_once(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    loop = asyncio.get_running_loop()
    later = loop.call_later

    def noted(delay: float, work: Any, *values: Any) -> Any:
        if work == hands.relay._look_at_last:
            looks.append(work)
        return later(delay, work, *values)

    monkeypatch.setattr(loop, "call_later", noted)

    await rush(hands, tickets=3)
    assert len(looks) == 1

    await asyncio.sleep(relays.COURTESY * 1.5)
    await rush(hands, tickets=1)
    assert len(looks) == 2

    begin(hands)
    await hands.until_waiting()


async def test_it_begins_when_nobody_waits_for_an_answer_any_more(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", LONG)
    with hands.relay._courtesy.answering():
        with hands.relay._courtesy.answering():
            number = await hands.office.open()
        await asyncio.sleep(0.05)
        before = list(hands.carried)

    await hands.until(RefreshCard, OpenThread, SendMail)

    assert before == []
    assert cards(hands) == [number]


async def test_or_a_moment_later_where_somebody_always_waits(hands: Hands) -> None:
    with hands.relay._courtesy.answering():
        number = await hands.office.open()
        await hands.until(RefreshCard, OpenThread, SendMail)

    assert cards(hands) == [number]
