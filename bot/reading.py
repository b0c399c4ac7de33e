"""What each effect shows, read in the transaction that leases its row.

A transaction of its own for each would cost as much again as all of a delivery, and so would one
just to note that a post comes next. What changes after the lease asks for the row anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.outcomes import Refused
from desk.answers import CardFacts, EntryFacts, MailFacts, NoticeFacts, ThreadFacts
from desk.ask_delivery import (
    card_facts,
    entry_facts,
    first_facts,
    mail_facts,
    notice_facts,
    thread_facts,
)
from desk.effects import (
    OpenThread,
    RefreshCard,
    SendDirect,
    SendMail,
    ShowEntry,
    TellPerson,
    Whisper,
)
from desk.errors import NoSuchTicket
from desk.ports import Card
from desk.variants import variant
from storage.outbox_rows import Lease
from storage.prepared import Ended
from storage.store import SqlStore
from storage.transaction import SqlTransaction

NO_CARD = "the ticket has no card"  # Slack refused it, and a person saw that
OFF_THE_TICKET = "was taken off the ticket"


@dataclass(frozen=True)
class Read:
    """Facts, or why there are none."""

    value: Any = None
    fault: Exception | None = None

    def get(self) -> Any:
        if self.fault is not None:
            raise self.fault
        return self.value


@dataclass(frozen=True)
class Remembered:
    """Facts that a transaction remembers after its end. Raises what reading raises, and Ended where
    it does not remember all of them."""

    get: Callable[[], Any]


@dataclass(frozen=True)
class CardLook:
    """`current` is the card in the team's channel, `others` are those to be folded."""

    facts: CardFacts
    current: Card | None
    others: tuple[Card, ...]


@dataclass(frozen=True)
class OpeningLook:
    """`card` is the active one in the team's channel; None also where the row before in the same
    hand is still to post it. `is_moot`: the card that comes asks for an opening of its own.
    """

    facts: ThreadFacts
    card: Card | None
    is_moot: bool = False


@dataclass(frozen=True)
class EntryLook:
    """`shown` is where the entry's line stands; else it is to be posted below `card`."""

    facts: EntryFacts
    shown: tuple[str, str] | None
    card: Card | None


def read_card(tx: SqlTransaction, effect: RefreshCard, now: datetime) -> CardLook:
    facts = card_facts(tx, effect.ticket, None)
    known, team = tx.cards.of(effect.ticket), facts.facts.ticket.team
    current = _active(known, team)
    return CardLook(facts, current, tuple(card for card in known if card is not current))


def read_opening(tx: SqlTransaction, effect: OpenThread, now: datetime) -> OpeningLook:
    facts, known = thread_facts(tx, effect), tx.cards.of(effect.ticket)
    card = _active(known, effect.team)
    return OpeningLook(facts, card, card is None and _is_moot(tx, facts, effect, known))


def read_entry(tx: SqlTransaction, effect: ShowEntry, now: datetime) -> EntryLook:
    shown = tx.cards.message_of(effect.entry)
    card = None if shown else _newest_card(tx, effect.ticket)
    return EntryLook(entry_facts(tx, effect, now), shown, card)


def read_mail(tx: SqlTransaction, effect: SendMail | SendDirect, now: datetime) -> MailFacts:
    """Raises NotPublic, and Refused where the reader was taken off the ticket."""
    try:
        return mail_facts(tx, effect, now)
    except NoSuchTicket:
        raise Refused(OFF_THE_TICKET) from None


def read_notice(tx: SqlTransaction, effect: TellPerson | Whisper, now: datetime) -> NoticeFacts:
    return notice_facts(tx, effect)


def _active(known: Iterable[Card], team: int) -> Card | None:
    return next((card for card in known if card.active and card.team == team), None)


def _is_moot(
    tx: SqlTransaction, facts: ThreadFacts, effect: OpenThread, known: Sequence[Card]
) -> bool:
    """Whether the ticket has moved on, be it there and back: a row behind ours posts its card then.
    Its first card was to be posted by one before ours.
    """
    if facts.facts.ticket.team != effect.team:
        return True
    return bool(known) and tx.outbox.waits(RefreshCard(effect.ticket))


def _newest_card(tx: SqlTransaction, ticket: int) -> Card:
    """Whose thread shows what happened now: the active card, or the one that a transfer has just
    retired. Its successor is posted by a row behind ours in the lane, so waiting for it would hold
    up both for ever. Raises Refused where the card itself was refused.
    """
    known = tx.cards.of(ticket)
    if not known:
        raise Refused(NO_CARD)
    return next((card for card in known if card.active), known[-1])


READERS: Mapping[type[Any], Callable[[SqlTransaction, Any, datetime], Any]] = {
    RefreshCard: read_card,
    OpenThread: read_opening,
    ShowEntry: read_entry,
    SendMail: read_mail,
    SendDirect: read_mail,
    TellPerson: read_notice,
    Whisper: read_notice,
}


def _posts(lease: Lease, found: Any) -> bool:
    """Whether carrying it out begins with a post, as far as the facts tell."""
    match found:
        case CardLook(facts, current, _):
            return current is None and facts.facts.team.channel is not None
        case OpeningLook(_, card):
            return card is not None and card.ts != lease.remote
        case EntryLook(_, shown, _):
            return shown is None
    # A mail is noted when the server wants it: after that moment nobody would send it again.
    return isinstance(lease.effect, SendDirect | TellPerson | Whisper)


def with_facts(tx: SqlTransaction, lease: Lease, now: datetime) -> Lease:
    """The lease with what it shows, its attempt noted where it will post."""
    read = READERS.get(type(lease.effect))
    if read is None:
        return lease
    try:
        found = read(tx, lease.effect, now)
    except SQLAlchemyError:
        raise  # the transaction itself has failed
    except Exception as fault:
        return variant(lease, facts=Read(fault=fault))
    noted = None
    if lease.attempted_at is None and _posts(lease, found):
        tx.outbox.attempting(lease, now)
        noted = now
    return variant(lease, facts=Read(found), noted_at=noted)


def with_first_facts(tx: SqlTransaction, begun: Sequence[Lease]) -> tuple[Lease, ...]:
    """What the first rows show of the ticket that this very transaction opened: made out by who
    shows it, so that the person who waits for the commit does not wait for that."""
    effect: Any = begun[0].effect
    found: list[tuple[CardFacts, ThreadFacts]] = []

    def first() -> tuple[CardFacts, ThreadFacts]:
        if not found:
            found.append(first_facts(tx, effect.ticket))
        return found[0]

    def remembered(lease: Lease) -> Lease:
        match lease.effect:
            case RefreshCard():
                facts = Remembered(lambda: CardLook(first()[0], None, ()))
            case OpenThread():
                facts = Remembered(lambda: OpeningLook(first()[1], None))
            case SendMail() as mail if tx.mails.is_blank(mail.ticket):
                facts = Remembered(lambda: read_mail(tx, mail, lease.created_at))
            case _:
                return with_facts(tx, lease, lease.created_at)
        return variant(lease, facts=facts)

    return tuple(map(remembered, begun))


async def facts_of(effect: Any, lease: Lease, store: SqlStore, now: datetime) -> Any:
    """What was read with the lease, or else is read now. Raises what reading raises."""
    if lease.facts is not None:
        try:
            return lease.facts.get()
        except Ended:
            pass  # it does not remember all of them
    read = READERS[type(effect)]
    return await store.read(lambda tx: read(tx, effect, now))
