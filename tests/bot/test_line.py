"""The line to Slack says in one line what is wrong with it."""

from __future__ import annotations

import asyncio
import logging

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import read_settings
from bot.socket_mode import SocketMode

NOBODY = "http://127.0.0.1:1/api/"


async def test_a_connection_that_cannot_be_made_is_told_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = AsyncApp(client=AsyncWebClient("xoxb-1", NOBODY), signing_secret="none")
    settings = read_settings(_env_file=None, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    line = SocketMode(app, settings)
    connecting = asyncio.create_task(line.connect())

    async with asyncio.timeout(30):
        while not _said(caplog):  # noqa: ASYNC110 - the log has no event to wait for
            await asyncio.sleep(0.01)
    await line.stop(1)
    connecting.cancel()

    assert all("\n" not in record.getMessage() for record in _said(caplog))
    assert not any(record.exc_info for record in _said(caplog))


def _said(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "frontdesk.line"]
