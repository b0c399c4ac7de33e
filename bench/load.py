"""Send requests and time the answers: one after another, several at once, or at a given rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.wire import Incoming, status_of

Numbered = tuple[int, bytes]


@dataclass
class Answers:
    """Seconds until each answer, when each request was sent, and which were refused, with what."""

    seconds: list[float] = field(default_factory=list)
    sent: dict[int, float] = field(default_factory=dict)
    refused: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    took: float = 0.0

    def at(self, share: float) -> float:
        """The time within which that share of the answers came."""
        return share_of(self.seconds, share)


def share_of(seconds: Iterable[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class Connection(asyncio.Protocol):
    """Kept alive; one request at a time."""

    def __init__(self) -> None:
        self._incoming = Incoming()
        self._waiting: asyncio.Future[tuple[bytes, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for message in self._incoming.feed(data):
            if self._waiting is not None and not self._waiting.done():
                self._waiting.set_result(message)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the server hung up"))

    async def ask(self, number: int, request: bytes, answers: Answers) -> None:
        """Send it, wait for the answer and note both."""
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        answers.sent[number] = began
        self._transport.write(request)
        head, body = await self._waiting
        answers.seconds.append(time.perf_counter() - began)
        # A form's faults come with status 200 too.
        if status_of(head) != 200 or b'"errors"' in body:
            answers.refused[number] = (status_of(head), body[:200])

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def closed_loop(
    port: int | Sequence[int], requests: Iterable[Numbered], at_once: int
) -> Answers:
    """As fast as `at_once` clients go that each wait for their answer, at several ports in turn."""
    answers, waiting = Answers(), iter(requests)
    ports = [port] if isinstance(port, int) else port
    lines = [await Connection.open(ports[place % len(ports)]) for place in range(at_once)]
    began = time.perf_counter()
    await asyncio.gather(*(_client(line, waiting, answers) for line in lines))
    answers.took = time.perf_counter() - began
    for line in lines:
        line.close()
    return answers


async def _client(line: Connection, waiting: Iterator[Numbered], answers: Answers) -> None:
    for number, request in waiting:
        await line.ask(number, request, answers)


async def open_loop(port: int, requests: Iterable[Numbered], rate: float) -> Answers:
    """`rate` requests a second whether or not answers come; as many connections as that needs."""
    answers = Answers()
    free: list[Connection] = []
    running: set[asyncio.Task[None]] = set()

    async def one(number: int, request: bytes) -> None:
        line = free.pop() if free else await Connection.open(port)
        await line.ask(number, request, answers)
        free.append(line)

    began = time.perf_counter()
    for place, (number, request) in enumerate(requests):
        pause = began + place / rate - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        task = asyncio.create_task(one(number, request))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*tuple(running))
    answers.took = time.perf_counter() - began
    for line in free:
        line.close()
    return answers
