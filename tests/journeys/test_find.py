"""Finding tickets in Slack: what a technician finds, and what the person who asked may find."""

from __future__ import annotations

import asyncio

from sandbox.person import Person
from tests.journeys.sights import PAUL, card, lines, open_ticket, shown
from tests.journeys.stage import Stage


async def until_indexed(stage: Stage) -> None:
    """The bot itself keeps the index, a moment behind what is written."""
    async with asyncio.timeout(20):
        behind = True
        while behind:
            await asyncio.sleep(0.05)
            behind = await stage.bot.store.read(lambda tx: tx.index.is_behind(stage.bot._clock()))


async def finds(stage: Stage, person: Person, query: str) -> str:
    """What the modal shows for `query`."""
    await until_indexed(stage)
    await person.command("/ticket", f"find {query}", channel="general")
    await stage.slack.until(lambda: person.modal)
    view = shown(person.modal)
    await person.close(clear=True)
    return view


async def test_a_technician_finds_a_ticket_and_takes_it(any_stage: Stage) -> None:
    slack, pierre = any_stage.slack, any_stage.slack.person("pierre")
    await open_ticket(any_stage, pierre, requester=PAUL, subject="Imprimante bloquée")
    await open_ticket(any_stage, pierre, requester=PAUL, subject="Broken screen")
    await until_indexed(any_stage)

    await pierre.command("/ticket", "cherche", channel="support-postes")
    await slack.until(lambda: pierre.modal)
    await pierre.fill({"query": "bloquee paul"})
    assert await pierre.submit() == {}
    found = shown(pierre.modal)
    await pierre.press("ticket.open")
    await slack.until(lambda: "It jams." in shown(pierre.modal))
    await pierre.press("ticket.assign")

    await slack.until(lambda: "Assigné à" in shown(card(pierre, "support-postes", "R-000001")))
    assert "R-000001" in found
    assert "R-000002" not in found


async def test_app_home_leads_to_the_search_and_a_number_to_its_page(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await open_ticket(stage, pierre, requester=PAUL)
    await pierre.open_home()
    await slack.until(lambda: pierre.home and "home.find" in shown(pierre.home.definition))

    await pierre.press("home.find")
    await slack.until(lambda: pierre.modal)
    await pierre.fill({"query": "#1"})
    assert await pierre.submit() == {}

    assert "It jams." in shown(pierre.modal)
    await pierre.close()
    assert pierre.form.definition["callback_id"] == "ticket.find"


async def test_a_note_is_found_by_technicians_until_it_is_deleted(stage: Stage) -> None:
    slack, pierre, paul = stage.slack, stage.slack.person("pierre"), stage.slack.person("paul")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    note = await pierre.say("support-postes", "Suspicious fuser", thread_ts=posted)
    await slack.until(lambda: note.reactions.get("memo"))

    assert "R-000001" in await finds(stage, pierre, "suspicious")
    assert "R-000001" not in await finds(stage, paul, "suspicious")
    assert "R-000001" in await finds(stage, paul, "printer")

    await pierre.edit(note, "Worn roller")
    await slack.until(lambda: "Worn" in lines(pierre, posted))
    assert "R-000001" not in await finds(stage, pierre, "suspicious")
    assert "R-000001" in await finds(stage, pierre, "roller")
    assert "R-000001" not in await finds(stage, paul, "roller")

    await pierre.delete(note)
    await slack.until(lambda: "supprimée" in lines(pierre, posted))
    assert "R-000001" not in await finds(stage, pierre, "roller")


async def test_people_find_their_own_requests_and_nobody_elses(stage: Stage) -> None:
    pierre, marie, paul = (stage.slack.person(name) for name in ("pierre", "marie", "paul"))
    await open_ticket(stage, pierre, requester=PAUL)

    assert "R-000001" not in await finds(stage, marie, "printer")
    assert "It jams." not in await finds(stage, marie, "R-000001")
    assert "R-000001" in await finds(stage, paul, "printer")
    assert "It jams." in await finds(stage, paul, "R-000001")
