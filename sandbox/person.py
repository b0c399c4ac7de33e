"""A person at their screen: says, presses, fills and reads as somebody in Slack would."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.inputs import (
    SLOTS,
    NotOnScreen,
    Placed,
    choose,
    find_option,
    options_of,
    placed_in,
)
from sandbox.interactions import Interactions, Place
from sandbox.mail import Mail
from sandbox.mailboxes import Mailboxes
from sandbox.modals import View
from sandbox.sights import unread_of
from sandbox.workspace import Workspace
from sandbox.world import Channel, Message
from sandbox.world import Person as Profile

Json = dict[str, Any]
HOME = "home"


class Person:
    """Every async method returns when the app has answered; it raises what the person sees."""

    def __init__(
        self, profile: Profile, workspace: Workspace, acts: Interactions, mail: Mailboxes
    ) -> None:
        self.profile = profile
        self._ws = workspace
        self._acts = acts
        self._mail = mail
        self._offered: dict[str, list[Json]] = {}

    @property
    def id(self) -> str:
        return self.profile.id

    @property
    def email(self) -> str:
        return self.profile.email or ""

    # -- talking ----------------------------------------------------------------------------

    async def say(
        self,
        channel: str | Channel,
        text: str,
        thread_ts: str | Message | None = None,
        *,
        files: Iterable[str] = (),
    ) -> Message:
        """`files` are ids of what was brought with `bring`."""
        place = self._channel(channel)
        self._must_be_in(place)
        parent = thread_ts.ts if isinstance(thread_ts, Message) else thread_ts
        message = self._ws.say(self.profile, place, text, parent, files)
        await self._ws.feed.posted(message)
        return message

    def bring(self, name: str, data: bytes, media_type: str = "") -> str:
        """Choose a file on one's own machine: its id in Slack."""
        return self._ws.files.add(name, data, self.id, media_type).id

    async def edit(self, message: Message, text: str) -> None:
        self._must_be_mine(message)
        new_text, blocks = self._ws.composed(text)
        edited = {"user": self.id, "ts": self._ws.stamps.next()}
        before = self._ws.rewrite(message, text=new_text, blocks=blocks, edited=edited)
        await self._ws.feed.changed(message, before)

    async def delete(self, message: Message) -> None:
        self._must_be_mine(message)
        before = self._ws.erase(message)
        await self._ws.feed.deleted(message, before)

    async def react(self, message: Message, name: str) -> None:
        """Add the reaction, or take it back when it is there."""
        add = self.id not in message.reactions.get(name, [])
        self._ws.react(message, self.id, name, add=add)
        await self._ws.feed.reacted(message, self.id, name, added=add)

    async def join(self, channel: str | Channel) -> None:
        place = self._channel(channel)
        if self._ws.join(place, self.id):
            await self._ws.feed.joined(place, self.id)

    async def leave(self, channel: str | Channel) -> None:
        place = self._channel(channel)
        if self._ws.leave(place, self.id):
            await self._ws.feed.left(place, self.id)

    def read(self, channel: str | Channel) -> None:
        self._ws.read(self._channel(channel), self.id)

    # -- starting the app -------------------------------------------------------------------

    async def command(
        self, command: str, text: str = "", channel: str | Channel = "general"
    ) -> None:
        await self._acts.command(self.profile, self._channel(channel), command, text)

    async def shortcut(self, callback_id: str) -> None:
        await self._acts.shortcut(self.profile, callback_id)

    async def message_shortcut(self, callback_id: str, message: Message) -> None:
        await self._acts.message_shortcut(self.profile, callback_id, message)

    async def open_home(self) -> View | None:
        home = self._ws.views.homes.get(self.id)
        shown = self._ws.views.as_json(home) if home else None
        await self._ws.feed.home_opened(self.profile, shown)
        return self.home

    async def open_messages(self) -> None:
        """Open the direct messages with the app, which Slack tells as its home's other tab."""
        await self._ws.feed.home_opened(self.profile, None, tab="messages")
        self._ws.read(self.dm, self.id)

    # -- what is on the screen --------------------------------------------------------------

    @property
    def home(self) -> View | None:
        return self._ws.views.homes.get(self.id)

    @property
    def modal(self) -> View | None:
        return self._ws.views.top(self.id)

    @property
    def modals(self) -> list[View]:
        return list(self._ws.views.stack(self.id))

    @property
    def form(self) -> View:
        """The open modal. Raises NotOnScreen when there is none."""
        modal = self.modal
        if modal is None:
            raise NotOnScreen(f"{self.profile.name} has no form open")
        return modal

    def messages(self, channel: str | Channel) -> list[Message]:
        """Top-level messages, oldest first."""
        place = self._channel(channel)
        self._must_see(place)
        return place.top_level()

    def thread(self, channel: str | Channel, ts: str | Message) -> list[Message]:
        """The replies of one message, oldest first."""
        place = self._channel(channel)
        self._must_see(place)
        return place.replies(ts.ts if isinstance(ts, Message) else ts)

    @property
    def ephemerals(self) -> list[Message]:
        """What only this person sees, in all channels, oldest first."""
        mine = [
            message
            for channel in self._ws.world.channels.values()
            for message in channel.ephemerals
            if message.ephemeral_to == self.id
        ]
        return sorted(mine, key=lambda message: message.ts)

    @property
    def dms(self) -> list[Message]:
        """The conversation with the app, oldest first."""
        return self._ws.direct(self.id, self._ws.world.app.user_id).messages

    @property
    def dm(self) -> Channel:
        return self._ws.direct(self.id, self._ws.world.app.user_id)

    @property
    def unread(self) -> dict[str, int]:
        """Channel name (or id of a direct message) → unread messages, where there are any."""
        counts = {
            channel.name or channel.id: unread_of(channel, self.id)[0]
            for channel in self._ws.world.channels_of(self.id)
        }
        return {name: count for name, count in counts.items() if count}

    @property
    def mailbox(self) -> list[Mail]:
        return self._mail.box(self.email)

    # -- using it ---------------------------------------------------------------------------

    async def press(
        self,
        action_id: str,
        on: Message | View | str | None = None,
        value: str | None = None,
        block_id: str | None = None,
        *,
        confirm: bool = True,
    ) -> None:
        """Press a button or choose from a menu, by `value` or words; False declines a confirm."""
        place = self._place(on, action_id)
        placed = self._find(place, action_id, value, block_id)
        if not confirm:
            if "confirm" not in placed.element:
                raise NotOnScreen(f"{action_id} asks for no confirmation that one could decline")
            return
        kind = placed.element["type"]
        if kind in SLOTS:
            await self._put(place, placed, value)
            return
        chosen = (
            {"selected_option": find_option(placed.element, value)} if kind == "overflow" else {}
        )
        await self._acts.act(self.profile, place, placed, chosen)

    async def fill(self, values: dict[str, Any], on: Message | View | None = None) -> None:
        """Put values into inputs, found by action id, block id or label."""
        for key, wanted in values.items():
            place = Place(message=on) if isinstance(on, Message) else Place(view=on or self.form)
            await self._put(place, self._input(place, key), wanted)

    async def options(
        self, key: str, query: str = "", on: Message | View | None = None
    ) -> list[Json]:
        """What an external select offers for what was typed into it."""
        place = Place(message=on) if isinstance(on, Message) else Place(view=on or self.form)
        placed = self._input(place, key)
        if "external_select" not in placed.element["type"]:
            return options_of(placed.element)
        answer = await self._acts.suggest(self.profile, place, placed, query)
        offered = options_of({**placed.element, **answer})
        self._offered[placed.action_id] = offered
        return offered

    async def submit(self) -> dict[str, str]:
        """Send the open form. Answers the errors at its fields; empty when accepted."""
        if "submit" not in self.form.definition:
            raise NotOnScreen("this form has no button to send it")
        return await self._acts.submit(self.profile, self.form)

    async def close(self, *, clear: bool = False) -> None:
        """Cancel the open form; `clear` closes the whole stack."""
        await self._acts.close(self.profile, self.form, clear=clear)

    # -- details ----------------------------------------------------------------------------

    async def _put(self, place: Place, placed: Placed, wanted: Any) -> None:
        if "external_select" in placed.element["type"]:
            wanted = await self._typed_ahead(place, placed, wanted)
        if placed.element["type"] == "file_input":
            wanted = [self._file(one) for one in wanted or ()]
        held = choose(placed.element, wanted)
        state = self._acts.state_of(self.profile, place)
        state[placed.block_id][placed.action_id] = held
        if placed.sends_at_once:
            await self._acts.act(self.profile, place, placed, held)

    def _file(self, file_id: str) -> Json:
        file = self._ws.files.find(file_id)
        if file is None:
            raise NotOnScreen(f"there is no file {file_id!r}")
        return self._ws.files.as_json(file)

    async def _typed_ahead(self, place: Place, placed: Placed, wanted: Any) -> Any:
        """Option objects for words: those offered last, else what typing the words brings."""
        if isinstance(wanted, list):
            return [await self._typed_ahead(place, placed, item) for item in wanted]
        if not isinstance(wanted, str) or not wanted:
            return wanted
        for option in self._offered.get(placed.action_id, []):
            if wanted in (option["value"], option["text"]["text"]):
                return option
        answer = await self._acts.suggest(self.profile, place, placed, wanted)
        offered = options_of(answer)
        if len(offered) == 1:
            return offered[0]
        return find_option({"action_id": placed.action_id, "options": offered}, wanted)

    def _place(self, on: Message | View | str | None, action_id: str) -> Place:
        if isinstance(on, Message):
            return Place(message=on)
        if isinstance(on, View):
            return Place(view=on)
        if on == HOME:
            if self.home is None:
                raise NotOnScreen(f"{self.profile.name}'s home is empty")
            return Place(view=self.home)
        if on is not None:
            raise NotOnScreen(f"there is no place called {on!r}")
        return self._nearest(action_id)

    def _nearest(self, action_id: str) -> Place:
        """The open form, else the newest message that has it, else the home."""
        if self.modal:
            return Place(view=self.modal)
        channels = self._ws.world.channels_of(self.id)
        seen = [m for channel in channels for m in channel.messages] + self.ephemerals
        for message in sorted(seen, key=lambda m: m.ts, reverse=True):
            if any(p.action_id == action_id for p in placed_in(message.blocks)):
                return Place(message=message)
        if self.home:
            return Place(view=self.home)
        raise NotOnScreen(f"{action_id!r} is nowhere on {self.profile.name}'s screen")

    def _find(
        self, place: Place, action_id: str, value: str | None, block_id: str | None
    ) -> Placed:
        """Several elements may share an action id: the value or the words tell them apart."""
        alike = [
            p
            for p in placed_in(place.blocks)
            if p.action_id == action_id and block_id in (None, p.block_id)
        ]
        for placed in alike:
            if value is None or placed.element["type"] != "button":
                return placed
            if value in (placed.element.get("value"), placed.label):
                return placed
        return place.element(action_id, block_id) if not alike else _no_such(alike, value)

    def _input(self, place: Place, key: str) -> Placed:
        inputs = [p for p in placed_in(place.blocks) if p.element["type"] in SLOTS]
        for placed in inputs:
            if key in (placed.action_id, placed.block_id):
                return placed
        for placed in inputs:
            if key == placed.label or placed.block_id.split("#")[0] == key:
                return placed
        there = ", ".join(f"{p.block_id}/{p.action_id} ({p.label})" for p in inputs)
        raise NotOnScreen(f"no input {key!r} here; there are: {there or 'none'}")

    def _channel(self, channel: str | Channel) -> Channel:
        if isinstance(channel, Channel):
            return channel
        found = self._ws.world.find_channel(channel)
        if found:
            return found
        person = self._ws.world.find_person(channel)
        if person is None or not person.in_slack:
            raise NotOnScreen(f"there is no channel {channel!r}")
        return self._ws.direct(self.id, person.id)

    def _must_be_in(self, channel: Channel) -> None:
        if self.id not in channel.members:
            raise NotOnScreen(f"{self.profile.name} is not in #{channel.name}")

    def _must_see(self, channel: Channel) -> None:
        if channel.kind != "channel":
            self._must_be_in(channel)

    def _must_be_mine(self, message: Message) -> None:
        if message.user != self.id:
            raise NotOnScreen("only the author can change a message")


def _no_such(alike: list[Placed], value: str | None) -> Placed:
    there = ", ".join(f"{p.element.get('value')} ({p.label})" for p in alike)
    raise NotOnScreen(f"no {alike[0].action_id} with {value!r}; there are: {there}")
