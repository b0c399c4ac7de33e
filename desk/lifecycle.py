"""The states of a ticket and the one table of moves between them.

Buttons, menus and rules all derive from LIFECYCLE, so that screen and rule cannot disagree.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    NEW = "new"
    ASSIGNED = "assigned"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Move(StrEnum):
    """What can be done to a ticket. The order is the order of buttons and menus."""

    ASSIGN = "assign"
    RESUME = "resume"
    REPLY = "reply"
    ANSWER = "answer"
    RESOLVE = "resolve"
    REASSIGN = "reassign"
    HOLD = "hold"
    TRANSFER = "transfer"
    DUPLICATE = "duplicate"
    NOTE = "note"
    REOPEN = "reopen"
    CLOSE = "close"
    ABANDON = "abandon"


OPEN_STATES = (State.NEW, State.ASSIGNED, State.PENDING)

# Where each move leads. A ticket that nobody holds is NEW wherever the table says ASSIGNED
# (`Ticket.after`): that is how resuming and reopening find the right state.
LIFECYCLE: dict[tuple[State, Move], State] = {
    (State.NEW, Move.ASSIGN): State.ASSIGNED,
    (State.NEW, Move.REASSIGN): State.ASSIGNED,
    (State.NEW, Move.TRANSFER): State.NEW,
    (State.NEW, Move.HOLD): State.PENDING,
    (State.NEW, Move.REPLY): State.NEW,
    (State.NEW, Move.ANSWER): State.NEW,
    (State.NEW, Move.NOTE): State.NEW,
    (State.NEW, Move.RESOLVE): State.RESOLVED,
    (State.NEW, Move.ABANDON): State.CLOSED,
    (State.NEW, Move.DUPLICATE): State.CLOSED,
    (State.ASSIGNED, Move.ASSIGN): State.ASSIGNED,
    (State.ASSIGNED, Move.REASSIGN): State.ASSIGNED,
    (State.ASSIGNED, Move.TRANSFER): State.NEW,
    (State.ASSIGNED, Move.HOLD): State.PENDING,
    (State.ASSIGNED, Move.REPLY): State.ASSIGNED,
    (State.ASSIGNED, Move.ANSWER): State.ASSIGNED,
    (State.ASSIGNED, Move.NOTE): State.ASSIGNED,
    (State.ASSIGNED, Move.RESOLVE): State.RESOLVED,
    (State.ASSIGNED, Move.ABANDON): State.CLOSED,
    (State.ASSIGNED, Move.DUPLICATE): State.CLOSED,
    (State.PENDING, Move.RESUME): State.ASSIGNED,
    (State.PENDING, Move.REPLY): State.PENDING,
    (State.PENDING, Move.ANSWER): State.PENDING,
    (State.PENDING, Move.NOTE): State.PENDING,
    (State.PENDING, Move.TRANSFER): State.NEW,
    (State.PENDING, Move.RESOLVE): State.RESOLVED,
    (State.PENDING, Move.ABANDON): State.CLOSED,
    (State.PENDING, Move.DUPLICATE): State.CLOSED,
    (State.RESOLVED, Move.REOPEN): State.ASSIGNED,
    (State.RESOLVED, Move.ANSWER): State.ASSIGNED,
    (State.RESOLVED, Move.CLOSE): State.CLOSED,
    (State.RESOLVED, Move.NOTE): State.RESOLVED,
    (State.CLOSED, Move.REOPEN): State.ASSIGNED,
    (State.CLOSED, Move.ANSWER): State.ASSIGNED,
    (State.CLOSED, Move.NOTE): State.CLOSED,
}


def moves_from(state: State) -> tuple[Move, ...]:
    """The moves that the life cycle permits from `state`, in button order."""
    return _MOVES[state]


_MOVES = {state: tuple(move for move in Move if (state, move) in LIFECYCLE) for state in State}
