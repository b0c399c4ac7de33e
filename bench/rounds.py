"""What is done to each server in each round, and what is written down of it.

All servers run throughout and take turns, so that what else the machine does hits all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.floor import Database
from bench.load import Answers, Connection, closed_loop, open_loop, share_of
from bench.payloads import clicks, forms, numbered
from bench.servers import Server
from blocks.ids import Action
from storage.migrate import upgrade

HOST = "127.0.0.1"
POSTS = 2  # messages that show a new ticket: its card, and the line its thread begins with
PATIENCE = 60.0  # seconds until everything of a scenario must be shown
AT_ONCE = 16
SILENCE = 5.0  # seconds
FILLING = 60  # tickets that fill every slot of the relay
BETWEEN = 0.005  # seconds: about as long as a new ticket takes until it is shown and mailed
RATE = 100.0  # requests a second in the open loop


@dataclass(frozen=True)
class Size:
    """How much of everything. `rounds` is how often each server has its turn."""

    rounds: int
    clicks: int
    creates: int
    burst: int
    seconds: float  # of the open loop
    slow: int  # creates while Slack is slow
    held: int = 200  # creates while it is silent


FULL = Size(rounds=5, clicks=1000, creates=100, burst=300, seconds=5.0, slow=40)
QUICK = Size(rounds=3, clicks=300, creates=25, burst=60, seconds=1.5, slow=10, held=60)

# (what, who) → a value a round
Measured = defaultdict[tuple[str, str], list[float]]
Say = Callable[[str], None]


class Lost(Exception):
    """A server refused tickets, or took them and never showed or mailed them."""


async def measure(servers: Sequence[Server], size: Size, folder: Path, say: Say) -> Measured:
    found: Measured = defaultdict(list)
    raw = RawTransaction(folder / "raw.db")
    for server in servers:
        await create_calmly(server, 10, defaultdict(list))  # warm
    for number in range(size.rounds):
        turn = number % len(servers)
        order = [*servers[turn:], *servers[:turn]]
        for scenario in SCENARIOS:
            say(f"round {number + 1} of {size.rounds}: {scenario.__doc__}")
            for server in order:
                await scenario(server, size, found)
        found["transaction: CPU µs", "floor"].append(raw.cpu(size.creates))
    return found


class RawTransaction:
    """The rows of a new ticket in SQLite, with nothing around them."""

    def __init__(self, file: Path) -> None:
        upgrade(f"sqlite:///{file}")
        self._database = Database(f"sqlite:///{file}")
        self._made = 0

    def cpu(self, count: int) -> float:
        """Microseconds of processor time for one."""
        began = time.process_time()
        for _ in range(count):
            self._made += 1
            self._database.keep(f"bench-{self._made}", "words " * 250)
        return (time.process_time() - began) / count * 1e6


async def _clicks(server: Server, size: Size, found: Measured) -> None:
    """clicks that change nothing"""
    make = clicks("/slack/events", HOST, Action.INPUT)
    alone = await closed_loop(server.port, numbered(make, 1, size.clicks // 2), 1)
    _taken(server, alone, found)
    found["click: p50 ms", server.name].append(alone.at(0.5) * 1e3)
    found["click: p99 ms", server.name].append(alone.at(0.99) * 1e3)
    before = server.cpu()
    many = await closed_loop(server.port, numbered(make, 1, size.clicks), AT_ONCE)
    _taken(server, many, found)
    found["click: CPU µs", server.name].append((server.cpu() - before) / size.clicks * 1e6)
    found["click: requests/s", server.name].append(size.clicks / many.took)


async def _forms(server: Server, size: Size, found: Measured) -> None:
    """forms that are verified and answered, as large and as far apart as new tickets"""
    if server.name != "floor":
        return
    make, answers = forms("/slack/events", HOST), Answers()
    line = await Connection.open(server.port)
    for number, request in numbered(make, 1, size.creates):
        await line.ask(number, request, answers)
        await asyncio.sleep(BETWEEN)
    line.close()
    _taken(server, answers, found)
    found["form: p50 ms", server.name].append(answers.at(0.5) * 1e3)
    count = int(size.seconds * RATE)
    rushed = await open_loop(server.port, numbered(make, 1, count), RATE)
    _taken(server, rushed, found)
    found["form at 100/s: p99 ms", server.name].append(rushed.at(0.99) * 1e3)


async def _calm(server: Server, size: Size, found: Measured) -> None:
    """new tickets, one after another, each until it is shown"""
    await create_calmly(server, size.creates, found)


async def create_calmly(server: Server, count: int, found: Measured) -> None:
    make = forms(server.create, HOST)
    answers, before, first = Answers(), server.cpu(), server.tickets + 1
    line = await Connection.open(server.port)
    for number, request in numbered(make, first, count):
        await line.ask(number, request, answers)
        await _until_shown(server, [number])
        await _until_mailed(server, [number])
    line.close()
    server.tickets += count
    _taken(server, answers, found)
    found["create: p50 ms", server.name].append(answers.at(0.5) * 1e3)
    found["create: p99 ms", server.name].append(answers.at(0.99) * 1e3)
    found["create: CPU µs", server.name].append((server.cpu() - before) / count * 1e6)
    effects = _effects(server, answers)
    found["create: last effect p50 ms", server.name].append(share_of(effects, 0.5) * 1e3)
    found["create: last effect p95 ms", server.name].append(share_of(effects, 0.95) * 1e3)


async def _held(server: Server, size: Size, found: Measured) -> None:
    """new tickets while Slack answers nothing: what taking one costs by itself"""
    if server.name == "ordinary":
        return  # it works for Slack inside each request
    make = forms(server.create, HOST)
    server.slack.delay = SILENCE
    first = server.tickets + 1
    server.tickets += FILLING + size.held
    filling = await closed_loop(server.port, numbered(make, first, FILLING), AT_ONCE)
    taken = _taken(server, filling, found)
    await asyncio.sleep(0.3)  # until every slot waits for Slack
    before = server.cpu()
    many = await closed_loop(server.port, numbered(make, first + FILLING, size.held), AT_ONCE)
    found["create until acknowledged: CPU µs", server.name].append(
        (server.cpu() - before) / size.held * 1e6
    )
    server.slack.delay = 0.0
    taken += _taken(server, many, found)
    await _until_shown(server, taken)
    await _until_mailed(server, taken)


async def _burst(server: Server, size: Size, found: Measured) -> None:
    """new tickets, as many as go, until all are shown"""
    first = server.tickets + 1
    requests = numbered(forms(server.create, HOST), first, size.burst)
    began, before = time.perf_counter(), server.cpu()
    answers = await closed_loop(server.port, requests, AT_ONCE)
    server.tickets += size.burst
    taken = _taken(server, answers, found)
    await _until_shown(server, taken)
    took = time.perf_counter() - began
    await _until_mailed(server, taken)
    found["burst: creates/s", server.name].append(len(taken) / took)
    found["burst: CPU µs", server.name].append((server.cpu() - before) / len(taken) * 1e6)


async def _rate(server: Server, size: Size, found: Measured) -> None:
    """a hundred new tickets a second"""
    if server.name == "ordinary":
        return  # it takes fewer than that: its queue would only grow
    count = int(size.seconds * RATE)
    first = server.tickets + 1
    made = await open_loop(server.port, numbered(forms(server.create, HOST), first, count), RATE)
    server.tickets += count
    taken = _taken(server, made, found)
    found["create at 100/s: p99 ms", server.name].append(made.at(0.99) * 1e3)
    await _until_shown(server, taken)
    await _until_mailed(server, taken)


async def _slow(server: Server, size: Size, found: Measured) -> None:
    """new tickets while Slack takes its time"""
    for delay, name in ((0.0, "no time"), (0.1, "100 ms"), (1.0, "1 s")):
        server.slack.delay = delay
        first = server.tickets + 1
        requests = numbered(forms(server.create, HOST), first, size.slow)
        answers = await open_loop(server.port, requests, 10.0)
        server.tickets += size.slow
        taken = _taken(server, answers, found)
        await _until_shown(server, taken)
        server.slack.delay = 0.0
        await _until_mailed(server, taken)
        found[f"Slack takes {name}: create p50 ms", server.name].append(answers.at(0.5) * 1e3)
        last = share_of(_effects(server, answers), 0.95) * 1e3
        found[f"Slack takes {name}: last effect p95 ms", server.name].append(last)


async def _claims(server: Server, size: Size, found: Measured) -> None:
    """claims, one after another"""
    if server.name == "floor":
        return
    done = int(sum(found["claims so far", server.name]))
    count = min(size.creates, server.tickets // 2 - done)
    before, made = server.cpu(), server.slack.messages
    make = clicks("/slack/events", HOST)
    answers = await closed_loop(server.port, numbered(make, done + 1, count), 1)
    taken = _taken(server, answers, found)
    await server.slack.until(lambda: server.slack.messages - made >= POSTS * len(taken), PATIENCE)
    found["claims so far", server.name].append(count)
    found["claim: p50 ms", server.name].append(answers.at(0.5) * 1e3)
    found["claim: CPU µs", server.name].append((server.cpu() - before) / count * 1e6)


SCENARIOS = (_clicks, _forms, _calm, _held, _burst, _rate, _slow, _claims)


def _taken(server: Server, answers: Answers, found: Measured) -> list[int]:
    """The numbers of what was taken. Only the ordinary build may refuse: it does under load."""
    if answers.refused and server.name != "ordinary":
        raise Lost(f"{server.name} refused {answers.refused}")
    found["refused", server.name].append(len(answers.refused))
    return [number for number in answers.sent if number not in answers.refused]


async def _until_shown(server: Server, numbers: Collection[int]) -> None:
    if not await server.slack.until_shown(dict.fromkeys(numbers, POSTS), PATIENCE):
        missing = [n for n in numbers if len(server.slack.shown[n]) < POSTS]
        raise Lost(f"{server.name} did not show {len(missing)} of {len(numbers)} tickets")


async def _until_mailed(server: Server, numbers: Collection[int]) -> None:
    """What is still to be mailed must not count as the next scenario's work."""
    if server.name == "floor":
        return
    if not await server.mail.until_mailed(set(numbers), PATIENCE):
        raise Lost(f"{server.name} did not mail about all of {len(numbers)} tickets")
    await asyncio.sleep(0.002)  # until it is written down, too


def _effects(server: Server, answers: Answers) -> list[float]:
    """Seconds from each request until the last message that shows its ticket reached Slack."""
    shown: Mapping[int, list[float]] = server.slack.shown
    return [
        shown[number][POSTS - 1] - sent
        for number, sent in answers.sent.items()
        if number not in answers.refused
    ]
