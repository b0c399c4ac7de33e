"""What a page says: the whole of a long text, and of a note what stands."""

from __future__ import annotations

from tests.journeys.mishaps import settled, soon
from tests.journeys.sights import PAUL, card, open_ticket, shown
from tests.journeys.stage import Stage

LONG = "It jams. " * 320 + "The end."


async def test_a_requester_reads_a_long_reply_to_its_end(stage: Stage) -> None:
    slack, pierre, paul = stage.slack, stage.slack.person("pierre"), stage.slack.person("paul")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await pierre.press("ticket.reply", on=posted)
    await soon(slack, lambda: pierre.modal)
    await pierre.fill({"message": LONG})
    assert await pierre.submit() == {}
    await settled(stage)
    await paul.open_home()
    await soon(slack, lambda: "R-000001" in shown(paul.home))
    await paul.press("ticket.open", on="home")
    await soon(slack, lambda: "It jams." in shown(paul.modal))
    assert "The end." not in shown(paul.modal)

    await paul.press("mail.show")

    await soon(slack, lambda: len(paul.modals) == 2)
    assert "The end." in shown(paul.modal)


async def test_nobody_reads_a_deleted_note_on_the_page_or_the_card(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    note = await pierre.say("support-postes", "Password: 1234", posted)
    await settled(stage)
    await pierre.delete(note)
    await settled(stage)

    await pierre.command("/ticket", "R-000001", channel="support-postes")

    await soon(slack, lambda: "📝" in shown(pierre.modal))
    assert "1234" not in shown(pierre.modal)
    assert "supprimée" in shown(pierre.modal)
    assert "supprimée" in shown(card(pierre, "support-postes", "R-000001"))
