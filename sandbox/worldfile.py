"""Reads a world from YAML: the workspace, its people, channels and user groups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox.world import AppIdentity, Channel, Person, Team, UserGroup, World, new_id
from sandbox.yaml_file import read_yaml


def read_world(source: Path | str | dict[str, Any], app_name: str = "Frontdesk") -> World:
    raw = source if isinstance(source, dict) else read_yaml(Path(source))
    app = _app(raw.get("app", {}), app_name)
    people = [_bot(app), *(_person(p) for p in raw["people"])]
    world = World(
        Team(**{"domain": "sandbox", **raw["workspace"]}), app, {p.id: p for p in people}, {}
    )
    for given in raw["channels"]:
        channel = _channel(given, world)
        world.channels[channel.id] = channel
    for given in raw.get("usergroups", []):
        members = [world.person(key).id for key in given["members"]]
        group = UserGroup(given["id"], given["handle"], given.get("name", given["handle"]), members)
        world.groups[group.id] = group
    for person in list(world.slack_people()):
        if not person.is_bot:
            world.direct(person.id, app.user_id)
    return world


def _app(raw: dict[str, Any], name: str) -> AppIdentity:
    return AppIdentity(
        raw.get("id", "A01FRONTDESK"),
        raw.get("bot_id", "B01FRONTDESK"),
        raw.get("user_id", "U01FRONTDESK"),
        raw.get("name", name),
    )


def _bot(app: AppIdentity) -> Person:
    return Person(app.user_id, app.name.lower().replace(" ", ""), app.name, is_bot=True)


def _person(raw: dict[str, Any]) -> Person:
    first, last = raw.get("first", ""), raw.get("last", "")
    given = dict(raw)
    given.setdefault("name", f"{first} {last}".strip())
    if not given.setdefault("in_slack", True):
        given.setdefault("id", given["email"])
        given.setdefault("handle", given["email"].partition("@")[0])
    return Person(**{"id": new_id("U"), **given})


def _channel(raw: dict[str, Any], world: World) -> Channel:
    everyone = [p.id for p in world.slack_people() if not p.is_bot and not p.is_guest]
    members = raw.get("members", "everyone")
    ids = everyone if members == "everyone" else [world.person(key).id for key in members]
    if raw.get("bot", True):
        ids = [*ids, world.app.user_id]
    return Channel(
        raw.get("id") or new_id("C"),
        raw["name"],
        "group" if raw.get("private") else "channel",
        list(ids),
        topic=raw.get("topic", ""),
        purpose=raw.get("purpose", ""),
        archived=raw.get("archived", False),
    )
