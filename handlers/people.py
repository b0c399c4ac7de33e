"""The directory follows Slack: who joins, who changes name, language or address, who leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.people import Person
from desk.setting_up import LearnPeople
from handlers.answer import Answer
from handlers.context import Context, Table
from handlers.payload import Happened, Malformed
from handlers.values import name_in, text_in

LATEST = 2**40  # seconds since 1970: some time after us


def person_from_slack(user: Mapping[str, Any], home: str = "") -> Person | None:
    """Slack's user as a person of the directory; None for bots. Guests may have no address.

    `home` is our workspace's id: an address that another workspace vouches for is not believed,
    or it would make a stranger of a shared channel one of our members.
    """
    try:
        slack_id = name_in(user["id"])
        if user.get("is_bot") or slack_id == "USLACKBOT":
            return None
        profile = user.get("profile") or {}
        name = profile.get("real_name") or user.get("real_name") or user.get("name") or slack_id
        locale = text_in(user.get("locale") or profile.get("locale"))
        return Person(
            id=0,
            name=" ".join(text_in(name).split()) or slack_id,
            email=None if _is_foreign(user, home) else _address(profile),
            slack_id=slack_id,
            language="fr" if locale.lower().startswith("fr") else "en" if locale else "",
            title=text_in(profile.get("title")),
            zone=text_in(user.get("tz")) or "UTC",
            active=not user.get("deleted", False),
            told=_moment(user.get("updated")),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise Malformed("user") from fault


def _is_foreign(user: Mapping[str, Any], home: str) -> bool:
    team = text_in(user.get("team_id"))
    elsewhere = bool(home and team and team != home and not user.get("enterprise_user"))
    return elsewhere or bool(user.get("is_stranger"))


def _moment(seconds: Any) -> int:
    """0 where it is none."""
    return seconds if isinstance(seconds, int) and 0 < seconds < LATEST else 0


def _address(profile: Mapping[str, Any]) -> str | None:
    return text_in(profile.get("email")).strip().lower() or None


async def on_user_event(happened: Happened, context: Context) -> Answer:
    person = person_from_slack(happened.event.get("user") or {}, happened.home)
    if person is not None:
        await context.desk.handle(LearnPeople((person,)), once=happened.once)
    return Answer()


EVENTS: Table = {"team_join": on_user_event, "user_change": on_user_event}
