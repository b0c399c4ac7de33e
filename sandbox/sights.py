"""The same people, messages and channels as the browser wants to see them."""

from __future__ import annotations

import zlib
from typing import Any

from sandbox.files import Files
from sandbox.world import Channel, Message, Person, World

COLOURS = ("#7c3aed", "#0f766e", "#b45309", "#be185d", "#1d4ed8", "#15803d", "#9f1239", "#6d28d9")


def person_sight(person: Person) -> dict[str, Any]:
    colour = COLOURS[zlib.crc32(person.id.encode()) % len(COLOURS)]
    return {
        "id": person.id,
        "name": person.name,
        "handle": person.handle,
        "email": person.email,
        "title": person.title,
        "locale": person.locale,
        "tz": person.tz,
        "avatar": {"initials": person.initials, "color": colour},
        "slack": person.in_slack,
        "is_guest": person.is_guest,
        "is_bot": person.is_bot,
        "deleted": person.deleted,
    }


def message_sight(message: Message, world: World, files: Files) -> dict[str, Any]:
    channel = world.channels[message.channel]
    replies = channel.replies(message.ts)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "bot_id": world.app.bot_id if message.by_app else None,
        "username": message.username or world.people[message.user].name,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": [
            {"id": file.id, "name": file.name, "size": file.size, "deleted": file.deleted}
            for file in map(files.find, message.files)
            if file
        ],
        "edited": message.edited is not None,
        "thread_ts": message.thread_ts,
        "reply_count": len(replies),
        "reply_users": list(dict.fromkeys(r.user for r in replies)),
        "latest_reply": replies[-1].ts if replies else None,
        "reactions": [
            {"name": name, "count": len(users), "users": list(users)}
            for name, users in message.reactions.items()
        ],
        "broadcast": message.broadcast,
        "subtype": message.subtype,
        "ephemeral": message.is_ephemeral,
        "is_app": message.by_app,
        "deleted": message.subtype == "tombstone",
    }


def unread_of(channel: Channel, user: str) -> tuple[int, int]:
    """How many messages somebody has not read, and how many of them speak to them."""
    seen = channel.last_read.get(user, "")
    fresh = [m for m in channel.top_level() if m.ts > seen and m.user != user]
    if channel.kind == "im":
        return len(fresh), len(fresh)
    return len(fresh), sum(1 for m in fresh if f"<@{user}>" in m.text)


def channel_sight(channel: Channel, user: str) -> dict[str, Any]:
    unread, mentions = unread_of(channel, user)
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.kind == "group",
        "is_archived": channel.archived,
        "topic": channel.topic,
        "members": len(channel.members),
        "unread": unread,
        "mentions": mentions,
        "last_ts": channel.messages[-1].ts if channel.messages else None,
    }


def direct_sight(channel: Channel, user: str, world: World) -> dict[str, Any]:
    peer = world.people[channel.peer_of(user)]
    return {
        "id": channel.id,
        "user": person_sight(peer),
        "is_bot": peer.is_bot,
        "unread": unread_of(channel, user)[0],
        "last_ts": channel.messages[-1].ts if channel.messages else None,
    }
