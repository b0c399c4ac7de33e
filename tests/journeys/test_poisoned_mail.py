"""A mail that the desk fails at: what administrators see of it in Slack, and how they settle it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import mail_spool
from bot.mail_in import MailIn
from mail.reading import Incoming
from mail.ways import Way
from sandbox.person import Person
from tests.journeys.mishaps import frontdesk, settled, soon, stored
from tests.journeys.sights import card, shown
from tests.journeys.stage import Stage

PAUL, MARIE = "paul.smith@meridien.example", "marie.curie@meridien.example"
TICKETS = "SELECT subject FROM tickets ORDER BY id"


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The desk fails at one mail, until this is undone; it need not wait between its tries."""
    take = MailIn.take

    async def failing(self: MailIn, mail: Incoming, way: Way) -> None:
        if mail.subject == "Poison":
            raise KeyError("a fault of ours")
        await take(self, mail, way)

    monkeypatch.setattr(mail_spool, "PAUSES", (timedelta(0), timedelta(0)))
    monkeypatch.setattr(MailIn, "take", failing)
    return monkeypatch


async def test_a_poisoned_mail_is_told_of_and_becomes_a_ticket_once_we_are_repaired(
    stage: Stage, fault: pytest.MonkeyPatch
) -> None:
    slack = stage.slack
    pierre, aicha = slack.person("pierre"), slack.person("aicha")

    await slack.send_mail(PAUL, slack.desk_address, "Poison", "The printer jams.")
    await slack.send_mail(MARIE, slack.desk_address, "Screen", "It stays black.")

    await soon(slack, lambda: card(pierre, "support-postes", "Screen"))
    told = await soon(slack, lambda: _alerts(aicha))
    ((mail,),) = stored(stage, "SELECT id FROM spool WHERE state = 'set_aside'")
    assert f"{PAUL} (Poison)" in told[0]
    assert f"`frontdesk mail show {mail}`" in told[0]
    assert f"`frontdesk mail retry {mail}`" in told[0]
    assert "The printer jams." in await frontdesk(stage, "mail", "show", str(mail))
    assert stored(stage, TICKETS) == [("Screen",)]

    fault.undo()
    await frontdesk(stage, "mail", "retry", str(mail))

    await soon(slack, lambda: card(pierre, "support-postes", "Poison"))
    await settled(stage)
    assert stored(stage, TICKETS) == [("Screen",), ("Poison",)]
    assert _alerts(aicha) == told  # it tells what happened, which no retry undoes
    assert "state: done" in await frontdesk(stage, "mail", "show", str(mail))
    assert len(slack.mailbox(PAUL)) == 1


def _alerts(administrator: Person) -> list[str]:
    return [
        text
        for message in administrator.messages("frontdesk-admin")
        if "Poison" in (text := shown(message))
    ]
