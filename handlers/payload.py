"""Slack's dictionaries become small frozen values here, and are indexed nowhere else.

Each reader raises Malformed for a payload that Slack would not send.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from desk.files import NewFile
from desk.words import NO_WORDS, Words
from handlers.richtext import words_from_message
from handlers.values import (
    Body,
    Malformed,
    Values,
    field_of,
    files_in,
    name_in,
    single_in,
    text_in,
    values_in,
)

__all__ = [
    "Body",
    "Called",
    "Click",
    "Happened",
    "Malformed",
    "Reached",
    "Spoken",
    "Submission",
    "Typing",
    "Values",
    "field_of",
    "number_in",
]


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
            used, user = body["actions"][0], name_in(body["user"]["id"])
            action, trigger = name_in(used["action_id"]), text_in(body.get("trigger_id"))
            view = body.get("view") or {}
            message = body.get("message") or {}
            container = body.get("container") or {}
            channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
            return cls(
                user=user,
                action=action,
                value=single_in(used),
                once=f"click:{user}:{action}:{text_in(used.get('action_ts')) or trigger}",
                trigger=trigger,
                container=_container(view),
                channel=text_in(channel),
                message=text_in(message.get("ts") or container.get("message_ts")),
                thread=_thread(message, container),
                view=text_in(view.get("id")),
                hash=text_in(view.get("hash")),
                form=text_in(view.get("callback_id")),
                metadata=text_in(view.get("private_metadata")),
                values=values_in(view) if view.get("state") else Values(),
            )
        except (KeyError, IndexError, TypeError, AttributeError) as fault:
            raise Malformed("block_actions") from fault

    @property
    def ticket(self) -> int:
        """The ticket in the button's value ("42", or "42:7" with what follows)."""
        return number_in(self.value.partition(":")[0])

    @property
    def entry(self) -> int:
        """What follows the ticket in the value."""
        return number_in(self.value.partition(":")[2])


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
            form, number = name_in(view["callback_id"]), name_in(view["id"])
            return cls(
                user=name_in(body["user"]["id"]),
                form=form,
                view=number,
                once=f"view:{number}:{form}",
                metadata=text_in(view.get("private_metadata")),
                values=values_in(view),
                first_field=name_in(inputs[0]["block_id"]) if inputs else "",
                below=text_in(view.get("previous_view_id")),
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
                user=name_in(body["user"]["id"]),
                action=name_in(body["action_id"]),
                query=text_in(body.get("value")),
                metadata=text_in(view.get("private_metadata")),
                values=values_in(view) if view.get("state") else Values(),
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
                user=name_in(body["user_id"]),
                command=name_in(body["command"]),
                text=text_in(body.get("text")).strip(),
                channel=text_in(body.get("channel_id")),
                trigger=text_in(body.get("trigger_id")),
            )
        except (KeyError, TypeError, AttributeError) as fault:
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
                user=name_in(body["user"]["id"]),
                shortcut=name_in(body["callback_id"]),
                trigger=text_in(body.get("trigger_id")),
                channel=text_in((body.get("channel") or {}).get("id")),
                ts=text_in(message.get("ts")),
                author=text_in(message.get("user")),
                words=words_from_message(message) if message else NO_WORDS,
                domain=text_in((body.get("team") or {}).get("domain")),
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
    under_us: bool | None = False  # in a thread whose first message is the bot's; None: not told
    edited: str = ""  # when the words were changed last, as a ts
    files: tuple[NewFile, ...] = ()

    @classmethod
    def read(cls, body: Body) -> Spoken:
        try:
            event = body["event"]
            team, channel = text_in(body.get("team_id")), name_in(event["channel"])
            match event.get("subtype"):
                case "message_changed":
                    said, about = _edited(event, team, channel), event["message"]
                case "message_deleted":
                    said = _deleted(event, team, channel)
                    about = event.get("previous_message") or {}
                case None | "file_share" | "thread_broadcast" | "me_message":
                    said, about = _written(event, team, channel), event
                case _:
                    return _not_ours(channel)
            if said.user and said.user in _us(body):
                return _not_ours(channel)  # files that we showed: Slack may name no bot with them
            files = files_in(about.get("files"))
            return replace(said, under_us=_is_under_us(about, body), files=files)
        except (KeyError, TypeError, AttributeError) as fault:
            raise Malformed("message") from fault


