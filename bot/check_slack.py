"""The part of `frontdesk check` about Slack: tokens, scopes, the line, channels."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import TypeVar

import aiohttp
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.check_mail import Fact
from bot.config import Settings
from bot.directory import ChannelState, channels
from bot.outcomes import NotSetUp, Unreachable
from bot.slack import PATIENCE, TokenRefused, ask_for_a_line, slack_client
from bot.slack_calls import DOUBTFUL, NO_ANSWER, SlackCalls, SlackDeclined, error_word
from desk.ports import HouseSetup

MANIFEST = Path(__file__).parent.parent / "manifest.yml"  # not there where we were installed
GRANTED = "x-oauth-scopes"  # header of Slack's answers
PASSING = DOUBTFUL | {"ratelimited", "rate_limited"}
CHECK_THE_SETUP = "Check the token, and the scopes of manifest.yml."
CHECK_THE_LINE = "Is SLACK_APP_TOKEN of this app, and is Socket Mode on?"

T = TypeVar("T")


class _Fault(Exception):
    """Its text is what to say."""


async def check_slack(settings: Settings, setup: HouseSetup) -> list[Fact]:
    facts: list[Fact] = []
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        calls = SlackCalls(slack_client(settings, session))
        try:
            facts += await _who_we_are(calls.client)
            facts += await _line(calls.client, settings)
            known = await channels(calls)
        except _Fault as fault:
            return [*facts, (False, str(fault))]
        except (SlackDeclined, NotSetUp) as declined:
            return [*facts, (False, f"Slack: {declined}. {CHECK_THE_SETUP}")]
        except Unreachable as fault:
            return [*facts, (False, f"Slack: {fault.reason}. Is this machine online?")]
    facts += [_channel(team.channel, f"of team {team.key}", known) for team in setup.teams]
    if setup.admin_channel:
        facts.append(_channel(setup.admin_channel, "of administrators", known))
    return facts


async def _who_we_are(client: AsyncWebClient) -> list[Fact]:
    """By the client itself: its answer has headers, and one names the scopes. Raises _Fault."""
    us = await _answer_of("auth.test", client.auth_test(), CHECK_THE_SETUP)
    facts: list[Fact] = [(True, f"Slack: {us.get('team')} as {us.get('user')}")]
    if missing := missing_scopes(us.headers):
        names = ", ".join(missing)
        told = f"Slack: these scopes of manifest.yml are missing: {names}."
        facts.append((False, f"{told} Add them and install the app anew."))
    return facts


async def _line(client: AsyncWebClient, settings: Settings) -> list[Fact]:
    """Only what is wrong: the channels are looked at all the same."""
    if settings.slack_app_token is None:
        return []
    asking = ask_for_a_line(client, settings.slack_app_token.get_secret_value())
    try:
        await _answer_of("apps.connections.open", asking, CHECK_THE_LINE)
    except TokenRefused as refused:
        return [(False, f"Slack refuses {refused.setting} ({refused.error}).")]
    except _Fault as fault:
        return [(False, str(fault))]
    return []


async def _answer_of(method: str, asking: Awaitable[T], advice: str) -> T:
    """`advice`: what to do where Slack declines. Raises _Fault, and what `asking` knows better."""
    try:
        return await asking
    except SlackApiError as declined:
        error = error_word(declined)
        if error and error not in PASSING:
            raise _Fault(f"Slack: {method}: {error}. {advice}") from None
        said = error or "no answer of Slack's"
        raise _Fault(f"Slack: {method}: {said}. Try again in a moment.") from None
    except NO_ANSWER as fault:
        said = type(fault).__name__
        raise _Fault(f"Slack: {method}: {said}. Is this machine online?") from None


def missing_scopes(headers: Mapping[str, str], manifest: Path = MANIFEST) -> list[str]:
    """Those of the manifest that the token has not; no one where either says nothing of scopes."""
    granted = next((had for name, had in headers.items() if name.lower() == GRANTED), None)
    if granted is None:
        return []
    return sorted(_wanted_scopes(manifest) - {scope.strip() for scope in granted.split(",")})


def _wanted_scopes(manifest: Path) -> set[str]:
    try:
        asked = yaml.safe_load(manifest.read_text(encoding="utf-8"))
        return set(asked["oauth_config"]["scopes"]["bot"])
    except (OSError, ValueError, yaml.YAMLError, LookupError, TypeError):
        return set()


def _channel(wanted: str | None, whose: str, known: Mapping[str, ChannelState]) -> Fact:
    name = (wanted or "").lstrip("#")
    state = known.get(name)
    if state is None:
        return False, f"channel {name} {whose}: not found; invite the bot"
    if not state.has_us:
        return False, f"channel {name} {whose}: invite the bot there"
    public = "" if state.is_private else " (public: everybody can read its notes)"
    return True, f"channel {name} {whose}{public}"
