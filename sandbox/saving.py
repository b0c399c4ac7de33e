"""Keeps the world in a file, so that a restarted demo finds its messages and mails again."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox.changes import Change
from sandbox.files import File
from sandbox.mail import Mail
from sandbox.modals import View
from sandbox.slack import Slack
from sandbox.world import Channel, Message, Person

VERSION = 1
PAUSE = 0.5  # seconds between a change and the saving of it, so that many share one writing


def saved(slack: Slack) -> dict[str, Any]:
    """Everything worth keeping. Open forms are not: nobody expects them after a restart."""
    return {
        "version": VERSION,
        "team": slack.world.team.id,
        "people": [asdict(p) for p in slack.world.people.values()],
        "channels": [asdict(c) for c in slack.world.channels.values()],
        "files": [_file_out(f) for f in slack.workspace.files.known.values()],
        "homes": [asdict(home) for home in slack.workspace.views.homes.values()],
        "mails": {
            address: [_mail_out(m) for m in mails]
            for address, mails in slack.mailboxes.boxes.items()
        },
    }


def save(slack: Slack, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(saved(slack), ensure_ascii=False), "utf-8")
    os.replace(fresh, path)


def restore(slack: Slack, path: Path) -> bool:
    """Take up a saved world; False when there is none, or it is another workspace's."""
    if not path.exists():
        return False
    kept = json.loads(path.read_text("utf-8"))
    if kept.get("version") != VERSION or kept.get("team") != slack.world.team.id:
        return False
    for person in kept["people"]:
        slack.world.people[person["id"]] = Person(**person)
    for channel in kept["channels"]:
        slack.world.channels[channel["id"]] = _channel_in(channel)
    _drop_doubled_directs(slack, {c["id"] for c in kept["channels"]})
    for home in kept["homes"]:
        slack.workspace.views.homes[home["user"]] = View(**home)
    for file in kept.get("files", ()):
        slack.workspace.files.known[file["id"]] = _file_in(file)
    for address, mails in kept["mails"].items():
        slack.mailboxes.boxes[address] = [_mail_in(m) for m in mails]
    for channel in slack.world.channels.values():
        for message in [*channel.messages, *channel.ephemerals]:
            slack.workspace.stamps.move_past(message.ts)
    return True


class Keeper:
    """Saves soon after every change, and once more at the end."""

    def __init__(self, slack: Slack, path: Path) -> None:
        self._slack = slack
        self._path = path
        self._changed = asyncio.Event()
        self._stop_listening = slack.changes.listen(self._heard)
        self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        self._stop_listening()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        save(self._slack, self._path)

    def _heard(self, change: Change) -> None:
        if change.type != "traffic":
            self._changed.set()

    async def _keep(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(PAUSE)
            self._changed.clear()
            save(self._slack, self._path)


def _channel_in(raw: dict[str, Any]) -> Channel:
    channel = Channel(**raw)
    channel.messages = [Message(**m) for m in raw["messages"]]
    channel.ephemerals = [Message(**m) for m in raw["ephemerals"]]
    return channel


def _drop_doubled_directs(slack: Slack, kept: set[str]) -> None:
    """The world file made new direct messages; the saved ones are the real ones."""
    channels = slack.world.channels
    pairs = {frozenset(channels[i].members) for i in kept if channels[i].kind == "im"}
    for channel in list(channels.values()):
        fresh = channel.id not in kept
        if fresh and channel.kind == "im" and frozenset(channel.members) in pairs:
            del channels[channel.id]


def _file_out(file: File) -> dict[str, Any]:
    return {**asdict(file), "data": base64.b64encode(file.data).decode()}


def _file_in(kept: dict[str, Any]) -> File:
    shares = [(channel, ts) for channel, ts in kept["shares"]]
    return File(**{**kept, "data": base64.b64decode(kept["data"]), "shares": shares})


def _mail_out(mail: Mail) -> dict[str, Any]:
    kept = {name: getattr(mail, name) for name in MAIL_FIELDS}
    return kept | {"raw": base64.b64encode(mail.raw).decode()}


def _mail_in(kept: dict[str, Any]) -> Mail:
    return Mail(**{**kept, "raw": base64.b64decode(kept["raw"])})


MAIL_FIELDS = ("envelope_from", "envelope_to", "at", "direction", "read", "status", "id")
