"""How long what we asked Slack for may still be carried out after it seemed to fail."""

from __future__ import annotations

CALL = 10.0  # seconds for one call
LATE = 2  # times as long as that, a post that we gave up on may still arrive
NOTED = 5.0  # seconds that a post may be noted before it begins: fewer than SETTLED
SETTLED = 8.0  # seconds until what failed at once (cut off, a 504) has been done, or never is


def settled_after(age: float) -> float:
    """Seconds from the beginning of what failed until it is certain what became of it, where it
    was begun `age` seconds ago. More where it was we who gave up: that was after CALL."""
    return SETTLED if age < CALL else LATE * CALL


def time_to_arrive(age: float) -> float:
    """Seconds until that may be repeated which failed, and was begun `age` seconds ago."""
    return max(settled_after(age) - age, 0.0) if age >= 0 else 0.0
