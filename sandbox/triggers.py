"""Trigger ids and response addresses: short-lived permissions that come with every interaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

TRIGGER_LIFE = 3.0  # seconds
RESPONSE_LIFE = 30 * 60.0  # seconds
RESPONSE_USES = 5


@dataclass
class Trigger:
    user: str
    born: float
    view_id: str | None = None  # the modal it came from, if any
    used: bool = False


class Triggers:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, Trigger] = {}

    def new(self, user: str, view_id: str | None = None) -> str:
        numbers = f"{secrets.randbelow(10**13):013d}.{secrets.randbelow(10**12):012d}"
        trigger_id = f"{numbers}.{secrets.token_hex(16)}"
        self._known[trigger_id] = Trigger(user, self._clock(), view_id)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger | str:
        """The trigger, now used up; or Slack's error word."""
        trigger = self._known.get(trigger_id)
        if trigger is None:
            return "invalid_trigger_id"
        if trigger.used:
            return "exchanged_trigger_id"
        if self._clock() - trigger.born > TRIGGER_LIFE:
            return "expired_trigger_id"
        trigger.used = True
        return trigger


@dataclass
class ResponseUrl:
    """Permission to answer in `channel`, towards `user`, perhaps over message `ts`."""

    channel: str
    user: str
    born: float
    ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, ResponseUrl] = {}
        self.base_url = ""

    def new(
        self, channel: str, user: str, ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        secret = secrets.token_urlsafe(18)
        self._known[secret] = ResponseUrl(channel, user, self._clock(), ts, thread_ts)
        return f"{self.base_url}/response/{secret}"

    def use(self, secret: str) -> ResponseUrl | str:
        """The permission, counted once more; or Slack's error word."""
        found = self._known.get(secret)
        if found is None:
            return "invalid_url"
        if found.uses >= RESPONSE_USES:
            return "used_url"
        if self._clock() - found.born > RESPONSE_LIFE:
            return "expired_url"
        found.uses += 1
        return found
