"""Slack's JSON objects: users, channels, messages, as the API and the events show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.files import Files
from sandbox.world import Channel, Message, Person, UserGroup, World


def user_object(
    person: Person, world: World, *, with_email: bool, with_locale: bool = False
) -> dict[str, Any]:
    user: dict[str, Any] = {
        "id": person.id,
        "team_id": world.team.id,
        "name": person.handle,
        "deleted": person.deleted,
        "profile": profile_object(person, world, with_email=with_email),
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": person.updated,
    }
    if person.deleted:
        return user
    zone = datetime.now(ZoneInfo(person.tz))
    offset = zone.utcoffset()
    user |= {
        "color": "9f69e7",
        "real_name": person.name,
        "tz": person.tz,
        "tz_label": zone.tzname() or person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_guest,
        "is_ultra_restricted": False,
        "is_email_confirmed": person.email is not None,
        "who_can_share_contact_card": "EVERYONE",
    }
    if with_locale:
        user["locale"] = person.locale
    return user


def profile_object(person: Person, world: World, *, with_email: bool) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "title": person.title,
        "phone": "",
        "skype": "",
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": person.handle,
        "display_name_normalized": person.handle,
        "fields": {},
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": "",
        "first_name": person.first,
        "last_name": person.last,
        "team": world.team.id,
    }
    if with_email and person.email and not person.is_bot:
        profile["email"] = person.email
    if person.is_bot:
        profile |= {"bot_id": world.app.bot_id, "api_app_id": world.app.id}
    return profile


def channel_object(channel: Channel, world: World, *, locale: str | None = None) -> dict[str, Any]:
    bot = world.app.user_id
    if channel.kind == "im":
        return {
            "id": channel.id,
            "created": channel.created,
            "is_archived": channel.archived,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": world.team.id,
            "user": channel.peer_of(bot),
            "is_user_deleted": False,
            "priority": 0,
        }
    shown: dict[str, Any] = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "group",
        "created": channel.created,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_member": bot in channel.members,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "context_team_id": world.team.id,
        "creator": channel.members[0] if channel.members else "",
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }
    if locale:
        shown["locale"] = locale
    return shown


def group_object(group: UserGroup, world: World, *, with_users: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": group.id,
        "team_id": world.team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "is_external": False,
        "date_delete": 0,
        "user_count": len(group.members),
    }
    if with_users:
        shown["users"] = list(group.members)
    return shown


def bot_profile(world: World) -> dict[str, Any]:
    return {
        "id": world.app.bot_id,
        "deleted": False,
        "name": world.app.name,
        "updated": 1_700_000_000,
        "app_id": world.app.id,
        "user_id": world.app.user_id,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
        "team_id": world.team.id,
    }


def message_object(message: Message, world: World, files: Files) -> dict[str, Any]:
    """A message as history, events and interaction payloads carry it."""
    shown: dict[str, Any] = {
        "user": message.user,
        "type": "message",
        "ts": message.ts,
        "text": message.text,
        "team": world.team.id,
    }
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.by_app:
        shown |= {"bot_id": world.app.bot_id, "app_id": world.app.id}
        shown["bot_profile"] = bot_profile(world)
    elif message.client_msg_id:
        shown["client_msg_id"] = message.client_msg_id
    if message.username:
        shown["username"] = message.username
    for key in ("blocks", "attachments", "edited"):
        value = getattr(message, key)
        if value:
            shown[key] = value
    known = [file for file in map(files.find, message.files) if file]
    if known:
        shown |= {"files": [files.as_json(file) for file in known], "upload": False}
    return shown | _thread_of(message, world) | _reactions_of(message)


def _thread_of(message: Message, world: World) -> dict[str, Any]:
    channel = world.channels[message.channel]
    if message.is_reply:
        parent = channel.message(message.thread_ts or "")
        about = {"thread_ts": message.thread_ts}
        return about | ({"parent_user_id": parent.user} if parent else {})
    replies = channel.replies(message.ts)
    if not replies:
        return {}
    writers = list(dict.fromkeys(r.user for r in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(writers),
        "latest_reply": replies[-1].ts,
        "reply_users": writers[:5],
        "is_locked": False,
        "subscribed": message.user == world.app.user_id,
    }


def _reactions_of(message: Message) -> dict[str, Any]:
    if not message.reactions:
        return {}
    return {
        "reactions": [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    }
