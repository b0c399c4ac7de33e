"""Buttons and menus live for years in old messages, and a form may come back changed by hand."""

from __future__ import annotations

import pytest

from desk.errors import TechniciansOnly
from desk.open_ticket import OpenTicket
from desk.words import Words
from handlers import moves
from tests.journeys.mishaps import settled, soon
from tests.journeys.sights import PAUL, open_ticket
from tests.journeys.stage import Stage


async def test_a_menu_of_an_older_version_is_out_of_date(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "RETIRED", frozenset({"ticket.escalate"}))
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    menu = next(e for b in posted.blocks for e in b.get("elements", ()) if "options" in e)
    menu["options"][1]["value"] = "ticket.escalate:1"

    await pierre.press("ticket.more", on=posted, value="ticket.escalate:1")

    said = await soon(slack, lambda: pierre.ephemerals)
    assert "n’est plus à jour" in said[-1].text


async def test_only_technicians_ask_on_somebodys_behalf(stage: Stage) -> None:
    paul, zoe = stage.slack.person("paul"), stage.slack.person("zoe")
    wish = OpenTicket(paul.id, paul.id, "Badge", Words.plain("For Zoé."), beneficiary=zoe.id)

    with pytest.raises(TechniciansOnly):
        await stage.bot.desk.handle(wish)


async def test_nobody_claims_an_address_for_themselves(stage: Stage) -> None:
    """Else a guest becomes the technician whom the desk file names by that address."""
    guest = next(p for p in stage.slack.world.people.values() if not p.email)
    wish = OpenTicket(
        guest.id, guest.id, "Badge", Words.plain("Please."), address="chief@meridien.example"
    )

    with pytest.raises(TechniciansOnly):
        await stage.bot.desk.handle(wish)
