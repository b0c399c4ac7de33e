"""The one way to make a move: rule, state, journal and effects together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk.effects import Message, RefreshCard, SendDirect, SendFiles, SendMail, ShowEntry
from desk.errors import InvalidField
from desk.journal import Draft, Kind
from desk.lifecycle import Move
from desk.ports import Transaction
from desk.ticket import Ticket
from desk.words import Words

# Moves after which an answer of the requester's still waits to be read.
UNSEEN = frozenset({Move.ANSWER, Move.NOTE, Move.TRANSFER, Move.REASSIGN})


def move_ticket(
    tx: Transaction,
    ticket: Ticket,
    move: Move,
    *,
    at: datetime,
    by: int | None,
    kind: Kind,
    words: Words | None = None,
    facts: Mapping[str, Any] | None = None,
    public_from: datetime | None = None,
    **changes: Any,
) -> tuple[Ticket, Draft]:
    """Make `move`, write it down and have card and thread show it.

    Raises MoveNotAllowed or Stale. A technician's move settles the "new answer" mark, unless it
    gives the ticket to somebody who has not seen the answer.
    """
    if by is not None and move not in UNSEEN:
        changes = {"new_answer": False, **changes}
    moved = tx.tickets.save(ticket.after(move, at=at, **changes), ticket.version)
    draft = Draft(moved.id, kind, by, words or Words(), facts or {}, public_from)
    entry = tx.journal.add(draft, at)
    tx.outbox.put(RefreshCard(moved.id), at)
    tx.outbox.put(ShowEntry(moved.id, entry.id), at)
    return moved, entry


def tell_audience(
    tx: Transaction,
    ticket: Ticket,
    message: Message,
    entry: Draft,
    at: datetime,
    due: datetime | None = None,
    *,
    with_files: bool = False,
) -> None:
    """Tell everybody the ticket is for: by mail, or by Slack who has no address."""
    tell(tx, ticket, message, entry, ticket.audience, at, due, with_files=with_files)


def tell(
    tx: Transaction,
    ticket: Ticket,
    message: Message,
    entry: Draft,
    people: tuple[int, ...],
    at: datetime,
    due: datetime | None = None,
    *,
    with_files: bool = False,
) -> None:
    """`with_files`: the entry takes files along. A mail carries them by itself."""
    known = tx.people.many(people)
    for person in (known[p] for p in people if p in known):
        if person.email:
            effect: SendMail | SendDirect = SendMail(
                message, ticket.id, person.id, entry.id, ticket.version
            )
        elif person.slack_id:
            effect = SendDirect(message, ticket.id, person.id, entry.id, ticket.version)
        else:
            continue
        tx.outbox.put(effect, at, due)
        if with_files and isinstance(effect, SendDirect):
            tx.outbox.put(SendFiles(ticket.id, person.id, entry.id), at, due)


LONGEST_TEXT = 20_000  # characters; far above what Slack's inputs take, below what a card can bear


def require_words(field: str, words: Words, longest: int = LONGEST_TEXT) -> Words:
    """The words, if there are any and not too many; else InvalidField for `field`."""
    if not words:
        raise InvalidField(field, "blank")
    if len(words.text) > longest:
        raise InvalidField(field, "too_long", longest)
    return words


def with_names(tx: Transaction, words: Words) -> Words:
    """The words with Slack mentions written out, since no other surface knows Slack's ids."""

    def name_of(slack_id: str) -> str:
        person = tx.people.by_handle(slack_id)
        return person.name if person else slack_id

    return words.named(name_of)


def as_resolver(ticket: Ticket, actor: int) -> Ticket:
    """The ticket held by `actor` if nobody held it: whoever solves it owns it."""
    return ticket if ticket.assignee is not None else replace(ticket, assignee=actor)
