"""A reply taken back in time was never sent; one that left cannot be taken back."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.mishaps import TimedStage, a_timed_stage, raw_mails, settled, soon, stored
from tests.journeys.sights import PAUL, lines, open_ticket, shown

SECRET = "Have you tried the blue button?"
UNDO = 60


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[TimedStage]:
    async with a_timed_stage(
        tmp_path, DATABASE_URL=database_url, FRONTDESK_UNDO_SECONDS=UNDO
    ) as running:
        yield running


async def _replied(stage: TimedStage) -> tuple[Person, Message, Message]:
    """A technician, the card, and their reply in its thread while it can be taken back."""
    pierre = stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await pierre.press("ticket.reply", on=posted)
    await soon(stage.slack, lambda: pierre.modal)
    await pierre.fill({"message": SECRET})
    assert await pierre.submit() == {}
    (reply,) = await soon(stage.slack, lambda: _replies(pierre, posted))
    return pierre, posted, reply


def _replies(person: Person, posted: Message) -> list[Message]:
    """Those in the thread that can be taken back."""
    return [m for m in person.thread("support-postes", posted) if "reply.withdraw" in shown(m)]


async def test_a_reply_taken_back_in_time_is_never_mailed_and_its_text_is_in_the_form_again(
    stage: TimedStage,
) -> None:
    slack = stage.slack
    pierre, posted, reply = await _replied(stage)

    await pierre.press("reply.withdraw", on=reply)

    await soon(slack, lambda: SECRET in shown(pierre.modal))
    stage.later(UNDO * 10)
    await soon(slack, lambda: "reply.withdraw" not in lines(pierre, posted))
    await settled(stage)
    assert not any(SECRET in mail for mail in raw_mails(slack))
    assert SECRET not in lines(pierre, posted)
    assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'withdrawn'") == [(1,)]

    assert await pierre.submit() == {}
    stage.later(UNDO * 10)
    mails = await soon(slack, lambda: [m for m in slack.mailbox("paul") if SECRET in m.text])
    await settled(stage)
    assert len(mails) == 1


async def test_a_reply_that_left_cannot_be_taken_back(stage: TimedStage) -> None:
    slack = stage.slack
    pierre, posted, reply = await _replied(stage)
    as_it_was = copy.deepcopy(reply)
    stage.later(UNDO + 1)
    await soon(slack, lambda: any(SECRET in m.text for m in slack.mailbox("paul")))
    await soon(slack, lambda: "reply.withdraw" not in lines(pierre, posted))

    # Their screen has not caught up.
    await pierre.press("reply.withdraw", on=as_it_was)

    await soon(slack, lambda: pierre.ephemerals)
    assert "déjà" in pierre.ephemerals[-1].text
    await settled(stage)
    assert sum(SECRET in m.text for m in slack.mailbox("paul")) == 1
    assert SECRET in lines(pierre, posted)
    assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'withdrawn'") == [(0,)]


async def test_undo_and_sending_at_once_have_one_winner(stage: TimedStage) -> None:
    slack = stage.slack
    pierre, _, reply = await _replied(stage)

    stage.later(UNDO)
    await pierre.press("reply.withdraw", on=reply)

    await settled(stage)
    withdrawn = stored(stage, "SELECT count(*) FROM entries WHERE kind = 'withdrawn'")[0][0]
    assert withdrawn + sum(SECRET in m.text for m in slack.mailbox("paul")) == 1


async def test_taking_back_twice_is_taking_back_once(stage: TimedStage) -> None:
    slack = stage.slack
    pierre, _, reply = await _replied(stage)
    slack.deliver_twice()

    await pierre.press("reply.withdraw", on=reply)

    await _shown_in_slack(stage)
    assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'withdrawn'") == [(1,)]
    assert pierre.ephemerals == []


async def test_the_requester_sees_a_reply_nowhere_before_its_time(stage: TimedStage) -> None:
    slack, paul = stage.slack, stage.slack.person("paul")
    await _replied(stage)

    assert SECRET not in await _all_that(paul, stage)

    stage.later(UNDO + 1)
    await soon(slack, lambda: any(SECRET in m.text for m in slack.mailbox("paul")))
    assert SECRET in await _all_that(paul, stage)


async def test_nobody_outside_the_team_takes_a_reply_back(stage: TimedStage) -> None:
    pierre, _, reply = await _replied(stage)
    paul = stage.slack.person("paul")
    await paul.join("support-postes")

    await paul.press("reply.withdraw", on=reply)

    await soon(stage.slack, lambda: paul.ephemerals)
    assert stored(stage, "SELECT count(*) FROM entries WHERE kind = 'withdrawn'") == [(0,)]
    assert pierre.ephemerals == []


async def _all_that(person: Person, stage: TimedStage) -> str:
    """Everything this person can look at: their home, their request's page, messages and mails."""
    await person.open_home()
    await soon(stage.slack, lambda: "R-000001" in shown(person.home))
    seen = shown(person.home)
    await person.press("ticket.open", on="home")
    await soon(stage.slack, lambda: person.modal)
    seen += shown(person.modal)
    await person.close(clear=True)
    seen += "".join(map(shown, (*person.dms, *person.ephemerals)))
    return seen + "".join(m.text for m in person.mailbox)


async def _shown_in_slack(stage: TimedStage) -> None:
    """Only mails wait any more."""
    others = "SELECT * FROM outbox WHERE state = 'waiting' AND payload NOT LIKE '%SendMail%'"
    while stored(stage, others):  # noqa: ASYNC110 - the database has no event
        await asyncio.sleep(0.02)
