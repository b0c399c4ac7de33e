"""The floor: what verifying a request and storing a ticket cost when nothing else is done.

`/slack/events` verifies and answers. `/create` verifies, stores the rows of a new ticket in one raw
transaction, answers, and posts twice on one shared session: a card, and a line in its thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import unquote_plus

import aiohttp
import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.double import MARK
from bench.payloads import SECRET

Statement = tuple[str, tuple[Any, ...]]
Run = Callable[[str, tuple[Any, ...]], Any]

TICKET = (
    "INSERT INTO tickets (subject, description, requester_id, team_id, created_at, state_since,"
    " changed_at, tell_beneficiary, catalogue_id, state, impact, urgency, request_type, origin,"
    " new_answer, version, is_open, rank)"
    " VALUES (?, ?, 1, 1, ?, ?, ?, ?, 1, 'new', 'person', 'medium', 'incident', 'chat', ?, 1, 1, 4)"
    " RETURNING id"
)
ENTRY = (
    "INSERT INTO entries (ticket_id, kind, at, by_id, visibility, words, facts)"
    " VALUES (?, 'opened', ?, 1, 'internal', ?, '{}') RETURNING id"
)
ONCE = "INSERT INTO once (key, ticket_id, entry_id, changed, at) VALUES (?, ?, ?, ?, ?)"
WISH = (
    "INSERT INTO outbox (lane, key, payload, asked, due_at, state, attempts, error, ticket_id,"
    " created_at) VALUES (?, ?, ?, 1, ?, 'waiting', 0, '', ?, ?)"
)
REQUESTS = "UPDATE people SET requests = requests + 1 WHERE id = 1"


def store(run: Run, mark: str, words: str) -> int:
    """The rows of one new ticket, inside a transaction that the caller begins and commits."""
    now = time.time_ns() // 1000
    ticket = run(TICKET, (f"Printer {mark}", words, now, now, now, True, False)).fetchone()[0]
    entry = run(ENTRY, (ticket, now, words)).fetchone()[0]
    run(REQUESTS, ())
    for kind in ("card", "thread", "mail"):
        payload = f'{{"kind":"{kind}","ticket":{ticket}}}'
        run(WISH, (f"slack:{ticket}", f"{kind}:{ticket}", payload, now, ticket, now))
    run(ONCE, (f"view:{mark}", ticket, entry, True, now))
    return int(ticket)


class Database:
    """One connection, used from the event loop: nothing is quicker for one request."""

    def __init__(self, url: str) -> None:
        self._sqlite: sqlite3.Connection | None = None
        if url.startswith("sqlite"):
            self._sqlite = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self._sqlite.execute("PRAGMA journal_mode = WAL")
            self._sqlite.execute("PRAGMA synchronous = FULL")
        else:
            self._postgresql = psycopg.connect(url, autocommit=True)
            # The people and teams of a desk are not there: only the rows themselves are measured.
            self._postgresql.execute("SET session_replication_role = replica")

    def keep(self, mark: str, words: str) -> int:
        if self._sqlite is not None:
            self._sqlite.execute("BEGIN IMMEDIATE")
            ticket = store(self._sqlite.execute, mark, words)
            self._sqlite.execute("COMMIT")
            return ticket
        with self._postgresql.transaction(), self._postgresql.cursor() as cursor:
            execute: Run = cursor.execute
            return store(lambda sql, values: execute(_named(sql), values), mark, words)


def _named(sql: str) -> str:
    return sql.replace("?", "%s")


def is_signed(request: Request, body: bytes) -> bool:
    stamp = request.headers["x-slack-request-timestamp"]
    if abs(time.time() - int(stamp)) > 300:
        return False
    base = b"v0:" + stamp.encode() + b":" + body
    digest = "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(digest, request.headers["x-slack-signature"])


class Floor:
    def __init__(self, database: str, slack: str) -> None:
        self._database = Database(database)
        self._slack = slack
        self._posting: set[asyncio.Task[None]] = set()

    async def verify(self, request: Request) -> Response:
        return Response(status_code=200 if is_signed(request, await request.body()) else 401)

    async def create(self, request: Request) -> Response:
        body = await request.body()
        if not is_signed(request, body):
            return Response(status_code=401)
        marked = MARK.search(body)
        assert marked is not None
        # As large as what a real ticket keeps of its form.
        words = unquote_plus(body[-3000:].decode())[:1500]
        self._database.keep(marked[0].decode(), words)
        task = asyncio.create_task(self._post(marked[0].decode()))
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)
        return Response()

    async def _post(self, mark: str) -> None:
        card = {"channel": "CBENCH00", "text": f"Printer {mark}", "blocks": [_section(mark)] * 4}
        url = self._slack + "chat.postMessage"
        async with self._session.post(url, json=card) as said:
            ts = (await said.json())["ts"]
        line = {"channel": "CBENCH00", "text": "For the team only", "thread_ts": ts}
        async with self._session.post(url, json=line) as said:
            await said.read()

    @contextlib.asynccontextmanager
    async def running(self, app: Starlette) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer xoxb-bench"}) as session:
            self._session = session
            yield


def _section(mark: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": f"*Printer {mark}* " * 4}}


def main() -> None:
    floor = Floor(os.environ["BENCH_DATABASE"], os.environ["BENCH_SLACK"])
    routes = [
        Route("/slack/events", floor.verify, methods=["POST"]),
        Route("/create", floor.create, methods=["POST"]),
    ]
    app = Starlette(routes=routes, lifespan=floor.running)
    uvicorn.run(app, port=int(os.environ["BENCH_PORT"]), log_config=None, access_log=False)


if __name__ == "__main__":
    main()
