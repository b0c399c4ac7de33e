"""What Slack shows is what the desk holds, whoever of several processes drew it last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.outcomes import Done, Refused, Unreachable
from bot.slack_calls import SlackCalls, SlackDeclined
from bot.slack_courier import SlackCourier
from desk.assign_ticket import ClaimTicket
from desk.effects import LookUpPerson, MarkNoted, Notice, OpenThread, RefreshCard, Whisper
from desk.hold_ticket import HoldTicket, ResumeTicket
from desk.service import Desk
from desk.setting_up import LearnPeople, LoadDesk
from desk.ticket import HoldReason
from desk.transfer_ticket import TransferTicket
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.bot.couriers import Clock
from tests.storage.house import NOW, SETUP, a_person, a_ticket

LEASE = Lease(1, RefreshCard(1), 1, 0, None, "me", NOW)


class Wall(SlackCalls):
    """Slack, as a list of what was posted and edited."""

    def __init__(self) -> None:
        self.seen: list[Mapping[str, Any]] = []
        self.turns: list[int | None] = []

    async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        self.seen.append(arguments)
        return {"ok": True}

    async def post(self, arguments: Mapping[str, Any], **how: Any) -> tuple[str, str]:
        self.seen.append(arguments)
        self.turns.append(how.get("turn"))
        return "C0NET", "1.1"


async def _a_desk(store: SqlStore) -> Desk:
    """A ticket of the network's team, in which Ada works."""
    desk = Desk(store, lambda: NOW, timedelta(0))
    await desk.handle(LoadDesk(SETUP))
    ada = await store.write(lambda tx: a_person(tx, "Ada", slack_id="U2"))
    await desk.handle(LearnPeople((ada,)))
    await store.write(lambda tx: tx.tickets.add(a_ticket(ada.id)))
    return desk


async def _draw(courier: SlackCourier, store: SqlStore) -> None:
    async def attempting() -> bool:
        return True

    done = await courier.refresh_card(RefreshCard(1), LEASE, attempting)
    await store.write(done.write)


async def test_a_card_that_looks_so_already_is_not_edited(store: SqlStore) -> None:
    desk, wall = await _a_desk(store), Wall()
    courier = SlackCourier(store, desk, wall, lambda: NOW, alone=True)

    for _ in range(3):
        await _draw(courier, store)

    assert len(wall.seen) == 1


async def test_new_cards_stand_in_the_order_of_their_tickets(store: SqlStore) -> None:
    """Rows of tickets of the same moment may be numbered otherwise."""
    desk, wall = await _a_desk(store), Wall()

    await _draw(SlackCourier(store, desk, wall, lambda: NOW, alone=True), store)

    assert wall.turns == [1]


async def test_of_two_processes_each_corrects_what_the_other_drew(store: SqlStore) -> None:
    desk, wall = await _a_desk(store), Wall()
    one, two = (SlackCourier(store, desk, wall, lambda: NOW, alone=False) for _ in range(2))
    await desk.handle(ClaimTicket(1, "U2"))
    await _draw(one, store)
    assigned = wall.seen[-1]
    await desk.handle(HoldTicket(1, "U2", HoldReason.SUPPLIER))
    await _draw(two, store)
    held = wall.seen[-1]

    await desk.handle(ResumeTicket(1, "U2"))
    await _draw(one, store)

    assert wall.seen[-1]["text"] == assigned["text"]
    assert held["text"] != assigned["text"]


async def test_after_an_edit_whose_answer_was_lost_the_look_of_before_is_drawn_again(
    store: SqlStore,
) -> None:
    class Losing(Wall):
        lost = 0

        async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Any:
            self.seen.append(arguments)
            if self.lost:
                self.lost -= 1
                raise Unreachable("chat.update: TimeoutError")
            return {"ok": True}

    desk, wall = await _a_desk(store), Losing()
    courier = SlackCourier(store, desk, wall, lambda: NOW, alone=True)
    await desk.handle(ClaimTicket(1, "U2"))
    await _draw(courier, store)
    assigned = wall.seen[-1]
    await desk.handle(HoldTicket(1, "U2", HoldReason.SUPPLIER))
    wall.lost = 1
    with pytest.raises(Unreachable):
        await _draw(courier, store)

    await desk.handle(ResumeTicket(1, "U2"))
    await _draw(courier, store)

    assert [message["text"] for message in wall.seen[2:]] == [assigned["text"]]


