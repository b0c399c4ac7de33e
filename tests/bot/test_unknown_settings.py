"""A misspelt setting is told by its name, and what it would have set is not shown."""

from pathlib import Path

from bot.config import Settings
from bot.unknown_settings import unknown_settings

NOWHERE = Path("no-such-file")


def test_one_of_the_environment_is_told_with_what_may_be_meant():
    given = {"FRONTDESK_UNDO_SECOND": "60", "FRONTDESK_COLOUR": "hunter2", "SMTP_ULR": "another's"}

    assert unknown_settings(given, NOWHERE) == [
        "FRONTDESK_COLOUR is no setting.",
        "FRONTDESK_UNDO_SECOND is no setting; did you mean FRONTDESK_UNDO_SECONDS?",
    ]


def test_in_our_own_file_every_name_that_is_nearly_ours_counts(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("SMTP_ULR=smtp://u:hunter2@h\nslack_bot_token=x\nSLACK_WEBHOOK=x\nTZ=UTC\n")

    assert unknown_settings({}, file) == ["SMTP_ULR is no setting; did you mean SMTP_URL?"]


def test_every_setting_is_known(tmp_path: Path):
    file = tmp_path / ".env"
    names = [str(field.alias) for field in Settings.model_fields.values()]
    file.write_text("".join(f"{name}=x\n" for name in names))

    assert unknown_settings({}, file) == []


def test_what_only_tests_read_is_no_mistake():
    assert unknown_settings({"FRONTDESK_CHROMIUM": "/usr/bin/chromium"}, NOWHERE) == []
