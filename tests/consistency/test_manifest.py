"""The manifest asks Slack for what the code uses, and for nothing else."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
import yaml

from blocks.ids import Command, Shortcut
from handlers import router
from tests.consistency.tree import ROOT, code_of, literals_in

# Source: the page of each method in Slack's reference, "Required scopes" of a bot token. Reading
# a conversation needs the scope of its kind: ours are public channels, private channels (Slack
# calls them groups) and direct messages. The metadata of our own messages comes with the history;
# `metadata.message:read` is for its events.
HISTORY = {"channels:history", "groups:history", "im:history"}
LISTING = {"channels:read", "groups:read"}
SCOPES: dict[str, set[str]] = {
    "auth.test": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": HISTORY,
    "conversations.info": LISTING,
    "conversations.list": LISTING,
    "conversations.members": LISTING,
    "conversations.open": {"im:write"},
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.info": {"files:read"},
    "reactions.add": {"reactions:write"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read", "users:read.email"},  # the second for addresses
    "users.list": {"users:read", "users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
# Source: the page of each event in Slack's reference.
EVENT_SCOPES: dict[str, set[str]] = {
    "app_home_opened": set(),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "team_join": {"users:read"},
    "user_change": {"users:read"},
}
FAMILIES = "auth|bots|chat|conversations|files|reactions|team|usergroups|users|views"
METHOD = re.compile(rf"({FAMILIES})(\.[a-zA-Z]+)+")
SDK_METHOD = re.compile(rf"({FAMILIES})_[a-zA-Z_]+")


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return read


def methods_called() -> set[str]:
    """Methods of Slack's Web API in the code: by name, or as functions of the SDK's client."""
    named = {text for text in literals_in("bot", "handlers") if METHOD.fullmatch(text)}
    called = {
        node.func.attr.replace("_", ".")
        for node in code_of("bot", "handlers")
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and SDK_METHOD.fullmatch(node.func.attr)
    }
    return named | called


def test_each_method_we_call_is_known_with_its_scopes():
    assert methods_called() == set(SCOPES)


def test_the_scopes_are_those_the_code_needs(manifest: dict[str, Any]):
    needed = {"commands"}.union(*SCOPES.values(), *EVENT_SCOPES.values())

    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed


def test_the_events_are_those_that_are_handled(manifest: dict[str, Any]):
    wanted = set(manifest["settings"]["event_subscriptions"]["bot_events"])

    assert {event for event in wanted if not event.startswith("message.")} == set(router.EVENTS)
    assert wanted >= {"message.channels", "message.groups"}
    assert wanted == set(EVENT_SCOPES)


def test_the_commands_and_shortcuts_are_those_that_are_handled(manifest: dict[str, Any]):
    features = manifest["features"]

    assert {one["command"] for one in features["slash_commands"]} == set(Command)
    assert {one["callback_id"] for one in features["shortcuts"]} == set(Shortcut)


def test_the_shortcut_on_a_message_is_one_on_messages(manifest: dict[str, Any]):
    kinds = {one["callback_id"]: one["type"] for one in manifest["features"]["shortcuts"]}

    assert kinds == {Shortcut.TICKET_CREATE: "global", Shortcut.TICKET_FROM_MESSAGE: "message"}


def test_it_is_for_socket_mode_which_needs_no_address(manifest: dict[str, Any]):
    settings = manifest["settings"]

    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert "request_url" not in settings["event_subscriptions"]


def test_the_documented_http_mode_changes_every_address(manifest: dict[str, Any]):
    """Over HTTP type-aheads need an address of their own: Slack sends no option loads without."""
    operating = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    [changed] = [
        yaml.safe_load(block)
        for block in re.findall(r"```yaml\n(.*?)```", operating, re.DOTALL)
        if "message_menu_options_url" in block
    ]
    address = changed["settings"]["event_subscriptions"]["request_url"]
    interactivity = changed["settings"]["interactivity"]
    [command] = changed["features"]["slash_commands"]

    assert address.endswith("/slack/events")
    assert interactivity["request_url"] == interactivity["message_menu_options_url"] == address
    assert command["url"] == address
    assert command.items() >= manifest["features"]["slash_commands"][0].items()
    assert changed["settings"]["socket_mode_enabled"] is False
