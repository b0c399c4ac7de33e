"""App Home: drawn when it is opened, and again when one of its buttons is used."""

from __future__ import annotations

from blocks.ids import Action
from handlers.answer import Answer, PublishHome, then
from handlers.context import Context, Table
from handlers.pages import home_view
from handlers.payload import Click, Happened


async def on_home_opened(happened: Happened, context: Context) -> Answer:
    if happened.event.get("tab") not in (None, "home"):
        return Answer()
    return then(PublishHome(happened.user, await home_view("", happened.user, context)))


async def on_turned(click: Click, context: Context) -> Answer:
    """Another tab or page of App Home."""
    return then(PublishHome(click.user, await home_view(click.value, click.user, context)))


EVENTS: Table = {"app_home_opened": on_home_opened}
ACTIONS: Table = {
    Action.HOME_TEAMS: on_turned,
    Action.HOME_MINE: on_turned,
    Action.HOME_SOLVED: on_turned,
    Action.HOME_PREVIOUS: on_turned,
    Action.HOME_NEXT: on_turned,
}
