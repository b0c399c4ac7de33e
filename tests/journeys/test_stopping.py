"""Told to stop in the middle of something: it ends in order, soon, and without a word too many."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import app
from sandbox.mailboxes import MailRefused
from tests.journeys.killable import Killable, a_killable_bot
from tests.journeys.mishaps import LONG, cards, database_locked, filled_form, soon, stored
from tests.journeys.sights import PAUL
from tests.journeys.stage import a_stage

HANGS = 3600.0  # seconds
LEASED = "SELECT count(*) FROM outbox WHERE leased_by IS NOT NULL AND state = 'waiting'"
TURNS = "SELECT count(*) FROM leases WHERE until > 0"


@pytest.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Killable]:
    async with a_killable_bot(tmp_path, database_url) as killable:
        yield killable


async def taken(faults: Any) -> None:
    """Until the fault that was prepared has struck."""
    async with asyncio.timeout(LONG):
        while faults.waiting:  # noqa: ASYNC110 - what hangs tells nobody
            await asyncio.sleep(0.02)


async def a_ticket(stage: Killable) -> None:
    pierre = stage.slack.person("pierre")
    await filled_form(stage, pierre, requester=PAUL, subject="Printer")
    assert await pierre.submit() == {}


async def ends_in_order(stage: Killable) -> None:
    stage.tell(signal.SIGTERM)
    assert await stage.ended() == 0
    said = stage.last_words()
    assert "stopped" in said
    assert "Traceback" not in said, said
    assert "never retrieved" not in said, said
    assert stored(stage, LEASED) == [(0,)]
    assert stored(stage, TURNS) == [(0,)]


async def test_a_slow_call_of_slack_is_finished(stage: Killable) -> None:
    await stage.start()
    stage.slack.faults.add("chat.postMessage", delay=1.5)
    await a_ticket(stage)
    await taken(stage.slack.faults)

    await ends_in_order(stage)

    pierre = stage.slack.person("pierre")
    assert len(cards(pierre, "support-postes", "Printer")) == 1
    assert stored(stage, "SELECT count(*) FROM cards") == [(1,)]


async def test_a_mail_whose_server_takes_its_time_is_not_in_doubt(stage: Killable) -> None:
    await stage.start()
    stage.slack.smtp_faults.add("after_data", "slow")
    await a_ticket(stage)
    await taken(stage.slack.smtp_faults)

    await ends_in_order(stage)

    assert len(stage.slack.mailbox("paul")) == 1
    mail = "SELECT state FROM outbox WHERE payload LIKE '%SendMail%'"
    assert stored(stage, mail) == [("done",)]


async def test_the_directory_is_left_to_the_next_process(stage: Killable) -> None:
    stage.slack.faults.add("users.list", delay=HANGS)
    await stage.spawn()
    await taken(stage.slack.faults)

    await ends_in_order(stage)

    await stage.start()
    paul = "SELECT count(*) FROM people WHERE slack_id = 'U01PAUL'"
    async with asyncio.timeout(LONG):
        while stored(stage, paul) != [(1,)]:  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.05)


async def test_a_mail_that_comes_in_is_taken_or_refused_and_never_both(stage: Killable) -> None:
    await stage.start()
    slack, paul = stage.slack, stage.slack.person("paul")

    async def send() -> bool:
        try:
            await slack.send_mail(paul.email, slack.desk_address, "Printer", "It jams.")
        except MailRefused:
            return False
        return True

    with database_locked(stage):
        sending = asyncio.create_task(send())
        await asyncio.wait({sending}, timeout=0.3)
        stage.tell(signal.SIGTERM)
        await asyncio.wait({sending}, timeout=0.3)
    was_taken = await sending
    assert await stage.ended() == 0

    assert "Traceback" not in stage.last_words(), stage.last_words()
    tickets = stored(stage, "SELECT subject FROM tickets")
    assert len(tickets) <= 1
    assert tickets or not was_taken


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_told_twice_it_ends_at_once(
    tmp_path: Path, sqlite_url: str, how: signal.Signals
) -> None:
    async with a_killable_bot(tmp_path, sqlite_url) as stage:
        await _told_twice(stage, how)

    assert "stopping" in stage.last_words()
    assert "stopped" not in stage.last_words()


async def _told_twice(stage: Killable, how: signal.Signals) -> None:
    await stage.start()
    stage.slack.faults.add("chat.postMessage", delay=HANGS)
    await a_ticket(stage)
    await taken(stage.slack.faults)
    stage.tell(how)
    await soon(stage.slack, lambda: not stage.slack.connected)

    stage.tell(how)

    assert await stage.ended() == -how


async def test_a_directory_that_fails_in_a_new_way_is_logged_and_no_more(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, facts: unheard.append(facts))

    async def fail(*_: Any) -> int:
        raise RuntimeError("a page like no other")

    monkeypatch.setattr(app, "learn_everybody", fail)
    with capture_logs() as logs:
        async with a_stage(tmp_path, DATABASE_URL=sqlite_url):
            gc.collect()

    assert unheard == []
    failed = [line["job"] for line in logs if line["event"] == "job_failed"]
    assert failed == ["learn the directory"]
