"""Programs that answer every mail of ours and do not say that they are programs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from sandbox.mailboxes import Mail
from tests.journeys.mishaps import soon, stored
from tests.journeys.stage import Stage

PAUL = "paul.smith@meridien.example"
MARIE = "marie.curie@meridien.example"
DESK = "support@meridien.example"
SAID = "We have your message and will come back to you."


@contextlib.asynccontextmanager
async def answering(stage: Stage, sender: str, kind: str) -> AsyncIterator[None]:
    """Somebody's program: it answers each mail in Paul's mailbox at once."""

    async def run() -> None:
        seen = 0
        while True:
            mails = stage.slack.mailbox("paul")
            for mail in mails[seen:]:
                await answer(stage, mail, sender, kind)
            seen = len(mails)
            await asyncio.sleep(0.05)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def answer(stage: Stage, mail: Mail, sender: str, kind: str) -> None:
    match kind:
        case "in the thread":
            subject, to = f"Re: {mail.subject}", mail.reply_to or DESK
            await stage.slack.send_mail(sender, to, subject, SAID, mail.message_id)
        case _:
            await stage.slack.send_mail(sender, DESK, "Thank you for your interest", SAID)


@pytest.mark.parametrize(
    ("sender", "kind"),
    [(PAUL, "in the thread"), (PAUL, "with a subject of its own"), (MARIE, "in the thread")],
    ids=["in the thread", "with a subject of its own", "from another address"],
)
async def test_two_machines_soon_fall_silent(stage: Stage, sender: str, kind: str) -> None:
    slack = stage.slack

    async with answering(stage, sender, kind):
        await slack.send_mail(PAUL, DESK, "Screen", "My screen stays black.")
        await soon(slack, lambda: slack.mailbox("paul"))
        await _until_quiet(stage)

    assert 1 <= len(slack.mailbox("paul")) <= 2


async def test_a_sender_hears_from_us_three_times_an_hour(stage: Stage) -> None:
    slack = stage.slack

    for number in range(5):
        await slack.send_mail(PAUL, DESK, f"Request {number}", f"Please do number {number}.")

    await soon(slack, lambda: stored(stage, "SELECT count(*) FROM tickets") == [(5,)])
    await _until_quiet(stage)
    assert len(slack.mailbox("paul")) == 3


async def test_an_absence_changes_nothing_but_the_journal(stage: Stage) -> None:
    slack = stage.slack
    await slack.send_mail(PAUL, DESK, "Screen", "My screen stays black.")
    await soon(slack, lambda: slack.mailbox("paul"))
    ours = slack.mailbox("paul")[0].message_id
    machine = {"Auto-Submitted": "auto-replied"}

    await slack.send_mail(PAUL, DESK, "Out of office", "Back on Monday.", ours, headers=machine)

    noted = "SELECT count(*) FROM entries WHERE kind = 'answer'"
    await soon(slack, lambda: stored(stage, noted) == [(1,)])
    assert stored(stage, "SELECT state, new_answer FROM tickets") in (
        [("new", 0)],
        [("new", False)],
    )
    assert len(slack.mailbox("paul")) == 1


async def _until_quiet(stage: Stage) -> None:
    """Until nothing waits and nothing new came for a while."""
    waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting' AND entry_id IS NOT NULL"
    before = -1
    while before != (before := len(stage.slack.mailbox("paul"))):
        await asyncio.sleep(1.5)
        await soon(stage.slack, lambda: stored(stage, waiting) == [(0,)])
