"""A small house and small things in it, for tests of the storage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from desk.effects import Message, SendMail
from desk.journal import Draft, Kind
from desk.people import Person
from desk.ports import CodeSetup, EntrySetup, HouseSetup, TeamSetup
from desk.ticket import Ticket
from desk.words import Words
from storage.transaction import SqlTransaction

R = TypeVar("R")

NOW = datetime(2026, 11, 24, 10, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

SETUP = HouseSetup(
    name="Acme",
    language="fr",
    fallback_team="desk",
    admin_channel="C0ADMIN",
    administrators=("boss@acme.example",),
    teams=(
        TeamSetup("network", "Network", "Réseau", "C0NET", "en", ("Ada.King@acme.example", "U2")),
        TeamSetup("desk", "Desk", "Accueil", None, "fr", ("U3",), lead="eve@acme.example"),
    ),
    catalogue=(
        EntrySetup("wifi.slow", "wifi", "Slow", "Lent", urgency="low"),
        EntrySetup("wifi", None, "Wi-Fi", "Wi-Fi", team="network", impact="service"),
    ),
    codes=(CodeSetup("fixed", "Fixed", "Réparé"), CodeSetup("advice", "Advice", "Conseil")),
)


def a_ticket(requester: int, team: int = 1, **changes: Any) -> Ticket:
    values: dict[str, Any] = {
        "id": 0,
        "subject": "Wi-Fi is slow",
        "description": Words.plain("It is *slow*.\n\nSince ‘noon’ <here>."),
        "requester": requester,
        "team": team,
        "created_at": NOW,
        "state_since": NOW,
        "changed_at": NOW,
    }
    return Ticket(**{**values, **changes})


def a_person(tx: SqlTransaction, name: str = "Paul Smith", **facts: Any) -> Person:
    values = {"email": None, "slack_id": None, "language": "en", **facts}
    return tx.people.add(name, values["email"], values["slack_id"], values["language"])


def a_reply(tx: SqlTransaction, *addresses: str) -> Draft:
    """A reply on a new ticket, with a mail to each of the addresses waiting."""
    people = [a_person(tx, email=address) for address in addresses]
    ticket = tx.tickets.add(a_ticket(people[0].id))
    entry = tx.journal.add(
        Draft(ticket.id, Kind.REPLY, None, Words.plain("Try again"), public_from=NOW + MINUTE), NOW
    )
    for person in people:
        mail = SendMail(Message.REPLY, ticket.id, person.id, entry.id, ticket.version)
        tx.outbox.put(mail, NOW)
    return entry
