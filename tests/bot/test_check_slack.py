"""What `frontdesk check` says of Slack: tokens, scopes and the line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.check_mail import Fact
from bot.check_slack import MANIFEST, check_slack, missing_scopes
from bot.config import read_settings
from bot.deskfile import read_desk_file
from bot.slack import TokenRefused, open_line, slack_client, slack_session
from sandbox.server import Sandbox

DESK = MANIFEST.with_name("desk.example.yml")


@pytest.fixture
async def slack() -> AsyncIterator[Sandbox]:
    async with Sandbox(MANIFEST) as slack:
        yield slack


def settings_for(slack: Sandbox, **changes: Any) -> Any:
    values = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
    }
    return read_settings(_env_file=None, **(values | changes))


async def said_of(slack: Sandbox, **changes: Any) -> list[Fact]:
    return await check_slack(settings_for(slack, **changes), read_desk_file(DESK))


def wrong(facts: Iterable[Fact]) -> list[str]:
    return [words for good, words in facts if not good]


async def test_nothing_is_wrong_with_what_is_right(slack: Sandbox) -> None:
    facts = await said_of(slack)

    assert wrong(facts) == []
    assert facts[0][1].startswith("Slack: ")


# The line


@pytest.mark.parametrize("error", ["forbidden_team", "socket_mode_not_enabled"])
async def test_a_connection_that_is_refused_is_told_in_slacks_word(
    slack: Sandbox, error: str
) -> None:
    slack.faults.add("apps.connections.open", error=error)

    facts = await said_of(slack)

    assert wrong(facts) == [
        f"Slack: apps.connections.open: {error}."
        " Is SLACK_APP_TOKEN of this app, and is Socket Mode on?"
    ]
    assert any(words.startswith("channel ") for _, words in facts)


@pytest.mark.parametrize("error", ["internal_error", "ratelimited"])
async def test_a_connection_that_slack_cannot_open_now_is_told_as_such(
    slack: Sandbox, error: str
) -> None:
    slack.faults.add("apps.connections.open", error=error)

    assert wrong(await said_of(slack)) == [
        f"Slack: apps.connections.open: {error}. Try again in a moment."
    ]


@pytest.mark.parametrize("error", ["token_expired", "token_revoked", "invalid_auth"])
async def test_an_app_token_that_is_over_is_named_by_its_setting(
    slack: Sandbox, error: str
) -> None:
    slack.faults.add("apps.connections.open", error=error)

    assert wrong(await said_of(slack)) == [f"Slack refuses SLACK_APP_TOKEN ({error})."]


async def test_a_connection_that_breaks_off_is_told(slack: Sandbox) -> None:
    slack.faults.add("apps.connections.open", "drop_before", times=5)

    (words,) = wrong(await said_of(slack))

    assert words.startswith("Slack: apps.connections.open: ")
    assert words.endswith(". Is this machine online?")


async def test_over_http_no_connection_is_asked_for(slack: Sandbox) -> None:
    slack.faults.add("apps.connections.open", error="forbidden_team")

    assert wrong(await said_of(slack, SLACK_APP_TOKEN=None)) == []


async def test_who_runs_asks_again_after_an_error_and_ends_with_a_token_that_is_over(
    slack: Sandbox,
) -> None:
    async with slack_session() as session:
        client = slack_client(settings_for(slack), session)
        slack.faults.add("apps.connections.open", error="internal_error")
        slack.faults.add("apps.connections.open", error="token_expired")

        assert await open_line(client, slack.app_token) is None
        with pytest.raises(TokenRefused):
            await open_line(client, slack.app_token)
        assert str(await open_line(client, slack.app_token)).startswith("ws")


# The bot token


async def test_a_bot_token_that_is_refused_is_told(slack: Sandbox) -> None:
    facts = await said_of(slack, SLACK_BOT_TOKEN="xoxb-of-another")

    assert facts == [
        (
            False,
            "Slack: auth.test: invalid_auth. Check the token, and the scopes of manifest.yml.",
        )
    ]


async def test_a_slack_that_is_not_there_is_told(slack: Sandbox) -> None:
    facts = await said_of(slack, SLACK_API_URL="http://127.0.0.1:1/api/")

    (words,) = wrong(facts)
    assert words.startswith("Slack: auth.test: ClientConnector")
    assert words.endswith("Is this machine online?")


# Scopes


async def test_scopes_that_were_not_granted_are_named() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    for scope in ("files:read", "chat:write"):
        manifest["oauth_config"]["scopes"]["bot"].remove(scope)

    async with Sandbox(manifest) as slack:
        facts = await said_of(slack)

    assert wrong(facts) == [
        "Slack: these scopes of manifest.yml are missing: chat:write, files:read."
        " Add them and install the app anew."
    ]


async def test_scopes_are_named_also_where_the_channels_cannot_be_read_for_want_of_them() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    scopes.remove("channels:read")
    scopes.remove("groups:read")

    async with Sandbox(manifest) as slack:
        first, second = wrong(await said_of(slack))

    assert first.startswith("Slack: these scopes of manifest.yml are missing: channels:read, gr")
    assert second.startswith("Slack: conversations.list: missing_scope.")


def test_without_the_header_or_the_manifest_nothing_is_said_of_scopes(tmp_path: Path) -> None:
    broken = tmp_path / "manifest.yml"
    broken.write_text("oauth_config: [")

    assert missing_scopes({"Date": "today"}) == []
    assert missing_scopes({"X-OAuth-Scopes": "commands"}, tmp_path / "none.yml") == []
    assert missing_scopes({"X-OAuth-Scopes": "commands"}, broken) == []
    assert "chat:write" in missing_scopes({"x-oauth-scopes": "commands, users:read"})
