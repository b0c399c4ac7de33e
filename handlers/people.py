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


def person_from_slack(user: Mapping[str, Any]) -> Person | None:
    """Slack's user as a person of the directory; None for bots and people of other workspaces'
    apps. Guests may have no address."""
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
            email=text_in(profile.get("email")).strip().lower() or None,
            slack_id=slack_id,
            language="fr" if locale.lower().startswith("fr") else "en" if locale else "",
            title=text_in(profile.get("title")),
            zone=text_in(user.get("tz")) or "UTC",
            active=not user.get("deleted", False),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise Malformed("user") from fault


async def on_user_event(happened: Happened, context: Context) -> Answer:
    person = person_from_slack(happened.event.get("user") or {})
    if person is not None:
        await context.desk.handle(LearnPeople((person,)), once=happened.once)
    return Answer()


EVENTS: Table = {"team_join": on_user_event, "user_change": on_user_event}
