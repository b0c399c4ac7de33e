"""Views: stacks of modals, one home a person, what was typed into them, and their hashes."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.changes import Changes
from sandbox.inputs import SLOTS, first_value, placed_in
from sandbox.world import World, new_id

Json = dict[str, Any]

MAX_STACK = 3


class ViewError(Exception):
    """Slack's error word for a view call that cannot be done."""


@dataclass
class View:
    id: str
    user: str
    definition: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    state: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.definition["type"])

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.definition["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        return str(self.definition.get("callback_id", ""))

    @property
    def title(self) -> str:
        return str((self.definition.get("title") or {}).get("text", ""))


class Views:
    def __init__(self, world: World, changes: Changes) -> None:
        self._world = world
        self._changes = changes
        self._stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """The person's open modals, the top one last."""
        return self._stacks.setdefault(user, [])

    def top(self, user: str) -> View | None:
        stack = self.stack(user)
        return stack[-1] if stack else None

    def __iter__(self) -> Iterator[View]:
        for stack in self._stacks.values():
            yield from stack
        yield from self.homes.values()

    def find(self, view_id: str | None = None, external_id: str | None = None) -> View | None:
        for view in self:
            if view_id and view.id == view_id:
                return view
            if external_id and view.definition.get("external_id") == external_id:
                return view
        return None

    def open(self, user: str, definition: Json, *, over: str | None) -> View:
        """Open a modal: on top of the modal `over`, else in place of all that was open."""
        stack = self.stack(user)
        if over is None or not any(view.id == over for view in stack):
            stack.clear()
        return self._put(user, definition, "view_opened")

    def push(self, user: str, definition: Json) -> View:
        if not self.stack(user):
            raise ViewError("not_found")
        return self._put(user, definition, "view_pushed")

    def update(self, view: View, definition: Json, *, given_hash: str | None = None) -> View:
        if given_hash and given_hash != view.hash:
            raise ViewError("hash_conflict")
        if definition.get("type") != view.type:
            raise ViewError("invalid_arguments")
        view.definition = complete(definition)
        view.hash = new_hash()
        view.state = kept_state(view.blocks, view.state)
        kind = "home" if view.type == "home" else "view_updated"
        self._tell(kind, view)
        return view

    def publish(self, user: str, definition: Json, *, given_hash: str | None = None) -> View:
        home = self.homes.get(user)
        if home:
            return self.update(home, definition, given_hash=given_hash)
        home = _new_view(user, definition, None)
        self.homes[user] = home
        self._tell("home", home)
        return home

    def close(self, view: View) -> None:
        """Close a modal and whatever lies over it."""
        stack = self.stack(view.user)
        if view not in stack:
            return
        while stack and stack[-1] is not view:
            stack.pop()
        stack.pop()
        self._tell("view_closed", view)

    def close_all(self, user: str) -> None:
        stack = self.stack(user)
        if stack:
            root = stack[0]
            stack.clear()
            self._tell("view_closed", root)

    def as_json(self, view: View) -> Json:
        return view_object(view, self._world)

    def _put(self, user: str, definition: Json, kind: str) -> View:
        stack = self.stack(user)
        if len(stack) >= MAX_STACK:
            raise ViewError("push_limit_reached")
        external_id = definition.get("external_id")
        if external_id and self.find(external_id=external_id):
            raise ViewError("duplicate_external_id")
        view = _new_view(user, definition, stack[-1] if stack else None)
        stack.append(view)
        self._tell(kind, view)
        return view

    def _tell(self, kind: str, view: View) -> None:
        stack = [self.as_json(open_view) for open_view in self.stack(view.user)]
        self._changes.tell(kind, to={view.user}, view=self.as_json(view), views=stack)


def _new_view(user: str, definition: Json, below: View | None) -> View:
    view_id = new_id("V")
    whole = complete(definition)
    view = View(view_id, user, whole, new_hash(), below.root_id if below else view_id)
    view.previous_id = below.id if below else None
    view.state = kept_state(view.blocks, {})
    return view


def new_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"


def complete(definition: Json) -> Json:
    """The definition with the block ids and action ids Slack makes up."""
    whole = copy.deepcopy(definition)
    whole["blocks"] = with_ids(whole.get("blocks") or [])
    return whole


def with_ids(blocks: list[Json]) -> list[Json]:
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        accessory = [block[key] for key in ("element", "accessory") if key in block]
        elements = block.get("elements", []) if block["type"] == "actions" else []
        for element in [*accessory, *elements]:
            if isinstance(element, dict) and element.get("type") != "image":
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return blocks


def kept_state(
    blocks: list[Json], before: dict[str, dict[str, Json]]
) -> dict[str, dict[str, Json]]:
    """What is typed stays where block id, action id and kind are unchanged.

    There the new initial value is ignored, which surprises everyone who updates a form.
    """
    state: dict[str, dict[str, Json]] = {}
    for placed in placed_in(blocks):
        kind = placed.element["type"]
        if kind not in SLOTS:
            continue
        old = before.get(placed.block_id, {}).get(placed.action_id)
        same = old is not None and old["type"] == kind
        value = old if same and old is not None else first_value(placed.element)
        state.setdefault(placed.block_id, {})[placed.action_id] = value
    return state


def view_object(view: View, world: World) -> Json:
    given = view.definition
    shown: Json = {
        "id": view.id,
        "team_id": world.team.id,
        "type": view.type,
        "blocks": copy.deepcopy(view.blocks),
        "private_metadata": given.get("private_metadata", ""),
        "callback_id": given.get("callback_id", ""),
        "state": {"values": copy.deepcopy(view.state)},
        "hash": view.hash,
        "title": given.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": given.get("clear_on_close", False),
        "notify_on_close": given.get("notify_on_close", False),
        "close": given.get("close"),
        "submit": given.get("submit"),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": world.app.id,
        "external_id": given.get("external_id", ""),
        "app_installed_team_id": world.team.id,
        "bot_id": world.app.bot_id,
    }
    if "submit_disabled" in given:
        shown["submit_disabled"] = given["submit_disabled"]
    return shown
