"""What the administrator and Slack's directory tell the desk: teams, catalogue, people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from desk.effects import WarnAdministrators
from desk.people import Person
from desk.ports import HouseSetup, Transaction
from desk.result import Result


@dataclass(frozen=True)
class LoadDesk:
    """The desk file, checked and with its channels found."""

    setup: HouseSetup


@dataclass(frozen=True)
class LearnPeople:
    """People as Slack or a list now knows them. Their `id` does not matter.

    An empty language means that nobody said: what the desk knows already stays.
    """

    people: tuple[Person, ...]


@dataclass(frozen=True)
class ReportChannel:
    """A team's channel is not as it should be (see `WarnAdministrators`)."""

    warning: str
    channel: str
    day: str


def report_channel(ask: ReportChannel, tx: Transaction, now: datetime) -> Result:
    tx.outbox.put(WarnAdministrators(ask.warning, ask.channel, ask.day), now)
    return Result()


def load_desk(ask: LoadDesk, tx: Transaction, now: datetime) -> Result:
    tx.organisation.load(ask.setup)
    return Result()


def learn_people(ask: LearnPeople, tx: Transaction, now: datetime) -> Result:
    for person in ask.people:
        tx.people.learn(replace(person, language=_language(person, tx)))
    tx.people.rejoin_teams()
    return Result()


def _language(person: Person, tx: Transaction) -> str:
    if person.language:
        return person.language
    known = _themselves(person, tx)
    return known.language if known else tx.organisation.house().language


def _themselves(person: Person, tx: Transaction) -> Person | None:
    """Who the desk knows by that handle; or by that address, while the handle says nothing."""
    known = tx.people.by_handle(person.handle)
    if person.slack_id is None or not person.email or (known and known.name != known.slack_id):
        return known
    holder = tx.people.by_handle(person.email)
    # Who has a working account of their own is somebody else.
    theirs = holder is not None and (holder.slack_id is None or not holder.active)
    return holder if theirs else known
