"""One look through a channel answers for all posts in doubt there, and never wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.arrivals import CALL, LATE, SETTLED
from bot.outcomes import Unreachable
from bot.searches import CLOCKS_DIFFER, EVENT_TYPE, FRESH, KEPT, Searches

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
CHANNEL = "C1"
CERTAIN = LATE * CALL  # seconds after which nothing arrives any more


class Channel:
    """Messages as Slack tells them, newest first, and how often it was asked."""

    def __init__(self) -> None:
        self.now = NOON
        self.asked: list[str] = []
        self.messages: dict[str, list[dict[str, Any]]] = {"": []}
        self.page = 200
        self.fails_after = 10**6  # pages

    def post(self, row: int, *, thread: str = "", at: datetime | None = None) -> str:
        ts = f"{(at or self.now).timestamp():.6f}"
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"outbox": row}}
        self.messages.setdefault(thread, []).insert(0, {"ts": ts, "metadata": metadata})
        return ts

    def say(self, many: int) -> None:
        self.messages[""] = [{"ts": f"9.{n}"} for n in range(many)] + self.messages[""]

    async def pages(
        self, method: str, arguments: Mapping[str, Any]
    ) -> AsyncIterator[tuple[Mapping[str, Any], bool]]:
        messages = [
            message
            for message in self.messages.get(arguments.get("ts", ""), [])
            if float(message["ts"]) >= float(arguments["oldest"]) or message["ts"][:2] == "9."
        ]
        for start in range(0, len(messages) or 1, self.page):
            self.asked.append(method)
            await asyncio.sleep(0)
            if len(self.asked) > self.fails_after:
                raise Unreachable("gone")
            end = start + self.page
            yield {"messages": messages[start:end]}, end < len(messages)

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def searches(channel: Channel) -> Searches:
    return Searches(channel.pages, lambda: channel.now)


async def find(
    searches: Searches, row: int, since: datetime, thread: str = "", known: tuple[str, ...] = ()
) -> str:
    return await searches.find(CHANNEL, thread, row, since, known)


async def test_a_hundred_rows_make_slack_look_once(channel: Channel, searches: Searches) -> None:
    stand = {row: channel.post(row, at=NOON + timedelta(seconds=row)) for row in range(50)}
    channel.pass_(CERTAIN + 100)

    found = await asyncio.gather(*(find(searches, row, NOON) for row in range(100)))

    assert list(found) == [stand.get(row, "") for row in range(100)]
    assert channel.asked == ["conversations.history"]


async def test_who_has_to_look_again_sees_what_has_arrived_since(
    channel: Channel, searches: Searches
) -> None:
    channel.pass_(CERTAIN - 1)
    assert await find(searches, 7, NOON) == ""

    ts = channel.post(7)
    channel.pass_(1)

    assert await find(searches, 7, NOON) == ts


@pytest.mark.parametrize(
    ("then", "later", "looks"),
    [
        (CERTAIN, KEPT / 2, 1),
        (CERTAIN, KEPT, 2),
        (CERTAIN - 0.1, 0.2, 2),  # it may have come in these moments
        (CALL + 1, FRESH / 2, 1),  # it is looked for again in any case
        (CALL + 1, FRESH, 2),
        (SETTLED, 1.0, 1),  # what failed at once
        (SETTLED, 3.0, 2),  # what we gave up on
        (0.0, FRESH / 2, 1),
        (-1.0, 30.0, 2),  # before it was posted
    ],
)
async def test_no_is_believed_only_as_long_as_it_is_true(
    channel: Channel, searches: Searches, then: float, later: float, looks: int
) -> None:
    channel.pass_(then)
    await find(searches, 1, NOON - timedelta(seconds=1000))
    channel.pass_(later)

    await find(searches, 7, NOON)

    # The first row's look goes back further than the second one's would.
    assert len(channel.asked) == looks


async def test_a_look_that_did_not_go_back_far_enough_is_made_again(
    channel: Channel, searches: Searches
) -> None:
    long_ago = NOON - timedelta(seconds=3 * CLOCKS_DIFFER)
    ts = channel.post(7, at=long_ago)
    channel.pass_(CERTAIN)
    await find(searches, 1, NOON)

    assert await find(searches, 7, long_ago) == ts


async def test_nor_does_half_a_look_say_no(channel: Channel, searches: Searches) -> None:
    ours = channel.post(2)
    channel.say(250)
    newest = channel.post(1)
    channel.pass_(CERTAIN)

    assert await find(searches, 1, NOON) == newest
    assert await find(searches, 2, NOON) == ours
    assert len(channel.asked) == 3


async def test_nor_one_that_broke_off(channel: Channel, searches: Searches) -> None:
    ts = channel.post(7)
    channel.say(250)
    channel.pass_(CERTAIN)
    channel.fails_after = 1
    with pytest.raises(Unreachable):
        await find(searches, 7, NOON)

    channel.fails_after = 100
    assert await find(searches, 7, NOON) == ts


async def test_a_post_that_is_known_is_not_found_again(
    channel: Channel, searches: Searches
) -> None:
    first = channel.post(7)
    channel.pass_(1)
    second = channel.post(7)
    channel.pass_(CERTAIN)

    assert await find(searches, 7, NOON, known=(second,)) == first
    assert await find(searches, 7, NOON, known=(first, second)) == ""


async def test_what_a_person_deleted_is_forgotten(channel: Channel, searches: Searches) -> None:
    ts = channel.post(7)
    channel.pass_(CERTAIN)
    assert await find(searches, 7, NOON) == ts
    channel.messages[""].clear()
    channel.pass_(KEPT)

    assert await find(searches, 7, NOON) == ""


async def test_nor_is_found_what_was_deleted_before_it_was_posted_again(
    channel: Channel, searches: Searches
) -> None:
    channel.post(7)
    channel.pass_(CERTAIN)
    await find(searches, 9, NOON)
    channel.messages[""].clear()
    channel.pass_(1)
    again = channel.now
    channel.pass_(CERTAIN)

    assert await find(searches, 7, again) == ""


async def test_a_thread_that_began_later_holds_nothing_older(
    channel: Channel, searches: Searches
) -> None:
    """A card was posted anew; what may have come below it before cannot have."""
    channel.pass_(CERTAIN)
    assert await find(searches, 1, NOON) == ""
    card = channel.post(1)

    assert await find(searches, 2, NOON, thread=card) == ""

    assert channel.asked == ["conversations.history"]


async def test_any_other_is_looked_through(channel: Channel, searches: Searches) -> None:
    old = channel.post(5, at=NOON - timedelta(days=1))
    below_old = channel.post(6, thread=old)
    card = channel.post(1)
    opening = channel.post(2, thread=card)
    channel.pass_(CERTAIN)
    await find(searches, 9, NOON)

    assert await find(searches, 2, NOON, thread=card) == opening
    assert await find(searches, 6, NOON, thread=old) == below_old


async def test_so_is_one_that_may_have_begun_in_time(channel: Channel, searches: Searches) -> None:
    """When the channel was looked through, both may have been on their way."""
    channel.pass_(CALL + 1)
    await find(searches, 1, NOON)
    card = channel.post(1)
    opening = channel.post(2, thread=card)
    channel.pass_(CERTAIN)

    assert await find(searches, 2, NOON, thread=card) == opening


async def test_a_clock_put_back_makes_looks_anew(channel: Channel, searches: Searches) -> None:
    channel.pass_(CERTAIN)
    await find(searches, 7, NOON)
    channel.pass_(-CERTAIN / 2)
    ts = channel.post(7)

    assert await find(searches, 7, NOON) == ts


async def test_what_was_found_long_ago_is_not_kept_for_ever(
    channel: Channel, searches: Searches
) -> None:
    channel.pass_(CERTAIN)
    for thread in range(300):
        await find(searches, 7, NOON, thread=f"{thread}.1")

    assert len(searches._looks) <= 200
    assert not searches._doors
