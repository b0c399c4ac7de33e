"""What people may not do to tickets that are neither theirs nor their team's."""

from __future__ import annotations

import pytest

from desk.ask_ticket import Created
from desk.errors import NoSuchTicket, NotYours
from desk.reply import RetryMail
from tests.journeys.mishaps import settled, soon, stored
from tests.journeys.sights import PAUL, open_ticket
from tests.journeys.stage import Stage


async def test_another_teams_technician_sends_no_mail_again(stage: Stage) -> None:
    slack, pierre, noe = stage.slack, stage.slack.person("pierre"), stage.slack.person("noe")
    slack.smtp_faults.add("rcpt", 550)
    await open_ticket(stage, pierre, requester=PAUL)
    await soon(slack, lambda: stored(stage, "SELECT id FROM outbox WHERE state = 'refused'"))
    await settled(stage)
    [(row,)] = stored(stage, "SELECT id FROM outbox WHERE state = 'refused'")

    with pytest.raises(NotYours):
        await stage.bot.desk.handle(RetryMail(1, row, by=noe.id))

    assert not slack.mailbox("paul")


async def test_the_confirmation_of_a_ticket_is_for_who_may_read_it(stage: Stage) -> None:
    pierre, zoe = stage.slack.person("pierre"), stage.slack.person("zoe")
    await open_ticket(stage, pierre, requester=PAUL)

    with pytest.raises(NoSuchTicket):
        await stage.bot.desk.ask(Created(1), by=zoe.id)
