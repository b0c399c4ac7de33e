"""What Slack does when a person uses the app: payload out, answer in, screen changed."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from sandbox import payloads
from sandbox.blockkit import InvalidBlocks, options_problems
from sandbox.delivery import Ack, DeliveryError, Parcel
from sandbox.forms import local_errors
from sandbox.inputs import Gone, NotOnScreen, Placed, placed_in
from sandbox.modals import View, ViewError, kept_state
from sandbox.responses import answer_to_command
from sandbox.shapes import message_object
from sandbox.workspace import Workspace
from sandbox.world import Channel, Message, Person

Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an element stands: in a message, or in a view (a modal or a home)."""

    message: Message | None = None
    view: View | None = None

    @property
    def blocks(self) -> list[Json]:
        if self.view:
            return self.view.blocks
        return self.message.blocks if self.message else []

    def element(self, action_id: str, block_id: str | None = None) -> Placed:
        alike = [p for p in placed_in(self.blocks) if p.action_id == action_id]
        for placed in alike:
            if block_id in (None, placed.block_id):
                return placed
        if len(alike) == 1 and self.view is None:
            return alike[0]  # a message that was edited under somebody's finger: its ids are new
        there = ", ".join(p.action_id for p in placed_in(self.blocks)) or "nothing to press"
        raise Gone(f"{action_id!r} is not here; here are: {there}")


