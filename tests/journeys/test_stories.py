"""The three stories of the help desk, from the first keystroke to the last mail."""

from __future__ import annotations

from tests.journeys.stage import Stage


async def test_a_technician_creates_a_request_for_somebody_else(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")

    await pierre.command("/ticket", "", channel="support-postes")
    await slack.until(lambda: pierre.modal)
    await pierre.fill({"requester": "Paul Smith"})
    print(pierre.modal)
