"""The line of a public reply says what became of its mails, whichever is quicker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.outcomes import Attempting, Done
from bot.relay import Relay
from bot.slack_courier import SlackCourier
from desk import effects
from desk.resolve_ticket import ResolveTicket
from desk.words import Words
from storage.outbox_rows import Lease
from tests.bot.couriers import LONG
from tests.bot.whole_desk import KeepingSlack
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import PAUL, PIERRE, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]


class SlowSlack(KeepingSlack):
    """Takes a line at once, and answers when the mail has left and that is written down."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office
        self.has_line = asyncio.Event()

    async def post(
        self, arguments: Mapping[str, Any], *, attempting: Attempting, **how: Any
    ) -> tuple[str, str]:
        place = await super().post(arguments, attempting=attempting, **how)
        if "New toner" in str(arguments):
            self.has_line.set()
            await until_written_down(self.office)
        return place

    @property
    def lines(self) -> list[str]:
        """How it looked, from the first on."""
        return [str(said) for _, said in self.seen if said.get("text", "").startswith("✅")]


async def until_written_down(office: Office) -> None:
    while any(  # noqa: ASYNC110 - the database has no event to wait for
        isinstance(row.effect, effects.SendMail) and row.state == "waiting" for row in office.rows()
    ):
        await asyncio.sleep(0.01)


async def test_a_mail_that_is_quicker_than_its_line_is_said_to_be_sent(office: Office) -> None:
    slack = SlowSlack(office)
    courier = SlackCourier(office.store, office.desk, slack, lambda: office.now, alone=True)

    async def mail(effect: Any, lease: Lease, attempting: Attempting) -> Done:
        if effect.message is effects.Message.RESOLVED:
            await slack.has_line.wait()
        assert await attempting()
        return Done("250 taken")

    couriers = {
        effects.RefreshCard: courier.refresh_card,
        effects.OpenThread: courier.open_thread,
        effects.ShowEntry: courier.show_entry,
        effects.SendMail: mail,
    }
    relay = Relay(office.store, couriers, lambda: office.now)
    office.store._on_outbox = relay.wake
    running = asyncio.create_task(relay.run())
    ticket = await office.open(PAUL)
    codes = await office.store.read(lambda tx: tx.organisation.codes())
    await office.does(ResolveTicket(ticket, PIERRE, codes[0].key, Words.plain("New toner.")))

    async with asyncio.timeout(LONG):
        while office.waiting():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await relay.stop(LONG)
    await running

    assert len(slack.lines) == 2, "corrected once"
    assert "Envoi en cours à" in slack.lines[0]
    assert "Envoyé à" in slack.lines[1]
