"""An administrator settles what got stuck from the command line: card and thread say so."""

from __future__ import annotations

import pytest

from tests.journeys.mishaps import frontdesk, soon, stored
from tests.journeys.sights import PAUL, card, lines, open_ticket, shown
from tests.journeys.stage import Stage


@pytest.mark.parametrize(
    ("command", "mails", "told"),
    [
        (("retry",), 1, "a été renvoyé depuis la ligne de commande"),
        (("drop", "--yes"), 0, "a été abandonné depuis la ligne de commande"),
    ],
    ids=["retry", "drop"],
)
async def test_a_settled_row_is_no_trouble_any_more(
    stage: Stage, command: tuple[str, ...], mails: int, told: str
) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    slack.smtp_faults.add("rcpt", 550)
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await soon(slack, lambda: "⚠️" in shown(card(pierre, "support-postes", "R-000001")))
    [(row,)] = stored(stage, "SELECT id FROM outbox WHERE state = 'refused'")

    await frontdesk(stage, "outbox", *command, str(row))

    await soon(slack, lambda: "⚠️" not in shown(card(pierre, "support-postes", "R-000001")))
    await soon(slack, lambda: len(slack.mailbox("paul")) == mails)
    await soon(slack, lambda: told in lines(pierre, posted))
