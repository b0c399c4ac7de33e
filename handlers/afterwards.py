"""Carry out what a handler asked for after the acknowledgement.

Best effort: nothing is stored here. What must not be lost goes through the outbox instead.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from enum import Enum, auto
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.answer import (
    OpenView,
    PublishHome,
    PushView,
    SayDirectly,
    SayPrivately,
    Then,
    UpdateView,
)

log = structlog.get_logger(__name__)

OPENING = 2.5  # seconds: a trigger lives three, and what hangs must end
EVERY = 0.6  # seconds between calls that wait: all these methods may be called 100 times a minute
TRIES = 5  # of a call that Slack finds too fast
LONGEST = 120.0  # seconds: nobody looks at it any more after that

# The person was faster than we were; what they see is right without us.
HARMLESS = frozenset({"hash_conflict", "not_found", "expired_trigger_id", "exchanged_trigger_id"})


class Ended(Enum):
    """How a call of Slack ended."""

    WELL = auto()
    BADLY = auto()
    TOO_FAST = auto()


class Afterwards:
    """Runs `then` steps as tracked tasks, drained at stop.

    What Slack finds too fast comes later, but for a form: its trigger is over by then.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._running: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, Then | None] = {}  # of each view that is being drawn, the newest
        self._next: dict[type[Then], float] = {}  # when Slack takes the next one, by the loop
        self._stopping = asyncio.Event()

    def start(self, steps: tuple[Then, ...], sorry: Then | None = None) -> None:
        """`sorry` is said where a form does not open."""
        if steps:
            task = asyncio.get_running_loop().create_task(self._run(steps, sorry))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def drain(self, within: float) -> None:
        self._stopping.set()
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=within)

    async def _run(self, steps: tuple[Then, ...], sorry: Then | None) -> None:
        for step in steps:
            match step:
                case OpenView() | PushView():
                    if await self._carry_out(step) is not Ended.WELL and sorry is not None:
                        await self._patiently(sorry)
                case UpdateView():
                    await self._newest(step.view_id, step)
                case PublishHome():
                    await self._newest(step.user, step)
                case _:
                    await self._patiently(step)

    async def _newest(self, view: str, step: Then) -> None:
        """Drawings of one view happen in the order asked for; of those that wait only the newest
        does."""
        if view in self._waiting:
            self._waiting[view] = step
            return
        self._waiting[view] = step
        try:
            while (newest := self._waiting[view]) is not None:
                self._waiting[view] = None
                await self._patiently(newest, lambda: self._waiting[view] is not None)
        finally:
            del self._waiting[view]

    async def _patiently(self, step: Then, is_old: Callable[[], bool] = lambda: False) -> None:
        for _ in range(TRIES):
            await self._turn(type(step))
            if is_old() or await self._carry_out(step) is not Ended.TOO_FAST:
                return
            if self._stopping.is_set():
                break
        log.error("slack_too_slow_for_us", step=type(step).__name__)

    async def _turn(self, kind: type[Then]) -> None:
        """Once Slack has found us too fast, those that wait come at the rate that it promises."""
        now = asyncio.get_running_loop().time()
        mine = self._next.get(kind, now)
        if mine > now:
            self._next[kind] = mine + EVERY
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), mine - now)

    async def _carry_out(self, step: Then) -> Ended:
        try:
            await asyncio.wait_for(_call(self._client, step), OPENING)
            return Ended.WELL
        except SlackApiError as refused:
            if not isinstance(step, OpenView | PushView) and (pause := _retry_after(refused)):
                self._slow_down(type(step), pause)
                return Ended.TOO_FAST
            return _declined(step, refused)
        except Exception as fault:
            # The loop must go on: one view that did not open harms nobody else.
            log.warning("slack_unreachable", step=type(step).__name__, fault=type(fault).__name__)
            return Ended.BADLY

    def _slow_down(self, kind: type[Then], seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds
        self._next[kind] = max(until, self._next.get(kind, until))
        log.warning("slack_finds_us_too_fast", step=kind.__name__, seconds=seconds)


def _declined(step: Then, refused: SlackApiError) -> Ended:
    said = getattr(refused.response, "data", None)  # without it, it was not Slack's answer
    facts = said if isinstance(said, Mapping) else {}
    error = str(facts.get("error") or "unreadable")
    harmless = error in HARMLESS
    level: Callable[..., Any] = log.info if harmless else log.error
    detail = (facts.get("response_metadata") or {}).get("messages")
    level("slack_declined", step=type(step).__name__, error=error, detail=detail)
    return Ended.WELL if harmless else Ended.BADLY


def _retry_after(refused: SlackApiError) -> float | None:
    """Seconds that Slack wants to be left alone; None where it is not that."""
    status = getattr(refused.response, "status_code", None)
    headers = getattr(refused.response, "headers", None) or {}
    if (status or getattr(refused.response, "status", 0)) != 429:
        return None
    said = next((v for k, v in headers.items() if str(k).lower() == "retry-after"), "1")
    try:
        return min(max(float(said), 0.1), LONGEST)
    except ValueError:
        return 1.0


def _call(client: AsyncWebClient, step: Then) -> Coroutine[Any, Any, Any]:
    match step:
        case OpenView():
            return client.views_open(trigger_id=step.trigger, view=dict(step.view))
        case PushView():
            return client.views_push(trigger_id=step.trigger, view=dict(step.view))
        case UpdateView():
            extra = {"hash": step.hash} if step.hash else {}
            return client.views_update(view_id=step.view_id, view=dict(step.view), **extra)
        case PublishHome():
            return client.views_publish(user_id=step.user, view=dict(step.view))
        case SayPrivately():
            return client.chat_postEphemeral(
                channel=step.channel,
                user=step.user,
                text=step.text,
                thread_ts=step.thread or None,
            )
        case SayDirectly():
            return client.chat_postMessage(channel=step.user, text=step.text)
