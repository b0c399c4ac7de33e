"""Everything there is to see at the end, as plain values: tables, channels, mailboxes, screens."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.server import Sandbox
from tests.chaos.database import Postgresql, Row, Sqlite

TABLES = ("tickets", "entries", "cards", "messages", "mails", "outbox", "once", "people", "teams")
KEYS = {"once": "key"}


@dataclass
class Post:
    """A message in a channel that a team works in."""

    channel: str
    ts: str
    thread: str | None
    by_app: bool
    text: str  # the line of a notification
    shown: str  # all of it
    outbox: int | None = None  # the row it came from, by its metadata


@dataclass
class Letter:
    address: str
    message_id: str
    text: str  # subject and both bodies, decoded
    raw: str


@dataclass
class Seen:
    tables: dict[str, list[Row]]
    posts: list[Post]
    letters: list[Letter]
    surfaces: dict[str, str] = field(default_factory=dict)  # whose → everything Slack shows them

    def save(self, folder: Path) -> None:
        whole = json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1)
        (folder / "seen.json").write_text(whole, encoding="utf-8")


async def look(database: Sqlite | Postgresql, slack: Sandbox, staff: set[str]) -> Seen:
    """`staff` are the Slack ids of those who may read internal text."""
    tables = {
        name: await database.rows(f"SELECT * FROM {name} ORDER BY {KEYS.get(name, 'id')}")
        for name in TABLES
    }
    places = {row["channel"] for row in tables["teams"]} | {c["channel"] for c in tables["cards"]}
    posts = [
        _post(message)
        for place in sorted(filter(None, places))
        for message in slack.channel(place.lstrip("#")).messages
    ]
    letters = [
        Letter(
            address,
            mail.message_id,
            "\n".join((mail.subject, mail.text, mail.html)),
            mail.raw.decode("utf-8", "replace"),
        )
        for address, box in slack.mailboxes.boxes.items()
        for mail in box
        if mail.direction == "in" and mail.sender == slack.desk_address
    ]
    return Seen(tables, posts, letters, _surfaces(slack, staff))


def _post(message: Any) -> Post:
    payload = (message.metadata or {}).get("event_payload") or {}
    thread = message.thread_ts if message.is_reply else None
    shown = message.text + json.dumps(message.blocks, ensure_ascii=False)
    place = (message.channel, message.ts, thread)
    return Post(*place, message.by_app, message.text, shown, payload.get("outbox"))


def _surfaces(slack: Sandbox, staff: set[str]) -> dict[str, str]:
    """Of everybody else: home, forms, private notes, and the conversation with the app."""
    world, views = slack.world, slack.workspace.views
    found: dict[str, str] = {}
    for person in world.people.values():
        if person.id in staff or person.is_bot:
            continue
        home = views.homes.get(person.id)
        shown = [view.definition for view in (home, *views.stack(person.id)) if view is not None]
        said = [
            (message.text, message.blocks)
            for channel in world.channels_of(person.id)
            if channel.kind == "im"
            for message in channel.messages
        ]
        private = [
            (message.text, message.blocks)
            for channel in world.channels.values()
            for message in channel.ephemerals
            if message.ephemeral_to == person.id
        ]
        found[person.handle] = json.dumps([shown, said, private], ensure_ascii=False)
    return found
