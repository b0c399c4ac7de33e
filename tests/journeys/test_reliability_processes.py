"""Several processes on one PostgreSQL: together they do everything once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot import arrivals, endings
from sandbox.server import Sandbox
from tests.journeys.mishaps import cards, filled_form, settled, soon, submission
from tests.journeys.sights import PAUL, card, shown
from tests.journeys.stage import ROOT, Stage, a_bot, free_port, settings_for


@pytest.fixture
async def crowd(tmp_path: Path, postgresql_url: str) -> AsyncIterator[list[Stage]]:
    """Three bots, each with a connection of its own to one Slack and one database."""
    async with Sandbox(ROOT / "manifest.yml") as slack, AsyncExitStack() as running:
        stages = []
        for _ in range(3):
            way_in = f"smtp://127.0.0.1:{free_port()}"
            settings = settings_for(
                slack,
                tmp_path,
                DATABASE_URL=postgresql_url,
                FRONTDESK_MAIL_LISTEN=way_in,
                FRONTDESK_MAIL_SECRET="the same for all of them",
            )
            bot = await running.enter_async_context(a_bot(slack, settings))
            stages.append(Stage(slack, bot, settings))
        assert slack.socket is not None
        assert slack.socket.connections == 3
        yield stages


async def test_everything_is_shown_and_mailed_once(
    crowd: list[Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(endings, "SETTLING", 0.3)
    stage, slack = crowd[0], crowd[0].slack
    people = [slack.person(name) for name in ("pierre", "camille", "aicha")]
    for trouble in ("drop_after", "drop_before", 500):
        slack.faults.add("chat.postMessage", trouble)

    for number in range(4):
        for person in people:
            subject = f"Printer {number} {person.profile.handle}"
            await filled_form(stage, person, requester=PAUL, subject=subject)
        parcels = [submission(stage, person) for person in people for _ in range(3)]
        await asyncio.gather(*map(slack.courier.ask, parcels))

    await settled(stage)
    for number in range(4):
        for person in people:
            subject = f"Printer {number} {person.profile.handle}"
            assert len(cards(person, "support-postes", subject)) == 1, subject
            assert sum(subject in m.subject for m in slack.mailbox("paul")) == 1, subject


async def test_a_card_follows_its_ticket_whoever_draws_it(crowd: list[Stage]) -> None:
    stage, slack = crowd[0], crowd[0].slack
    pierre = slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    assert await pierre.submit() == {}
    posted = await soon(slack, lambda: card(pierre, "support-postes", "Printer"))
    assert posted is not None
    await pierre.press("ticket.assign", on=posted)
    await soon(slack, lambda: "Assigné à" in shown(posted))

    for _ in range(5):
        await pierre.press("ticket.more", on=posted, value="ticket.hold:1")
        await soon(slack, lambda: pierre.modal and pierre.modal.callback_id == "hold.form")
        await pierre.fill({"hold_reason": "supplier"})
        assert await pierre.submit() == {}
        await soon(slack, lambda: "ticket.resume" in shown(posted))
        await pierre.press("ticket.resume", on=posted)
        await soon(slack, lambda: "ticket.resume" not in shown(posted))

    await settled(stage)
    assert len(cards(pierre, "support-postes", "Printer")) == 1


async def test_processes_that_end_leave_their_work_to_the_others(
    crowd: list[Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "CALL", 1.0)
    stage, slack = crowd[0], crowd[0].slack
    people = [slack.person(name) for name in ("pierre", "camille", "aicha")]
    slack.faults.add("chat.postMessage", "timeout_after", times=2)
    for person in people:
        await filled_form(stage, person, requester=PAUL, subject=person.profile.handle)
        assert await person.submit() == {}

    await asyncio.gather(*(ending.bot.stop() for ending in crowd[1:]))

    await settled(stage)
    for person in people:
        assert len(cards(person, "support-postes", person.profile.handle)) == 1
        assert sum(person.profile.handle in m.subject for m in slack.mailbox("paul")) == 1
    await filled_form(stage, people[0], requester=PAUL, subject="Afterwards")
    assert await people[0].submit() == {}
    await soon(slack, lambda: card(people[0], "support-postes", "Afterwards"))
