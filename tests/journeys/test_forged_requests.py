"""Requests that are not Slack's are answered 401, whatever they look like."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from tests.journeys.stage import a_stage


@pytest.mark.parametrize(
    ("timestamp", "signature"),
    [
        ("", ""),
        ("yesterday", "v0=0"),
        ("-1", "v0=0"),
        ("9" * 5000, "v0=0"),
        ("1790000000", "v0=é"),
    ],
    ids=["unsigned", "no number", "below zero", "no number a computer reads", "not ASCII"],
)
async def test_a_forged_request_is_refused(tmp_path: Path, timestamp: str, signature: str) -> None:
    async with a_stage(tmp_path, over_http=True) as stage:
        headers = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature.encode().decode("latin-1"),
        }
        door = f"http://127.0.0.1:{stage.bot.http_port}/slack/events"

        async with (
            aiohttp.ClientSession() as session,
            session.post(door, data="payload=secret", headers=headers) as answer,
        ):
            status, body = answer.status, await answer.text()

    assert (status, body) == (401, "")
