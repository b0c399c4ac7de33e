"""What technicians see of mails that do not leave: in the thread, with a way to send them again."""

from __future__ import annotations

from pathlib import Path

from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.mishaps import a_timed_stage, settled, soon
from tests.journeys.sights import PAUL, card, lines, open_ticket, shown
from tests.journeys.stage import Stage

SEND_AGAIN, UNDO = "mail.retry", "reply.withdraw"


async def test_an_acknowledgement_that_was_refused_can_be_sent_again(stage: Stage) -> None:
    slack, pierre, paul = stage.slack, stage.slack.person("pierre"), stage.slack.person("paul")
    slack.smtp_faults.add("rcpt", 550)
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await soon(slack, lambda: SEND_AGAIN in lines(pierre, posted))
    await soon(slack, lambda: "n’a pas été remis" in shown(card(pierre, "support-postes", "R-00")))

    await pierre.press(SEND_AGAIN)

    await soon(slack, lambda: paul.mailbox)
    await settled(stage)
    assert SEND_AGAIN not in lines(pierre, posted)
    assert "Durand Pierre a fait renvoyer le courriel destiné à" in lines(pierre, posted)
    assert "⚠️" not in shown(card(pierre, "support-postes", "R-000001"))


async def test_a_reply_that_waits_for_the_mail_server_offers_no_undo(
    tmp_path: Path, database_url: str
) -> None:
    async with a_timed_stage(
        tmp_path, DATABASE_URL=database_url, FRONTDESK_UNDO_SECONDS=20
    ) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        posted = await open_ticket(stage, pierre, requester=PAUL)
        await settled(stage)
        await _reply(stage, pierre, posted)
        await soon(slack, lambda: UNDO in lines(pierre, posted))

        slack.smtp_faults.add("rcpt", 451)
        stage.later(21)

        await soon(slack, lambda: "Envoi en cours" in lines(pierre, posted))
        assert UNDO not in lines(pierre, posted)


async def _reply(stage: Stage, person: Person, posted: Message) -> None:
    await person.press("ticket.reply", on=posted)
    await soon(stage.slack, lambda: person.modal)
    await person.fill({"message": "Try another tray."})
    assert await person.submit() == {}
