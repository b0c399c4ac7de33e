"""A relay at a real desk, whose couriers note what they carry."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from bot.outcomes import Attempting, Done
from bot.pacing import Pacing
from bot.relay import Relay
from desk.effects import OpenThread, RefreshCard, SendMail, ShowEntry, WarnUndelivered
from desk.ports import Card
from storage.outbox_rows import Lease
from storage.tables import outbox
from storage.transaction import SqlTransaction
from tests.bot.couriers import LONG
from tests.desk.office import Office

BEGINNING = [RefreshCard, OpenThread]


@dataclass
class Hands:
    """A relay at the office's desk, whose couriers do what `endings` say, by the effect."""

    office: Office
    relay: Relay
    pacing: Pacing
    endings: dict[type[Any], Exception] = field(default_factory=dict)
    carried: list[Lease] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def carry(self, effect: Any, lease: Lease, attempting: Attempting) -> Done:
        self.carried.append(lease)
        self.told.set()
        assert await attempting()
        if type(effect) in self.endings:
            raise self.endings.pop(type(effect))
        if isinstance(effect, RefreshCard):
            return await self._posted(effect, lease)
        return Done("sent")

    async def _posted(self, effect: RefreshCard, lease: Lease) -> Done:
        now = self.office.now
        card = Card(effect.ticket, 1, "C0", f"{effect.ticket}.{len(self.carried)}", active=True)

        def keep(tx: SqlTransaction) -> None:
            tx.cards.add(card, now)

        return Done(card.ts, keep, card)

    async def until(self, *kinds: type[Any]) -> None:
        async with asyncio.timeout(LONG):
            while Counter(kinds) - Counter(self.kinds):
                self.told.clear()
                await self.told.wait()

    async def until_waiting(self, *kinds: type[Any]) -> None:
        async with asyncio.timeout(LONG):
            while [type(effect) for effect in self.office.waiting()] != list(kinds):  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # the database has no event to wait for

    @property
    def kinds(self) -> list[type[Any]]:
        return [type(lease.effect) for lease in self.carried]


@pytest.fixture
async def hands(office: Office) -> AsyncIterator[Hands]:
    pacing = Pacing(lambda: office.now)
    hands = Hands(office, relay=None, pacing=pacing)  # type: ignore[arg-type]
    kinds = (*BEGINNING, SendMail, ShowEntry, WarnUndelivered)
    couriers = dict.fromkeys(kinds, hands.carry)
    hands.relay = office.store.taker = Relay(
        office.store, couriers, lambda: office.now, pacing=pacing
    )
    running = asyncio.create_task(hands.relay.run())
    yield hands
    await hands.relay.stop(LONG)
    await running


def leased(office: Office) -> list[tuple[Any, ...]]:
    """Kind, owner, until and attempt of what waits."""
    columns = (outbox.c.payload, outbox.c.leased_by, outbox.c.lease_until, outbox.c.attempted_at)
    with office._looking.connect() as connection:
        rows = connection.execute(
            select(*columns).where(outbox.c.state == "waiting").order_by(outbox.c.id)
        ).all()
    return [(row[0]["kind"], *row[1:]) for row in rows]
