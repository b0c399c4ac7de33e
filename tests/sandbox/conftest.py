"""A sandbox, a client and a Bolt app for the tests of the sandbox itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from tests.sandbox.tiny_bot import a_client, a_manifest, an_app, over_socket


@pytest.fixture
async def slack() -> AsyncIterator[Sandbox]:
    """A sandbox whose retries come fast, waiting for a bot over Socket Mode."""
    async with Sandbox(a_manifest(), retry_delays=(0.0, 0.05, 0.05), patience=1.0) as sandbox:
        yield sandbox


@pytest.fixture
def client(slack: Sandbox) -> AsyncWebClient:
    return a_client(slack)


@pytest.fixture
async def bolt(slack: Sandbox) -> AsyncIterator[AsyncApp]:
    """A Bolt app connected over Socket Mode; add listeners to it."""
    app = an_app(slack)
    async with over_socket(app, slack):
        yield app
