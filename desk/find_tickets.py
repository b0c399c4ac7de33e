"""Find tickets by words that occur in them: all for technicians, their own for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.answers import RequesterFinds, TechnicianFinds
from desk.gathering import many_facts, requester_line
from desk.people import Actor
from desk.ports import Transaction
from desk.searchable import asked_words
from desk.ticket import LONGEST_NUMBER, ticket_number

SHOWN = 10  # whoever sees that many adds a word


@dataclass(frozen=True)
class FindTickets:
    query: str


def find_tickets(
    ask: FindTickets, actor: Actor, tx: Transaction, now: datetime
) -> TechnicianFinds | RequesterFinds:
    words = asked_words(ask.query)
    if actor.is_technician:
        found = tx.tickets.find(words, SHOWN + 1)
        facts = many_facts(tx, found[:SHOWN])
        return TechnicianFinds(ask.query, facts, more=len(found) > SHOWN)
    own = tx.tickets.find_own(actor.id, words, SHOWN + 1)
    lines = tuple(map(requester_line, many_facts(tx, own[:SHOWN])))
    return RequesterFinds(ask.query, lines, more=len(own) > SHOWN)


def named_ticket(query: str) -> int | None:
    """The ticket that `query` names and nothing else: "R-000042", "#42" or "42"."""
    bare = query.strip().removeprefix("#")
    if bare.isascii() and bare.isdigit() and len(bare) <= LONGEST_NUMBER:
        bare = f"R-{bare}"
    return ticket_number(bare)
