"""Whether posts in doubt have arrived. One look through a channel answers for all of them.

After a process died in a rush a hundred rows ask this of one channel, and Slack answers fifty such
questions a minute.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from bot.arrivals import settled_after

EVENT_TYPE = "frontdesk"  # of the metadata on each of our messages
CLOCKS_DIFFER = 600.0  # seconds between Slack's clock and ours, at most
EARLIER = 60.0  # seconds that a look begins before it must: others' attempts may be older
FRESH = 2.0  # seconds that a look answers those who will have to look once more anyway
KEPT = 60.0  # seconds that what it found is known: a person may delete it
MOST = 200  # looks

Page = Mapping[str, Any]
Pages = Callable[[str, Page], AsyncIterator[tuple[Page, bool]]]


@dataclass
class _Look:
    """Through a channel or thread, back to `oldest`. `posts`: where ours of each row stand."""

    begun: datetime
    oldest: float
    is_whole: bool = False
    messages: set[str] = field(default_factory=set)
    posts: dict[int, list[str]] = field(default_factory=dict)

    def take(self, page: Page) -> None:
        for message in page.get("messages") or ():
            ts = str(message["ts"])
            self.messages.add(ts)
            about = message.get("metadata") or {}
            row = (about.get("event_payload") or {}).get("outbox")
            if about.get("event_type") == EVENT_TYPE and isinstance(row, int):
                self.posts.setdefault(row, []).append(ts)

    def place_of(self, row: int, known: Collection[str]) -> str:
        return next((ts for ts in self.posts.get(row, ()) if ts not in known), "")

    def says_no(self, since: datetime, oldest: float, now: datetime) -> bool:
        """Whether what it did not find would not be found now either; or is looked for again."""
        age, then = ((at - since).total_seconds() for at in (now, self.begun))
        if not self.is_whole or self.oldest > oldest:
            return False
        looks_again = age < settled_after(age) and age - then < FRESH
        return looks_again or then >= settled_after(age)


class Searches:
    def __init__(self, pages: Pages, now: Callable[[], datetime]) -> None:
        """`pages` are those of one of Slack's lists, the newest first, each with whether there are
        more."""
        self._pages = pages
        self._now = now
        self._looks: OrderedDict[tuple[str, str], _Look] = OrderedDict()
        self._doors: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def find(
        self, channel: str, thread: str, row: int, since: datetime, known: Collection[str]
    ) -> str:
        """The row's message in a channel, or in its thread, that is none of the known ones; "" if
        it is not there. `since`: when it was posted, by our clock. Raises what `pages` does."""
        place = (channel, thread)
        door = self._doors.get(place)
        if door is None:
            door = self._doors[place] = asyncio.Lock()
        async with door:
            return await self._find(place, row, since, known)

    async def _find(
        self, place: tuple[str, str], row: int, since: datetime, known: Collection[str]
    ) -> str:
        # Our clock may have been ahead at the attempt, and have been put right since.
        now = self._now()
        oldest = min(since, now).timestamp() - CLOCKS_DIFFER
        before = self._look_at(place, now)
        if before is not None and before.begun >= since:  # or it saw what a person deleted since
            found = before.place_of(row, known)
            if found or before.says_no(since, oldest, now):
                return found
        if self._began_later(place, since, oldest, now):
            return ""
        look = _Look(now, oldest - EARLIER)
        await self._take_in(look, place, row, known)
        return look.place_of(row, known)

    async def _take_in(
        self, look: _Look, place: tuple[str, str], row: int, known: Collection[str]
    ) -> None:
        channel, thread = place
        method = "conversations.replies" if thread else "conversations.history"
        within = {"ts": thread} if thread else {}
        asked = {"channel": channel, "oldest": f"{look.oldest:.6f}", "include_all_metadata": True}
        try:
            async for page, more in self._pages(method, {**asked, **within}):
                look.take(page)
                look.is_whole = not more
                if look.place_of(row, known):
                    return
        finally:
            self._looks[place] = look
            self._looks.move_to_end(place)
            if len(self._looks) > MOST:
                self._looks.popitem(last=False)

    def _look_at(self, place: tuple[str, str], now: datetime) -> _Look | None:
        look = self._looks.get(place)
        if look is not None and not 0 <= (now - look.begun).total_seconds() < KEPT:
            del self._looks[place]
            return None
        return look

    def _began_later(
        self, place: tuple[str, str], since: datetime, oldest: float, now: datetime
    ) -> bool:
        """Whether the thread was not there when everything was settled: a look through the channel
        saw no message that it hangs on."""
        channel, thread = place
        above = self._look_at((channel, ""), now) if thread else None
        if above is None or float(thread) < above.oldest or thread in above.messages:
            return False
        return above.says_no(since, oldest, now)
