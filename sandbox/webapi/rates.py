"""Slack's rate limits: tokens that refill with time, with a burst on top."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.webapi.calls import Json, Method

A_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}  # calls, by tier
POST_BURST = 4  # messages to one channel at once, before one a second


@dataclass
class Bucket:
    level: float
    at: float


class Rates:
    """`limited` False lets everything pass, which most tests want. `faster`: so many of Slack's
    seconds pass in one of ours, and what it asks to wait is as much shorter."""

    def __init__(self, clock: Callable[[], float], *, limited: bool, faster: float = 1.0) -> None:
        self._clock = clock
        self._limited = limited
        self._faster = faster
        self._buckets: dict[str, Bucket] = {}

    def wait(self, method: str, args: Json, known: Method | None) -> float:
        """0 when the call may go on, else the seconds of Retry-After: whole ones, of Slack's."""
        if not self._limited or known is None:
            return 0
        if method == "chat.postMessage":
            return self._take(f"{method} {args.get('channel')}", 1.0, POST_BURST)
        if known.tier is None:
            return 0
        allowed = A_MINUTE[known.tier]
        return self._take(method, allowed / 60, allowed)

    def _take(self, name: str, per_second: float, burst: float) -> float:
        now = self._clock() * self._faster
        bucket = self._buckets.setdefault(name, Bucket(burst, now))
        bucket.level = min(burst, bucket.level + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.level < 1:
            return math.ceil((1 - bucket.level) / per_second) / self._faster
        bucket.level -= 1
        return 0
