"""Carry out what a handler asked for after the acknowledgement.

Best effort: nothing is stored here. What must not be lost goes through the outbox instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.answer import OpenView, PublishHome, PushView, SayPrivately, Then, UpdateView

log = structlog.get_logger(__name__)

OPENING = 2.5  # seconds: a trigger lives three, and what hangs must end

# The person was faster than we were; what they see is right without us.
HARMLESS = frozenset({"hash_conflict", "not_found", "expired_trigger_id", "exchanged_trigger_id"})


class Afterwards:
    """Runs `then` steps as tracked tasks, drained at stop."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._running: set[asyncio.Task[None]] = set()
        self._queues: dict[str, list[UpdateView]] = {}

    def start(self, steps: tuple[Then, ...]) -> None:
        if steps:
            task = asyncio.get_running_loop().create_task(self._run(steps))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def drain(self, within: float) -> None:
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=within)

    async def _run(self, steps: tuple[Then, ...]) -> None:
        for step in steps:
            await self._one(step)

    async def _one(self, step: Then) -> None:
        """Updates of one view happen in the order asked for, and only the newest that waits."""
        if not isinstance(step, UpdateView):
            await self._carry_out(step)
            return
        if step.view_id in self._queues:
            self._queues[step.view_id] = [step]
            return
        self._queues[step.view_id] = [step]
        try:
            while waiting := self._queues[step.view_id]:
                await self._carry_out(waiting.pop())
        finally:
            del self._queues[step.view_id]

    async def _carry_out(self, step: Then) -> None:
        try:
            await asyncio.wait_for(_call(self._client, step), OPENING)
        except SlackApiError as refused:
            said = getattr(refused.response, "data", None)  # without it, it was not Slack's answer
            facts = said if isinstance(said, Mapping) else {}
            error = str(facts.get("error") or "unreadable")
            level: Callable[..., Any] = log.info if error in HARMLESS else log.error
            detail = (facts.get("response_metadata") or {}).get("messages")
            level("slack_declined", step=type(step).__name__, error=error, detail=detail)
        except Exception as fault:
            # The loop must go on: one view that did not open harms nobody else.
            log.warning("slack_unreachable", step=type(step).__name__, fault=type(fault).__name__)


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
