"""Reads an app manifest: what the app offers, may do and wants to hear."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.yaml_file import read_yaml

EVENT_SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "team_join": "users:read",
    "user_change": "users:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
}


class ManifestError(ValueError):
    """Slack would refuse this manifest; the message lists why."""


@dataclass(frozen=True)
class Command:
    command: str
    description: str
    usage_hint: str


@dataclass(frozen=True)
class Shortcut:
    callback_id: str
    name: str
    description: str
    kind: str  # "global" or "message"


@dataclass(frozen=True)
class Manifest:
    name: str
    bot_name: str
    description: str
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    scopes: frozenset[str]
    events: frozenset[str]
    has_home: bool
    has_messages_tab: bool
    takes_messages: bool  # there, from people
    socket_mode: bool

    @classmethod
    def read(cls, source: Path | str | dict[str, Any]) -> Manifest:
        raw = source if isinstance(source, dict) else read_yaml(Path(source))
        problems = problems_of(raw)
        if problems:
            raise ManifestError("the manifest is not valid:\n- " + "\n- ".join(problems))
        return _parse(raw)

    def command(self, name: str) -> Command | None:
        return next((c for c in self.commands if c.command == name), None)

    def shortcut(self, callback_id: str, kind: str) -> Shortcut | None:
        offered = (s for s in self.shortcuts if s.kind == kind)
        return next((s for s in offered if s.callback_id == callback_id), None)


def _parse(raw: dict[str, Any]) -> Manifest:
    about, features = raw["display_information"], raw.get("features", {})
    home, settings = features.get("app_home", {}), raw.get("settings", {})
    scopes = raw.get("oauth_config", {}).get("scopes", {})
    return Manifest(
        name=about["name"],
        bot_name=features.get("bot_user", {}).get("display_name", about["name"]),
        description=about.get("description", ""),
        commands=tuple(
            Command(c["command"], c.get("description", ""), c.get("usage_hint", ""))
            for c in features.get("slash_commands", [])
        ),
        shortcuts=tuple(
            Shortcut(s["callback_id"], s["name"], s.get("description", ""), s["type"])
            for s in features.get("shortcuts", [])
        ),
        scopes=frozenset(scopes.get("bot", [])) | frozenset(scopes.get("bot_optional", [])),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
        has_home=bool(home.get("home_tab_enabled", False)),
        has_messages_tab=bool(home.get("messages_tab_enabled", False)),
        takes_messages=bool(home.get("messages_tab_enabled", False))
        and not home.get("messages_tab_read_only_enabled", False),
        socket_mode=bool(settings.get("socket_mode_enabled", False)),
    )


def problems_of(raw: dict[str, Any]) -> list[str]:
    """What Slack's manifest check would say, as sentences."""
    about, features = raw.get("display_information", {}), raw.get("features", {})
    problems = []
    if not about.get("name"):
        problems.append("display_information.name is missing")
    problems += _too_long("display_information.name", about.get("name", ""), 35)
    problems += _too_long("display_information.description", about.get("description", ""), 140)
    problems += _long_description(about.get("long_description"))
    problems += _shortcut_problems(features.get("shortcuts", []))
    problems += _command_problems(features.get("slash_commands", []))
    problems += _scope_problems(raw)
    return problems


def _too_long(where: str, text: str, limit: int) -> list[str]:
    return [f"{where} is longer than {limit} characters"] if len(text) > limit else []


def _long_description(text: str | None) -> list[str]:
    if text is None or 175 <= len(text) <= 4000:
        return []
    return ["display_information.long_description must have 175 to 4,000 characters"]


def _shortcut_problems(shortcuts: list[dict[str, Any]]) -> list[str]:
    problems = ["there are more than 10 shortcuts"] if len(shortcuts) > 10 else []
    for shortcut in shortcuts:
        where = f"shortcut {shortcut.get('callback_id', '?')}"
        missing = [k for k in ("name", "type", "callback_id", "description") if not shortcut.get(k)]
        problems += [f"{where} has no {key}" for key in missing]
        problems += _too_long(f"{where}: name", shortcut.get("name", ""), 24)
        problems += _too_long(f"{where}: description", shortcut.get("description", ""), 150)
        if shortcut.get("type") not in ("global", "message"):
            problems.append(f"{where}: type must be global or message")
    return problems


def _command_problems(commands: list[dict[str, Any]]) -> list[str]:
    problems = ["there are more than 50 slash commands"] if len(commands) > 50 else []
    for command in commands:
        name = command.get("command", "?")
        if not name.startswith("/") or len(name) > 32 or " " in name:
            problems.append(f"slash command {name} must be / and at most 31 characters")
        if not command.get("description"):
            problems.append(f"slash command {name} has no description")
    return problems


def _scope_problems(raw: dict[str, Any]) -> list[str]:
    scopes = set(raw.get("oauth_config", {}).get("scopes", {}).get("bot", []))
    features = raw.get("features", {})
    wanted = raw.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])
    problems = [
        f"event {event} needs the scope {EVENT_SCOPES[event]}"
        for event in wanted
        if event in EVENT_SCOPES and EVENT_SCOPES[event] not in scopes
    ]
    if (features.get("slash_commands") or features.get("shortcuts")) and "commands" not in scopes:
        problems.append("slash commands and shortcuts need the scope commands")
    return problems
