"""What an app may answer to a command, or send to a response_url: small messages."""

from __future__ import annotations

from typing import Any

from sandbox.triggers import ResponseUrl
from sandbox.workspace import Workspace
from sandbox.world import Channel, Message, Person

Json = dict[str, Any]


def answer_to_command(ws: Workspace, body: Json, channel: Channel, person: Person) -> None:
    """Show the answer to a slash command: to the person alone, unless it says in_channel."""
    _post(ws, body, channel, person.id, thread_ts=None)


def answer_to_url(ws: Workspace, permission: ResponseUrl, body: Json) -> str | None:
    """Do what a POST to a response_url asks; answers Slack's error word, or None."""
    channel = ws.world.channels[permission.channel]
    original = _original(channel, permission)
    if body.get("delete_original"):
        if original is None:
            return "message_not_found"
        _tell_deleted(ws, original)
        return None
    if not _has_content(body):
        return "no_text"
    # Over a message with buttons Slack replaces by default nothing: the flag must be set.
    if body.get("replace_original") and original is not None:
        _replace(ws, original, body)
        return None
    _post(ws, body, channel, permission.user, thread_ts=body.get("thread_ts"))
    return None


def _has_content(body: Json) -> bool:
    return any(body.get(key) for key in ("text", "blocks", "attachments"))


def _original(channel: Channel, permission: ResponseUrl) -> Message | None:
    if permission.ts is None:
        return None
    hidden = (m for m in channel.ephemerals if m.ts == permission.ts)
    return channel.message(permission.ts) or next(hidden, None)


def _post(
    ws: Workspace, body: Json, channel: Channel, user: str, *, thread_ts: str | None
) -> Message | None:
    if not _has_content(body):
        return None
    public = body.get("response_type") == "in_channel"
    message = ws.write(
        Message(
            channel.id,
            ws.stamps.next(),
            ws.world.app.user_id,
            body.get("text", ""),
            ws.checked_blocks(body.get("blocks") or []),
            body.get("attachments") or [],
            thread_ts=thread_ts,
            by_app=True,
            ephemeral_to=None if public else user,
        )
    )
    if public:
        ws.feed.posted(message)
    return message


def _replace(ws: Workspace, original: Message, body: Json) -> None:
    before = ws.rewrite(
        original,
        text=body.get("text", ""),
        blocks=ws.checked_blocks(body.get("blocks") or []),
        attachments=body.get("attachments") or [],
    )
    if not original.is_ephemeral:
        ws.feed.changed(original, before)


def _tell_deleted(ws: Workspace, original: Message) -> None:
    before = ws.erase(original)
    if not original.is_ephemeral:
        ws.feed.deleted(original, before)
