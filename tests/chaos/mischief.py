"""What goes wrong, at random: processes, wires, answers, disks, servers, clocks."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.faults import ApiFault
from sandbox.server import Sandbox
from tests.chaos.child import LEASE
from tests.chaos.database import Postgresql, Sqlite
from tests.chaos.fleet import Fleet
from tests.chaos.ledger import Ledger
from tests.chaos.storm import Storm
from tests.chaos.wire import Wire

METHODS = (
    *("chat.postMessage",) * 4,
    *("chat.update",) * 3,
    "reactions.add",
    "views.open",
    "chat.postEphemeral",
    "conversations.history",
    "conversations.replies",
    "users.info",
    "apps.connections.open",
)
API: tuple[tuple[str, dict[str, Any]], ...] = (
    ("429", {"status": 429, "retry_after": 1}),
    ("500", {"status": 500}),
    ("503", {"status": 503}),
    ("fatal_error", {"error": "fatal_error"}),
    ("500 after the work", {"status": "fail_after"}),
    ("cut before the work", {"status": "drop_before"}),
    ("cut after the work", {"status": "drop_after"}),
    ("cut after the work", {"status": "drop_after"}),
    ("silent after the work", {"status": "timeout_after"}),
    ("slow", {"delay": 1.2}),
)
SMTP: tuple[tuple[str, int | str], ...] = (
    ("connect", 421),
    ("connect", "drop"),
    ("connect", "hang"),
    ("rcpt", 450),
    ("rcpt", "drop"),
    ("data", 451),
    ("data", "drop"),
    ("data", "hang"),
    ("after_data", "drop"),
    ("after_data", "hang"),
)
REFUSING: tuple[tuple[str, int], ...] = (("rcpt", 550), ("data", 554))
MOST_WAITING = 12  # faults that nothing has run into yet
BLINK = 60.0  # seconds after a misfortune of the database in which a bot may give up its start


@dataclass
class Amounts:
    """How often each rare thing happens in the whole run."""

    kills: int
    misfortunes: int  # of the database
    clock_steps: int
    refusals: int  # of Slack's, for good
    bounces: int  # of mails, for good


class Mischief:
    def __init__(
        self,
        slack: Sandbox,
        fleet: Fleet,
        database: Sqlite | Postgresql,
        ledger: Ledger,
        storm: Storm,
        wire: Wire,
        chance: random.Random,
        *,
        clock: float,
    ) -> None:
        self._slack, self._fleet, self._database = slack, fleet, database
        self._ledger = ledger
        self._storm, self._wire = storm, wire
        self._chance = chance
        self._clock = clock
        self._last_misfortune = -BLINK
        self._one_misfortune = asyncio.Lock()

    def excuses_an_end(self) -> bool:
        """Whether a bot may have ended because its database was not to be had."""
        return time.monotonic() - self._last_misfortune < BLINK

    async def wires(self) -> None:
        """Until cancelled: calls, mails and connections go wrong."""
        while True:
            await asyncio.sleep(self._chance.uniform(0.02, 0.25))
            if len(self._slack.faults.waiting) < MOST_WAITING:
                name, how = self._chance.choice(API)
                self._slack.faults.add(self._chance.choice(METHODS), **how)
                self._note(f"Slack: {name}")
            if self._chance.random() < 0.3 and len(self._slack.smtp_faults.waiting) < 3:
                stage, code = self._chance.choice(SMTP)
                self._slack.smtp_faults.add(stage, code)
                self._note(f"SMTP: {code} at {stage}")
            if self._chance.random() < 0.01:
                self._slack.drop_socket()
                self._note("Socket Mode cut")
            if self._chance.random() < 0.005:
                await self._slack.refresh_socket()
                self._note("Socket Mode refreshed")

    async def one(self, what: str) -> None:
        """One of the rare things, by the name of its amount."""
        if what == "misfortunes":
            async with self._one_misfortune:
                await self.misfortunes()
        else:
            await getattr(self, what)()

    async def kills(self) -> None:
        """At some moment, or at one of the moments that matter most."""
        await self._chance.choice(
            (self._kill_now, self._kill_at_post, self._kill_at_mail, self._kill_at_delivery)
        )()

    async def misfortunes(self) -> None:
        name = self._chance.choice(list(self._database.misfortunes))
        self._note(name)
        self._last_misfortune = time.monotonic()
        try:
            await self._database.misfortunes[name](self._chance.uniform(0.5, 4.0), self._fleet.pids)
        finally:
            self._last_misfortune = time.monotonic()

    async def clock_steps(self) -> None:
        """Forwards or back, for all processes on this machine at once."""
        self._set_clock(self._chance.uniform(-self._clock, self._clock))
        self._note("clock moved")

    def _set_clock(self, wrong: float) -> None:
        clock = self._fleet.clock
        if wrong - float(clock.read_text() or 0) > LEASE:
            self._ledger.leaps.append(self._slack.workspace.clock())
        clock.write_text(f"{wrong:.3f}")

    async def refusals(self) -> None:
        method = self._chance.choice(("chat.postMessage", "chat.update"))
        self._slack.faults.waiting.insert(0, ApiFault(method, error="invalid_blocks"))
        self._note("invalid_blocks")

    async def bounces(self) -> None:
        self._slack.smtp_faults.add(*self._chance.choice(REFUSING))
        self._note("mail refused for good")

    def heal(self) -> None:
        self._slack.faults.clear()
        self._slack.smtp_faults.clear()
        self._set_clock(0)

    # -- killing ----------------------------------------------------------------------------

    async def _kill_now(self) -> None:
        self._kill("at any moment")

    async def _kill_at_post(self) -> None:
        """Slack has it, and we have not heard so: between attempt and done."""
        await self._kill_when(
            lambda record: record["kind"] == "chat.postMessage" and record["status"] == 200,
            "after a post, before its answer",
        )

    async def _kill_at_mail(self) -> None:
        await self._kill_when(
            lambda record: record["kind"] == "mail in", "after a mail, before its answer"
        )

    async def _kill_at_delivery(self) -> None:
        """Between what was handed to it, its commit and its answer."""
        await asyncio.sleep(self._chance.uniform(0, 0.2))
        try:
            async with asyncio.timeout(5):
                await self._storm.next_sending()
        except TimeoutError:
            self._kill("at any moment")
            return
        await asyncio.sleep(self._chance.uniform(0, 0.02))
        self._kill("around a commit")

    async def _kill_when(self, fits: Callable[[dict[str, Any]], bool], name: str) -> None:
        struck = asyncio.Event()

        def look(record: dict[str, Any]) -> None:
            if fits(record) and not struck.is_set():
                struck.set()
                self._kill(name)

        forget = self._wire.listen(look)
        try:
            async with asyncio.timeout(5):
                await struck.wait()
        except TimeoutError:
            self._kill("at any moment")
        finally:
            forget()

    def _kill(self, name: str) -> None:
        """One of them, now and then all at once."""
        everybody = self._chance.random() < 0.3
        bots = self._fleet.processes if everybody else [self._chance.choice(self._fleet.processes)]
        for process in bots:
            if process.kill():
                self._note(f"killed {name}")

    def _note(self, fault: str) -> None:
        self._ledger.faults[fault] += 1
