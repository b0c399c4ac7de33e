"""One call of a Web API method: its arguments, and the errors it may end with."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.workspace import Workspace
from sandbox.world import Channel, Message, World

Json = dict[str, Any]


class ApiError(Exception):
    """`{"ok": false, "error": …}`; `extra` is merged into the answer."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


@dataclass
class Call:
    method: str
    args: Json
    ws: Workspace

    @property
    def world(self) -> World:
        return self.ws.world

    @property
    def bot(self) -> str:
        return self.world.app.user_id

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.args.get(name)
        if value in (None, ""):
            raise ApiError(
                "invalid_arguments",
                response_metadata={"messages": [f"[ERROR] missing required field: {name}"]},
            )
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        if value is None:
            return default
        return value is True or str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.args.get(name, default))
        except (TypeError, ValueError):
            raise ApiError("invalid_arguments") from None

    def structure(self, name: str) -> Any:
        """An argument that is JSON: already parsed in JSON bodies, text in forms."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            error = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
            raise ApiError(error) from None

    # -- things ids stand for ---------------------------------------------------------------

    def channel(self, name: str = "channel") -> Channel:
        """A channel the bot can see: private ones only where it is a member."""
        key = self.required(name)
        channel = self.world.channels.get(key)
        if channel is None or (channel.kind != "channel" and self.bot not in channel.members):
            raise ApiError("channel_not_found")
        return channel

    def writable(self) -> Channel:
        """A channel to post in; a user id opens that person's direct messages."""
        key = self.required("channel")
        person = self.world.people.get(key)
        if person and person.in_slack and not person.is_bot:
            return self.ws.direct(person.id, self.bot)
        if key.startswith("#"):
            named = self.world.find_channel(key)
            key = named.id if named else key
        self.args["channel"] = key
        channel = self.channel()
        if channel.archived:
            raise ApiError("is_archived")
        if self.bot not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def message(self, channel: Channel, name: str = "ts") -> Message:
        found = channel.message(self.required(name))
        if found is None or found.subtype == "tombstone":
            raise ApiError("message_not_found")
        return found


Handler = Callable[[Call], Json | Awaitable[Json]]


@dataclass(frozen=True)
class Method:
    handle: Handler
    scopes: tuple[str, ...] = ()  # any one of them will do
    tier: int | None = None  # Slack's rate tier, 1 to 4; None is special or unlimited
    token: str = field(default="bot")


def page(call: Call, items: list[Any], default: int = 100, most: int = 1000) -> tuple[Any, Json]:
    """One page of a list, and the response_metadata with the cursor of the next."""
    limit = call.number("limit", default) or default
    if not 1 <= limit <= most:
        raise ApiError("invalid_limit")
    start = 0
    cursor = call.text("cursor")
    if cursor:
        start = _offset(cursor)
    following = start + limit
    more = f"next:{following}" if following < len(items) else ""
    return items[start:following], {"next_cursor": more}


def _offset(cursor: str) -> int:
    prefix, _, number = cursor.partition(":")
    if prefix != "next" or not number.isdigit():
        raise ApiError("invalid_cursor")
    return int(number)
