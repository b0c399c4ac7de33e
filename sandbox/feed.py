"""Turns what happens in the workspace into events for the app, if it subscribed and may hear."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox import payloads
from sandbox.delivery import Courier, Parcel
from sandbox.files import Files
from sandbox.manifest import Manifest
from sandbox.shapes import message_object, user_object
from sandbox.world import Channel, Message, Person, Stamps, World, new_id

CHANNEL_TYPES = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}

Heard = asyncio.Future[bool]


class Feed:
    """Every method returns a future that ends when the first delivery attempt has ended."""

    def __init__(
        self, world: World, manifest: Manifest, courier: Courier, stamps: Stamps, files: Files
    ) -> None:
        self._world = world
        self._files = files
        self._manifest = manifest
        self._courier = courier
        self._stamps = stamps

    def posted(self, message: Message) -> Heard:
        event = message_object(message, self._world, self._files)
        heard = self._message_event(message, event, ts=message.ts)
        if f"<@{self._world.app.user_id}>" in message.text and not message.by_app:
            mention = event | {"type": "app_mention", "channel": message.channel}
            self._send("app_mention", mention, ts=message.ts, who=message.user)
        return heard

    def changed(self, message: Message, before: dict[str, Any]) -> Heard:
        event = {
            "type": "message",
            "subtype": "message_changed",
            "message": message_object(message, self._world, self._files),
            "previous_message": before,
            "hidden": True,
        }
        return self._message_event(message, event)

    def deleted(self, message: Message, before: dict[str, Any]) -> Heard:
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "previous_message": before,
            "hidden": True,
            "deleted_ts": message.ts,
        }
        return self._message_event(message, event)

    def reacted(self, message: Message, user: str, name: str, *, added: bool) -> Heard:
        event: dict[str, Any] = {
            "type": "reaction_added" if added else "reaction_removed",
            "user": user,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "item_user": message.user,
        }
        if not self._hears(self._world.channels[message.channel]):
            return _silence()
        return self._send("reaction_added" if added else "reaction_removed", event, who=user)

    def joined(self, channel: Channel, user: str, *, inviter: str | None = None) -> Heard:
        event = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "G" if channel.kind == "group" else "C",
            "team": self._world.team.id,
        } | ({"inviter": inviter} if inviter else {})
        if not self._hears(channel):
            return _silence()
        return self._send("member_joined_channel", event, who=user)

    def left(self, channel: Channel, user: str) -> Heard:
        event = {
            "type": "member_left_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "G" if channel.kind == "group" else "C",
            "team": self._world.team.id,
        }
        if not self._hears(channel):
            return _silence()
        return self._send("member_left_channel", event, who=user)

    def home_opened(self, person: Person, view: dict[str, Any] | None, tab: str = "home") -> Heard:
        channel = self._world.direct(person.id, self._world.app.user_id)
        event = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": channel.id,
            "tab": tab,
        } | ({"view": view} if view else {})
        return self._send("app_home_opened", event, who=person.id)

    def person_joined_team(self, person: Person) -> Heard:
        return self._about_person("team_join", person)

    def person_changed(self, person: Person) -> Heard:
        return self._about_person("user_change", person)

    def _about_person(self, kind: str, person: Person) -> Heard:
        with_email = "users:read.email" in self._manifest.scopes
        user = user_object(person, self._world, with_email=with_email, with_locale=True)
        event = {"type": kind, "user": user, "cache_ts": person.updated}
        return self._send(kind, event, who=person.id)

    def _message_event(self, message: Message, event: dict[str, Any], ts: str = "") -> Heard:
        channel = self._world.channels[message.channel]
        if not self._hears(channel):
            return _silence()
        stamp = ts or self._stamps.next()
        event = event | {"channel": channel.id, "channel_type": channel.kind, "ts": stamp}
        return self._send(CHANNEL_TYPES[channel.kind], event, ts=stamp, who=message.user)

    def _hears(self, channel: Channel) -> bool:
        return self._world.app.user_id in channel.members and not channel.archived

    def _send(self, subscription: str, event: dict[str, Any], ts: str = "", who: str = "") -> Heard:
        if subscription not in self._manifest.events:
            return _silence()
        stamp = ts or self._stamps.next()
        payload = payloads.event_callback(
            self._world,
            event | {"event_ts": stamp},
            event_id=new_id("Ev"),
            event_time=int(float(stamp)),
        )
        label = "event " + event["type"] + (f" {event['subtype']}" if "subtype" in event else "")
        return self._courier.tell(Parcel("events_api", payload, label, who))


def _silence() -> Heard:
    heard: Heard = asyncio.get_running_loop().create_future()
    heard.set_result(False)
    return heard
