"""Channels of a Slack that keeps what is posted, and an office whose cards stand there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from blocks.vocabulary import INTERNAL
from bot.outcomes import Attempting, Done, NotSetUp, Unreachable
from bot.pacing import Pacing
from bot.slack_calls import SlackCalls, SlackDeclined
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
from desk.transfer_ticket import TransferTicket
from storage.outbox_rows import Lease
from tests.bot.whole_desk import Rounds
from tests.desk.office import ROOT_ADMIN, Office

POSTES, RESEAU, APPLIS = "C0POSTES", "C0RESEAU", "C0APPLIS"
Message = Mapping[str, Any]


class Post(StrEnum):
    CARD = "card"
    OPENING = "opening"
    LINE = "line"

    @classmethod
    def of(cls, message: Message) -> Post:
        if "thread_ts" not in message:
            return cls.CARD
        return cls.OPENING if str(message["text"]).startswith(INTERNAL) else cls.LINE


class Channels(SlackCalls):
    """A Slack that keeps what is posted, and does not always say so."""

    def __init__(self, office: Office) -> None:
        super().__init__(client=AsyncWebClient(), pacing=Pacing(lambda: office.now))
        self._channels: dict[str, dict[str, dict[str, Any]]] = {}
        self.losing = 0  # so many of the next posts are carried out and not answered
        self.faults: dict[Post, Exception] = {}  # of the next such post, which is not carried out
        self.meanwhile: dict[Post, Callable[[], Awaitable[None]]] = {}  # before it is answered
        self.gone: set[tuple[str, str]] = set()  # messages that somebody has deleted
        self.closed = ""  # the channel that we may not read any more
        self.searched: list[str] = []

    async def call(self, method: str, arguments: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        channel = str(arguments.get("channel"))
        messages = self._channels.setdefault(channel, {})
        match method:
            case "chat.postMessage":
                return {"channel": channel, "ts": await self._take(messages, arguments)}
            case "chat.update":
                if (channel, arguments["ts"]) in self.gone:
                    raise SlackDeclined("message_not_found", "")
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

    async def _take(self, messages: dict[str, Any], message: Message) -> str:
        kind = Post.of(message)
        if kind in self.faults:
            raise self.faults.pop(kind)
        ts = f"{sum(map(len, self._channels.values())) + 1}.000100"
        messages[ts] = dict(message)
        if kind in self.meanwhile:
            await self.meanwhile.pop(kind)()
        if self.losing:
            self.losing -= 1
            raise Unreachable("chat.postMessage: TimeoutError", attempted=True)
        return ts

    def openings(self, channel: str) -> list[int]:
        """How many lines open the thread of each card in the channel."""
        messages = self._channels.get(channel, {})
        opened = [m["thread_ts"] for m in messages.values() if Post.of(m) is Post.OPENING]
        return [opened.count(ts) for ts, _ in self.cards(channel)]

    def thread(self, channel: str) -> list[Post]:
        """What stands below the channel's cards."""
        kinds = map(Post.of, self._channels.get(channel, {}).values())
        return [kind for kind in kinds if kind is not Post.CARD]

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
        self.courier = slack
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
