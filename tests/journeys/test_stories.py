"""The three stories of the help desk, from the first keystroke to the last mail."""

from __future__ import annotations

from tests.journeys.sights import PAUL, card, lines, open_ticket, shown
from tests.journeys.stage import Stage


async def test_a_technician_creates_a_request_for_somebody_else(any_stage: Stage) -> None:
    slack, pierre = any_stage.slack, any_stage.slack.person("pierre")

    await pierre.command("/ticket", "", channel="support-postes")
    await slack.until(lambda: pierre.modal)
    await pierre.fill({"requester": PAUL})
    await pierre.fill({"family": "Poste de travail"})
    await slack.until(lambda: "Impression" in shown(pierre.modal))
    await pierre.fill({"service": "Impression"})
    await slack.until(lambda: "Bourrage" in shown(pierre.modal))
    await pierre.fill(
        {"item": "Bourrage papier", "subject": "Printer jams", "description": "3rd floor"}
    )
    errors = await pierre.submit()

    assert errors == {}
    assert "R-000001" in shown(pierre.modal)
    posted = await slack.until(lambda: card(pierre, "support-postes", "R-000001"))
    assert "Printer jams" in shown(posted)
    assert "Paul Smith" in shown(posted)
    mail = await slack.until(lambda: slack.mailbox("paul.smith@meridien.example"))
    assert mail[0].subject == "[R-000001] Printer jams"


async def test_a_technician_talks_with_the_requester(any_stage: Stage) -> None:
    slack, pierre, paul = (
        any_stage.slack,
        any_stage.slack.person("pierre"),
        any_stage.slack.person("paul"),
    )
    posted = await open_ticket(any_stage, pierre, requester=PAUL)

    await pierre.press("ticket.assign", on=posted)
    await slack.until(lambda: "Assigné à" in shown(card(pierre, "support-postes", "R-000001")))
    await pierre.press("ticket.reply", on=card(pierre, "support-postes", "R-000001"))
    await slack.until(lambda: pierre.modal)
    await pierre.fill({"message": "Which model is it?"})
    assert await pierre.submit() == {}
    mails = await slack.until(lambda: len(paul.mailbox) > 1 and paul.mailbox)
    assert "Which model is it?" in mails[-1].text

    await slack.answer(mails[-1], "A LaserJet 4.")
    thread = await slack.until(
        lambda: "A LaserJet 4." in lines(pierre, posted) and lines(pierre, posted)
    )

    assert "Which model is it?" in thread
    assert "> " not in thread.split("A LaserJet 4.")[1]


async def test_a_technician_resolves_and_the_requester_gets_the_solution(any_stage: Stage) -> None:
    slack, pierre, paul = (
        any_stage.slack,
        any_stage.slack.person("pierre"),
        any_stage.slack.person("paul"),
    )
    posted = await open_ticket(any_stage, pierre, requester=PAUL)

    await pierre.press("ticket.resolve", on=posted)
    await slack.until(lambda: pierre.modal)
    await pierre.fill({"code": "Réparation matériel", "solution": "New pickup roller."})
    assert await pierre.submit() == {}

    mails = await slack.until(lambda: len(paul.mailbox) > 1 and paul.mailbox)
    assert "New pickup roller." in mails[-1].text
    await slack.until(lambda: "✅" in shown(card(pierre, "support-postes", "R-000001")))