class Interactions:
    def __init__(self, workspace: Workspace) -> None:
        self._ws = workspace
        self._message_state: dict[tuple[str, str, str], dict[str, dict[str, Json]]] = {}

    # -- starting something -----------------------------------------------------------------

    async def command(
        self,
        person: Person,
        channel: Channel,
        command: str,
        text: str,
        thread_ts: str | None = None,
    ) -> None:
        if self._ws.manifest.command(command) is None:
            raise NotOnScreen(f"{command} is not a valid command.")
        if thread_ts:
            raise NotOnScreen(f"{command} is not supported in threads. Sorry!")
        payload = payloads.slash_command(
            self._ws.world,
            person,
            command,
            text,
            channel=channel,
            trigger_id=self._ws.triggers.new(person.id),
            response_url=self._ws.response_urls.new(channel.id, person.id),
        )
        parcel = Parcel("slash_commands", payload, f"command {command}", person.id)
        ack = await self._ws.courier.ask(parcel)
        try:
            answer_to_command(self._ws, ack.body or {}, channel, person)
        except InvalidBlocks as refused:
            raise DeliveryError("invalid_blocks") from refused

    async def shortcut(self, person: Person, callback_id: str) -> None:
        if self._ws.manifest.shortcut(callback_id, "global") is None:
            raise NotOnScreen(f"there is no global shortcut {callback_id!r} in the manifest")
        payload = payloads.shortcut(
            self._ws.world,
            person,
            callback_id,
            trigger_id=self._ws.triggers.new(person.id),
            action_ts=self._ws.stamps.next(),
        )
        await self._interact(payload, f"shortcut {callback_id}", person)

    async def message_shortcut(self, person: Person, callback_id: str, message: Message) -> None:
        if self._ws.manifest.shortcut(callback_id, "message") is None:
            raise NotOnScreen(f"there is no message shortcut {callback_id!r} in the manifest")
        channel = self._ws.world.channels[message.channel]
        payload = payloads.message_action(
            self._ws.world,
            person,
            callback_id,
            channel=channel,
            message=message_object(message, self._ws.world, self._ws.files),
            trigger_id=self._ws.triggers.new(person.id),
            action_ts=self._ws.stamps.next(),
            response_url=self._ws.response_urls.new(channel.id, person.id, message.ts),
        )
        await self._interact(payload, f"message_action {callback_id}", person)

    # -- using what is on the screen --------------------------------------------------------

    def state_of(self, person: Person, place: Place) -> dict[str, dict[str, Json]]:
        """What is typed and chosen there now; changing it is how a person fills a form."""
        if place.view:
            return place.view.state
        assert place.message is not None
        key = (place.message.channel, place.message.ts, person.id)
        state = kept_state(place.message.blocks, self._message_state.get(key, {}))
        self._message_state[key] = state
        return state

    async def act(self, person: Person, place: Place, placed: Placed, chosen: Json) -> None:
        """Send block_actions: a press, or a choice whose value is already in the state."""
        element = placed.element
        if "url" in element and element["type"] == "button" and not placed.action_id:
            return
        action = _action(placed, chosen) | {"action_ts": self._ws.stamps.next()}
        container, around = self._around(person, place)
        view_id = place.view.id if place.view and place.view.type == "modal" else None
        payload = payloads.block_actions(
            self._ws.world,
            person,
            action,
            trigger_id=self._ws.triggers.new(person.id, view_id),
            container=container,
            state=copy.deepcopy(self.state_of(person, place)),
            around=around,
        )
        await self._interact(payload, f"block_actions {placed.action_id}", person)

    async def suggest(
        self, person: Person, place: Place, placed: Placed, query: str
    ) -> dict[str, list[Json]]:
        """Ask the app for the options of an external select."""
        if "external_select" not in placed.element["type"]:
            raise NotOnScreen(f"{placed.action_id} does not ask the app for its options")
        if len(query) < placed.element.get("min_query_length", 3):
            return {"options": []}
        container, around = self._around(person, place)
        payload = payloads.block_suggestion(
            self._ws.world,
            person,
            action_id=placed.action_id,
            block_id=placed.block_id,
            value=query,
            container=container,
            around=around,
        )
        ack = await self._interact(payload, f"block_suggestion {placed.action_id}", person)
        problems = options_problems(ack.body or {"options": []}) if self._ws.strict else []
        if problems:
            raise DeliveryError("invalid_options") from InvalidBlocks(problems)
        return _offered(ack)

    async def submit(self, person: Person, view: View) -> dict[str, str]:
        """Send a form. Answers the errors at its fields; empty when it was accepted."""
        wrong = local_errors(view)
        if wrong:
            return wrong
        payload = payloads.view_submission(
            self._ws.world,
            person,
            self._ws.views.as_json(view),
            trigger_id=self._ws.triggers.new(person.id, view.id),
            urls=self._response_urls(person, view),
        )
        ack = await self._interact(payload, f"view_submission {view.callback_id}", person)
        try:
            return self._obey(person, view, ack.body)
        except (ViewError, InvalidBlocks, KeyError, TypeError, AttributeError) as nonsense:
            raise DeliveryError("trouble") from nonsense

    async def close(self, person: Person, view: View, *, clear: bool = False) -> None:
        stack = self._ws.views.stack(person.id)
        leaving = list(stack) if clear or view.definition.get("clear_on_close") else [view]
        for closed in reversed(leaving):
            self._ws.views.close(closed)
        told = [v for v in reversed(leaving) if v.definition.get("notify_on_close")]
        for closed in told:
            payload = payloads.view_closed(
                self._ws.world, person, self._ws.views.as_json(closed), is_cleared=clear
            )
            await self._interact(payload, f"view_closed {closed.callback_id}", person)

    # -- details ----------------------------------------------------------------------------

    async def _interact(self, payload: Json, label: str, person: Person) -> Ack:
        return await self._ws.courier.ask(Parcel("interactive", payload, label, person.id))

    def _around(self, person: Person, place: Place) -> tuple[Json, Json]:
        if place.view:
            return payloads.in_view(self._ws.views.as_json(place.view))
        message = place.message
        assert message is not None
        channel = self._ws.world.channels[message.channel]
        url = self._ws.response_urls.new(
            channel.id, person.id, message.ts, message.thread_ts if message.is_reply else None
        )
        return payloads.in_message(
            channel,
            message_object(message, self._ws.world, self._ws.files),
            ephemeral=message.is_ephemeral,
            response_url=url,
        )

    def _response_urls(self, person: Person, view: View) -> list[Json]:
        """One for each conversation select that asked for it."""
        urls = []
        for placed in placed_in(view.blocks):
            if not placed.element.get("response_url_enabled"):
                continue
            held = view.state[placed.block_id][placed.action_id]
            channel = held.get("selected_conversation") or held.get("selected_channel")
            if channel:
                urls.append(
                    {
                        "block_id": placed.block_id,
                        "action_id": placed.action_id,
                        "channel_id": channel,
                        "response_url": self._ws.response_urls.new(channel, person.id),
                    }
                )
        return urls

    def _obey(self, person: Person, view: View, body: Json | None) -> dict[str, str]:
        """Do what the answer to a form says."""
        views = self._ws.views
        action = (body or {}).get("response_action")
        if body and action is None:
            raise ViewError("an answer to a form has a response_action")
        if action == "errors":
            return _field_errors(view, body["errors"] if body else {})
        if action == "update" and body:
            views.update(view, self._ws.checked_view(body["view"], view.type))
        elif action == "push" and body:
            views.push(person.id, self._ws.checked_view(body["view"], view.type))
        elif action == "clear":
            views.close_all(person.id)
        elif action is None:
            views.close(view)
        else:
            raise ViewError(f"unknown response_action {action}")
        return {}


def _action(placed: Placed, chosen: Json) -> Json:
    """The action as the payload carries it."""
    element = placed.element
    action = {
        "type": element["type"],
        "action_id": placed.action_id,
        "block_id": placed.block_id,
    }
    shown = {k: element[k] for k in ("text", "value", "style", "placeholder") if k in element}
    return action | shown | {k: v for k, v in chosen.items() if k != "type"}


def _offered(ack: Ack) -> dict[str, list[Json]]:
    body = ack.body or {}
    if "option_groups" in body:
        return {"option_groups": body["option_groups"]}
    return {"options": body.get("options", [])}


def _field_errors(view: View, errors: dict[str, str]) -> dict[str, str]:
    inputs = {b["block_id"] for b in view.blocks if b["type"] == "input"}
    if not errors or not all(isinstance(text, str) and text for text in errors.values()):
        raise ViewError("errors must name at least one field and say why")
    if not set(errors) <= inputs:
        raise ViewError(f"errors for blocks that are no inputs: {sorted(set(errors) - inputs)}")
    return dict(errors)
