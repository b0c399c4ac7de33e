"""The directory and the channels, from Slack: at start, each day, and as events tell (handlers)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.outcomes import NotSetUp, Unreachable
from bot.slack_calls import SlackCalls, SlackDeclined
from desk.people import Person
from desk.ports import HouseSetup, TeamSetup
from desk.service import Desk
from desk.setting_up import LearnPeople
from handlers.people import person_from_slack

log = structlog.get_logger(__name__)

PAGE = 200  # Slack's advice for lists
AT_ONCE = 100  # people in one transaction: technicians' clicks come in between


@dataclass(frozen=True)
class ChannelState:
    """What Slack says of a channel the desk file names."""

    id: str
    name: str
    is_private: bool
    is_shared: bool
    has_us: bool


async def learn_everybody(calls: SlackCalls, desk: Desk) -> int:
    """Bring the whole directory up to date, a page at a time; how many people there are."""
    count = 0

    async def learn(page: Mapping[str, Any]) -> None:
        nonlocal count
        people = [person_from_slack(user, calls.home) for user in page.get("members") or ()]
        known: tuple[Person, ...] = tuple(person for person in people if person is not None)
        for start in range(0, len(known), AT_ONCE):
            await desk.handle(LearnPeople(known[start : start + AT_ONCE]))
        count += len(known)

    await calls.pages("users.list", {"limit": PAGE, "include_locale": True}, learn)
    return count


async def channels(calls: SlackCalls) -> dict[str, ChannelState]:
    """Every channel the bot can see, by id and by name."""
    found: dict[str, ChannelState] = {}

    async def keep(page: Mapping[str, Any]) -> None:
        for raw in page.get("channels") or ():
            state = ChannelState(
                id=str(raw["id"]),
                name=str(raw.get("name") or ""),
                is_private=bool(raw.get("is_private")),
                is_shared=bool(raw.get("is_ext_shared") or raw.get("is_shared")),
                has_us=bool(raw.get("is_member")),
            )
            found[state.id] = found[state.name] = state

    arguments = {
        "types": "public_channel,private_channel",
        "exclude_archived": True,
        "limit": PAGE,
    }
    await calls.pages("conversations.list", arguments, keep)
    return found


async def with_slack_ids(setup: HouseSetup, calls: SlackCalls) -> HouseSetup:
    """The desk file with channel names and user groups replaced by what Slack calls them.

    A channel that is not found keeps its name, which Slack takes in place of an id when we post:
    its team's cards wait until the bot is invited there.
    """
    try:
        known = await channels(calls)
    except (SlackDeclined, NotSetUp) as fault:
        log.error("channels_unknown", reason=str(fault))
        known = {}
    groups = await _groups(setup, calls)

    def channel(wanted: str | None) -> str | None:
        name = (wanted or "").lstrip("#")
        state = known.get(name)
        if state is not None:
            return state.id
        return name if not name or is_channel_id(name) else f"#{name}"

    def team(entry: TeamSetup) -> TeamSetup:
        members = tuple(m for ref in entry.members for m in groups.get(ref, (ref,)))
        return replace(entry, channel=channel(entry.channel), members=members)

    return replace(
        setup,
        admin_channel=channel(setup.admin_channel),
        administrators=tuple(m for ref in setup.administrators for m in groups.get(ref, (ref,))),
        teams=tuple(team(entry) for entry in setup.teams),
    )


async def _groups(setup: HouseSetup, calls: SlackCalls) -> dict[str, tuple[str, ...]]:
    """Members of the user groups that the desk file names, as "S0123" or "@handle"."""
    wanted = {
        ref
        for refs in (*(team.members for team in setup.teams), setup.administrators)
        for ref in refs
        if is_group(ref)
    }
    if not wanted:
        return {}
    members: dict[str, tuple[str, ...]] = {}
    try:
        answer = await calls.call("usergroups.list", {})
        ids = {f"@{group['handle']}": group["id"] for group in answer.get("usergroups") or ()}
        for ref in wanted:
            users = await calls.call("usergroups.users.list", {"usergroup": ids.get(ref, ref)})
            members[ref] = tuple(map(str, users.get("users") or ()))
    except (SlackDeclined, Unreachable) as fault:
        log.warning("user_groups_unknown", reason=str(fault))
    return members


def is_channel_id(name: str) -> bool:
    return name[:1] in ("C", "G") and len(name) > 5 and name.isalnum() and name.isupper()


def is_group(ref: str) -> bool:
    return ref.startswith("@") or (ref.startswith("S") and ref.isalnum() and ref.isupper())
