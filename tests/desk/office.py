"""A desk at work: real storage, the example desk file, known people, a clock that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from bot.deskfile import read_desk_file
from desk.abandon_ticket import AbandonTicket
from desk.assign_ticket import ClaimTicket
from desk.effects import Effect, effect_from_json
from desk.hold_ticket import HoldTicket
from desk.journal import Entry
from desk.lifecycle import State
from desk.open_ticket import OpenTicket
from desk.people import Actor, Person
from desk.ports import Card, HouseSetup
from desk.resolve_ticket import CloseTicket, ResolveTicket
from desk.result import Result
from desk.service import Desk
from desk.setting_up import LearnPeople, LoadDesk
from desk.ticket import HoldReason, Ticket
from desk.words import Words
from storage.outbox_rows import Lease
from storage.store import SqlStore
from storage.tables import outbox

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
UNDO = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)

# Teams of the example: workstations (postes), network (reseau), applications (applis).
PIERRE, CAMILLE, AICHA, NOE, ROOT_ADMIN = "U0PIERRE", "U0CAMILLE", "U0AICHA", "U0NOE", "U0ROOT"
PAUL, MARIE, ADA, ZOE = "U0PAUL", "U0MARIE", "U0ADA", "U0ZOE"
MAIL_ONLY = "wanda@elsewhere.example"
PEOPLE = (
    Person(0, "Pierre Durand", "pierre.durand@meridien.example", PIERRE, "fr"),
    Person(0, "Camille Lefèvre", "camille.lefevre@meridien.example", CAMILLE, "fr"),
    Person(0, "Aïcha Benali", "aicha.benali@meridien.example", AICHA, "fr"),
    Person(0, "Noé Çelik", "noe.celik@meridien.example", NOE, "fr"),
    Person(0, "Rita Root", "rita.root@meridien.example", ROOT_ADMIN, "en"),
    Person(0, "Paul Smith", "paul.smith@meridien.example", PAUL, "en"),
    Person(0, "Marie Curie", "marie.curie@meridien.example", MARIE, "fr"),
    Person(0, "Ada Guest", None, ADA, "en"),  # Slack gives no address for guests
    Person(0, "Zoé Stranger", "zoe@meridien.example", ZOE, "en"),
    Person(0, "Wanda Mailer", MAIL_ONLY, None, "en"),
)


def the_house() -> HouseSetup:
    """The example, with channels found and an administrator who is in no team."""
    setup = read_desk_file(ROOT / "desk.example.yml")
    teams = tuple(replace(team, channel=f"C0{team.key.upper()}") for team in setup.teams)
    administrators = (*setup.administrators, "rita.root@meridien.example")
    return replace(setup, teams=teams, administrators=administrators)


@dataclass(frozen=True)
class Row:
    """An effect in the outbox, as stored."""

    id: int
    effect: Effect
    asked: int
    due: datetime
    state: str


class Office:
    """The desk and ways to look behind its counter."""

    def __init__(self, url: str) -> None:
        self.now = NOW
        self.store = SqlStore(url)
        self.desk = Desk(self.store, lambda: self.now, UNDO)
        self._looking = create_engine(url, poolclass=NullPool)

    def close(self) -> None:
        self.store.close()
        self._looking.dispose()

    def later(self, by: timedelta = MINUTE) -> None:
        self.now += by

    async def does(self, command: Any, once: str | None = None) -> Result:
        return await self.desk.handle(command, once=once)

    async def open(self, by: str = PAUL, requester: str | None = None, **changes: Any) -> int:
        """A new ticket and its number."""
        wish = OpenTicket(by, requester or by, "Printer jams", Words.plain("On the third floor."))
        result = await self.does(replace(wish, **changes))
        assert result.ticket is not None
        return result.ticket

    async def opened_with_card(self, **changes: Any) -> tuple[int, Card]:
        ticket = await self.open(**changes)
        return ticket, await self.post_card(ticket)

    async def post_card(self, ticket: int) -> Card:
        """What the courier does once Slack took the message."""

        def post(tx: Any) -> Card:
            team = tx.organisation.team(tx.tickets.get(ticket).team)
            ts = f"{ticket}.{len(tx.cards.of(ticket)):04}"
            card = Card(ticket, team.id, team.channel, ts, active=True)
            tx.cards.add(card, self.now)
            return card

        return await self.store.write(post)

    async def ticket(self, number: int) -> Ticket:
        return await self.store.read(lambda tx: tx.tickets.get(number))

    async def journal(self, ticket: int) -> tuple[Entry, ...]:
        return await self.store.read(lambda tx: tx.journal.of(ticket))

    async def last(self, ticket: int) -> Entry:
        return (await self.journal(ticket))[-1]

    async def actor(self, handle: str) -> Actor:
        return await self.store.read(lambda tx: tx.people.actor(handle))

    async def id_of(self, handle: str) -> int:
        return (await self.actor(handle)).id

    async def team(self, key: str) -> int:
        teams = await self.store.read(lambda tx: tx.organisation.teams())
        return next(team.id for team in teams if team.key == key)

    async def entry(self, key: str) -> int:
        """A catalogue entry's id by its whole key ("poste/impression/toner")."""
        catalogue = await self.store.read(lambda tx: tx.organisation.catalogue())
        return next(entry.id for entry in catalogue.entries if entry.key == key)

    async def path(self, key: str) -> tuple[int, ...]:
        steps = key.split("/")
        return tuple([await self.entry("/".join(steps[: n + 1])) for n in range(len(steps))])

    def rows(self) -> list[Row]:
        """The whole outbox, oldest first."""
        columns = (outbox.c.id, outbox.c.payload, outbox.c.asked, outbox.c.due_at, outbox.c.state)
        with self._looking.connect() as connection:
            rows = connection.execute(select(*columns).order_by(outbox.c.id)).all()
        return [Row(row[0], effect_from_json(row[1]), *row[2:]) for row in rows]

    def waiting(self) -> list[Effect]:
        return [row.effect for row in self.rows() if row.state == "waiting"]

    def waiting_of(self, kind: type[Any]) -> list[Any]:
        return [effect for effect in self.waiting() if isinstance(effect, kind)]

    async def lease(self, at: datetime | None = None, owner: str = "relay") -> tuple[Lease, ...]:
        when = at or self.now
        return await self.store.write(lambda tx: tx.outbox.lease(when, MINUTE, owner, 100))

    async def deliver(self) -> list[Effect]:
        """Carry out everything due, as the relay would, and tell what it was."""
        done: list[Effect] = []
        while leases := await self.lease():
            for lease in leases:
                finish = lease  # bound for the closure
                await self.store.write(lambda tx, one=finish: tx.outbox.finish(one, self.now))
                done.append(lease.effect)
        return done


