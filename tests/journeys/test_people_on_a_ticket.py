"""A technician puts somebody on a ticket and takes them off again, in Slack."""

from __future__ import annotations

from pathlib import Path

from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.mishaps import settled, soon
from tests.journeys.sights import PAUL, lines, open_ticket, shown
from tests.journeys.stage import Stage, a_stage

INES = "ines@consultant.example"


async def open_people(stage: Stage, pierre: Person, posted: Message) -> None:
    await pierre.press("ticket.more", on=posted, value="ticket.open:1")
    await soon(stage.slack, lambda: pierre.modal)
    await pierre.press("people.show")
    await soon(stage.slack, lambda: len(pierre.modals) > 1)


async def reply(stage: Stage, pierre: Person, posted: Message, words: str) -> None:
    await pierre.press("ticket.reply", on=posted)
    await soon(stage.slack, lambda: pierre.modal)
    await pierre.fill({"message": words})
    assert await pierre.submit() == {}


async def test_who_is_put_on_a_ticket_hears_and_answers_until_taken_off(tmp_path: Path) -> None:
    async with a_stage(tmp_path, FRONTDESK_UNDO_SECONDS="0") as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        posted = await open_ticket(stage, pierre, requester=PAUL)
        await settled(stage)
        await open_people(stage, pierre, posted)
        assert "person" in await pierre.submit()  # nobody was named

        await pierre.fill({"address": INES})
        assert await pierre.submit() == {}
        assert INES in shown(pierre.modal)
        await pierre.close(clear=True)
        await reply(stage, pierre, posted, "Is it the roller?")
        (told,) = await soon(slack, lambda: slack.mailbox(INES))
        await slack.mailboxes.answer(told, "It is the roller.", INES)
        await soon(slack, lambda: "It is the roller." in lines(pierre, posted))

        await open_people(stage, pierre, posted)
        await pierre.press("people.remove")
        await soon(slack, lambda: INES not in shown(pierre.modal))
        await pierre.close(clear=True)
        await reply(stage, pierre, posted, "Replaced.")
        await soon(slack, lambda: any("Replaced." in m.text for m in slack.person("paul").mailbox))
        await slack.mailboxes.answer(told, "One more thing.", INES)
        await settled(stage)

        # What she writes now is a request of her own.
        assert not any("Replaced." in mail.text for mail in slack.mailbox(INES))
        assert "One more thing." not in lines(pierre, posted)
