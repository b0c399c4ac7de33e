"""Slack takes one message a second in each channel: many at once all come, in order, and whoever
waits for something elsewhere does not wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot import pacing
from desk.assign_ticket import ClaimTicket
from desk.open_ticket import OpenTicket
from desk.words import Words
from sandbox.server import Sandbox
from sandbox.world import Message
from tests.journeys.mishaps import LONG, cards
from tests.journeys.sights import shown
from tests.journeys.stage import ROOT, Stage, a_bot, settings_for

BURST = 4  # messages that the sandbox takes at once, before one a second
STALLED = 3  # places that a ticket may miss its turn by where a machine full of tests stands still
UNANSWERED = 8  # posts that may be under way when Slack first says 429: where it takes its time


@asynccontextmanager
async def a_limited_stage(
    folder: Path, monkeypatch: pytest.MonkeyPatch, faster: float, **changes: Any
) -> AsyncIterator[Stage]:
    """Slack with its rate limits. `faster`: so many of its seconds pass in one, and ours too."""
    for method, limit in pacing.LIMITS.items():
        quick = replace(limit, a_minute=limit.a_minute * faster)
        monkeypatch.setitem(pacing.LIMITS, method, quick)
    monkeypatch.setattr(pacing, "MARGIN", pacing.MARGIN / faster)
    async with Sandbox(ROOT / "manifest.yml", rates="slack", faster=faster) as slack:
        settings = settings_for(slack, folder, **changes)
        async with a_bot(slack, settings) as bot:
            yield Stage(slack, bot, settings)


async def _open(stage: Stage, numbers: Sequence[int], path: tuple[int, ...] = ()) -> None:
    pierre = stage.slack.person("pierre").profile.id
    for number in numbers:
        wish = OpenTicket(pierre, pierre, f"Ticket {number:04}", Words.plain("It jams."), path=path)
        await stage.bot.desk.open(wish)


async def _network(stage: Stage) -> tuple[int, ...]:
    """Where the catalogue leads to the network's team."""
    entries = await stage.bot.store.read(lambda tx: tx.organisation.catalogue().entries)
    (family,) = [e for e in entries if e.label.fr == "Réseau et téléphonie"]
    return (family.id,)


def _subjects(stage: Stage, channel: str = "support-postes") -> list[int]:
    """The numbers of the tickets whose cards stand in the channel, from the top."""
    said = (shown(m) for m in stage.slack.person("pierre").messages(channel))
    return [int(text.split("Ticket ")[1][:4]) for text in said if "Ticket " in text]


def _refusals(stage: Stage, method: str = "chat.postMessage") -> int:
    return sum(record.status == 429 for record in stage.slack.traffic.of(method))


async def _until(condition: Any, seconds: float = 2 * LONG) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - half a thousand messages, looked at now and then
            await asyncio.sleep(0.05)


async def test_five_hundred_new_tickets_come_completely_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = range(1, 501)
    async with a_limited_stage(tmp_path, monkeypatch, faster=20) as stage:
        path = await _network(stage)
        await _open(stage, many)

        began = asyncio.get_running_loop().time()
        await _open(stage, [9001], path)
        noe = stage.slack.person("noe")
        await _until(lambda: cards(noe, "support-reseau", "Ticket 9001"))
        (elsewhere,) = cards(noe, "support-reseau", "Ticket 9001")
        await stage.bot.desk.handle(ClaimTicket(501, noe.profile.id))
        await _until(lambda: noe.profile.last in shown(elsewhere))
        waited = asyncio.get_running_loop().time() - began
        there_by_then = len(_subjects(stage))
        await _until(lambda: len(_subjects(stage)) == len(many))

        came = _subjects(stage)
        assert sorted(came) == list(many)
        # A moment in which this machine stalls is twenty times as long at this pace.
        assert all(abs(number - place) <= STALLED for place, number in enumerate(came, 1)), came
        assert there_by_then < len(many) / 2, f"seen after {waited:.1f} s only"
        assert _refusals(stage) <= UNANSWERED
        assert _opened(stage) < len(many) / 2  # cards come first, most opening lines later


def _opened(stage: Stage) -> int:
    """How many threads in the channel have begun."""
    said: list[Message] = stage.slack.channel("support-postes").messages
    return sum(m.is_reply for m in said)


async def test_at_slacks_own_pace_a_burst_is_paced_after_the_first_429(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_limited_stage(tmp_path, monkeypatch, faster=1) as stage:
        await _open(stage, range(1, 11))

        await _until(lambda: len(_subjects(stage)) == 10)

        posts = [r for r in stage.slack.traffic.of("chat.postMessage") if r.status == 200]
        paced = posts[BURST:10]
        assert paced[-1].at - paced[0].at > 0.7 * (len(paced) - 1)
        assert sorted(_subjects(stage)) == list(range(1, 11))
        assert _refusals(stage) <= UNANSWERED


async def test_many_at_once_come_in_order_before_slack_has_said_anything(
    stage: Stage,
) -> None:
    many = range(1, 101)
    await _open(stage, many)

    await _until(lambda: len(_subjects(stage)) == len(many))

    came = _subjects(stage)
    assert sorted(came) == list(many)
    # On PostgreSQL several transactions lease what waits for a slot, and may be told in any order.
    overtaken = sum(later < earlier for earlier, later in pairwise(came))
    assert overtaken <= (0 if stage.bot.settings.database_url.startswith("sqlite") else 10), came


async def test_a_note_does_not_wait_for_the_opening_lines_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = range(1, 101)
    async with a_limited_stage(tmp_path, monkeypatch, faster=20) as stage:
        await _open(stage, many)
        await _until(lambda: len(_subjects(stage)) == len(many))
        pierre = stage.slack.person("pierre")

        await stage.bot.desk.handle(ClaimTicket(100, pierre.profile.id))
        (mine,) = cards(pierre, "support-postes", "Ticket 0100")
        await _until(lambda: len(pierre.thread("support-postes", mine)) >= 2)

        assert _opened(stage) < 90


async def test_it_takes_all_again_after_a_quiet_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "QUIET", timedelta(seconds=0.5))
    # Slower than a busy machine opens tickets, or nothing would be refused.
    async with a_limited_stage(tmp_path, monkeypatch, faster=4) as stage:
        await _open(stage, range(1, 9))
        await _until(lambda: _opened(stage) == 8)
        assert _refusals(stage)

        async with asyncio.timeout(LONG):
            while await stage.bot.store.read(lambda tx: tx.pace.known()):
                await asyncio.sleep(0.1)
                stage.bot.relay.look_at_pace()
            while stage.bot.pacing.is_on:  # noqa: ASYNC110 - it hears of it with its next look
                await asyncio.sleep(0.1)
