"""Slack over signed HTTP requests: what comes in, and what is turned away at the door."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.http import LARGEST, OLDEST
from sandbox.signed_http import signature
from tests.journeys.mishaps import LONG, stored
from tests.journeys.stage import Stage, a_stage, free_port

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SECRET_TEXT = "what-nobody-may-read-in-a-log"


class Door:
    """The bot's door as whoever stands outside sees it."""

    def __init__(self, stage: Stage, session: aiohttp.ClientSession) -> None:
        self.stage = stage
        self.session = session
        self.base = f"http://127.0.0.1:{stage.bot.http_port}"

    async def post(
        self, body: bytes, *, secret: str | None = "", at: float | None = None, **headers: str
    ) -> tuple[int, str]:
        """Signed with Slack's secret, with another one, or not at all (None)."""
        stamp = str(int(time.time() if at is None else at))
        sent = {"Content-Type": JSON, "X-Slack-Request-Timestamp": stamp}
        if secret is not None:
            key = secret or self.stage.slack.signing_secret
            sent["X-Slack-Signature"] = signature(key, stamp, body)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.base}/slack/events"
        async with self.session.post(url, data=body, headers=sent) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(self.base + path) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with a_stage(tmp_path, over_http=True) as stage, aiohttp.ClientSession() as session:
        yield Door(stage, session)


def command(text: str = SECRET_TEXT) -> bytes:
    fields = {"command": "/ticket", "text": text, "user_id": "U01PIERRE", "team_id": "T1"}
    return urlencode(fields).encode()


async def test_a_signed_request_is_answered(door: Door) -> None:
    status, text = await door.post(command("help"), Content_Type=FORM)

    assert status == 200
    assert json.loads(text)["response_type"] == "ephemeral"


async def test_slack_may_check_the_address(door: Door) -> None:
    check = {"type": "url_verification", "challenge": "abc123", "token": "deprecated"}

    status, text = await door.post(json.dumps(check).encode())

    assert (status, "abc123" in text) == (200, True)


@pytest.mark.parametrize(
    ("secret", "age"),
    [
        pytest.param("somebody-elses-secret", 0, id="forged"),
        pytest.param(None, 0, id="unsigned"),
        pytest.param("", OLDEST + 5, id="old"),
        pytest.param("", -OLDEST - 5, id="from the future"),
    ],
)
async def test_what_slack_did_not_sign_just_now_is_turned_away(
    door: Door, capfd: pytest.CaptureFixture[str], secret: str | None, age: float
) -> None:
    status, text = await door.post(
        command(), secret=secret, at=time.time() - age, Content_Type=FORM
    )

    assert (status, text) == (401, "")
    captured = capfd.readouterr()
    assert "signature_refused" in captured.out + captured.err
    assert SECRET_TEXT not in captured.out + captured.err


@pytest.mark.parametrize(
    "stamp", ["", "now", "١٧٠٠٠٠٠٠٠٠", "-1", "1e9", "9" * 5000], ids=lambda stamp: stamp[:6]
)
async def test_a_timestamp_that_is_none_is_turned_away(door: Door, stamp: str) -> None:
    status, _ = await door.post(command(), X_Slack_Request_Timestamp=stamp)

    assert status == 401


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(JSON, b"\xff\xfe\x00", id="not text"),
        pytest.param(JSON, b"{not json", id="not json"),
        pytest.param(JSON, b"[1, 2]", id="a list"),
        pytest.param(JSON, b'"text"', id="a string"),
        pytest.param(JSON, b"{}", id="empty object"),
        pytest.param(JSON, b'{"type": "event_callback"}', id="no event"),
        pytest.param(JSON, b'{"type": "event_callback", "event": 7}', id="event is a number"),
        pytest.param(JSON, b'{"type": "event_callback", "event": {}}', id="empty event"),
        pytest.param(JSON, b'{"a":' * 20_000 + b"1" + b"}" * 20_000, id="nested without end"),
        pytest.param(JSON, b'{"type": "block_actions", "actions": []}', id="empty actions"),
        pytest.param(FORM, b"payload=%7B%22type%22", id="cut off"),
        pytest.param(FORM, b"payload=%7B%22type%22%3A%22block_actions%22%7D", id="no actions"),
        pytest.param(FORM, b"payload=%7B%22type%22%3A%22view_submission%22%7D", id="no view"),
        pytest.param(FORM, b"payload=%5B%5D", id="payload is a list"),
        pytest.param(FORM, b"payload=null", id="payload is null"),
        pytest.param(FORM, b"", id="nothing"),
        pytest.param(FORM, b"command=%2Fticket", id="command of nobody"),
    ],
)
async def test_garbage_is_said_to_be_garbage(
    door: Door, capfd: pytest.CaptureFixture[str], kind: str, body: bytes
) -> None:
    status, text = await door.post(body, Content_Type=kind)

    assert (status, text) == (400, "")
    captured = capfd.readouterr()
    assert "Traceback" not in captured.out + captured.err


@pytest.mark.parametrize("kind", ["app_rate_limited", "something_new", "interactive_message"])
async def test_a_kind_of_request_we_do_not_know_is_taken_and_ignored(door: Door, kind: str) -> None:
    body = json.dumps({"type": kind, "team_id": "T1", "minute_rate_limited": 1}).encode()

    status, _ = await door.post(body)

    assert status == 200


async def test_an_event_we_did_not_ask_for_is_taken_and_ignored(door: Door) -> None:
    event = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "star_added"}}

    status, _ = await door.post(json.dumps(event).encode())

    assert status == 200


async def test_what_is_larger_than_anything_of_slack_is_not_read(door: Door) -> None:
    status, _ = await door.post(b"x" * (LARGEST + 1))

    assert status == 413


async def test_the_largest_body_need_not_say_how_large_it_is(door: Door) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 100_000 + 2):
            yield b"x" * 100_000

    headers = {
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": "v0=" + "0" * 64,
    }
    url = f"{door.base}/slack/events"
    async with door.session.post(url, data=pieces(), headers=headers) as answer:
        assert answer.status == 413


async def test_other_doors_are_closed(door: Door) -> None:
    async with door.session.get(f"{door.base}/slack/events") as answer:
        assert answer.status == 405
    async with door.session.get(f"{door.base}/") as answer:
        assert answer.status == 404


async def test_the_health_page_says_whether_all_is_well(door: Door) -> None:
    alive = await door.get("/health/live")
    status, facts = await door.get("/health")

    assert alive == (200, {"ok": True})
    assert (status, facts["ok"], facts["mode"]) == (200, True, "http")
    assert facts["outbox"] == {
        "waiting": 0,
        "refused": 0,
        "uncertain": 0,
        "postponed": 0,
        "late_seconds": 0,
    }
    assert stored(door.stage, "SELECT count(*) FROM tickets") == [(0,)]


async def test_the_health_page_in_socket_mode_tells_of_a_lost_connection(tmp_path: Path) -> None:
    port = free_port()
    async with (
        a_stage(tmp_path, FRONTDESK_HTTP_PORT=port) as stage,
        aiohttp.ClientSession() as session,
    ):
        door = Door(stage, session)
        before = await door.get("/health")
        refused = await door.post(command())
        stage.slack.drop_socket()
        await stage.slack.until(lambda: not stage.slack.connected)

        assert before[0] == 200
        assert refused[0] == 404  # Slack comes through the socket, and nobody through here
        async with asyncio.timeout(LONG):
            while (await door.get("/health"))[0] == 200:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.02)
