"""What goes over the wires, written down briefly: a line each, without what was said."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Heard = Callable[[dict[str, Any]], None]


class Wire:
    """Takes the place of the sandbox's record of whole messages, which would cost more than the
    sandbox itself in a run of this size."""

    def __init__(self, folder: Path) -> None:
        self._sink = (folder / "wire.log").open("a", encoding="utf-8")
        self._listeners: list[Heard] = []

    def listen(self, listener: Heard) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def add(
        self,
        direction: str,
        kind: str,
        *,
        who: str = "",
        status: Any = 200,
        ms: float = 0.0,
        **_: Any,
    ) -> None:
        if self._sink.closed:
            return  # a call that hangs is cut off at the very end
        self._sink.write(f"{time.time():.3f} {direction} {kind} {who} {status} {ms:.0f} ms\n")
        record = {"direction": direction, "kind": kind, "status": status}
        for listener in tuple(self._listeners):
            listener(record)

    def close(self) -> None:
        self._sink.close()
