"""Calls of Slack's Web API: time limits, refusals told apart, lookups after doubt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outcomes import Attempting, LeaseLost, NotSetUp, Refused, Unreachable

CALL = 10.0  # seconds for one call
READS = frozenset(
    {
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.replies",
        "usergroups.list",
        "usergroups.users.list",
        "users.info",
        "users.list",
    }
)
EVENT_TYPE = "frontdesk"  # of the metadata on each of our messages
LOOKED_THROUGH = 200  # messages, newest first, from the moment of the attempt

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
}
# Slack failed by itself: it may have done what we asked before it did.
DOUBTFUL = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})


class SlackDeclined(Exception):
    """Slack answered with an error code that the caller may want to handle."""

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(f"{error} {detail}".strip())
        self.error = error


class SlackCalls:
    """One client for all couriers, with the pauses that Slack asked for."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self._paused: dict[tuple[str, str], float] = {}

    async def call(
        self, method: str, arguments: Mapping[str, Any], *, lane: str = "", attempted: bool = False
    ) -> Mapping[str, Any]:
        """One call. Raises SlackDeclined for an error code, Unreachable for anything else.

        `attempted` says that a failure leaves open whether Slack did it. A pause after a 429 holds
        for the method and `lane` (a channel), so that other channels stay live.
        """
        self._mind_pause(method, lane)
        # Slack's reading methods take no JSON.
        reads = method in READS
        how = (
            {"http_verb": "GET", "params": dict(arguments)} if reads else {"json": dict(arguments)}
        )
        try:
            response = await asyncio.wait_for(self.client.api_call(method, **how), CALL)
        except SlackApiError as refused:
            raise self._judged(refused, method, lane, attempted) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            reason = f"{method}: {type(fault).__name__}"
            raise Unreachable(reason, attempted=attempted) from None
        data = response.data
        assert isinstance(data, dict)
        return data

    def _mind_pause(self, method: str, lane: str) -> None:
        until = self._paused.get((method, lane), 0.0)
        left = until - time.monotonic()
        if left > 0:
            raise Unreachable(f"{method}: rate limited", retry_after=left)
        self._paused.pop((method, lane), None)

    def _judged(
        self, refused: SlackApiError, method: str, lane: str, attempted: bool
    ) -> SlackDeclined | Unreachable:
        response = refused.response
        status = int(getattr(response, "status_code", 0) or 0)
        error = str(_field(response, "error") or f"http_{status}")
        if status == 429 or error in ("ratelimited", "rate_limited"):
            seconds = _retry_after(getattr(response, "headers", {}) or {})
            self._paused[(method, lane)] = time.monotonic() + seconds
            return Unreachable(f"{method}: rate limited", retry_after=seconds)
        if status >= 500 or error in DOUBTFUL:
            return Unreachable(f"{method}: {error}", attempted=attempted)
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
    ) -> tuple[str, str]:
        """Post a message once; channel and ts of it.

        The row's id is in the message's metadata. Where an earlier attempt ended in doubt, the
        channel is searched for it first, from the moment of that attempt.
        """
        if attempted_at is not None:
            found = await self._find(arguments, row, attempted_at)
            if found is not None:
                return found
        self._mind_pause("chat.postMessage", str(arguments["channel"]))
        if not await attempting():
            raise LeaseLost
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"outbox": row}}
        try:
            answer = await self.call(
                "chat.postMessage",
                {**arguments, "metadata": metadata, "unfurl_links": False, "unfurl_media": False},
                lane=str(arguments["channel"]),
                attempted=True,
            )
        except SlackDeclined as declined:
            raise Refused(f"chat.postMessage: {declined}") from None
        return str(answer["channel"]), str(answer["ts"])

    async def _find(
        self, arguments: Mapping[str, Any], row: int, since: datetime
    ) -> tuple[str, str] | None:
        channel = await self._conversation(str(arguments["channel"]))
        place = {"channel": channel, "include_all_metadata": True, "limit": LOOKED_THROUGH}
        oldest = f"{since.timestamp() - 60:.6f}"  # clocks differ a little
        thread = arguments.get("thread_ts")
        method = "conversations.replies" if thread else "conversations.history"
        extra = {"ts": thread} if thread else {}
        try:
            answer = await self.call(method, {**place, **extra, "oldest": oldest})
        except SlackDeclined as declined:
            raise Unreachable(f"{method}: {declined}", attempted=True) from None
        except Unreachable as fault:
            raise Unreachable(fault.reason, fault.retry_after, attempted=True) from None
        for message in answer.get("messages") or ():
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("outbox") == row:
                return channel, str(message["ts"])
        return None

    async def _conversation(self, channel: str) -> str:
        """A person's id stands for the conversation with them; history wants that one's own id."""
        if channel[:1] not in ("U", "W"):
            return channel
        answer = await self.call("conversations.open", {"users": channel})
        return str(answer["channel"]["id"])

    async def pages(
        self,
        method: str,
        arguments: Mapping[str, Any],
        each: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """All pages of a list, waiting where Slack says so."""
        cursor = ""
        while True:
            try:
                page = await self.call(method, {**arguments, "cursor": cursor})
            except Unreachable as fault:
                if fault.retry_after is None:
                    raise
                await asyncio.sleep(fault.retry_after)
                continue
            await each(page)
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return


def _field(response: Any, name: str) -> Any:
    data = getattr(response, "data", response)
    return data.get(name) if isinstance(data, Mapping) else None


def _retry_after(headers: Mapping[str, Any]) -> float:
    value = next((v for k, v in headers.items() if str(k).lower() == "retry-after"), "1")
    text = str(value[0] if isinstance(value, list) else value)
    try:
        return min(max(float(text), 0.1), 3600.0)
    except ValueError:
        return 1.0
