"""Hold a mail until somebody decides in Slack, and the decision: the first one counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.errors import AlreadyDecided, NotYourMail
from desk.held_mails import Fate, HeldCard, HeldFacts, HeldMail, ShowHeldMail, Why
from desk.organisation import Team
from desk.people import Actor
from desk.ports import Transaction
from desk.result import Result

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class LetMailIn:
    """Each mail of the card goes on: into its ticket, or a new one whose sender becomes known."""

    card: int
    by: str


@dataclass(frozen=True)
class RefuseMail:
    """Nobody works on it, and its sender hears nothing."""

    card: int
    by: str


@dataclass(frozen=True)
class ReadHeldMail:
    """The whole of it, for who may decide."""

    card: int


def hold_mail(
    tx: Transaction, key: str, mail: HeldMail, why: Why, team: str | None, now: datetime
) -> bool:
    """False where the mail is kept nowhere. `team` is the key of the team that decides."""
    card = tx.held_mails.hold(key, mail, why, _decides(tx, team), now)
    if card is None:
        return False
    tx.outbox.put(ShowHeldMail(card), now)
    return True


def floods(tx: Transaction, address: str, most: int, now: datetime) -> bool:
    """Whether somebody whose mails are held has written more in an hour than a person does."""
    return tx.held_mails.strangers_since(address, now - HOUR, most) >= most


def floods_ticket(tx: Transaction, ticket: int, by: str, most: int, now: datetime) -> bool:
    """Whether somebody has mailed more into this ticket in an hour than a person writes."""
    writer = tx.people.actor(by).id
    return tx.mails.written_since(ticket, writer, now - HOUR, most) >= most


def hold_answer(tx: Transaction, key: str, mail: HeldMail, now: datetime) -> bool:
    """Keep what goes on from the ticket's thread, where one card asks the ticket's team for all of
    it. False where the mail is kept nowhere."""
    assert mail.ticket is not None
    team = tx.organisation.team(tx.tickets.get(mail.ticket).team)
    return hold_mail(tx, key, mail, Why.ANSWERS, team.key, now)


def let_mail_in(ask: LetMailIn, tx: Transaction, now: datetime) -> Result:
    return _decide(ask, Fate.LET_IN, tx, now)


def refuse_mail(ask: RefuseMail, tx: Transaction, now: datetime) -> Result:
    return _decide(ask, Fate.REFUSED, tx, now)


def _decide(ask: LetMailIn | RefuseMail, fate: Fate, tx: Transaction, now: datetime) -> Result:
    actor = tx.people.actor(ask.by)
    card = _decidable(ask.card, actor, tx)
    if tx.held_mails.decide(card.id, fate, actor.person, now):
        tx.outbox.put(ShowHeldMail(card.id), now)
        return Result(None)
    before = tx.held_mails.get(card.id) or card
    if (before.by, before.fate) == (actor.id, fate):
        return Result(None, changed=False)  # pressed twice
    raise _decided(before, tx)


def read_held_mail(ask: ReadHeldMail, actor: Actor, tx: Transaction, now: datetime) -> HeldFacts:
    card = _decidable(ask.card, actor, tx)
    if card.fate is not Fate.OPEN:
        raise _decided(card, tx)
    return _facts(card, tx)


def held_facts(tx: Transaction, card: int) -> HeldFacts | None:
    """For the message that asks, and later tells how it was answered."""
    found = tx.held_mails.get(card)
    return None if found is None else _facts(found, tx)


def mail_became(tx: Transaction, key: str, ticket: int, now: datetime) -> None:
    card = tx.held_mails.became(key, ticket)
    if card is not None:
        tx.outbox.put(ShowHeldMail(card), now)


def decide_by_hand(tx: Transaction, mail: int, fate: Fate, now: datetime) -> bool:
    """The same decision at the command line, about one mail. False where there is none to take."""
    before = tx.held_mails.card_of(mail)
    if before is None:
        return False
    card = tx.held_mails.alone(mail, now)
    decided = tx.held_mails.decide(card, fate, None, now)
    for shown in {before, card}:
        tx.outbox.put(ShowHeldMail(shown), now)
    return decided


def overrule(tx: Transaction, mail: int, fate: Fate, now: datetime) -> None:
    """The command line sent a mail another way than was decided; its card follows."""
    if tx.held_mails.card_of(mail) is not None:
        card = tx.held_mails.alone(mail, now)
        tx.held_mails.overrule(card, fate, now)
        tx.outbox.put(ShowHeldMail(card), now)


def _decidable(number: int, actor: Actor, tx: Transaction) -> HeldCard:
    card = tx.held_mails.get(number)
    if card is None or not (actor.is_administrator or card.team in actor.teams):
        raise NotYourMail()
    return card


def _decided(card: HeldCard, tx: Transaction) -> AlreadyDecided:
    by = tx.people.get(card.by).name if card.by else ""
    return AlreadyDecided(by, let_in=card.fate is Fate.LET_IN)


def _decides(tx: Transaction, key: str | None) -> int | None:
    """The team; without one the administrators, as far as they have a channel."""
    team = next((team.id for team in tx.organisation.teams() if team.key == key), None)
    house = tx.organisation.house()
    return team if team or house.admin_channel else house.fallback_team


def _facts(card: HeldCard, tx: Transaction) -> HeldFacts:
    house = tx.organisation.house()
    team: Team | None = tx.organisation.team(card.team) if card.team else None
    return HeldFacts(
        card=card,
        by=tx.people.get(card.by) if card.by else None,
        channel=team.channel if team else house.admin_channel,
        language=team.language if team else house.language,
    )
