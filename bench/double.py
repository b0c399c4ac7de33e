"""A Slack that costs almost nothing: it answers, and remembers when each ticket was shown."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from bench.wire import Incoming, answer

MARK = re.compile(rb"bench-(\d+)")  # in each subject, so that what shows a ticket can be told
_THREAD = re.compile(rb'"thread_ts": ?"([\d.]+)"|thread_ts=([\d.]+)')
_CHANNEL = re.compile(rb'"channel": ?"(\w+)"')

TECHNICIANS = ("UTECH00001", "UTECH00002", "UTECH00003")
REQUESTERS = tuple(f"UREQ{number:06d}" for number in range(200))
CHANNELS = {f"CBENCH{number:02d}": f"bench-{number:02d}" for number in range(4)}


def address_of(user: str) -> str:
    return f"{user.lower()}@bench.example"


class SlackDouble:
    """Counts calls by method, and notes for each marked ticket when its messages arrived.

    `delay` is how many seconds Slack takes to answer; it does what was asked on arrival.
    """

    def __init__(self) -> None:
        self.delay = 0.0
        self.calls: Counter[str] = Counter()
        self.order: list[str] = []  # the same, one after another
        self.shown: defaultdict[int, list[float]] = defaultdict(list)
        self.news = asyncio.Event()
        self._threads: dict[bytes, int] = {}
        self._ts = count(1)
        self._server: asyncio.Server | None = None
        self.url = ""

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self), "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/api/"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def take(self, method: str, head: bytes, body: bytes) -> bytes:
        """Do what one call asks; the answer to it."""
        now = time.perf_counter()
        self.calls[method] += 1
        self.order.append(method)
        match method:
            case "chat.postMessage" | "chat.update":
                return self._message(method, body, now)
            case "users.list":
                return _json({"ok": True, "members": [_user(u) for u in TECHNICIANS + REQUESTERS]})
            case "conversations.list":
                return _json({"ok": True, "channels": [_channel(c) for c in CHANNELS]})
            case "users.info":
                asked = re.search(rb"\bU[A-Z0-9]+", head + body)
                return _json({"ok": True, "user": _user(asked[0].decode() if asked else "U")})
            case "auth.test":
                return _json(AUTH)
            case _ if method.startswith("views."):
                return _json({"ok": True, "view": {"id": f"V{next(self._ts)}", "hash": "1"}})
            case _:
                return b'{"ok":true}'

    def _message(self, method: str, body: bytes, now: float) -> bytes:
        ts = f"1700000000.{next(self._ts):06d}".encode()
        marked, thread = MARK.search(body), _THREAD.search(body)
        number = int(marked[1]) if marked else None
        if thread is not None:
            number = self._threads.get(thread[1] or thread[2], number)
        if number is not None:
            self._threads.setdefault(ts, number)
            self.shown[number].append(now)
        self.news.set()
        channel = _CHANNEL.search(body)
        place = channel[1] if channel else b"CBENCH00"
        return (
            b'{"ok":true,"channel":"%s","ts":"%s","message":{"type":"message","subtype":'
            b'"bot_message","text":"shown","ts":"%s","bot_id":"BBENCH"}}' % (place, ts, ts)
        )

    def forget(self) -> None:
        """What was shown so far, so that only the bot keeps anything. Calls stay counted."""
        self.order.clear()
        self.shown.clear()
        self._threads.clear()

    @property
    def messages(self) -> int:
        """How many were posted or edited so far."""
        return self.calls["chat.postMessage"] + self.calls["chat.update"]

    async def until_shown(self, numbers: Mapping[int, int], within: float) -> bool:
        """Whether each ticket was shown as often as `numbers` says, within that many seconds."""
        return await self.until(
            lambda: all(len(self.shown[n]) >= often for n, often in numbers.items()), within
        )

    async def until(self, happened: Callable[[], bool], within: float) -> bool:
        """Looks whenever a message arrived."""
        try:
            async with asyncio.timeout(within):
                while not happened():
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            return False
        return True


AUTH = {
    "ok": True,
    "url": "https://bench.slack.example/",
    "team": "Bench",
    "user": "frontdesk",
    "team_id": "TBENCH",
    "user_id": "UBENCHBOT",
    "bot_id": "BBENCH",
}


def _user(user: str) -> dict[str, Any]:
    name = f"Person {user[1:].title()}"
    return {
        "id": user,
        "team_id": "TBENCH",
        "name": user.lower(),
        "real_name": name,
        "locale": "en-GB",
        "tz": "Europe/Paris",
        "profile": {"real_name": name, "email": address_of(user), "title": "Colleague"},
    }


def _channel(channel: str) -> dict[str, Any]:
    return {"id": channel, "name": CHANNELS[channel], "is_private": True, "is_member": True}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


class _Line(asyncio.Protocol):
    """One connection of a client to Slack."""

    def __init__(self, slack: SlackDouble) -> None:
        self._slack = slack
        self._incoming = Incoming()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for head, body in self._incoming.feed(data):
            target = head.split(b" ", 2)[1].decode()
            method = target.partition("?")[0].rsplit("/", 1)[-1]
            said = answer(self._slack.take(method, head, body))
            if self._slack.delay:
                loop = asyncio.get_running_loop()
                loop.call_later(self._slack.delay, self._write, said)
            else:
                self._write(said)

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
