"""Where every move leads from every state, as the process says; written here, not read there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.abandon_ticket import AbandonTicket, MarkDuplicate
from desk.answer_ticket import AnswerTicket
from desk.assign_ticket import AssignTicket, ClaimTicket
from desk.errors import MoveNotAllowed
from desk.hold_ticket import HoldTicket, ResumeTicket
from desk.lifecycle import LIFECYCLE, Move, State, moves_from
from desk.people import member_moves
from desk.reply import Reply
from desk.resolve_ticket import CloseTicket, ReopenTicket, ResolveTicket
from desk.ticket import Hold, HoldReason, Outcome, Resolution, Ticket
from desk.transfer_ticket import TransferTicket
from desk.words import Words
from tests.desk.grids import grid
from tests.desk.office import CAMILLE, PAUL, PIERRE, Office, bring_to
from tests.facts import a_ticket

# Columns: the state, and whether somebody holds the ticket where both can be. "." is no move.
MATRIX = grid(
    """
            new       assigned  pending   pending-free resolved  resolved-free closed    closed-free
assign      assigned  assigned  .         .            .         .             .         .
reassign    assigned  assigned  .         .            .         .             .         .
resume      .         .         assigned  new          .         .             .         .
reply       new       assigned  pending   pending      .         .             .         .
answer      new       assigned  pending   pending      assigned  new           assigned  new
resolve     resolved  resolved  resolved  resolved     .         .             .         .
hold        pending   pending   .         .            .         .             .         .
transfer    new       new       new       new          .         .             .         .
duplicate   closed    closed    closed    closed       .         .             .         .
note        new       assigned  pending   pending      resolved  resolved      closed    closed
reopen      .         .         .         .            assigned  new           assigned  new
close       .         .         .         .            closed    closed        .         .
abandon     closed    closed    closed    closed       .         .             .         .
"""
)
CASES = [
    pytest.param(move, column, cell, id=f"{column}-{move}")
    for (move, column), cell in MATRIX.items()
]
LATER = datetime(2026, 11, 25, tzinfo=UTC)


def the_ticket(column: str) -> Ticket:
    state, _, free = column.partition("-")
    changes = {"assignee": None} if free else {}
    return a_ticket(State(state), **changes)


@pytest.mark.parametrize(("move", "column", "leads_to"), CASES)
def test_every_move_leads_where_the_process_says(move: str, column: str, leads_to: str) -> None:
    ticket = the_ticket(column)
    changes: dict[str, Any] = {"assign": {"assignee": 3}, "reassign": {"assignee": 4}}.get(move, {})
    if move == "transfer":
        changes = {"assignee": None, "team": 2}

    if leads_to == ".":
        with pytest.raises(MoveNotAllowed) as refusal:
            ticket.after(Move(move), at=LATER, **changes)
        said = refusal.value
        assert (said.ticket, said.state, said.move) == (ticket.id, ticket.state, Move(move))
        assert said.since == ticket.state_since
    else:
        assert ticket.after(Move(move), at=LATER, **changes).state == leads_to


def test_the_matrix_above_is_complete() -> None:
    states = {column.partition("-")[0] for _, column in MATRIX}
    moves = {move for move, _ in MATRIX}

    assert states == set(State)
    assert moves == set(Move)
    allowed = {
        (column.partition("-")[0], move) for (move, column), to in MATRIX.items() if to != "."
    }
    assert allowed == set(LIFECYCLE)


@pytest.mark.parametrize("state", State)
def test_buttons_offer_what_the_life_cycle_allows_and_nothing_else(state: State) -> None:
    offered = moves_from(state)

    assert set(offered) == {Move(m) for (m, c), to in MATRIX.items() if c == state and to != "."}
    assert list(offered) == sorted(offered, key=list(Move).index)
    assert Move.ANSWER not in member_moves(a_ticket(state))


# The same matrix through the desk, with the command that makes each move.
words = Words.plain
COMMANDS: dict[str, Callable[[int, int, int], Any]] = {
    "assign": lambda t, team, other: ClaimTicket(t, PIERRE),
    "reassign": lambda t, team, other: AssignTicket(t, PIERRE, CAMILLE),
    "resume": lambda t, team, other: ResumeTicket(t, PIERRE),
    "reply": lambda t, team, other: Reply(t, PIERRE, words("Which floor?")),
    "answer": lambda t, team, other: AnswerTicket(t, PAUL, words("The third.")),
    "resolve": lambda t, team, other: ResolveTicket(t, PIERRE, "materiel", words("A new roller.")),
    "hold": lambda t, team, other: HoldTicket(t, PIERRE, HoldReason.SUPPLIER),
    "transfer": lambda t, team, other: TransferTicket(t, PIERRE, team),
    "duplicate": lambda t, team, other: MarkDuplicate(t, PIERRE, f"R-{other:06d}"),
    "reopen": lambda t, team, other: ReopenTicket(t, PIERRE),
    "close": lambda t, team, other: CloseTicket(t, PIERRE),
    "abandon": lambda t, team, other: AbandonTicket(t, PIERRE, words("Asked twice.")),
}
REACHABLE = ("new", "assigned", "pending", "pending-free", "resolved", "closed", "closed-free")


@pytest.mark.parametrize("column", REACHABLE)
async def test_each_command_makes_its_move_or_is_refused(office: Office, column: str) -> None:
    state, _, free = column.partition("-")
    other, team = await office.open(), await office.team("reseau")

    for move, command in COMMANDS.items():
        number = await bring_to(office, State(state), held=not free)
        before = await office.ticket(number), await office.journal(number)
        office.later()
        leads_to = MATRIX[move, column]

        if leads_to == ".":
            with pytest.raises(MoveNotAllowed) as refusal:
                await office.does(command(number, team, other))
            assert (refusal.value.state, refusal.value.move) == (State(state), Move(move))
            assert refusal.value.since == before[0].state_since
            assert (await office.ticket(number), await office.journal(number)) == before
        else:
            await office.does(command(number, team, other))
            assert (await office.ticket(number)).state == leads_to, move


def test_leaving_a_state_drops_what_belonged_to_it() -> None:
    pending = a_ticket(State.PENDING, hold=Hold(HoldReason.DATE, LATER))
    resolved = a_ticket(State.RESOLVED)
    duplicate = a_ticket(State.CLOSED, outcome=Outcome.DUPLICATE, duplicate_of=7, resolution=None)

    resumed = pending.after(Move.RESUME, at=LATER)
    reopened = resolved.after(Move.REOPEN, at=LATER)
    unlike = duplicate.after(Move.REOPEN, at=LATER)

    assert resumed.hold is None
    assert (reopened.outcome, reopened.resolution) == (None, None)
    assert (unlike.outcome, unlike.duplicate_of) == (None, None)


def test_a_ticket_closed_after_its_solution_keeps_the_solution() -> None:
    resolved = a_ticket(State.RESOLVED)

    closed = resolved.after(Move.CLOSE, at=LATER, outcome=Outcome.SOLVED)

    assert isinstance(closed.resolution, Resolution)
    assert closed.resolution == resolved.resolution


def test_moves_that_stay_leave_the_date_of_the_state() -> None:
    ticket = replace(a_ticket(State.PENDING), state_since=LATER - timedelta(days=3))

    noted = ticket.after(Move.NOTE, at=LATER)
    held = a_ticket(State.NEW).after(Move.HOLD, at=LATER, hold=Hold(HoldReason.SUPPLIER))

    assert (noted.state_since, noted.changed_at) == (ticket.state_since, LATER)
    assert noted.hold == ticket.hold
    assert (held.state_since, held.hold) == (LATER, Hold(HoldReason.SUPPLIER))
