"""A demo deletes what a demo made, and nothing else."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot import demo
from bot.demo import DemoSettings, NotADemo, PortTaken, run_demo


def content(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.mark.parametrize("fresh", [True, False])
def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / "frontdesk.db").write_text("a real desk's")

    with pytest.raises(NotADemo, match="holds other things"):
        demo._prepare(tmp_path, fresh)

    assert content(tmp_path) == ["frontdesk.db"]


def test_begun_anew_nothing_is_left_of_the_last_demo(tmp_path: Path) -> None:
    with demo._prepare(tmp_path / "demo", False):
        (tmp_path / "demo" / "slack.json").write_text("{}")
        (tmp_path / "demo" / "files").mkdir()
        (tmp_path / "demo" / "files" / "one").write_text("1")

    demo._prepare(tmp_path / "demo", True).close()

    assert content(tmp_path / "demo") == [demo.MARK]


def test_what_an_older_version_left_is_known_as_a_demos(tmp_path: Path) -> None:
    (tmp_path / "slack.json").write_text("{}")

    demo._prepare(tmp_path, True).close()

    assert content(tmp_path) == [demo.MARK]


def test_a_demo_at_work_keeps_its_folder(tmp_path: Path) -> None:
    with demo._prepare(tmp_path, False):
        (tmp_path / "frontdesk.db").write_text("at work")

        with pytest.raises(NotADemo, match="at work"):
            demo._prepare(tmp_path, True)

        assert "frontdesk.db" in content(tmp_path)


async def test_where_a_port_is_taken_nothing_is_touched(tmp_path: Path) -> None:
    (tmp_path / "slack.json").write_text("{}")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken):
            await run_demo(min(port, 65_532), tmp_path, fresh=True, over_http=False, undo=0)

    assert content(tmp_path) == ["slack.json"]


def test_what_is_set_for_a_real_desk_is_not_the_demos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_FILES", str(tmp_path / "real"))
    monkeypatch.setenv("FRONTDESK_TEMPLATES", "/nowhere")
    monkeypatch.setenv("FRONTDESK_BOUNCE_ADDRESS", "bounces@real.example")

    settings = DemoSettings(
        SLACK_BOT_TOKEN="xoxb-sandbox", SLACK_SIGNING_SECRET="s", FRONTDESK_STATE=tmp_path
    )

    assert settings.files_url == str(tmp_path / "files")
    assert (settings.templates, settings.bounce_address) == (None, "")
