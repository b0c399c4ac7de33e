"""What every handler is given besides its payload."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from desk.people import Actor
from desk.service import Desk
from handlers.answer import Answer
from locales.translator import Translator


@dataclass(frozen=True)
class Context:
    """The desk, the words of the person who acts, and who that is (None for Slack itself)."""

    desk: Desk
    t: Translator
    viewer: Actor | None


Handler = Callable[[Any, Context], Awaitable[Answer]]
Table = dict[str, Handler]  # id → handler
