"""Slack's dictionaries become small frozen values here, and are indexed nowhere else.

Each reader raises Malformed for a payload that Slack would not send.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.words import NO_WORDS, Words
from handlers.richtext import words_from_message, words_from_rich_text

Body = Mapping[str, Any]


class Malformed(Exception):
    """Not a payload that Slack sends."""


def field_of(block_id: str) -> str:
    """The field behind a block id: `service#3` is the third service input of one form."""
    return block_id.partition("#")[0]


@dataclass(frozen=True)
class Values:
    """What a form holds now, by field. Absent and empty inputs read as ""."""

    texts: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rich: Mapping[str, Words] = field(default_factory=dict)
    blocks: Mapping[str, str] = field(default_factory=dict)  # field → block id as Slack knows it

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    def ticked(self, name: str) -> tuple[str, ...]:
        return self.chosen.get(name, ())

    def words(self, name: str) -> Words:
        return self.rich.get(name) or Words.plain(self[name])

    def shows(self, name: str) -> bool:
        """Whether the form has this input at all."""
        return name in self.blocks


@dataclass(frozen=True)
class Click:
    """A button, select or overflow somebody used. `once` is this use's key."""

    user: str
    action: str
    value: str
    once: str
    trigger: str
    container: str  # "message", "view" or "home"
    channel: str = ""
    message: str = ""  # ts
    thread: str = ""
    view: str = ""
    hash: str = ""
    form: str = ""  # callback id of the view
    metadata: str = ""
    values: Values = field(default_factory=Values)

    @classmethod
    def read(cls, body: Body) -> Click:
        try:
            action, user = body["actions"][0], body["user"]["id"]
            view = body.get("view") or {}
            message = body.get("message") or {}
            container = body.get("container") or {}
            channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
            stamp = action.get("action_ts") or body.get("trigger_id") or ""
            return cls(
                user=user,
                action=action["action_id"],
                value=_single(action),
                once=f"click:{user}:{action['action_id']}:{stamp}",
                trigger=body.get("trigger_id") or "",
                container=_container(view),
                channel=channel,
                message=message.get("ts") or container.get("message_ts") or "",
                thread=_thread(message, container),
                view=view.get("id") or "",
                hash=view.get("hash") or "",
                form=view.get("callback_id") or "",
                metadata=view.get("private_metadata") or "",
                values=_values(view) if view.get("state") else Values(),
            )
        except (KeyError, IndexError, TypeError, AttributeError) as fault:
            raise Malformed("block_actions") from fault

    @property
    def ticket(self) -> int:
        """The ticket in the button's value ("42", or "42:7" with what follows)."""
        return _number(self.value.partition(":")[0])

    @property
    def entry(self) -> int:
        """What follows the ticket in the value."""
        return _number(self.value.partition(":")[2])


@dataclass(frozen=True)
class Submission:
    """A form sent, with its values."""

    user: str
    form: str
    view: str
    once: str
    metadata: str
    values: Values
    first_field: str  # block id of the first input: where a sentence about the whole form goes
    below: str = ""  # the view this form was pushed over

    @classmethod
    def read(cls, body: Body) -> Submission:
        try:
            view = body["view"]
            inputs = [b for b in view.get("blocks") or () if b.get("type") == "input"]
            return cls(
                user=body["user"]["id"],
                form=view["callback_id"],
                view=view["id"],
                once=f"view:{view['id']}:{view['callback_id']}",
                metadata=view.get("private_metadata") or "",
                values=_values(view),
                first_field=inputs[0]["block_id"] if inputs else "",
                below=view.get("previous_view_id") or "",
            )
        except (KeyError, IndexError, TypeError, AttributeError) as fault:
            raise Malformed("view_submission") from fault

    def __getitem__(self, name: str) -> str:
        return self.values[name]


