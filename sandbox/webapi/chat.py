"""chat.*: posting, changing and removing messages."""

from __future__ import annotations

from typing import Any

from sandbox.shapes import message_object
from sandbox.webapi.calls import ApiError, Call, Json, Method
from sandbox.world import Message

POST_LIMIT = 40_000  # characters; Slack cuts what is longer
UPDATE_LIMIT = 4_000


def post_message(call: Call) -> Json:
    channel = call.writable()
    thread_ts = _thread(call)
    text, blocks = _content(call)
    message = call.ws.write(
        Message(
            channel.id,
            call.ws.stamps.next(),
            call.bot,
            text[:POST_LIMIT],
            blocks,
            call.structure("attachments") or [],
            thread_ts=thread_ts,
            by_app=True,
            metadata=_metadata(call),
            username=call.text("username") or None,
            broadcast=call.flag("reply_broadcast") and thread_ts is not None,
        )
    )
    call.ws.feed.posted(message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_object(message, call.world, call.ws.files),
    }


def update(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if message.user != call.bot:
        raise ApiError("cant_update_message")
    if channel.archived:
        raise ApiError("is_archived")
    if len(call.text("text")) > UPDATE_LIMIT:
        raise ApiError("msg_too_long")
    text, blocks = _content(call)
    new: dict[str, Any] = {
        "text": text,
        "blocks": blocks,
        "attachments": call.structure("attachments") or [],
        "edited": {"user": call.bot, "ts": call.ws.stamps.next()},
    }
    metadata = _metadata(call)
    if metadata:
        new["metadata"] = metadata
    before = call.ws.rewrite(message, **new)
    call.ws.feed.changed(message, before)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": text,
        "message": message_object(message, call.world, call.ws.files),
    }


def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if message.user != call.bot:
        raise ApiError("cant_delete_message")
    before = call.ws.erase(message)
    call.ws.feed.deleted(message, before)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    channel = call.writable()
    user = call.required("user")
    if user not in call.world.people:
        raise ApiError("user_not_found")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    text, blocks = _content(call)
    message = call.ws.write(
        Message(
            channel.id,
            call.ws.stamps.next(),
            call.bot,
            text,
            blocks,
            call.structure("attachments") or [],
            thread_ts=_thread(call),
            by_app=True,
            ephemeral_to=user,
        )
    )
    return {"message_ts": message.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    link = f"https://{call.world.team.domain}.slack.com/archives/{channel.id}"
    link += "/p" + message.ts.replace(".", "")
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _thread(call: Call) -> str | None:
    """The thread to answer in. A reply's ts means its thread; an unknown one is refused."""
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    channel = call.writable()
    parent = channel.message(thread_ts)
    if parent is None:
        raise ApiError("thread_not_found")
    return parent.thread_ts or parent.ts


def _content(call: Call) -> tuple[str, list[Json]]:
    blocks = call.structure("blocks") or []
    text = call.text("text")
    if not text and not blocks and not call.structure("attachments"):
        raise ApiError("no_text")
    return text, call.ws.checked_blocks(blocks)


def _metadata(call: Call) -> Json | None:
    metadata = call.structure("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= set(metadata):
        raise ApiError("invalid_metadata_format")
    return metadata


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",), tier=3),
    "chat.delete": Method(delete, ("chat:write",), tier=3),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), tier=4),
    "chat.getPermalink": Method(get_permalink),
}
