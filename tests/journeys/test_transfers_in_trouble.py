"""A transfer while Slack is slow, or after the old channel was given up: the ticket still moves."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.app import utc_now
from bot.deskfile import read_desk_file
from bot.directory import with_slack_ids
from desk.answer_ticket import AnswerTicket
from desk.assign_ticket import AssignTicket
from desk.effects import ShowEntry
from desk.reply import Reply
from desk.setting_up import LoadDesk
from desk.words import Words
from sandbox.person import Person
from sandbox.world import Channel
from tests.journeys.mishaps import LONG, settled, soon
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


async def test_a_line_that_the_old_channel_never_took_does_not_hold_the_ticket_there(
    stage: Stage,
) -> None:
    aicha = stage.slack.person("aicha")
    await open_ticket(stage, aicha, requester=PAUL)
    await settled(stage)

    _channel(stage, "support-postes").archived = True
    await _an_automatic_answer(stage)
    await _tried_in_vain(stage)
    await _transfer(stage, aicha)

    moved = await soon(stage.slack, lambda: card(aicha, "support-reseau", "R-000001"))
    await settled(stage)
    there = [shown(m) for m in aicha.thread("support-reseau", moved)]
    assert any("absent" in line for line in there)


async def test_a_line_left_in_a_dead_channel_does_not_keep_the_ticket_from_its_own(
    stage: Stage,
) -> None:
    """It is to be shown anew, since what became of its mail is known by now."""
    aicha = stage.slack.person("aicha")
    await open_ticket(stage, aicha, requester=PAUL)
    entry = await _a_reply(stage)
    await settled(stage)
    await _transfer(stage, aicha)
    moved = await soon(stage.slack, lambda: card(aicha, "support-reseau", "R-000001"))
    await settled(stage)

    _channel(stage, "support-postes").archived = True
    await stage.bot.store.write(lambda tx: tx.outbox.put(ShowEntry(1, entry), utc_now()))
    await aicha.press("ticket.assign", on=moved)
    await settled(stage)

    now = card(aicha, "support-reseau", "R-000001")
    assert now is not None
    assert "Aïcha" in shown(now)


async def test_tickets_of_a_channel_that_was_given_up_go_on_in_the_teams_new_one(
    stage: Stage,
) -> None:
    aicha = stage.slack.person("aicha")
    await open_ticket(stage, aicha, requester=PAUL)
    await settled(stage)

    _channel(stage, "support-postes").archived = True
    setup = read_desk_file(stage.settings.desk_file)
    first, *others = setup.teams
    teams = (replace(first, channel="frontdesk-admin"), *others)
    await stage.bot.desk.handle(
        LoadDesk(await with_slack_ids(replace(setup, teams=teams), stage.bot.calls))
    )
    await stage.bot.desk.handle(AssignTicket(1, "U01AICHA", "U01AICHA"), once="take")

    moved = await soon(stage.slack, lambda: card(aicha, "frontdesk-admin", "R-000001"))
    await settled(stage)
    assert "Aïcha" in shown(moved)


async def _tried_in_vain(stage: Stage) -> None:
    async with asyncio.timeout(LONG):
        while not await stage.bot.store.read(lambda tx: tx.outbox.postponed(1)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def _channel(stage: Stage, name: str) -> Channel:
    return next(one for one in stage.slack.world.channels.values() if one.name == name)


async def _an_automatic_answer(stage: Stage) -> None:
    words = Words.plain("Je suis absent jusqu’à lundi.")
    answer = AnswerTicket(1, "U01PAUL", words, automatic=True)
    await stage.bot.desk.handle(answer, once="away")


async def _a_reply(stage: Stage) -> int:
    words = Words.plain("Quel modèle ?")
    result = await stage.bot.desk.handle(Reply(1, "U01AICHA", words), once="reply")
    assert result.entry is not None
    return result.entry


async def _transfer(stage: Stage, person: Person) -> None:
    await person.command("/ticket", "R-000001", channel="support-postes")
    await soon(stage.slack, lambda: person.modal)
    await person.press("ticket.transfer")
    await soon(stage.slack, lambda: len(person.modals) == 2)
    await person.fill({"team": "Réseau"})
    assert await person.submit() == {}
