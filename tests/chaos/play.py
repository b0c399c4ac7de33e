"""One run: people work while everything goes wrong; then all is healed, and judged."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import itertools
import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.delivery import DeliveryError
from sandbox.inputs import NotOnScreen
from sandbox.server import Sandbox
from tests.chaos.board import Board
from tests.chaos.check_journal import refused_on_purpose
from tests.chaos.checker import check
from tests.chaos.database import Postgresql, Sqlite, a_database
from tests.chaos.fleet import Fleet
from tests.chaos.ledger import Fate, Ledger
from tests.chaos.mischief import Amounts, Mischief
from tests.chaos.requester import Requester
from tests.chaos.seen import look
from tests.chaos.storm import Storm
from tests.chaos.technician import Filled, Office, Technician
from tests.chaos.verdict import Verdict, judged
from tests.chaos.wire import Wire
from tests.journeys.sights import PAUL
from tests.journeys.stage import ROOT

TECHNICIANS = ("pierre", "camille", "aicha", "noe", "mateusz", "solene", "kofi")
REQUESTERS = ("paul", "marie", "julien")
ASKED_BY = (
    PAUL,
    "Marie Curie — marie.curie@meridien.example",
    "Julien Moreau — julien.moreau@meridien.example",
)
FAMILIES = ("Poste de travail", "Réseau et téléphonie", "Applications métier")
RETRIES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before Slack tells an event again
TRIES = 10  # a busy machine may be too slow for a form, which Slack awaits for three seconds
STALL = 60.0  # seconds in which nothing at all moves: then it never will
CHANGED, NEWS = 4, 1.5  # people whose titles change; seconds between two changes
LOOKS = 0.3  # seconds between two looks at the outbox and at the cards


@dataclass(frozen=True)
class Plan:
    operations: int = 1000
    seed: int = 1
    database: str = "sqlite"
    processes: int = 1
    clock: float = 20.0  # seconds the clock is set wrong, at most

    @property
    def amounts(self) -> Amounts:
        n = self.operations
        return Amounts(
            kills=max(3, n // 100),
            misfortunes=max(2, n // 150),
            clock_steps=max(2, n // 200),
            refusals=max(1, n // 500),
            bounces=max(1, n // 400),
        )


@dataclass
class Outcome:
    plan: Plan
    folder: Path
    ledger: Ledger
    verdicts: list[Verdict] = field(default_factory=list)
    deaths: int = 0
    seconds: float = 0.0

    @property
    def kept(self) -> bool:
        return all(verdict.kept for verdict in self.verdicts)


Tell = Callable[[str], None]


async def play(plan: Plan, folder: Path, tell: Tell) -> Outcome:
    """Everything of one run. The evidence stays in `folder`."""
    with a_database(plan.database, folder) as database, closing(Wire(folder)) as wire:
        async with Sandbox(ROOT / "manifest.yml", retry_delays=RETRIES) as slack:
            return await _Play(plan, folder, tell, slack, database, wire).run()


class _Play:
    def __init__(
        self,
        plan: Plan,
        folder: Path,
        tell: Tell,
        slack: Sandbox,
        database: Sqlite | Postgresql,
        wire: Wire,
    ) -> None:
        self._plan, self._folder, self._tell = plan, folder, tell
        self._slack, self._database = slack, database
        self._ledger = ledger = Ledger(secret=f"zibeline{plan.seed}")
        slack.traffic.add = wire.add  # type: ignore[method-assign, assignment]
        self._storm = Storm(slack.courier.transport, ledger, self._chance("storm"))
        slack.courier.transport = self._storm
        self._fleet = Fleet(slack, database.url, folder, plan.processes, self._ended)
        self._mischief = Mischief(
            *(slack, self._fleet, database, ledger, self._storm, wire),
            self._chance("mischief"),
            clock=plan.clock,
        )
        self._begun = time.monotonic()
        self._phase = "starting"

    async def run(self) -> Outcome:
        showing = asyncio.create_task(self._show())
        try:
            await self._fleet.start()
            office = await self._office()
            technicians = [
                Technician(self._slack.person(name), office, self._chance(name))
                for name in TECHNICIANS
            ]
            await self._work(office, technicians)
            verdicts = await self._heal(technicians)
            deaths = self._fleet.deaths
        finally:
            showing.cancel()
            await self._fleet.stop()
            self._ledger.hear()
            self._ledger.save(self._folder)
        spent = time.monotonic() - self._begun
        return Outcome(self._plan, self._folder, self._ledger, verdicts, deaths, spent)

    # -- the work ---------------------------------------------------------------------------

    async def _office(self) -> Office:
        rows = await self._database.rows("SELECT id, channel FROM teams WHERE channel IS NOT NULL")
        teams = {row["channel"]: row["id"] for row in rows}
        board = Board(self._slack, self._database)
        forms = [await self._form(*wish) for wish in zip(ASKED_BY, FAMILIES, strict=True)]
        return Office(self._slack, board, self._ledger, self._database, forms, teams)

    async def _form(self, requester: str, family: str) -> Filled:
        """A filled form, to be sent many times over as if it had been opened each time."""
        for _ in range(TRIES):
            with contextlib.suppress(DeliveryError, NotOnScreen, AssertionError):
                return await self._filled(requester, family)
        raise AssertionError("the form does not come, before anything went wrong")

    async def _filled(self, requester: str, family: str) -> Filled:
        pierre = self._slack.person("pierre")
        self._slack.workspace.views.stack(pierre.id).clear()
        await pierre.command("/ticket", "Panne", channel="support-postes")
        await self._slack.until(lambda: pierre.modal, 10)
        await pierre.fill({"requester": requester, "description": "Voici."})
        await pierre.fill({"family": family})
        await self._slack.until(lambda: "service" in str(pierre.form.blocks), 10)
        await asyncio.sleep(0.5)
        form = copy.deepcopy((pierre.form.definition, pierre.form.state))
        await pierre.close(clear=True)
        return form

    async def _work(self, office: Office, technicians: list[Technician]) -> None:
        self._phase, self._storm.raging = "working", True
        requesters = [
            Requester(self._slack.person(name), office, self._fleet, self._chance(name))
            for name in REQUESTERS
        ]
        wires = asyncio.create_task(self._mischief.wires())
        cards = asyncio.create_task(self._refreshing(office.board))
        rare = asyncio.create_task(self._rare_things())
        news = asyncio.create_task(self._news_of_people())
        try:
            people = [*technicians, *requesters]
            await asyncio.gather(rare, *(self._busy(person, office, rare) for person in people))
        finally:
            for task in (wires, cards, rare, news):
                task.cancel()
            await asyncio.gather(wires, cards, rare, news, return_exceptions=True)
            self._storm.raging = False

    async def _busy(
        self, person: Technician | Requester, office: Office, rare: asyncio.Task[None]
    ) -> None:
        """Until enough was done, and all that was to go wrong went wrong."""
        pause = self._chance(f"pause of {person.person.id}")
        while len(self._ledger.operations) < self._plan.operations or not rare.done():
            await office.until_connected(pause)
            await person.act()
            await asyncio.sleep(pause.uniform(0, 0.05))

    async def _news_of_people(self) -> None:
        """Titles change; Slack tells so as it tells everything here, and to the second."""
        changed = [
            person.id
            for person in self._slack.world.people.values()
            if not person.is_bot and person.handle not in (*TECHNICIANS, *REQUESTERS)
        ][:CHANGED]
        telling = set[asyncio.Task[None]]()
        for count in itertools.count(1):
            for person in changed:
                title = f"Title {count}"
                self._ledger.titles.setdefault(person, []).append(title)
                told = asyncio.create_task(self._slack.change_person(person, title=title))
                telling.add(told)
                told.add_done_callback(telling.discard)
            await asyncio.sleep(NEWS)

    async def _refreshing(self, board: Board) -> None:
        while True:
            with contextlib.suppress(Exception):  # the database is having a bad time
                await board.refresh()
            await asyncio.sleep(LOOKS)

    async def _rare_things(self) -> None:
        """Spread over the run by what was done, not by the clock."""
        chance, total = self._chance("when"), self._plan.operations
        due = sorted(
            (chance.uniform(0.02, 0.9) * total, what)
            for what, count in vars(self._plan.amounts).items()
            for _ in range(count)
        )
        async with asyncio.TaskGroup() as happening:
            for when, what in due:
                while len(self._ledger.operations) < when:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.05)
                happening.create_task(self._mischief.one(what))

    # -- afterwards -------------------------------------------------------------------------

    async def _heal(self, technicians: list[Technician]) -> list[Verdict]:
        self._phase = "healing"
        self._mischief.heal()
        await self._fleet.ready()
        await self._slack.until_connected(60)
        moved = Verdict("Once healed, the outbox moves until it is empty")
        await self._settle(moved)
        staff = {self._slack.person(name).id for name in TECHNICIANS}
        before = await look(self._database, self._slack, staff)
        refused = judged(
            "Slack refused for good only what was made invalid",
            refused_on_purpose,
            before,
            self._ledger,
        )
        await self._retry(before.tables["outbox"])
        works = await self._works_again(technicians)
        await self._settle(moved)
        self._phase = "checking"
        self._ledger.hear()
        seen = await look(self._database, self._slack, staff)
        seen.save(self._folder)
        alive = Verdict("No bot ended by itself", self._fleet.deaths, list(self._ledger.ends))
        return [*check(seen, self._ledger), refused, moved, works, alive]

    async def _settle(self, verdict: Verdict) -> None:
        """Until nothing is on its way. No limit but that something must always move."""
        last: Any = None
        since = time.monotonic()
        calm = 0
        limit = STALL + 2 * self._plan.clock
        while calm < 2:
            await self._told()
            now = await self._moving()
            calm = calm + 1 if not now[0] else 0
            if now != last:
                last, since = now, time.monotonic()
                verdict.looked_at += 1
            elif now[0] and time.monotonic() - since > limit:
                verdict.violations.append(f"{now[0]} rows wait, and nothing moves for {limit:g} s")
                return
            await asyncio.sleep(LOOKS)

    async def _told(self) -> None:
        """Slack has told its events, or has given up telling them."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STALL):
                await self._storm.settle()
                await self._slack.courier.settle()

    async def _moving(self) -> tuple[int, ...]:
        """How many effects and mails wait; then whatever shows that something moves."""
        (effects,) = await self._database.rows(
            "SELECT count(*) AS waiting, coalesce(sum(attempts), 0) AS attempts,"
            " coalesce(sum(asked), 0) AS asked FROM outbox WHERE state = 'waiting'"
        )
        (mails,) = await self._database.rows(
            "SELECT count(*) AS waiting, coalesce(sum(attempts), 0) AS attempts,"
            " coalesce(sum(deaths), 0) AS deaths FROM spool WHERE state = 'waiting'"
        )
        waiting = int(effects.pop("waiting")) + int(mails.pop("waiting"))
        return (waiting, *map(int, (*effects.values(), *mails.values())))

    async def _retry(self, outbox: list[dict[str, Any]]) -> None:
        """What an administrator does about messages that Slack refused."""
        for row in outbox:
            if row["state"] == "refused" and '"SendMail"' not in row["payload"]:
                await self._fleet.command("outbox", "retry", str(row["id"]))

    async def _works_again(self, technicians: list[Technician]) -> Verdict:
        verdict = Verdict("Once healed, the desk takes every ticket at once")
        for technician in technicians:
            try:
                operation = await technician.open()
            except DeliveryError as fault:
                verdict.violations.append(str(fault))
                continue
            verdict.looked_at += 1
            if operation.fate is not Fate.ACCEPTED:
                verdict.violations.append(f"a ticket was {operation.fate}")
        return verdict

    # -- details ----------------------------------------------------------------------------

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{self._plan.seed} {name}")

    def _ended(self, how: str) -> None:
        if self._mischief.excuses_an_end():
            self._ledger.faults["a bot gave up its start without a database"] += 1
        else:
            self._ledger.ends.append(how)

    async def _show(self) -> None:
        while True:
            done, faults = len(self._ledger.operations), self._ledger.faults.total()
            spent = time.monotonic() - self._begun
            self._tell(
                f"{self._phase}: {done}/{self._plan.operations} operations, {faults} faults,"
                f" {self._fleet.deaths} kills, {spent:.0f} s"
            )
            await asyncio.sleep(1)
