"""The demo's world, what people type, manifests, and what is kept between restarts."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import Sandbox
from sandbox.__main__ import address, options
from sandbox.changes import NeverHappened
from sandbox.composing import compose
from sandbox.manifest import Manifest, ManifestError
from sandbox.saving import restore, save
from sandbox.slack import DEMO_WORLD
from sandbox.world import Person, Stamps
from sandbox.worldfile import read_world
from tests.sandbox.tiny_bot import a_client, a_manifest

POSTES = "C01POSTES"
PAUL, MARIE = "paul.smith@meridien.example", "marie.curie@meridien.example"


def test_the_demo_has_people_of_every_kind() -> None:
    world = read_world(DEMO_WORLD)

    people = [p for p in world.people.values() if not p.is_bot]
    assert 15 <= len(people) <= 25
    assert {p.locale for p in people} >= {"fr-FR", "en-GB", "en-US"}
    assert [p.name for p in people if p.is_guest] == ["Sacha (prestataire)"]
    assert world.person("pierre.durand@meridien.example").name == "Durand Pierre"
    assert any("🌻" in p.name for p in people)
    assert all((p.email or "@x.example").endswith(".example") for p in people)


@pytest.mark.parametrize("read_only", [True, False])
def test_an_app_says_whether_people_can_write_to_it(read_only: bool) -> None:
    manifest = a_manifest()
    manifest["features"]["app_home"]["messages_tab_read_only_enabled"] = read_only

    assert Manifest.read(manifest).takes_messages is not read_only


def test_every_team_channel_of_the_demo_holds_the_bot() -> None:
    world = read_world(DEMO_WORLD)

    teams = [c for c in world.channels.values() if c.name.startswith("support-")]
    assert len(teams) == 3
    assert all(world.app.user_id in c.members for c in teams)


def test_stamps_are_never_the_same_even_when_the_clock_stands_still() -> None:
    stamps = Stamps(lambda: 1_790_000_000.5)

    assert [stamps.next() for _ in range(3)] == [
        "1790000000.500000",
        "1790000000.500001",
        "1790000000.500002",
    ]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("see https://example.org/?a=1&b=2", "see <https://example.org/?a=1&amp;b=2>"),
        ("@camille and @nobody", "<@U01CAMILLE> and @nobody"),
        ("<@U01PAUL> <!channel>", "<@U01PAUL> &lt;!channel&gt;"),
        ("in <#C01POSTES>", "in <#C01POSTES|support-postes>"),
        ("mail@camille.example", "mail@camille.example"),
    ],
)
def test_typed_text_becomes_what_slack_stores(typed: str, text: str) -> None:
    stored, (block,) = compose(typed, read_world(DEMO_WORLD))

    assert stored == text
    assert block["type"] == "rich_text"


def broken(**changes: Any) -> dict[str, Any]:
    manifest = a_manifest()
    for path, value in changes.items():
        *parents, last = path.split("__")
        node: Any = manifest
        for parent in parents:
            node = node[parent]
        node[last] = value
    return manifest


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (broken(display_information__name="a" * 36), "name is longer than 35"),
        (broken(display_information__long_description="short"), "175 to 4,000"),
        (broken(features__slash_commands=[{"command": "ticket", "description": "a"}]), "must be /"),
        (broken(features__shortcuts=[{"type": "global"}]), "has no callback_id"),
        (
            broken(oauth_config__scopes__bot=["chat:write"]),
            "event message.channels needs the scope channels:history",
        ),
    ],
    ids=["name", "long description", "command", "shortcut", "scope of an event"],
)
def test_a_manifest_slack_would_refuse_is_refused(manifest: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ManifestError, match=sentence):
        Manifest.read(manifest)


async def test_waiting_in_vain_paints_what_there_is(slack: Sandbox) -> None:
    await a_client(slack).chat_postMessage(channel=POSTES, text="only this")

    with pytest.raises(NeverHappened, match=r"(?s)#support-postes.*only this"):
        await slack.until(lambda: slack.channel(POSTES).messages[1], timeout=0.05)


async def test_somebody_new_can_be_found_and_greeted(slack: Sandbox) -> None:
    await slack.add_person(Person("U0NEW", "lea", "Léa Roux", email="lea@meridien.example"))

    await a_client(slack).chat_postMessage(channel="U0NEW", text="welcome")

    assert [m.text for m in slack.person("lea").dms] == ["welcome"]


async def test_a_restarted_demo_finds_its_messages_mails_and_homes(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with Sandbox(a_manifest()) as first:
        client = a_client(first)
        posted = await client.chat_postMessage(channel=POSTES, text="card")
        await client.chat_postMessage(channel="U01PAUL", text="direct")
        await client.views_publish(user_id="U01PAUL", view={"type": "home", "blocks": []})
        await first.send_mail(PAUL, MARIE, "é", "b")
        save(first, file)

    async with Sandbox(a_manifest()) as second:
        assert restore(second, file)
        await a_client(second).chat_update(channel=POSTES, ts=posted["ts"], text="updated")
        paul = second.person("paul")

        assert [m.text for m in second.channel(POSTES).messages] == ["updated"]
        assert [m.text for m in paul.dms] == ["direct"]
        assert paul.home is not None
        assert [m.subject for m in second.mailbox("marie")] == ["é"]
        assert sum(1 for c in second.world.channels_of(paul.id) if c.kind == "im") == 1


def test_a_world_of_another_workspace_is_not_taken_up(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_text(json.dumps({"version": 1, "team": "T0OTHER"}))

    assert restore(Sandbox(a_manifest()), file) is False
    assert restore(Sandbox(a_manifest()), tmp_path / "nothing.json") is False


def test_the_command_line_explains_a_bad_address() -> None:
    assert address("127.0.0.1:2526") == ("127.0.0.1", 2526)
    with pytest.raises(SystemExit):
        options(["--desk-smtp", "nowhere"])


async def test_the_program_starts_prints_its_addresses_and_stops_when_told(
    tmp_path: Path,
) -> None:
    manifest, saved = tmp_path / "manifest.yml", tmp_path / "saved.json"
    manifest.write_text(yaml.safe_dump(a_manifest()))
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "sandbox", "--port", "0", "--smtp-port", "0"),
        *("--manifest", str(manifest), "--save", str(saved)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None

    lines = [(await program.stdout.readline()).decode() for _ in range(3)]
    program.send_signal(signal.SIGTERM)

    assert lines[1].startswith("API     http://127.0.0.1:")
    assert await program.wait() == 0
    assert json.loads(saved.read_text())["team"] == "T01MERIDIEN"
