"""A reply that can still be taken back survives the bot: neither lost, nor sent too soon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.killable import Killable, a_killable_bot
from tests.journeys.mishaps import soon, stored
from tests.journeys.sights import PAUL, open_ticket, shown

SECRET = "Have you tried the blue button?"
LONG_UNDO, SHORT_UNDO = 600, 4  # seconds


@pytest.fixture
async def patient(tmp_path: Path, database_url: str) -> AsyncIterator[Killable]:
    async with a_killable_bot(tmp_path, database_url, FRONTDESK_UNDO_SECONDS=LONG_UNDO) as stage:
        await stage.start()
        yield stage


@pytest.fixture
async def quick(tmp_path: Path, database_url: str) -> AsyncIterator[Killable]:
    async with a_killable_bot(tmp_path, database_url, FRONTDESK_UNDO_SECONDS=SHORT_UNDO) as stage:
        await stage.start()
        yield stage


async def _reply(stage: Killable) -> tuple[Person, Message]:
    pierre = stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await pierre.press("ticket.reply", on=posted)
    await soon(stage.slack, lambda: pierre.modal)
    await pierre.fill({"message": SECRET})
    assert await pierre.submit() == {}
    return pierre, posted


async def _dies_and_comes_back(stage: Killable) -> None:
    stage.kill()
    await stage.ended()
    await stage.start()


def _mails(stage: Killable) -> int:
    return sum(SECRET in mail.text for mail in stage.slack.mailbox("paul"))


async def test_a_reply_can_be_taken_back_after_we_died(patient: Killable) -> None:
    pierre, posted = await _reply(patient)
    await soon(
        patient.slack,
        lambda: any("reply.withdraw" in shown(m) for m in pierre.thread("support-postes", posted)),
    )
    (reply,) = [m for m in pierre.thread("support-postes", posted) if "reply.withdraw" in shown(m)]

    await _dies_and_comes_back(patient)
    await pierre.press("reply.withdraw", on=reply)

    await soon(patient.slack, lambda: SECRET in shown(pierre.modal))
    assert stored(patient, "SELECT count(*) FROM entries WHERE kind = 'withdrawn'") == [(1,)]
    rows = "SELECT state FROM outbox WHERE entry_id = (SELECT refers_to FROM entries"
    assert stored(patient, f"{rows} WHERE kind = 'withdrawn')") == [("withdrawn",)]
    assert _mails(patient) == 0


async def test_a_reply_leaves_once_when_its_time_was_over_while_we_were_dead(
    quick: Killable,
) -> None:
    await _reply(quick)

    quick.kill()
    await quick.ended()
    before = _mails(quick)
    await asyncio.sleep(SHORT_UNDO)
    await quick.start()

    await soon(quick.slack, lambda: _mails(quick) == 1)
    await quick.all_shown()
    assert _mails(quick) == 1
    assert before in (0, 1)