async def bring_to(office: Office, state: State, *, held: bool = True) -> int:
    """A ticket in `state`, by the shortest way; `held` by Pierre where there is a choice."""
    ticket = await office.open()
    if state is State.ASSIGNED or (held and state is not State.NEW):
        await office.does(ClaimTicket(ticket, PIERRE))
    match state:
        case State.PENDING:
            await office.does(HoldTicket(ticket, PIERRE, HoldReason.SUPPLIER))
        case State.RESOLVED:
            await office.does(ResolveTicket(ticket, PIERRE, "materiel", Words.plain("New roller.")))
        case State.CLOSED if held:
            await office.does(ResolveTicket(ticket, PIERRE, "materiel", Words.plain("New roller.")))
            await office.does(CloseTicket(ticket, PIERRE))
        case State.CLOSED:
            await office.does(AbandonTicket(ticket, PIERRE, Words.plain("Asked twice.")))
        case _:
            pass
    assert (await office.ticket(ticket)).state is state
    return ticket


def furnish(url: str) -> None:
    """Load the house and its people into a migrated database."""

    async def fill() -> None:
        office = Office(url)
        await office.does(LoadDesk(the_house()))
        await office.does(LearnPeople(PEOPLE))
        office.close()

    asyncio.run(fill())


@contextmanager
def an_office(url: str) -> Iterator[Office]:
    office = Office(url)
    try:
        yield office
    finally:
        office.close()
