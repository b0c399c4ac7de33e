"""A transfer while Slack is slow, or after the old channel was given up: the ticket still moves."""

from __future__ import annotations

from sandbox.person import Person
from tests.journeys.mishaps import settled, soon
from tests.journeys.sights import PAUL, card, open_ticket, shown
from tests.journeys.stage import Stage


async def test_a_ticket_moves_while_a_line_of_its_thread_still_waits(stage: Stage) -> None:
    slack, aicha = stage.slack, stage.slack.person("aicha")
    posted = await open_ticket(stage, aicha, requester=PAUL)
    await settled(stage)

    slack.faults.add("chat.postMessage", 429, retry_after=2)
    await aicha.press("ticket.assign", on=posted)
    await soon(slack, lambda: not slack.faults.waiting)
    await _transfer(stage, aicha)

    moved = await soon(slack, lambda: card(aicha, "support-reseau", "R-000001"))
    await settled(stage)
    assert "ticket.assign" in shown(moved)
    left = [shown(m) for m in aicha.thread("support-postes", posted)]
    there = [shown(m) for m in aicha.thread("support-reseau", moved)]
    assert any("Assigné à" in line for line in left)
    assert any("Journal d’intervenant" in line for line in there)


async def test_a_ticket_moves_out_of_a_channel_that_was_archived(stage: Stage) -> None:
    slack, aicha = stage.slack, stage.slack.person("aicha")
    await open_ticket(stage, aicha, requester=PAUL)
    await settled(stage)

    slack.faults.add("chat.update", error="is_archived", times=100)
    await _transfer(stage, aicha)

    moved = await soon(slack, lambda: card(aicha, "support-reseau", "R-000001"))
    await settled(stage)
    assert aicha.thread("support-reseau", moved)


async def _transfer(stage: Stage, person: Person) -> None:
    await person.command("/ticket", "R-000001", channel="support-postes")
    await soon(stage.slack, lambda: person.modal)
    await person.press("ticket.transfer")
    await soon(stage.slack, lambda: len(person.modals) == 2)
    await person.fill({"team": "Réseau"})
    assert await person.submit() == {}