@dataclass(frozen=True)
class Typing:
    """Somebody types in a select whose options we supply."""

    user: str
    action: str
    query: str
    metadata: str
    values: Values

    @classmethod
    def read(cls, body: Body) -> Typing:
        try:
            view = body.get("view") or {}
            return cls(
                user=body["user"]["id"],
                action=body["action_id"],
                query=str(body.get("value") or ""),
                metadata=view.get("private_metadata") or "",
                values=_values(view) if view.get("state") else Values(),
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise Malformed("block_suggestion") from fault


@dataclass(frozen=True)
class Called:
    """A slash command."""

    user: str
    command: str
    text: str
    channel: str
    trigger: str

    @classmethod
    def read(cls, body: Body) -> Called:
        try:
            return cls(
                user=body["user_id"],
                command=body["command"],
                text=str(body.get("text") or "").strip(),
                channel=str(body.get("channel_id") or ""),
                trigger=str(body.get("trigger_id") or ""),
            )
        except (KeyError, TypeError) as fault:
            raise Malformed("command") from fault


@dataclass(frozen=True)
class Reached:
    """A shortcut; the message and its author where it came from a message's menu."""

    user: str
    shortcut: str
    trigger: str
    channel: str = ""
    ts: str = ""
    author: str = ""
    words: Words = NO_WORDS
    domain: str = ""

    @classmethod
    def read(cls, body: Body) -> Reached:
        try:
            message = body.get("message") or {}
            return cls(
                user=body["user"]["id"],
                shortcut=body["callback_id"],
                trigger=body.get("trigger_id") or "",
                channel=(body.get("channel") or {}).get("id") or "",
                ts=str(message.get("ts") or ""),
                author=str(message.get("user") or ""),
                words=words_from_message(message) if message else NO_WORDS,
                domain=str((body.get("team") or {}).get("domain") or ""),
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise Malformed("shortcut") from fault

    @property
    def permalink(self) -> str:
        """Where the message stands, as Slack builds such links; "" when it cannot be told."""
        if not (self.domain and self.channel and self.ts):
            return ""
        stamp = self.ts.replace(".", "")
        return f"https://{self.domain}.slack.com/archives/{self.channel}/p{stamp}"


@dataclass(frozen=True)
class Spoken:
    """A message event in a channel: written, edited or deleted."""

    what: str  # "written", "edited", "deleted", or "" for what is none of ours
    user: str
    channel: str
    ts: str
    thread: str
    words: Words
    once: str

    @classmethod
    def read(cls, body: Body) -> Spoken:
        try:
            event = body["event"]
            team, channel = str(body.get("team_id") or ""), str(event["channel"])
            match event.get("subtype"):
                case "message_changed":
                    return _edited(event, team, channel)
                case "message_deleted":
                    return _deleted(event, team, channel)
                case None | "file_share" | "thread_broadcast" | "me_message":
                    return _written(event, team, channel)
                case _:
                    return _not_ours(channel)
        except (KeyError, TypeError, AttributeError) as fault:
            raise Malformed("message") from fault


@dataclass(frozen=True)
class Happened:
    """Any other event."""

    kind: str
    event: Mapping[str, Any]
    user: str
    once: str

    @classmethod
    def read(cls, body: Body) -> Happened:
        try:
            event = body["event"]
            user = event.get("user") or ""
            return cls(
                kind=event["type"],
                event=event,
                user=str(user.get("id") if isinstance(user, Mapping) else user),
                once=f"event:{body.get('event_id') or event.get('event_ts')}",
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise Malformed("event") from fault


def _written(event: Body, team: str, channel: str) -> Spoken:
    thread = str(event.get("thread_ts") or "")
    ts = str(event["ts"])
    if event.get("bot_id") or not event.get("user") or not thread or thread == ts:
        return _not_ours(channel)
    return Spoken(
        "written",
        str(event["user"]),
        channel,
        ts,
        thread,
        words_from_message(event),
        once=f"msg:{team}:{channel}:{ts}",
    )


def _edited(event: Body, team: str, channel: str) -> Spoken:
    """Slack also "changes" a message when it unfurls a link; only a person's edit has `edited`."""
    message = event["message"]
    edited = message.get("edited")
    if not edited or message.get("bot_id") or not message.get("user"):
        return _not_ours(channel)
    ts = str(message["ts"])
    return Spoken(
        "edited",
        str(edited.get("user") or message["user"]),
        channel,
        ts,
        str(message.get("thread_ts") or ""),
        words_from_message(message),
        once=f"msg:{team}:{channel}:{ts}:{edited.get('ts')}",
    )


def _deleted(event: Body, team: str, channel: str) -> Spoken:
    before = event.get("previous_message") or {}
    ts = str(event.get("deleted_ts") or before.get("ts") or "")
    if not ts or before.get("bot_id"):
        return _not_ours(channel)
    return Spoken(
        "deleted",
        str(before.get("user") or ""),
        channel,
        ts,
        str(before.get("thread_ts") or ""),
        NO_WORDS,
        once=f"msg:{team}:{channel}:{ts}:deleted",
    )


def _not_ours(channel: str) -> Spoken:
    return Spoken("", "", channel, "", "", NO_WORDS, "")


def _thread(message: Body, container: Body) -> str:
    """The thread a clicked message is in; a thread's first message stands in the channel itself."""
    thread = str(message.get("thread_ts") or container.get("thread_ts") or "")
    own = str(message.get("ts") or container.get("message_ts") or "")
    return "" if thread == own else thread


def _container(view: Body) -> str:
    if not view:
        return "message"
    return "home" if view.get("type") == "home" else "view"


def _number(text: str) -> int:
    """A number that we wrote into a button ourselves."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Malformed("value")
    return int(text)


def _single(state: Body) -> str:
    """The value of an input or action that holds one."""
    option = state.get("selected_option")
    if isinstance(option, Mapping):
        return str(option.get("value") or "")
    for key in ("value", "selected_date", "selected_user", "selected_time"):
        if state.get(key) is not None:
            return str(state[key])
    return ""


def _values(view: Body) -> Values:
    texts: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    rich: dict[str, Words] = {}
    blocks: dict[str, str] = {
        field_of(block["block_id"]): block["block_id"]
        for block in view.get("blocks") or ()
        if block.get("block_id")
    }
    for block_id, actions in ((view.get("state") or {}).get("values") or {}).items():
        name = field_of(block_id)
        if blocks.setdefault(name, block_id) != block_id:
            continue  # of an input that is no longer in the form
        for state in actions.values():
            texts[name] = _single(state)
            if "selected_options" in state:
                options = state.get("selected_options") or ()
                chosen[name] = tuple(str(option["value"]) for option in options)
            if state.get("rich_text_value"):
                rich[name] = words_from_rich_text(state["rich_text_value"])
    return Values(texts, chosen, rich, blocks)
