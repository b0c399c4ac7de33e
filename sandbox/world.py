"""Who and what exists in the pretend workspace: people, channels, messages, user groups."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Blocks = list[dict[str, Any]]
ChannelKind = Literal["channel", "group", "im"]

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def new_id(prefix: str) -> str:
    """An id that looks like Slack's: a letter for the kind, then capitals and digits."""
    return prefix + "0" + "".join(secrets.choice(ALPHABET) for _ in range(9))


class Stamps:
    """Hands out Slack timestamps: seconds with six decimals, never the same one twice."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._last = 0

    def next(self) -> str:
        micros = max(int(self.clock() * 1_000_000), self._last + 1)
        self._last = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def move_past(self, ts: str) -> None:
        """Never hand out a stamp at or before `ts` (after loading a saved world)."""
        self._last = max(self._last, int(ts.replace(".", "")))


@dataclass(frozen=True)
class Team:
    id: str
    name: str
    domain: str


@dataclass(frozen=True)
class AppIdentity:
    """The ids the installed app and its bot user go by."""

    id: str
    bot_id: str
    user_id: str
    name: str


@dataclass
class Person:
    id: str
    handle: str
    name: str
    first: str = ""
    last: str = ""
    email: str | None = None
    title: str = ""
    locale: str = "fr-FR"
    tz: str = "Europe/Paris"
    in_slack: bool = True
    is_guest: bool = False
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False
    updated: int = 0

    @property
    def initials(self) -> str:
        letters = [word[0] for word in (self.first, self.last) if word]
        return "".join(letters).upper() or self.name[:1].upper()


@dataclass
class UserGroup:
    id: str
    handle: str
    name: str
    members: list[str]


@dataclass
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: Blocks = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    by_app: bool = False
    subtype: str | None = None
    edited: dict[str, str] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    metadata: dict[str, Any] | None = None
    username: str | None = None
    broadcast: bool = False
    ephemeral_to: str | None = None
    client_msg_id: str | None = None
    files: list[str] = field(default_factory=list)  # ids

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def is_ephemeral(self) -> bool:
        return self.ephemeral_to is not None


@dataclass
class Channel:
    id: str
    name: str
    kind: ChannelKind
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    archived: bool = False
    created: int = 1_700_000_000
    messages: list[Message] = field(default_factory=list)
    ephemerals: list[Message] = field(default_factory=list)
    last_read: dict[str, str] = field(default_factory=dict)

    def message(self, ts: str) -> Message | None:
        return next((m for m in reversed(self.messages) if m.ts == ts), None)

    def top_level(self) -> list[Message]:
        return [m for m in self.messages if not m.is_reply or m.broadcast]

    def replies(self, ts: str) -> list[Message]:
        return [m for m in self.messages if m.is_reply and m.thread_ts == ts]

    def peer_of(self, user: str) -> str:
        """The other side of a direct message."""
        return next((m for m in self.members if m != user), user)


@dataclass
class World:
    team: Team
    app: AppIdentity
    people: dict[str, Person]
    channels: dict[str, Channel]
    groups: dict[str, UserGroup] = field(default_factory=dict)

    def find_person(self, key: str) -> Person | None:
        """By id, handle or e-mail address."""
        if key in self.people:
            return self.people[key]
        wanted = key.lstrip("@").casefold()
        for person in self.people.values():
            if wanted in (person.handle.casefold(), (person.email or "").casefold()):
                return person
        return None

    def person(self, key: str) -> Person:
        found = self.find_person(key)
        if found is None:
            known = ", ".join(p.handle for p in self.people.values())
            raise LookupError(f"nobody called {key!r} here; there are {known}")
        return found

    def by_address(self, address: str) -> Person | None:
        wanted = address.casefold()
        people = self.people.values()
        return next((p for p in people if (p.email or "").casefold() == wanted), None)

    def find_channel(self, key: str) -> Channel | None:
        if key in self.channels:
            return self.channels[key]
        name = key.lstrip("#")
        named = (c for c in self.channels.values() if c.kind != "im" and c.name == name)
        return next(named, None)

    def direct(self, one: str, other: str) -> Channel:
        """The direct message channel of two people, opened when there is none yet."""
        pair = {one, other}
        for channel in self.channels.values():
            if channel.kind == "im" and set(channel.members) == pair:
                return channel
        members = [one] if one == other else [one, other]
        channel = Channel(new_id("D"), "", "im", members)
        self.channels[channel.id] = channel
        return channel

    def channels_of(self, user: str) -> list[Channel]:
        return [c for c in self.channels.values() if user in c.members]

    def slack_people(self) -> Iterable[Person]:
        return (p for p in self.people.values() if p.in_slack)
