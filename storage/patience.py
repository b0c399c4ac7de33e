"""Trying again what the database refuses for a moment, for as long as a person will wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import chain, repeat
from typing import TypeVar

from desk.errors import Busy, Stale
from storage.faults import is_passing, is_taken

R = TypeVar("R")

PATIENCE = 2.0  # seconds; Slack waits three
_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2)  # seconds; the last one again and again


def patiently(attempt: Callable[[], R], patience: float | None = None) -> R:
    """Run `attempt` until the database takes it. Raises Busy when patience (in seconds; PATIENCE
    unless told) ends, and Stale where somebody else has stored what may exist once; anything else
    it raises is raised at once."""
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
        try:
            return attempt()
        except Exception as error:
            if is_taken(error):
                raise Stale from error
            if not is_passing(error):
                raise
            if time.monotonic() + pause > deadline:
                raise Busy from error
        time.sleep(pause)
    raise AssertionError("repeat() never ends")