@dataclass(frozen=True)
class Happened:
    """Any other event."""

    kind: str
    event: Mapping[str, Any]
    user: str
    once: str
    home: str = ""  # the workspace it happened in

    @classmethod
    def read(cls, body: Body) -> Happened:
        try:
            event = body["event"]
            user = event.get("user")
            return cls(
                kind=name_in(event["type"]),
                event=event,
                user=text_in(user.get("id") if isinstance(user, Mapping) else user),
                once=f"event:{name_in(body.get('event_id') or event.get('event_ts'))}",
                home=text_in(body.get("team_id")),
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise Malformed("event") from fault


def _written(event: Body, team: str, channel: str) -> Spoken:
    thread, ts = text_in(event.get("thread_ts")), name_in(event["ts"])
    if event.get("bot_id") or not event.get("user") or not thread or thread == ts:
        return _not_ours(channel)
    return Spoken(
        "written",
        name_in(event["user"]),
        channel,
        ts,
        thread,
        words_from_message(event),
        once=f"msg:{team}:{channel}:{ts}",
    )


def _is_under_us(event: Body, body: Body) -> bool | None:
    """Of a message that is shown in the channel as well, the thread's first one may tell alone."""
    root = event.get("root")
    first = root.get("user") if isinstance(root, Mapping) else None
    parent = text_in(event.get("parent_user_id") or first)
    return parent in _us(body) if parent else None


def _us(body: Body) -> set[str]:
    return {
        text_in(seen.get("user_id"))
        for seen in body.get("authorizations") or ()
        if isinstance(seen, Mapping)
    }


def _edited(event: Body, team: str, channel: str) -> Spoken:
    """Slack also "changes" a message when it unfurls a link; only a person's edit has `edited`."""
    message = event["message"]
    edited = message.get("edited")
    if not edited or message.get("bot_id") or not message.get("user"):
        return _not_ours(channel)
    ts = name_in(message["ts"])
    return Spoken(
        "edited",
        name_in(edited.get("user") or message["user"]),
        channel,
        ts,
        text_in(message.get("thread_ts")),
        words_from_message(message),
        once=f"msg:{team}:{channel}:{ts}:{name_in(edited.get('ts'))}",
        edited=name_in(edited.get("ts")),
    )


def _deleted(event: Body, team: str, channel: str) -> Spoken:
    before = event.get("previous_message") or {}
    ts = text_in(event.get("deleted_ts") or before.get("ts"))
    if not ts or before.get("bot_id"):
        return _not_ours(channel)
    return Spoken(
        "deleted",
        text_in(before.get("user")),
        channel,
        ts,
        text_in(before.get("thread_ts")),
        NO_WORDS,
        once=f"msg:{team}:{channel}:{ts}:deleted",
    )


def _not_ours(channel: str) -> Spoken:
    return Spoken("", "", channel, "", "", NO_WORDS, "")


def _thread(message: Body, container: Body) -> str:
    """The thread a clicked message is in; a thread's first message stands in the channel itself."""
    thread = text_in(message.get("thread_ts") or container.get("thread_ts"))
    own = text_in(message.get("ts") or container.get("message_ts"))
    return "" if thread == own else thread


def _container(view: Body) -> str:
    if not view:
        return "message"
    return "home" if view.get("type") == "home" else "view"


def number_in(text: str) -> int:
    """A number that we wrote into a button ourselves."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Malformed("value")
    return int(text)
