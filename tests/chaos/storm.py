"""Slack's deliveries at their worst: late, out of order, many times, under several names."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import Any

from sandbox.delivery import Ack, NoAnswer, Parcel, Retry, Transport
from sandbox.world import new_id
from tests.chaos.ledger import Ledger

MOST_COPIES = 10  # besides the first: Slack has sent one message eleven times


class Storm:
    """A transport around the sandbox's own. Calm unless `raging`."""

    def __init__(self, inner: Transport, ledger: Ledger, chance: random.Random) -> None:
        self._inner = inner
        self._ledger = ledger
        self._chance = chance
        self._tasks: set[asyncio.Task[Any]] = set()
        self._next = asyncio.Event()
        self.raging = False

    @property
    def connected(self) -> bool:
        return self._inner.connected

    async def wait_until_connected(self) -> None:
        await self._inner.wait_until_connected()

    async def next_sending(self) -> None:
        """Until something is being handed to a bot."""
        await self._next.wait()

    async def send(self, parcel: Parcel, retry: Retry | None, patience: float) -> Ack:
        if self.raging:
            for _ in range(self._copies()):
                self._start(self._again(self._copy(parcel), retry, patience))
            if parcel.kind == "events_api" and self._chance.random() < 0.3:
                self._ledger.faults["event held back"] += 1
                await asyncio.sleep(self._chance.uniform(0, 0.8))
        return await self._send(parcel, retry, patience)

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._inner.close()

    async def settle(self) -> None:
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _copies(self) -> int:
        if self._chance.random() < 0.7:
            return 0
        return self._chance.choice((1, 1, 2, 3, MOST_COPIES))

    def _copy(self, parcel: Parcel) -> Parcel:
        """Half of the copies of an event go by another name."""
        self._ledger.faults["delivered again"] += 1
        if parcel.kind != "events_api" or self._chance.random() < 0.5:
            return parcel
        return replace(parcel, payload={**parcel.payload, "event_id": new_id("Ev")})

    async def _again(self, parcel: Parcel, retry: Retry | None, patience: float) -> None:
        await asyncio.sleep(self._chance.choice((0, 0, 0.05, 0.3, 1.5)))
        try:
            await self._send(parcel, retry, patience)
        except NoAnswer:
            return

    async def _send(self, parcel: Parcel, retry: Retry | None, patience: float) -> Ack:
        passed, self._next = self._next, asyncio.Event()
        passed.set()
        ack = await self._inner.send(parcel, retry, patience)
        if parcel.kind == "events_api" and (what := told_by(parcel.payload)):
            self._ledger.heard.add(what)
        return ack

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def told_by(payload: dict[str, Any]) -> tuple[str, str, str] | None:
    """What an event says about a person's message: note, edit or delete; channel; ts (and edit).
    Or about a person: that; id; title."""
    event = payload["event"]
    if event.get("type") == "user_change":
        user = event["user"]
        return "person", str(user["id"]), str(user["profile"].get("title") or "")
    if event.get("type") != "message":
        return None
    channel = str(event["channel"])
    match event.get("subtype"):
        case "message_changed":
            message = event["message"]
            edit = (message.get("edited") or {}).get("ts", "")
            return "edit", channel, f"{message['ts']}/{edit}"
        case "message_deleted":
            return "delete", channel, str(event["deleted_ts"])
        case _:
            return "note", channel, str(event["ts"])
