"""Calls of Slack's Web API: time limits, refusals told apart, lookups after doubt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import arrivals
from bot.in_order import InOrder
from bot.outcomes import Attempting, LeaseLost, NotSetUp, Refused, Unreachable
from bot.pacing import Pacing, Steady
from bot.searches import EVENT_TYPE, Searches

Place = tuple[str, str]  # channel and ts of a message

# The last two are what the client makes of an answer that is not Slack's: a proxy's page of text.
NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError, AttributeError, ValueError)
READS = frozenset(
    {
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.replies",
        "files.getUploadURLExternal",
        "files.info",
        "usergroups.list",
        "usergroups.users.list",
        "users.info",
        "users.list",
    }
)
PAUSES = (1.0, 3.0)  # seconds before a page of a list is asked for again
PAGE = 200  # messages at once when we look whether a post arrived
TOGETHER = 2.0  # seconds; rows that wait for what may arrive look again at multiples of this
CURSOR_TOO_OLD = "invalid_cursor"

# The administrator can put these right; the row waits for that instead of being lost.
WAITING_FOR_SETUP = {
    "channel_not_found": 60.0,
    "not_in_channel": 60.0,
    "is_archived": 300.0,
    "missing_scope": 300.0,
    "invalid_auth": 60.0,
    "not_authed": 60.0,
    "account_inactive": 300.0,
    "token_revoked": 300.0,
    "restricted_action": 300.0,
    "ekm_access_denied": 300.0,
    "team_access_not_granted": 300.0,
    "token_expired": 60.0,
    "access_denied": 300.0,
    "accesslimited": 300.0,
    "no_permission": 300.0,
    "org_login_required": 300.0,
    "team_added_to_org": 300.0,
    "message_limit_exceeded": 300.0,
    "restricted_action_read_only_channel": 300.0,
    "restricted_action_thread_only_channel": 300.0,
    "restricted_action_non_threadable_channel": 300.0,
}
# Slack failed by itself: it may have done what we asked before it did.
DOUBTFUL = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})


class SlackDeclined(Exception):
    """Slack answered with an error code that the caller may want to handle."""

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(f"{error} {detail}".strip())
        self.error = error


class SlackCalls:
    """One client for all couriers, as fast as Slack takes it."""

    def __init__(self, client: AsyncWebClient, pacing: Pacing | None = None) -> None:
        self.client = client
        self.home = ""  # our workspace's id, once Slack has told it
        self._pacing = pacing or Pacing()
        self._order = InOrder()
        self._searches = Searches(self._pages_of, lambda: self._pacing.now())

    async def call(
        self, method: str, arguments: Mapping[str, Any], *, lane: str = "", attempted: bool = False
    ) -> Mapping[str, Any]:
        """One call. Raises SlackDeclined for an error code, Unreachable for anything else.

        `attempted` says that a failure leaves open whether Slack did it. `lane` is the channel, for
        methods whose limit is one of each channel.
        """
        self._pacing.mind(method, lane)
        # Slack's reading methods take no JSON.
        reads = method in READS
        how = (
            {"http_verb": "GET", "params": dict(arguments)} if reads else {"json": dict(arguments)}
        )
        try:
            async with asyncio.timeout(arrivals.CALL):
                response = await self.client.api_call(method, **how)
        except SlackApiError as refused:
            raise self._judged(refused, method, lane, attempted) from None
        except NO_ANSWER as fault:
            reason = f"{method}: {type(fault).__name__}"
            if isinstance(fault, aiohttp.ClientConnectorError):
                raise Unreachable(reason) from None  # nothing left us
            gave_up = isinstance(fault, TimeoutError)
            left = (arrivals.LATE - 1) * arrivals.CALL if gave_up else arrivals.SETTLED
            raise Unreachable(reason, attempted=attempted, under_way=left) from None
        data = response.data
        assert isinstance(data, dict)
        return data

    def _judged(
        self, refused: SlackApiError, method: str, lane: str, attempted: bool
    ) -> SlackDeclined | Unreachable:
        response = refused.response
        # Where the client could not read the body it hands us aiohttp's response instead.
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
        error = error_word(refused)
        if status == 429 or error in ("ratelimited", "rate_limited"):
            seconds = _retry_after(getattr(response, "headers", {}) or {})
            return self._pacing.refused(method, lane, seconds)
        if status >= 500 or not error or error in DOUBTFUL:
            # No error code of Slack's: something between us and Slack answered, whatever it says.
            reason = f"{method}: {error or f'http {status}'}"
            return Unreachable(reason, attempted=attempted, under_way=arrivals.SETTLED)
        if error == "channel_not_found" and lane[:1] in ("U", "W"):
            return SlackDeclined(error, "this person cannot be written to")
        if error in WAITING_FOR_SETUP:
            return NotSetUp(f"{method}: {error}", retry_after=WAITING_FOR_SETUP[error])
        metadata = _field(response, "response_metadata") or {}
        detail = "; ".join(map(str, metadata.get("messages") or ()))[:500]
        return SlackDeclined(error, detail)

    async def post(
        self,
        arguments: Mapping[str, Any],
        *,
        row: int,
        attempted_at: datetime | None,
        attempting: Attempting,
        known: Collection[Place] = (),
        turn: int | None = None,
    ) -> Place:
        """Post a message once; channel and ts of it. `turn` is its number among those that wait
        for the channel: that of its row, where none is told.

        The row's id is in the message's metadata. Where an earlier attempt ended in doubt, the
        channel is searched for it first, from the moment of that attempt. `known` as in `find`.
        """
        if attempted_at is not None:
            left = self._time_to_arrive(attempted_at)  # asked before we look
            found = await self.find(arguments, row, attempted_at, known)
            if found is not None:
                return found
            if left:  # it may still be on its way: before it is repeated, time passes
                raise Unreachable("chat.postMessage: not found yet", left, attempted=True)
        channel = str(arguments["channel"])
        if "thread_ts" in arguments:
            return await self._send(arguments, channel, row, attempting)
        async with self._order.turn(channel, row if turn is None else turn) as leaves:
            return await self._send(arguments, channel, row, attempting, leaves)

    async def _send(
        self,
        arguments: Mapping[str, Any],
        channel: str,
        row: int,
        attempting: Attempting,
        leaves: Callable[[], None] | None = None,
    ) -> Place:
        self._pacing.mind("chat.postMessage", channel)
        if not await attempting():
            raise LeaseLost
        if leaves is not None:
            leaves()
        began = self._pacing.now()
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"outbox": row}}
        try:
            answer = await self.call(
                "chat.postMessage",
                {**arguments, "metadata": metadata, "unfurl_links": False, "unfurl_media": False},
                lane=channel,
                attempted=True,
            )
        except SlackDeclined as declined:
            raise Refused(f"chat.postMessage: {declined}") from None
        except Unreachable as fault:
            fault.began = began
            raise
        return str(answer["channel"]), str(answer["ts"])

    def _time_to_arrive(self, attempted_at: datetime) -> float:
        """Seconds. Rows of one rush look at the same moments: one look answers for all of them."""
        now = self._pacing.now()
        left = arrivals.time_to_arrive((now - attempted_at).total_seconds())
        return left + -(now.timestamp() + left) % TOGETHER if left else 0.0

    async def find(
        self,
        arguments: Mapping[str, Any],
        row: int,
        since: datetime,
        known: Collection[Place] = (),
    ) -> Place | None:
        """Where the row's message stands in the channel, or thread, of `arguments`: none of the
        `known` ones, which the row has posted before."""
        try:
            channel = await self._conversation(str(arguments["channel"]))
            ours = {ts for where, ts in known if where == channel}
            thread = str(arguments.get("thread_ts") or "")
            ts = await self._searches.find(channel, thread, row, since, ours)
        except SlackDeclined as declined:
            reason = f"looking whether it arrived: {declined}"
            if declined.error == CURSOR_TOO_OLD:
                raise Unreachable(reason, attempted=True) from None
            # The thread is gone, or who was to read it. Slack would decline the post itself.
            raise Refused(reason) from None
        except Unreachable as fault:
            fault.attempted = True
            raise
        return (channel, ts) if ts else None

    async def _conversation(self, channel: str) -> str:
        """A person's id stands for the conversation with them, and a name for a channel that was
        unknown at the start. Posting takes both, reading wants the conversation's own id."""
        if channel[:1] in ("U", "W"):
            answer = await self.call("conversations.open", {"users": channel}, lane=channel)
            return str(answer["channel"]["id"])
        if not channel.startswith("#"):
            return channel
        wanted = {"types": "public_channel,private_channel", "exclude_archived": True}
        async for page, _ in self._pages_of("conversations.list", wanted):
            if named := _named(page, channel[1:]):
                return named
        return channel

    async def _pages_of(
        self, method: str, arguments: Mapping[str, Any]
    ) -> AsyncIterator[tuple[Mapping[str, Any], bool]]:
        """Each with whether there are more. Waits for nothing between two of them."""
        turned: dict[str, Any] = {"limit": PAGE}
        while True:
            page = await self.call(method, {**arguments, **turned})
            turned["cursor"] = next_cursor(page)
            yield page, bool(turned["cursor"])
            if not turned["cursor"]:
                return

    async def pages(
        self,
        method: str,
        arguments: Mapping[str, Any],
        each: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """All pages of a list, as fast as Slack promises to take, and slower where it says so."""
        steady = Steady(method)
        turned: dict[str, Any] = {}
        while True:
            page = await self.page(method, {**arguments, **turned}, steady)
            await each(page)
            cursor = next_cursor(page)
            if not cursor:
                return
            turned["cursor"] = cursor

    async def page(
        self, method: str, arguments: Mapping[str, Any], steady: Steady
    ) -> Mapping[str, Any]:
        """One page of a list, when it is its turn. A call that is lost on its way is made again:
        a desk that knows nobody yet would have to wait for its people."""
        pauses = iter(PAUSES)
        while True:
            await steady.turn()
            try:
                return await self.call(method, arguments)
            except NotSetUp:
                raise
            except Unreachable as fault:
                pause = fault.retry_after or next(pauses, None)
                if pause is None:
                    raise
                await asyncio.sleep(pause)


def _named(page: Mapping[str, Any], name: str) -> str:
    return next((str(c["id"]) for c in page.get("channels") or () if c.get("name") == name), "")


def next_cursor(page: Mapping[str, Any]) -> str:
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")


def error_word(refused: SlackApiError) -> str:
    """Slack's word for what is wrong; "" where it was not Slack that answered."""
    return str(_field(refused.response, "error") or "")


def _field(response: Any, name: str) -> Any:
    data = getattr(response, "data", response)
    return data.get(name) if isinstance(data, Mapping) else None


def _retry_after(headers: Mapping[str, Any]) -> float:
    value = next((v for k, v in headers.items() if str(k).lower() == "retry-after"), "1")
    text = str(value[0] if isinstance(value, list) else value)
    try:
        return min(max(0.1, float(text)), 3600.0)  # "nan" is greater than nothing
    except ValueError:
        return 1.0