async def test_no_edit_overtakes_one_that_slack_may_still_carry_out(store: SqlStore) -> None:
    class Slow(Wall):
        is_slow = False

        async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Any:
            self.seen.append(arguments)
            if self.is_slow:
                raise Unreachable("chat.update: TimeoutError", under_way=10.0)
            return {"ok": True}

    clock, desk, wall = Clock(), await _a_desk(store), Slow()
    courier = SlackCourier(store, desk, wall, clock, alone=False)
    await _draw(courier, store)
    wall.is_slow = True
    await desk.handle(ClaimTicket(1, "U2"))
    with pytest.raises(Unreachable):
        await _draw(courier, store)
    wall.is_slow = False

    await desk.handle(HoldTicket(1, "U2", HoldReason.SUPPLIER))
    with pytest.raises(Unreachable) as raised:
        await _draw(courier, store)

    assert raised.value.retry_after == 10.0
    assert len(wall.seen) == 2
    clock.now += timedelta(seconds=10)
    await _draw(courier, store)
    assert len(wall.seen) == 3


async def test_a_post_found_again_is_written_down_before_it_is_corrected(store: SqlStore) -> None:
    """Or an edit that Slack refuses for good would leave a card that nobody knows."""

    class Refusing(Wall):
        async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Any:
            raise SlackDeclined("invalid_blocks", "")

    async def attempting() -> bool:
        return True

    courier = SlackCourier(store, await _a_desk(store), Refusing(), lambda: NOW, alone=True)

    found = await courier.refresh_card(RefreshCard(1), replace(LEASE, attempted_at=NOW), attempting)
    await store.write(found.write)

    card = await store.read(lambda tx: tx.cards.active(1))
    assert card is not None
    assert (card.channel, card.ts) == ("C0NET", "1.1")
    with pytest.raises(Refused):  # the edit, which comes next and tells a person
        await courier.refresh_card(RefreshCard(1), LEASE, attempting)


async def test_a_thread_below_a_card_that_slack_refused_is_not_forgotten(store: SqlStore) -> None:
    """A retry of the card and of the thread's opening brings both."""

    async def attempting() -> bool:
        return True

    desk, wall = await _a_desk(store), Wall()
    courier = SlackCourier(store, desk, wall, lambda: NOW, alone=True)
    await _draw(courier, store)
    teams = await store.read(lambda tx: tx.organisation.teams())
    second = next(team.id for team in teams if team.channel != "C0NET")

    await desk.handle(TransferTicket(1, "U2", second))
    await store.write(_refuse_card)

    with pytest.raises(Refused):
        await courier.open_thread(OpenThread(1, second), LEASE, attempting)


def _refuse_card(tx: SqlTransaction) -> None:
    (card,) = tx.outbox.lease(NOW, timedelta(minutes=1), "me", 1)
    tx.outbox.bury(card, NOW, "invalid_blocks")


async def test_what_is_nice_to_have_and_declined_is_done_with(store: SqlStore) -> None:
    """Somebody left the channel, or is of another workspace."""

    class Closed(Wall):
        async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Any:
            raise SlackDeclined("user_not_in_channel", "")

    async def attempting() -> bool:
        return True

    courier = SlackCourier(store, await _a_desk(store), Closed(), lambda: NOW, alone=True)
    whisper = Whisper(Notice.OUTSIDER_IN_THREAD, 1, "U2", "C0NET", "1.1", "1.2")

    ends = [
        await courier.whisper(whisper, LEASE, attempting),
        await courier.mark_noted(MarkNoted(1, 1, "C0NET", "1.2"), LEASE, attempting),
        await courier.look_up(LookUpPerson("U9"), LEASE, attempting),
    ]

    assert ends == [Done(), Done(), Done()]
