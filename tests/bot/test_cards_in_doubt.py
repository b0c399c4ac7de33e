"""A card whose post got no answer is found where it was posted, wherever its ticket went since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.outcomes import Attempting, Done, NotSetUp, Unreachable
from bot.pacing import Pacing
from bot.slack_calls import SlackCalls
from bot.slack_courier import SlackCourier
from desk.effects import (
    MarkNoted,
    OpenThread,
    RefreshCard,
    SendMail,
    ShowEntry,
    TellPerson,
    WarnUndelivered,
)
from desk.take_note import TakeNote
from desk.transfer_ticket import TransferTicket
from desk.words import Words
from storage.outbox_rows import Lease
from tests.bot.whole_desk import Rounds
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import PIERRE, ROOT_ADMIN, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

POSTES, RESEAU, APPLIS = "C0POSTES", "C0RESEAU", "C0APPLIS"
Message = Mapping[str, Any]


class Channels(SlackCalls):
    """A Slack that keeps what is posted, and does not always say so."""

    def __init__(self, office: Office) -> None:
        super().__init__(client=AsyncWebClient(), pacing=Pacing(lambda: office.now))
        self._channels: dict[str, dict[str, dict[str, Any]]] = {}
        self.losing = 0  # so many of the next posts are carried out and not answered
        self.closed = ""  # the channel that we may not read any more
        self.searched: list[str] = []

    async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        channel = str(arguments.get("channel"))
        messages = self._channels.setdefault(channel, {})
        match method:
            case "chat.postMessage":
                ts = f"{sum(map(len, self._channels.values())) + 1}.000100"
                messages[ts] = dict(arguments)
                if self.losing:
                    self.losing -= 1
                    raise Unreachable("chat.postMessage: TimeoutError", attempted=True)
                return {"channel": channel, "ts": ts}
            case "chat.update":
                messages[str(arguments["ts"])].update(arguments)
            case "conversations.history" | "conversations.replies":
                if channel == self.closed:
                    raise NotSetUp(f"{method}: not_in_channel")
                self.searched.append(channel)
                thread = arguments.get("ts")
                found = [
                    {**message, "ts": ts}
                    for ts, message in messages.items()
                    if message.get("thread_ts") == thread
                ]
                return {"messages": found[::-1]}
        return {}

    def cards(self, channel: str) -> list[tuple[str, bool]]:
        """Of each card in the channel where it stands, and whether it has buttons."""
        return [
            (ts, "ticket.assign" in str(message["blocks"]))
            for ts, message in self._channels.get(channel, {}).items()
            if "thread_ts" not in message
        ]


class Doubt:
    """An office, its relay, and that Slack."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.slack = Channels(office)
        clock = lambda: office.now  # noqa: E731
        slack = SlackCourier(office.store, office.desk, self.slack, clock, alone=True)
        couriers = {
            RefreshCard: slack.refresh_card,
            OpenThread: slack.open_thread,
            ShowEntry: slack.show_entry,
            MarkNoted: slack.mark_noted,
            TellPerson: slack.tell_person,
            SendMail: _sent,
            WarnUndelivered: _sent,
        }
        self.relay = office.store.taker = Rounds(office.store, couriers, clock)

    async def carries(self) -> None:
        """All that is due in the next minute."""
        for _ in range(2):
            await self.relay.carry_all()
            self.office.later(timedelta(seconds=30))

    async def transfer(self, number: int, team: str) -> None:
        await self.office.does(TransferTicket(number, ROOT_ADMIN, await self.office.team(team)))

    async def known(self, number: int) -> list[tuple[str, str, bool]]:
        cards = await self.office.store.read(lambda tx: tx.cards.of(number))
        return [(card.channel, card.ts, card.active) for card in cards]

    async def at_rest(self) -> bool:
        counts = await self.office.store.read(lambda tx: tx.outbox.counts())
        return not any(counts.values())


async def _sent(effect: Any, lease: Lease, attempting: Attempting) -> Done:
    return Done("sent")


@pytest.fixture
async def doubt(office: Office) -> Doubt:
    return Doubt(office)


async def _lost(doubt: Doubt) -> int:
    """A new ticket, whose card stands in its team's channel without our having heard of it."""
    doubt.slack.losing = 1
    number = await doubt.office.open()
    await doubt.relay.carry_all()
    assert await doubt.known(number) == []
    return number


async def test_a_ticket_that_moves_while_its_card_is_in_doubt_leaves_one_line_behind(
    doubt: Doubt,
) -> None:
    number = await _lost(doubt)

    await doubt.transfer(number, "reseau")
    await doubt.carries()

    ((left, left_has_buttons),) = doubt.slack.cards(POSTES)
    ((moved, moved_has_buttons),) = doubt.slack.cards(RESEAU)
    assert (left_has_buttons, moved_has_buttons) == (False, True)
    assert await doubt.known(number) == [(POSTES, left, False), (RESEAU, moved, True)]
    assert await doubt.at_rest()


async def test_a_note_below_a_card_that_was_left_in_doubt_is_taken(doubt: Doubt) -> None:
    number = await _lost(doubt)
    await doubt.transfer(number, "reseau")
    await doubt.carries()
    ((left, _),) = doubt.slack.cards(POSTES)

    noted = await doubt.office.does(
        TakeNote(PIERRE, POSTES, left, "900.1", Words.plain("The roller."), under_us=True)
    )

    assert noted.ticket == number


@pytest.mark.parametrize(
    ("back", "in_postes", "in_reseau"),
    [(False, [False], [True]), (True, [False, True], [False])],
    ids=["stays", "goes back"],
)
async def test_a_second_card_in_doubt_is_not_taken_for_the_first(
    doubt: Doubt, back: bool, in_postes: list[bool], in_reseau: list[bool]
) -> None:
    """Both were posted by one row of the outbox, so both carry its number."""
    number = await _lost(doubt)
    await doubt.transfer(number, "reseau")
    doubt.slack.losing = 1
    await doubt.carries()
    assert not doubt.slack.losing

    if back:
        await doubt.transfer(number, "postes")
    await doubt.carries()

    assert [buttons for _, buttons in doubt.slack.cards(POSTES)] == in_postes
    assert [buttons for _, buttons in doubt.slack.cards(RESEAU)] == in_reseau
    assert sum(active for *_, active in await doubt.known(number)) == 1
    assert await doubt.at_rest()


async def test_every_team_that_had_the_ticket_meanwhile_is_looked_at(doubt: Doubt) -> None:
    number = await _lost(doubt)

    await doubt.transfer(number, "reseau")
    await doubt.transfer(number, "applis")
    await doubt.carries()

    assert [buttons for _, buttons in doubt.slack.cards(POSTES)] == [False]
    assert doubt.slack.cards(RESEAU) == []
    assert [buttons for _, buttons in doubt.slack.cards(APPLIS)] == [True]


async def test_an_old_channel_that_cannot_be_read_does_not_keep_the_card_from_the_new_one(
    doubt: Doubt,
) -> None:
    number = await _lost(doubt)

    doubt.slack.closed = POSTES
    await doubt.transfer(number, "reseau")
    await doubt.carries()

    assert [buttons for _, buttons in doubt.slack.cards(RESEAU)] == [True]
    assert await doubt.at_rest()


async def test_without_a_transfer_only_the_teams_own_channel_is_searched(doubt: Doubt) -> None:
    await _lost(doubt)

    await doubt.carries()

    assert set(doubt.slack.searched) == {POSTES}
    assert len(doubt.slack.cards(POSTES)) == 1
