"""The welcome page shows what became of a ticket that was opened from it."""

from __future__ import annotations

from tests.journeys.mishaps import settled, soon
from tests.journeys.sights import PAUL, open_ticket, shown
from tests.journeys.stage import Stage


async def test_the_welcome_page_follows_what_is_done_in_the_tickets_page(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    await pierre.open_home()
    await soon(slack, lambda: "R-000001" in shown(pierre.home))

    await pierre.press("ticket.open", on="home")
    await soon(slack, lambda: pierre.modal)
    await pierre.press("ticket.assign")
    await soon(slack, lambda: "Assigné à" in shown(pierre.home))

    await soon(slack, lambda: "ticket.resolve" in shown(pierre.modal))
    await pierre.press("ticket.resolve")
    await soon(slack, lambda: len(pierre.modals) == 2)
    await pierre.fill({"solution": "New roller."})
    assert await pierre.submit() == {}

    await soon(slack, lambda: "R-000001" not in shown(pierre.home))
    assert "✅" in shown(pierre.modal)


async def test_a_requesters_page_follows_their_answer(stage: Stage) -> None:
    slack, pierre, paul = stage.slack, stage.slack.person("pierre"), stage.slack.person("paul")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await pierre.press("ticket.resolve", on=posted)
    await soon(slack, lambda: pierre.modal)
    await pierre.fill({"solution": "New roller."})
    assert await pierre.submit() == {}
    await paul.open_home()
    await soon(slack, lambda: "✅" in shown(paul.home))

    await paul.press("ticket.open", on="home")
    await soon(slack, lambda: paul.modal)
    await paul.press("ticket.answer")
    await soon(slack, lambda: len(paul.modals) == 2)
    await paul.fill({"message": "It jams again."})
    assert await paul.submit() == {}

    await soon(slack, lambda: "✅" not in shown(paul.home))


async def test_a_request_sent_from_the_welcome_page_stands_there_at_once(stage: Stage) -> None:
    slack, paul = stage.slack, stage.slack.person("paul")
    await paul.open_home()
    await soon(slack, lambda: paul.home)

    for number, press in enumerate(["home.new", "form.again"], 1):
        await paul.press(press, **({"on": "home"} if number == 1 else {}))
        await soon(slack, lambda: paul.modal and "form.again" not in shown(paul.modal))
        await paul.fill({"subject": f"Printer {number}", "description": "It jams."})
        assert await paul.submit() == {}
        await soon(slack, lambda number=number: f"R-00000{number}" in shown(paul.home))
    assert "Printer 1" in shown(paul.home)

    await paul.press("ticket.open")
    await soon(slack, lambda: "ticket.answer" in shown(paul.modal))
