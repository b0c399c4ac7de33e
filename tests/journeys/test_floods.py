"""One sender with more mails than a person writes: others are seen, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

from desk.decide_held import decide_by_hand
from desk.held_mails import Fate
from tests.journeys.mishaps import soon, stored
from tests.journeys.sights import PAUL as TYPED
from tests.journeys.sights import card, lines, open_ticket, shown
from tests.journeys.stage import a_stage

PAUL = "paul.smith@meridien.example"
MARIE = "marie.curie@meridien.example"
DESK = "support@meridien.example"


async def test_a_flood_is_held_and_everybody_else_goes_on(tmp_path: Path) -> None:
    async with a_stage(tmp_path, FRONTDESK_MAILS_PER_SENDER=4) as stage:
        slack = stage.slack
        for number in range(10):
            await slack.send_mail(PAUL, DESK, f"Alarm {number}", f"Alarm {number} rings.")
        await slack.send_mail(MARIE, DESK, "Screen", "My screen stays black.")

        await soon(slack, lambda: stored(stage, "SELECT count(*) FROM tickets") == [(5,)])
        held = "SELECT count(*) FROM spool WHERE state = 'held'"
        await soon(slack, lambda: stored(stage, held) == [(6,)])
        asked = "SELECT count(*) FROM held_cards WHERE fate = 'open'"
        assert stored(stage, asked) == [(1,)]


async def test_what_was_held_becomes_a_ticket_when_released(tmp_path: Path) -> None:
    async with a_stage(tmp_path, FRONTDESK_MAILS_PER_SENDER=1) as stage:
        slack = stage.slack
        for number in range(2):
            await slack.send_mail(PAUL, DESK, f"Alarm {number}", f"Alarm {number} rings.")
        held = "SELECT id FROM spool WHERE state = 'held'"
        await soon(slack, lambda: stored(stage, held))
        ((mail,),) = stored(stage, held)

        now = stage.bot._clock()
        await stage.bot.store.write(lambda tx: decide_by_hand(tx, mail, Fate.LET_IN, now))

        await soon(slack, lambda: stored(stage, "SELECT count(*) FROM tickets") == [(2,)])


async def test_answers_beyond_what_a_person_writes_wait_for_one_click(tmp_path: Path) -> None:
    async with a_stage(tmp_path, FRONTDESK_MAILS_PER_SENDER=4) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        posted = await open_ticket(stage, pierre, requester=TYPED)
        (told,) = await soon(slack, lambda: slack.mailbox("paul"))
        for number in range(9):
            await slack.answer(told, f"Answer {number} of many.", PAUL)
        held = "SELECT count(*) FROM spool WHERE state = 'held'"
        await soon(slack, lambda: stored(stage, held) == [(5,)])
        question = await soon(slack, lambda: card(pierre, "support-postes", "plus de réponses"))
        assert "R-000001" in shown(question)
        assert "Answer 4 of many." not in lines(pierre, posted)

        await pierre.press("held.let_in", on=question)

        await soon(slack, lambda: "Answer 8 of many." in lines(pierre, posted))
        assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'answer'") == [(9,)]
        assert stored(stage, "SELECT count(*) FROM held_cards") == [(1,)]
