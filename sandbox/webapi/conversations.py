"""conversations.* and reactions.*: places, who is in them, and what was said there."""

from __future__ import annotations

from sandbox.shapes import channel_object, message_object
from sandbox.webapi.calls import ApiError, Call, Json, Method, page
from sandbox.world import Channel, Message

TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im"}
READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}
HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}


def conversations_list(call: Call) -> Json:
    names = call.text("types", "public_channel").replace(" ", "").split(",")
    unknown = set(names) - set(TYPES) - {"mpim"}
    if unknown:
        raise ApiError("invalid_types")
    kinds = {TYPES[name] for name in names if name in TYPES}
    for kind in sorted(kinds):
        _need(call, READ[kind])
    seen = [c for c in call.world.channels.values() if c.kind in kinds and _visible(call, c)]
    if call.flag("exclude_archived"):
        seen = [c for c in seen if not c.archived]
    channels, metadata = page(call, seen)
    return {
        "channels": [channel_object(c, call.world) for c in channels],
        "response_metadata": metadata,
    }


def info(call: Call) -> Json:
    channel = call.channel()
    _need(call, READ[channel.kind])
    shown = channel_object(channel, call.world)
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def members(call: Call) -> Json:
    channel = call.channel()
    _need(call, READ[channel.kind])
    ids, metadata = page(call, channel.members)
    return {"members": ids, "response_metadata": metadata}


def history(call: Call) -> Json:
    channel = _read(call)
    newest_first = [m for m in reversed(channel.top_level()) if _within(call, m)]
    messages, metadata = page(call, newest_first)
    return {
        "messages": [_shown(call, m) for m in messages],
        "has_more": bool(metadata["next_cursor"]),
        "pin_count": 0,
        "response_metadata": metadata,
    }


def replies(call: Call) -> Json:
    channel = _read(call)
    parent = channel.message(call.required("ts"))
    if parent is None:
        raise ApiError("thread_not_found")
    thread = [parent, *(m for m in channel.replies(parent.ts) if _within(call, m))]
    messages, metadata = page(call, thread)
    return {
        "messages": [_shown(call, m) for m in messages],
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


def open_conversation(call: Call) -> Json:
    users = [u for u in call.text("users").split(",") if u]
    if call.text("channel"):
        return {"channel": channel_object(call.channel(), call.world)}
    if len(users) != 1:
        raise ApiError("users_list_not_supplied" if not users else "not_supported")
    person = call.world.people.get(users[0])
    if person is None or not person.in_slack:
        raise ApiError("user_not_found")
    if person.deleted:
        raise ApiError("user_disabled")
    channel = call.ws.direct(person.id, call.bot)
    whole = channel_object(channel, call.world)
    return {"channel": whole if call.flag("return_im") else {"id": channel.id}}


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    joined = call.ws.join(channel, call.bot)
    shown: Json = {"channel": channel_object(channel, call.world)}
    if joined:
        call.ws.feed.joined(channel, call.bot)
        return shown
    return shown | {
        "warning": "already_in_channel",
        "response_metadata": {"warnings": ["already_in_channel"]},
    }


def add_reaction(call: Call) -> Json:
    return _react(call, add=True, refusal="already_reacted")


def remove_reaction(call: Call) -> Json:
    return _react(call, add=False, refusal="no_reaction")


def _react(call: Call, *, add: bool, refusal: str) -> Json:
    channel = call.channel()
    if call.bot not in channel.members:
        raise ApiError("not_in_channel")
    message = call.message(channel, "timestamp")
    name = call.required("name").strip(":")
    if not call.ws.react(message, call.bot, name, add=add):
        raise ApiError(refusal)
    call.ws.feed.reacted(message, call.bot, name, added=add)
    return {}


def _read(call: Call) -> Channel:
    channel = call.channel()
    _need(call, HISTORY[channel.kind])
    if call.bot not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _need(call: Call, scope: str) -> None:
    if scope not in call.ws.manifest.scopes:
        provided = ",".join(sorted(call.ws.manifest.scopes))
        raise ApiError("missing_scope", needed=scope, provided=provided)


def _visible(call: Call, channel: Channel) -> bool:
    return channel.kind == "channel" or call.bot in channel.members


def _within(call: Call, message: Message) -> bool:
    oldest, latest = call.text("oldest", "0"), call.text("latest")
    ts, inclusive = float(message.ts), call.flag("inclusive")
    after = ts >= float(oldest) if inclusive else ts > float(oldest)
    if not latest:
        return after
    return after and (ts <= float(latest) if inclusive else ts < float(latest))


def _shown(call: Call, message: Message) -> Json:
    shown = message_object(message, call.world, call.ws.files)
    if call.flag("include_all_metadata") and message.metadata:
        shown["metadata"] = message.metadata
    return shown


METHODS = {
    "conversations.list": Method(conversations_list, tier=2),
    "conversations.info": Method(info, tier=3),
    "conversations.members": Method(members, tier=4),
    "conversations.history": Method(history, tier=3),
    "conversations.replies": Method(replies, tier=3),
    "conversations.open": Method(open_conversation, ("im:write",), tier=3),
    "conversations.join": Method(join, ("channels:join",), tier=3),
    "reactions.add": Method(add_reaction, ("reactions:write",), tier=3),
    "reactions.remove": Method(remove_reaction, ("reactions:write",), tier=2),
}
