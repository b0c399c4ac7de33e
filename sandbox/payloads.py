"""Interaction payloads, in the exact shapes Slack sends them."""

from __future__ import annotations

from typing import Any

from sandbox.world import Channel, Person, World

TOKEN = "sandbox-verification-token"  # noqa: S105 - deprecated by Slack, still sent, checks nothing


def _team(world: World) -> dict[str, str]:
    return {"id": world.team.id, "domain": world.team.domain}


def _user(person: Person, world: World) -> dict[str, str]:
    return {
        "id": person.id,
        "username": person.handle,
        "name": person.handle,
        "team_id": world.team.id,
    }


def _channel(channel: Channel) -> dict[str, str]:
    return {"id": channel.id, "name": channel_name(channel)}


def channel_name(channel: Channel) -> str:
    """Slack hides the names of private places in payloads."""
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def _everywhere(world: World, person: Person) -> dict[str, Any]:
    return {
        "team": _team(world),
        "user": _user(person, world),
        "api_app_id": world.app.id,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def block_actions(
    world: World,
    person: Person,
    action: dict[str, Any],
    *,
    trigger_id: str,
    container: dict[str, Any],
    state: dict[str, Any],
    around: dict[str, Any],
) -> dict[str, Any]:
    """`around` holds channel, message and response_url, or view."""
    return {
        "type": "block_actions",
        **_everywhere(world, person),
        "container": container,
        "trigger_id": trigger_id,
        **around,
        "state": {"values": state},
        "actions": [action],
    }


def block_suggestion(
    world: World,
    person: Person,
    *,
    action_id: str,
    block_id: str,
    value: str,
    container: dict[str, Any],
    around: dict[str, Any],
) -> dict[str, Any]:
    return {
        "type": "block_suggestion",
        **_everywhere(world, person),
        "container": container,
        "action_id": action_id,
        "block_id": block_id,
        "value": value,
        **around,
    }


def view_submission(
    world: World, person: Person, view: dict[str, Any], *, trigger_id: str, urls: list[Any]
) -> dict[str, Any]:
    return {
        "type": "view_submission",
        **_everywhere(world, person),
        "trigger_id": trigger_id,
        "view": view,
        "response_urls": urls,
    }


def view_closed(
    world: World, person: Person, view: dict[str, Any], *, is_cleared: bool
) -> dict[str, Any]:
    return {
        "type": "view_closed",
        **_everywhere(world, person),
        "view": view,
        "is_cleared": is_cleared,
    }


def shortcut(
    world: World, person: Person, callback_id: str, *, trigger_id: str, action_ts: str
) -> dict[str, Any]:
    everywhere = _everywhere(world, person)
    del everywhere["api_app_id"]
    return {
        "type": "shortcut",
        **everywhere,
        "user": {"id": person.id, "username": person.handle, "team_id": world.team.id},
        "action_ts": action_ts,
        "callback_id": callback_id,
        "trigger_id": trigger_id,
    }


def message_action(
    world: World,
    person: Person,
    callback_id: str,
    *,
    channel: Channel,
    message: dict[str, Any],
    trigger_id: str,
    action_ts: str,
    response_url: str,
) -> dict[str, Any]:
    everywhere = _everywhere(world, person)
    del everywhere["api_app_id"]
    return {
        "type": "message_action",
        **everywhere,
        "action_ts": action_ts,
        "channel": _channel(channel),
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "response_url": response_url,
        "message_ts": message["ts"],
        "message": message,
    }


def slash_command(
    world: World,
    person: Person,
    command: str,
    text: str,
    *,
    channel: Channel,
    trigger_id: str,
    response_url: str,
) -> dict[str, str]:
    return {
        "token": TOKEN,
        "team_id": world.team.id,
        "team_domain": world.team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.handle,
        "command": command,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def event_callback(
    world: World, event: dict[str, Any], *, event_id: str, event_time: int
) -> dict[str, Any]:
    return {
        "token": TOKEN,
        "team_id": world.team.id,
        "context_team_id": world.team.id,
        "context_enterprise_id": None,
        "api_app_id": world.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": world.team.id,
                "user_id": world.app.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def in_message(
    channel: Channel, message: dict[str, Any], *, ephemeral: bool, response_url: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Container and surroundings of an element in a message."""
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    around: dict[str, Any] = {"channel": _channel(channel), "response_url": response_url}
    if not ephemeral:  # Slack does not keep ephemeral messages, so it cannot send them along.
        around["message"] = message
    return container, around


def in_view(view: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Container and surroundings of an element in a modal or home."""
    return {"type": "view", "view_id": view["id"]}, {"view": view}
