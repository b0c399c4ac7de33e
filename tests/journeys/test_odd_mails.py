"""Mails that are no letters: far too long, or nothing but a picture. They count all the same."""

from __future__ import annotations

import pytest

from tests.journeys.mishaps import soon
from tests.journeys.sights import PAUL, lines, open_ticket
from tests.journeys.stage import Stage

LOG = "\n".join(f"{number:06d} paper tray 2 is empty" for number in range(3_000))


@pytest.mark.parametrize(
    ("subject", "text", "shown"),
    [
        ("Re: Printer", LOG, "000001 paper tray"),
        ("Still broken", "", "Still broken"),
        ("", "", "…"),
    ],
    ids=["longer than the desk takes", "a subject alone", "nothing at all"],
)
async def test_an_odd_answer_reaches_the_thread(
    stage: Stage, subject: str, text: str, shown: str
) -> None:
    slack, pierre, paul = stage.slack, stage.slack.person("pierre"), stage.slack.person("paul")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    mails = await soon(slack, lambda: paul.mailbox)

    sent = await slack.send_mail(
        paul.email,
        mails[0].header("Reply-To"),
        subject,
        text,
        mails[0].message_id,
    )

    assert sent.status == "delivered"
    answered = await soon(
        slack, lambda: "a répondu par courriel" in lines(pierre, posted) and lines(pierre, posted)
    )
    assert shown in answered


async def test_a_mail_longer_than_the_desk_takes_becomes_a_ticket(stage: Stage) -> None:
    slack = stage.slack

    sent = await slack.send_mail("paul.smith@meridien.example", "support@meridien.example", "", LOG)

    assert sent.status == "delivered"
    await soon(slack, lambda: slack.mailbox("paul"))
