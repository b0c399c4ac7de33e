"""The directory and the channels, from Slack: at start, each day, and as events tell (handlers)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from bot.outcomes import NotSetUp
from bot.pacing import Steady
from bot.slack_calls import SlackCalls, SlackDeclined, next_cursor
from desk.people import Person
from desk.ports import HouseSetup, TeamSetup
from desk.setting_up import LearnPeople, learn_people
from desk.trying_again import persistently
from handlers.people import person_from_slack
from storage.store import SqlStore
from storage.syncs import Sync
from storage.transaction import SqlTransaction

log = structlog.get_logger(__name__)

EVERYBODY = "users.list"
PAGE = 200  # Slack's advice for lists
PEOPLE_AT_ONCE = 500  # more than its advice, half of what it takes: 200,000 people in 20 minutes
AT_ONCE = 100  # people in one transaction: technicians' clicks come in between


@dataclass(frozen=True)
class ChannelState:
    """What Slack says of a channel the desk file names."""

    id: str
    name: str
    is_private: bool
    is_shared: bool
    has_us: bool


async def learn_everybody(calls: SlackCalls, store: SqlStore, clock: Callable[[], datetime]) -> int:
    """Bring the whole directory up to date, a page at a time; how many people there are.

    Goes on where an earlier process ended. People who left are in Slack's list too, marked so.
    """
    sync = await store.read(lambda tx: tx.syncs.of(EVERYBODY)) or Sync("", 0, clock())
    if sync.cursor:
        log.info("directory_goes_on", people=sync.seen)
    else:
        sync = replace(sync, seen=0, begun_at=clock())
    steady = Steady("users.list")
    while True:
        page = await _page_of_people(calls, sync.cursor, steady)
        if page is None:
            log.info("directory_begins_again", people=sync.seen)  # its cursor is too old
            sync = replace(sync, cursor="", seen=0, begun_at=clock())
            continue
        sync = await _learn_page(page, calls.home, sync, store, clock)
        if not sync.cursor:
            return sync.seen
        log.info("directory_so_far", people=sync.seen)


async def _page_of_people(
    calls: SlackCalls, cursor: str, steady: Steady
) -> Mapping[str, Any] | None:
    """None where Slack does not know the cursor any more."""
    wanted = {"limit": PEOPLE_AT_ONCE, "include_locale": True}
    try:
        return await calls.page(
            "users.list", wanted | ({"cursor": cursor} if cursor else {}), steady
        )
    except SlackDeclined as declined:
        if cursor and declined.error == "invalid_cursor":
            return None
        raise


async def _learn_page(
    page: Mapping[str, Any], home: str, sync: Sync, store: SqlStore, clock: Callable[[], datetime]
) -> Sync:
    """Portion by portion; with the last one it is kept that the page is done."""
    found = (person_from_slack(user, home) for user in page.get("members") or ())
    people = tuple(person for person in found if person is not None)
    cursor, now = next_cursor(page), clock()
    after = replace(sync, cursor=cursor, seen=sync.seen + len(people))
    if not cursor:
        after = replace(after, ended_at=now)
    portions = [people[start : start + AT_ONCE] for start in range(0, len(people), AT_ONCE)] or [()]
    for portion in portions[:-1]:
        await persistently(store, partial(_learn, portion, None, now))
    await persistently(store, partial(_learn, portions[-1], after, now))
    return after


def _learn(
    people: tuple[Person, ...], after: Sync | None, now: datetime, tx: SqlTransaction
) -> None:
    learn_people(LearnPeople(people), tx, now)
    if after is not None:
        tx.syncs.keep(EVERYBODY, after)


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

    def people(refs: Iterable[str]) -> tuple[str, ...]:
        """A group that Slack does not know is nobody."""
        return tuple(m for ref in refs for m in groups.get(ref, () if is_group(ref) else (ref,)))

    def team(entry: TeamSetup) -> TeamSetup:
        members = people(entry.members)
        return replace(entry, channel=channel(entry.channel), members=members)

    return replace(
        setup,
        admin_channel=channel(setup.admin_channel),
        administrators=people(setup.administrators),
        teams=tuple(team(entry) for entry in setup.teams),
    )


async def _groups(setup: HouseSetup, calls: SlackCalls) -> dict[str, tuple[str, ...]]:
    """Members of the user groups that the desk file names, as "S0123" or "@handle". Raises
    Unreachable: a team without its people is not to be loaded because a call was lost."""
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
    except (SlackDeclined, NotSetUp) as fault:
        log.warning("user_groups_unknown", reason=str(fault))
        return {}
    for ref in wanted:
        try:
            users = await calls.call("usergroups.users.list", {"usergroup": ids.get(ref, ref)})
            members[ref] = tuple(map(str, users.get("users") or ()))
        except (SlackDeclined, NotSetUp) as fault:
            log.warning("user_group_unknown", group=ref, reason=str(fault))
    return members


def is_channel_id(name: str) -> bool:
    return name[:1] in ("C", "G") and len(name) > 5 and name.isalnum() and name.isupper()


def is_group(ref: str) -> bool:
    return ref.startswith("@") or (ref.startswith("S") and ref.isalnum() and ref.isupper())
