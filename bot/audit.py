"""Who can read a team's channel: told to the administrators at start and each day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import structlog

from bot.directory import ChannelState, channels
from bot.slack_calls import SlackCalls
from desk.ports import HouseSetup
from desk.service import Desk
from desk.setting_up import ReportChannel

log = structlog.get_logger(__name__)


async def audit_channels(
    setup: HouseSetup, calls: SlackCalls, desk: Desk, clock: Callable[[], datetime]
) -> None:
    """Warn of every team channel that is missing, public, shared, or lacks the bot."""
    known = await channels(calls)
    day = f"{clock():%Y-%m-%d}"
    for team in setup.teams:
        wanted = (team.channel or "").lstrip("#")
        state = known.get(wanted)
        for warning in _warnings(state):
            log.warning("channel_not_as_it_should_be", team=team.key, channel=wanted, is_=warning)
            report = ReportChannel(warning, state.id if state else wanted, day)
            await desk.handle(report, once=f"warn:{warning}:{wanted}:{day}")


def _warnings(state: ChannelState | None) -> Iterator[str]:
    if state is None:
        yield "missing"
        return
    if not state.has_us:
        yield "absent"
    if state.is_shared:
        yield "shared"
    elif not state.is_private:
        yield "public"
