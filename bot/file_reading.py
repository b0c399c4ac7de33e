"""What the file couriers show, and to whom, as the database has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.outcomes import Refused, Unreachable
from bot.reading import OFF_THE_TICKET
from desk.effects import SendFiles, ShowFiles, WarnFiles
from desk.files import TicketFile
from desk.gathering import ticket_facts
from desk.journal import Entry, published
from desk.people import Person
from desk.ports import Card
from storage.transaction import SqlTransaction


@dataclass(frozen=True)
class Showing:
    """What is to be shown, in which thread, in whose words."""

    entry: Entry
    files: tuple[TicketFile, ...]
    card: Card | None
    language: str


def going(
    tx: SqlTransaction, effect: SendFiles, now: datetime
) -> tuple[Person, tuple[TicketFile, ...]]:
    """To whom, and what. Raises NotPublic where the reply was taken back."""
    reply = tx.journal.get(effect.entry)
    if reply.undoable(now):
        # It was due already: the clock was set back since.
        assert reply.public_from is not None
        raise Unreachable("not public yet", (reply.public_from - now).total_seconds())
    published(reply, now)
    to = tx.people.get(effect.to)  # somebody else, where the two were found to be one meanwhile
    if not tx.tickets.get(effect.ticket).concerns(to.id):
        raise Refused(OFF_THE_TICKET)
    return to, tx.files.shared_by(effect.entry)


def showing_of(tx: SqlTransaction, effect: ShowFiles | WarnFiles) -> Showing:
    facts = ticket_facts(tx, tx.tickets.get(effect.ticket))
    known = tx.cards.of(effect.ticket)
    card = next((card for card in known if card.active), known[-1] if known else None)
    return Showing(
        tx.journal.get(effect.entry),
        tx.files.of_entry(effect.entry),
        card,
        facts.team.language,
    )
