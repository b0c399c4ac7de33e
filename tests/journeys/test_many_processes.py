"""Processes come and go, by order and by force, while people work: nobody notices."""

from __future__ import annotations

import asyncio
import copy
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.board import Board
from tests.chaos.checker import check
from tests.chaos.ledger import Fate, Ledger
from tests.chaos.requester import Requester
from tests.chaos.seen import Seen, look
from tests.chaos.storm import Storm
from tests.chaos.technician import Filled, Office, Technician
from tests.journeys.crowd import Crowd, Member, a_crowd
from tests.journeys.mishaps import LONG
from tests.journeys.sights import PAUL

pytestmark = pytest.mark.postgres

SEED = 20261124
TECHNICIANS = ("pierre", "camille", "aicha")
REQUESTERS = ("paul", "marie")
A_WHILE = 25  # operations between two events of the story
WORKS = {"wake tickets on hold", "learn the directory", "audit the channels", "tidy up"}


@pytest.fixture
async def crowd(tmp_path: Path, postgresql_url: str) -> AsyncIterator[Crowd]:
    async with a_crowd(tmp_path, postgresql_url) as crowd:
        yield crowd


class Day:
    """People at work from `begin` to `end`, and what they did."""

    def __init__(self, crowd: Crowd) -> None:
        self.ledger = Ledger(secret="zibeline")
        self._crowd, self._slack = crowd, crowd.slack
        way = self._slack.courier.transport
        self._slack.courier.transport = Storm(way, self.ledger, random.Random(SEED))
        self._working: list[asyncio.Task[None]] = []
        self._over = False

    async def begin(self) -> None:
        office = self.office = await self._office()
        people = [Technician(self._slack.person(n), office, self._chance(n)) for n in TECHNICIANS]
        mailing = [
            Requester(self._slack.person(n), office, self._crowd, self._chance(n))
            for n in REQUESTERS
        ]
        self.technician = people[0]
        self._working = [
            asyncio.create_task(self._looking(office.board)),
            *(asyncio.create_task(self._busy(one)) for one in (*people, *mailing)),
        ]

    async def goes_on(self) -> None:
        """Until so much more was done."""
        enough = len(self.ledger.operations) + A_WHILE
        async with asyncio.timeout(LONG * 2):
            while len(self.ledger.operations) < enough:
                for task in self._working:
                    assert not task.done(), task
                await asyncio.sleep(0.05)

    async def end(self) -> Seen:
        """Everybody goes home; what there is to see once nothing is on its way any more."""
        self._over = True
        await asyncio.gather(*self._working)
        await self._settled()
        self.ledger.hear()
        staff = {self._slack.person(name).id for name in TECHNICIANS}
        return await look(self._crowd.database, self._slack, staff)

    async def _settled(self) -> None:
        async with asyncio.timeout(LONG * 2):
            await self._slack.courier.settle()
            while await self._crowd.waiting():  # noqa: ASYNC110 - the database has no event
                await asyncio.sleep(0.1)

    async def _busy(self, person: Technician | Requester) -> None:
        while not self._over:
            await person.act()
            await asyncio.sleep(0.05)

    async def _looking(self, board: Board) -> None:
        while not self._over:
            await board.refresh()
            await asyncio.sleep(0.3)

    async def _office(self) -> Office:
        database = self._crowd.database
        rows = await database.rows("SELECT id, channel FROM teams WHERE channel IS NOT NULL")
        teams = {row["channel"]: row["id"] for row in rows}
        board = Board(self._slack, database)
        forms = [await self._form()]
        return Office(self._slack, board, self.ledger, database, forms, teams)

    async def _form(self) -> Filled:
        """A filled form, to be sent many times over as if it had been opened each time."""
        pierre = self._slack.person("pierre")
        await pierre.command("/ticket", "Panne", channel="support-postes")
        await self._slack.until(lambda: pierre.modal, LONG)
        await pierre.fill({"requester": PAUL, "description": "Voici."})
        form = copy.deepcopy((pierre.form.definition, pierre.form.state))
        await pierre.close(clear=True)
        return form

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{SEED} {name}")


async def test_processes_come_and_go_and_everything_is_done_once(crowd: Crowd) -> None:
    for name, over_http in (("a", False), ("b", True), ("c", False)):
        await crowd.start(name, over_http=over_http)
    day = Day(crowd)
    await day.begin()

    await day.goes_on()
    await crowd["a"].kill()
    await day.goes_on()
    await _stops_in_order(crowd, "b")
    await day.goes_on()
    await crowd.start("d", over_http=True)
    await _stops_in_order(crowd, "c")
    await day.goes_on()
    await crowd.start("e")
    await day.goes_on()
    seen = await day.end()

    broken = [verdict for verdict in check(seen, day.ledger) if not verdict.kept]
    assert not broken, "\n".join(f"{v.promise}: {v.violations[:5]}" for v in broken)
    assert _fates(day.ledger)[Fate.ACCEPTED] > 2 * A_WHILE
    assert _out_of_order(seen) == []
    assert _at_once(crowd) == []
    assert _left_undone(crowd) == []
    for member in crowd.members.values():
        assert "Traceback" not in member.words(), member.words()[-3000:]


async def _stops_in_order(crowd: Crowd, name: str) -> None:
    """On SIGTERM; it leaves nothing that the others would have to wait for."""
    assert await crowd[name].stop() == 0, crowd[name].words()[-3000:]
    assert await crowd.leased_by(name) == []


def _fates(ledger: Ledger) -> dict[Fate, int]:
    return {f: sum(operation.fate is f for operation in ledger.operations) for f in Fate}


def _out_of_order(seen: Seen) -> list[Any]:
    """Threads in which something stands above what was to be told before it."""
    threads: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for post in seen.posts:
        if post.thread is not None and post.outbox is not None:
            threads[post.channel, post.thread].append((post.ts, post.outbox))
    return [
        told
        for told in threads.values()
        if any(one[1] > next_[1] for one, next_ in pairwise(sorted(told)))
    ]


def _at_once(crowd: Crowd) -> list[Any]:
    """Works that two processes did at the same time. Who dies ends what it does."""
    spans: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    begun: dict[tuple[str, str], float] = {}
    for line in crowd.record():
        if "begun" in line:
            begun[line["who"], line["begun"]] = line["at"]
        elif "ended" in line:
            spans[line["ended"]].append((begun.pop((line["who"], line["ended"])), line["at"]))
    for (who, work), at in begun.items():
        spans[work].append((at, crowd[who].ended_at or float("inf")))
    return [
        (work, one, next_)
        for work, all_of_it in spans.items()
        for one, next_ in pairwise(sorted(all_of_it))
        if next_[0] < one[1]
    ]


def _left_undone(crowd: Crowd) -> list[Any]:
    """Works that nobody went on with after somebody had ended."""
    last = {line["begun"]: line["at"] for line in crowd.record() if "begun" in line}
    gone = [member for member in crowd.members.values() if member.ended_at]
    return [
        (work, member.name)
        for work in WORKS
        for member in gone
        if last.get(work, 0.0) < _ended(member)
    ]


def _ended(member: Member) -> float:
    assert member.ended_at is not None
    return member.ended_at
