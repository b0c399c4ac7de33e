"""Mails that come in twice, without our token, or from a machine."""

from __future__ import annotations

from sandbox.person import Person
from tests.journeys.mishaps import soon, stored
from tests.journeys.sights import shown
from tests.journeys.stage import Stage

PAUL = "paul.smith@meridien.example"
DESK = "support@meridien.example"


async def test_a_second_mail_to_ones_own_first_mail_joins_its_ticket(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    first = await slack.send_mail(PAUL, DESK, "Screen", "My screen stays black.")
    await soon(slack, lambda: slack.mailbox("paul"))

    await slack.send_mail(PAUL, DESK, "Re: Screen", "It is a Dell.", first.message_id)

    await soon(slack, lambda: "It is a Dell." in _all_threads(pierre, "support-postes"))
    assert stored(stage, "SELECT count(*) FROM tickets") == [(1,)]


async def test_a_mail_delivered_twice_opens_one_ticket(stage: Stage) -> None:
    slack = stage.slack
    first = await slack.send_mail(PAUL, DESK, "Screen", "My screen stays black.")

    await slack.mailboxes.send_raw(PAUL, first.raw)

    await soon(slack, lambda: slack.mailbox("paul"))
    assert stored(stage, "SELECT count(*) FROM tickets") == [(1,)]


async def test_a_machine_opens_no_ticket(stage: Stage) -> None:
    slack = stage.slack
    machine = {"Auto-Submitted": "auto-replied"}

    sent = await slack.send_mail(PAUL, DESK, "Out of office", "Back on Monday.", headers=machine)

    assert sent.status == "delivered"
    assert stored(stage, "SELECT count(*) FROM tickets") == [(0,)]


def _all_threads(person: Person, channel: str) -> str:
    replies = [r for m in person.messages(channel) for r in person.thread(channel, m)]
    return "\n".join(map(shown, replies))
