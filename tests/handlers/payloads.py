"""What Slack sends, in its own shapes: trimmed of what nobody reads, otherwise as it comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from blocks.message import View
from tests.desk.office import PIERRE

CHANNEL = "C0POSTES"
TEAM = {"id": "T0MERIDIEN", "domain": "meridien"}
_numbers = count(1)

Json = dict[str, Any]


def _everywhere(user: str) -> Json:
    return {
        "team": TEAM,
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": TEAM["id"]},
        "api_app_id": "A0DESK",
        "token": "verification",
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": f"13345224609.738474920.{next(_numbers)}",
    }


def _press(action: str, value: str, **changes: Any) -> Json:
    return {
        "type": "button",
        "action_id": action,
        "block_id": "Ab1",
        "value": value,
        "text": {"type": "plain_text", "text": "Press", "emoji": True},
        "action_ts": f"1764000000.{next(_numbers):06}",
        **changes,
    }


def chosen(value: str) -> Json:
    return {"value": value, "text": {"type": "plain_text", "text": value or "?", "emoji": True}}


def card_click(action: str, value: str, user: str = PIERRE, ts: str = "1764000000.000100") -> Json:
    """A button of a card that has a thread already."""
    return {
        "type": "block_actions",
        **_everywhere(user),
        "container": {
            "type": "message",
            "message_ts": ts,
            "channel_id": CHANNEL,
            "is_ephemeral": False,
        },
        "channel": {"id": CHANNEL, "name": "support-postes"},
        "message": {"type": "message", "ts": ts, "thread_ts": ts, "bot_id": "B1", "text": "Card"},
        "response_url": "https://hooks.slack.com/actions/T0/1/x",
        "state": {"values": {}},
        "actions": [_press(action, value)],
    }


def thread_click(action: str, value: str, user: str = PIERRE) -> Json:
    """A button of a message below a card."""
    body = card_click(action, value, user, ts="1764000001.000200")
    body["message"]["thread_ts"] = "1764000000.000100"
    body["container"]["thread_ts"] = "1764000000.000100"
    return body


def overflow_click(action: str, value: str, user: str = PIERRE) -> Json:
    body = card_click(action, "", user)
    menu = _press(action, "", type="overflow", selected_option=chosen(value))
    del menu["value"]
    return {**body, "actions": [menu]}


def _as_shown(view: View, values: Mapping[str, Any], below: str | None) -> Json:
    """The view as Slack gives it back: with ids, a hash, and what its inputs hold."""
    shown = json.loads(json.dumps(view))
    return {
        **shown,
        "id": f"V{next(_numbers)}",
        "team_id": TEAM["id"],
        "app_id": "A0DESK",
        "bot_id": "B1",
        "hash": f"176400.{next(_numbers)}",
        "root_view_id": "V0",
        "previous_view_id": below,
        "private_metadata": shown.get("private_metadata", ""),
        "callback_id": shown.get("callback_id", ""),
        "state": {"values": _state(shown["blocks"], values)},
    }


def _state(blocks: list[Json], values: Mapping[str, Any]) -> Json:
    state: Json = {}
    left = dict(values)
    for block in blocks:
        boxes = (one for one in block.get("elements", ()) if one["type"] == "checkboxes")
        element = block.get("element") or next(boxes, None)
        if element is None:
            continue
        name = block["block_id"].partition("#")[0]
        value = left.pop(name, None)
        state[block["block_id"]] = {element["action_id"]: _input_state(element, value)}
    assert not left, f"the form has no {sorted(left)}"
    return state


def _input_state(element: Json, value: Any) -> Json:
    kind = element["type"]
    match kind:
        case "rich_text_input":
            return {"type": kind, "rich_text_value": rich_text(value) if value else None}
        case "plain_text_input":
            return {"type": kind, "value": value or element.get("initial_value")}
        case "datepicker":
            return {"type": kind, "selected_date": value}
        case "checkboxes":
            kept = element.get("initial_options", []) if value is None else map(chosen, value)
            return {"type": kind, "selected_options": list(kept)}
        case _:
            option = chosen(value) if value is not None else element.get("initial_option")
            return {"type": kind, "selected_option": option}


def rich_text(text: str) -> Json:
    elements = [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]
    return {"type": "rich_text", "elements": elements}


def submission(view: View, user: str = PIERRE, *, below: str | None = None, **values: Any) -> Json:
    """The form of `view`, filled in: values by field."""
    return {
        "type": "view_submission",
        **_everywhere(user),
        "view": _as_shown(view, values, below),
        "response_urls": [],
    }


def view_click(
    view: View, action: str, value: str = "", user: str = PIERRE, *, option: str = "", **values: Any
) -> Json:
    """A button or select of a modal or App Home; `option` for what was chosen in a select."""
    shown = _as_shown(view, values, None)
    used = _press(action, value)
    if option:
        used = _press(action, "", type="static_select", selected_option=chosen(option))
        del used["value"]
    return {
        "type": "block_actions",
        **_everywhere(user),
        "container": {"type": "view", "view_id": shown["id"]},
        "view": shown,
        "actions": [used],
    }


def typing(view: View, action: str, query: str, user: str = PIERRE, **values: Any) -> Json:
    shown = _as_shown(view, values, None)
    return {
        "type": "block_suggestion",
        **_everywhere(user),
        "container": {"type": "view", "view_id": shown["id"]},
        "action_id": action,
        "block_id": "requester",
        "value": query,
        "view": shown,
    }


def command(text: str = "", user: str = PIERRE, name: str = "/ticket") -> Json:
    """Slash commands come as a form, so every value is a text."""
    return {
        "token": "verification",
        "team_id": TEAM["id"],
        "team_domain": TEAM["domain"],
        "channel_id": CHANNEL,
        "channel_name": "support-postes",
        "user_id": user,
        "user_name": "somebody",
        "command": name,
        "text": text,
        "api_app_id": "A0DESK",
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/T0/1/x",
        "trigger_id": f"13345224609.738474920.{next(_numbers)}",
    }


def shortcut(callback: str, user: str = PIERRE) -> Json:
    return {
        "type": "shortcut",
        **_everywhere(user),
        "callback_id": callback,
        "action_ts": "1764000000.000001",
    }


def message_shortcut(callback: str, message: Json, user: str = PIERRE) -> Json:
    return {
        **shortcut(callback, user),
        "type": "message_action",
        "channel": {"id": CHANNEL, "name": "support-postes"},
        "message_ts": message["ts"],
        "message": message,
        "response_url": "https://hooks.slack.com/app/T0/1/x",
    }


def event(event: Json, event_id: str | None = None) -> Json:
    return {
        "token": "verification",
        "team_id": TEAM["id"],
        "context_team_id": TEAM["id"],
        "context_enterprise_id": None,
        "api_app_id": "A0DESK",
        "event": event,
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(_numbers)}",
        "event_time": 1764000000,
        "authorizations": [{"team_id": TEAM["id"], "user_id": "U0BOT", "is_bot": True}],
        "is_ext_shared_channel": False,
        "event_context": "4-abc",
    }


def written(
    text: str, user: str = PIERRE, *, ts: str = "1764000009.000300", thread: str | None = None
) -> Json:
    """A message event; in a thread where `thread` is given."""
    return {
        "type": "message",
        "channel": CHANNEL,
        "channel_type": "channel",
        "user": user,
        "text": text,
        "ts": ts,
        "event_ts": ts,
        "client_msg_id": "2a7d",
        "team": TEAM["id"],
        "blocks": [rich_text(text)],
        **({"thread_ts": thread} if thread else {}),
    }


def broadcast(text: str, parent: str, user: str = PIERRE) -> Json:
    """An answer in a thread of `parent`'s that is shown in the channel as well."""
    ts = "1764000000.000100"
    root = {**written("First", parent, ts=ts, thread=ts), "reply_count": 1, "is_locked": False}
    return {**written(text, user, thread=ts), "subtype": "thread_broadcast", "root": root}


def edited(before: Json, text: str, *, at: str = "1764000010.000000") -> Json:
    after = {**before, "text": text, "blocks": [rich_text(text)]}
    after["edited"] = {"user": before["user"], "ts": at}
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": before["channel"],
        "channel_type": "channel",
        "message": after,
        "previous_message": before,
        "hidden": True,
        "ts": "1764000010.000400",
        "event_ts": "1764000010.000400",
    }


def unfurled(before: Json) -> Json:
    """Slack "changes" a message when it shows what a link leads to."""
    after = {**before, "attachments": [{"id": 1, "title": "Manual"}]}
    change = edited(before, before["text"])
    return {**change, "message": after}


def deleted(before: Json) -> Json:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "channel": before["channel"],
        "channel_type": "channel",
        "previous_message": before,
        "deleted_ts": before["ts"],
        "hidden": True,
        "ts": "1764000011.000500",
        "event_ts": "1764000011.000500",
    }
