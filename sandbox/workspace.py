"""The living workspace: the world, what changes in it, and who is told about it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.blockkit import InvalidBlocks, message_problems, view_problems
from sandbox.changes import Changes
from sandbox.composing import compose
from sandbox.delivery import Courier
from sandbox.faults import Faults
from sandbox.feed import Feed
from sandbox.files import Files
from sandbox.manifest import Manifest
from sandbox.modals import Views, with_ids
from sandbox.shapes import message_object
from sandbox.sights import message_sight, unread_of
from sandbox.traffic import Traffic
from sandbox.triggers import ResponseUrls, Triggers
from sandbox.world import Channel, Message, Person, Stamps, World


@dataclass(frozen=True)
class Tokens:
    bot: str = "xoxb-sandbox"
    app: str = "xapp-sandbox"
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105 - public on purpose: a demo's


class Workspace:
    def __init__(
        self,
        world: World,
        manifest: Manifest,
        *,
        changes: Changes,
        traffic: Traffic,
        courier: Courier,
        stamps: Stamps,
        tokens: Tokens,
        clock: Callable[[], float],
        strict: bool = True,
    ) -> None:
        self.world = world
        self.manifest = manifest
        self.changes = changes
        self.traffic = traffic
        self.courier = courier
        self.stamps = stamps
        self.tokens = tokens
        self.clock = clock
        self.strict = strict
        self.files = Files(clock)
        self.feed = Feed(world, manifest, courier, stamps, self.files)
        self.views = Views(world, changes)
        self.triggers = Triggers(clock)
        self.response_urls = ResponseUrls(clock)
        self.faults = Faults()
        self.socket_url: Callable[[], str] | None = None

    # -- messages ---------------------------------------------------------------------------

    def write(self, message: Message) -> Message:
        """Keep a new message and show it; telling the app is up to the caller."""
        channel = self.world.channels[message.channel]
        message.blocks = with_ids(message.blocks)
        if message.is_ephemeral:
            channel.ephemerals.append(message)
            self._show("ephemeral", message)
            return message
        channel.messages.append(message)
        for file in map(self.files.find, message.files):
            if file:
                file.shares.append((channel.id, message.ts))
        if not message.by_app:
            channel.last_read[message.user] = message.ts
        self._show("message", message)
        self._show_parent(message)
        self.tell_unread(channel)
        return message

    def say(
        self,
        person: Person,
        channel: Channel,
        typed: str,
        thread_ts: str | None,
        files: Iterable[str] = (),
    ) -> Message:
        text, blocks = compose(typed, self.world) if typed else ("", [])
        shared = list(files)
        return self.write(
            Message(
                channel.id,
                self.stamps.next(),
                person.id,
                text,
                blocks,
                thread_ts=thread_ts,
                client_msg_id=str(uuid.uuid4()),
                subtype="file_share" if shared else None,
                files=shared,
            )
        )

    def composed(self, typed: str) -> tuple[str, list[dict[str, Any]]]:
        return compose(typed, self.world)

    def rewrite(self, message: Message, **new: Any) -> dict[str, Any]:
        """Change a message; answers what it was before."""
        before = message_object(message, self.world, self.files)
        for name, value in new.items():
            setattr(message, name, value)
        message.blocks = with_ids(message.blocks)
        self._show("message_changed", message)
        return before

    def erase(self, message: Message) -> dict[str, Any]:
        """Take a message away; one with replies leaves a tombstone, as in Slack."""
        channel = self.world.channels[message.channel]
        before = message_object(message, self.world, self.files)
        if message.is_ephemeral:
            channel.ephemerals.remove(message)
        elif channel.replies(message.ts):
            message.subtype, message.text = "tombstone", "This message was deleted."
            message.blocks, message.attachments = [], []
            self._show("message_changed", message)
            return before
        else:
            channel.messages.remove(message)
        self._show("message_deleted", message)
        self._show_parent(message)
        self.tell_unread(channel)
        return before

    def react(self, message: Message, user: str, name: str, *, add: bool) -> bool:
        """False when there is nothing to do: already there, or not there."""
        users = message.reactions.get(name, [])
        if (user in users) == add:
            return False
        if add:
            message.reactions.setdefault(name, []).append(user)
        else:
            users.remove(user)
            if not users:
                del message.reactions[name]
        self._show("reaction", message)
        return True

    def read(self, channel: Channel, user: str) -> None:
        if channel.messages:
            channel.last_read[user] = channel.messages[-1].ts
        self.tell_unread(channel, only=user)

    # -- what apps send ---------------------------------------------------------------------

    def checked_blocks(self, blocks: Any) -> list[dict[str, Any]]:
        """The blocks as they are. Raises InvalidBlocks when Slack would refuse them."""
        problems = message_problems(blocks) if self.strict else []
        if problems:
            raise InvalidBlocks(problems)
        return list(blocks)

    def checked_view(self, view: Any, kind: str) -> dict[str, Any]:
        """A view of this kind, as it is. Raises InvalidBlocks when Slack would refuse it."""
        problems = view_problems(view) if self.strict else []
        if not problems and view.get("type") != kind:
            problems = [f"[ERROR] type must be {kind} [json-pointer:/view/type]"]
        if problems:
            raise InvalidBlocks(problems)
        return dict(view)

    # -- people and places ------------------------------------------------------------------

    def direct(self, one: str, other: str) -> Channel:
        return self.world.direct(one, other)

    def join(self, channel: Channel, user: str) -> bool:
        if user in channel.members:
            return False
        channel.members.append(user)
        self.changes.tell("channel", to={user}, channel=channel.id)
        return True

    def leave(self, channel: Channel, user: str) -> bool:
        if user not in channel.members:
            return False
        channel.members.remove(user)
        self.changes.tell("channel", to={user}, channel=channel.id)
        return True

    # -- showing ----------------------------------------------------------------------------

    def tell_unread(self, channel: Channel, only: str | None = None) -> None:
        for user in [only] if only else list(channel.members):
            unread, mentions = unread_of(channel, user)
            self.changes.tell(
                "unread", to={user}, channel=channel.id, unread=unread, mentions=mentions
            )

    def _show(self, kind: str, message: Message) -> None:
        channel = self.world.channels[message.channel]
        readers = {message.ephemeral_to} if message.ephemeral_to else set(channel.members)
        self.changes.tell(
            kind,
            to=readers,
            channel=channel.id,
            ts=message.ts,
            thread_ts=message.thread_ts,
            message=message_sight(message, self.world, self.files),
        )

    def _show_parent(self, reply: Message) -> None:
        """A thread's parent shows how many replies it has."""
        if not reply.is_reply or reply.is_ephemeral:
            return
        parent = self.world.channels[reply.channel].message(reply.thread_ts or "")
        if parent:
            self._show("message_changed", parent)
