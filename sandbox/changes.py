"""Tells whoever listens that something changed, and waits until something is true."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
Listener = Callable[["Change"], None]


@dataclass(frozen=True)
class Change:
    """What happened, in the words of the browser's live channel; `to` None means everybody."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    to: frozenset[str] | None = None

    def concerns(self, user: str) -> bool:
        return self.to is None or user in self.to


class Changes:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._next = asyncio.Event()

    def tell(self, kind: str, to: set[str] | None = None, **data: Any) -> None:
        change = Change(kind, data, None if to is None else frozenset(to))
        for listener in list(self._listeners):
            listener(change)
        passed, self._next = self._next, asyncio.Event()
        passed.set()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every change, until the returned function is called."""
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    async def until(
        self, condition: Callable[[], T], timeout: float, picture: Callable[[], str]
    ) -> T:
        """The first true answer of `condition`, asked again after every change."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            coming = self._next
            answer, doubt = _ask(condition)
            if answer:
                return answer
            try:
                async with asyncio.timeout_at(deadline):
                    await coming.wait()
            except TimeoutError:
                answer, doubt = _ask(condition)
                if answer:
                    return answer
                reason = f" ({doubt})" if doubt else ""
                raise NeverHappened(
                    f"still not true after {timeout:g} s{reason}\n{picture()}"
                ) from None


class NeverHappened(AssertionError):
    """What a test waited for did not come; the message paints what there is instead."""


def _ask(condition: Callable[[], T]) -> tuple[T | None, str]:
    """A condition that looks for something not there yet is simply not true yet."""
    try:
        return condition(), ""
    except (LookupError, AssertionError) as missing:
        return None, f"{type(missing).__name__}: {missing}"
