"""A misspelt setting is told by its name, and what it would have set is not shown."""

from pathlib import Path

import pytest

from bot.config import Settings
from bot.unknown_settings import unknown_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {"HOME": "/root", "SLACK_CLI_VERSION": "3"})


def test_one_of_the_environment_is_told_with_what_may_be_meant(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FRONTDESK_UNDO_SECOND", "60")
    monkeypatch.setenv("FRONTDESK_COLOUR", "hunter2")

    assert unknown_settings(Path("no-such-file")) == [
        "FRONTDESK_COLOUR is no setting.",
        "FRONTDESK_UNDO_SECOND is no setting; did you mean FRONTDESK_UNDO_SECONDS?",
    ]


def test_in_our_own_file_every_name_that_looks_like_ours_counts(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("SMTP_ULR=smtp://u:hunter2@h\nslack_bot_token=x\nTZ=Europe/Paris\n")

    assert unknown_settings(file) == ["SMTP_ULR is no setting; did you mean SMTP_URL?"]


def test_every_setting_is_known(tmp_path: Path):
    file = tmp_path / ".env"
    names = [str(field.alias) for field in Settings.model_fields.values()]
    file.write_text("".join(f"{name}=x\n" for name in names))

    assert unknown_settings(file) == []


def test_what_only_tests_read_is_no_mistake(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FRONTDESK_CHROMIUM", "/usr/bin/chromium")

    assert unknown_settings(Path("no-such-file")) == []
