"""Settings: every fault is told at once, a line each, by its name, and no secret is in it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings, SettingsFault, read_settings
from bot.secret import mail_secrets

HUNTER = "hunter2hunter2"
GOOD: dict[str, Any] = {
    "SLACK_BOT_TOKEN": f"xoxb-{HUNTER}",
    "SLACK_APP_TOKEN": f"xapp-{HUNTER}",
    "MAIL_FROM": "Support <support@acme.example>",
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)


def faults(**settings: Any) -> list[str]:
    with pytest.raises(SettingsFault) as raised:
        read_settings(_env_file=None, **settings)
    return raised.value.lines


def test_what_is_needed_is_little() -> None:
    settings = read_settings(_env_file=None, **GOOD)

    assert settings.socket_mode
    assert settings.database_url.startswith("sqlite:///")


def test_nothing_set_is_told_in_two_lines() -> None:
    lines = faults()

    assert [line.split()[0] for line in lines] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert "xoxb-" in lines[0]
    assert "SLACK_SIGNING_SECRET" in lines[1]


def test_a_signing_secret_alone_means_http() -> None:
    settings = read_settings(
        _env_file=None, SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="0123456789abcdef"
    )

    assert not settings.socket_mode


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", f"xapp-{HUNTER}"),
        ("SLACK_BOT_TOKEN", HUNTER),
        ("SLACK_APP_TOKEN", f"xoxb-{HUNTER}"),
        ("SLACK_API_URL", "slack.com/api"),
        ("DATABASE_URL", f"mysql://u:{HUNTER}@h/d"),
        ("DATABASE_URL", f"postgresql://u:{HUNTER}@h:port/d"),
        ("DATABASE_URL", f"postgresql://u:{HUNTER}@[::1/d"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("SMTP_URL", f"http://u:{HUNTER}@h"),
        ("SMTP_URL", f"smtp://u:{HUNTER}@h:port"),
        ("SMTP_URL", f"smtp://u:{HUNTER}@h:70000"),
        ("SMTP_URL", f"smtp://u:{HUNTER}@[::1"),
        *(("SMTP_URL", f"smtp://u:{HUNTER}{mark}x@h:587") for mark in "#/?"),
        ("SMTP_URL", f"smtp://u:{HUNTER}@h?starttls=perhaps"),
        ("SMTP_URL", f"smtp://u:x@h?startls=required&{HUNTER}"),
        ("SMTP_URL", "smtp://h?verify=maybe"),
        ("SMTP_URL", f"smtp://u:{HUNTER}@h℀st"),
        ("SMTP_URL", f"smtp://u:{HUNTER}@"),
        ("MAIL_FROM", "nobody"),
        ("FRONTDESK_MAIL_LISTEN", "127.0.0.1:2424"),
        ("FRONTDESK_MAIL_LISTEN", "lmtp://127.0.0.1"),
        ("FRONTDESK_MAIL_LISTEN", "lmtp://127.0.0.1:port"),
        ("FRONTDESK_MAIL_LISTEN", "lmtp://[::1"),
        ("FRONTDESK_HTTP_PORT", "70000"),
        ("FRONTDESK_HTTP_PORT", "web"),
        ("FRONTDESK_UNDO_SECONDS", "-1"),
        ("FRONTDESK_UNDO_SECONDS", "soon"),
        ("FRONTDESK_LOG_FORMAT", "xml"),
        ("FRONTDESK_LOG_LEVEL", "loud"),
        ("FRONTDESK_MAIL_MAX_BYTES", "1"),
        ("FRONTDESK_MAIL_KEEP_DAYS", "36501"),
    ],
)
def test_a_wrong_value_is_told_by_its_name_in_one_line_and_not_shown(name: str, value: str) -> None:
    lines = faults(**{**GOOD, name: value})

    (line,) = lines
    assert line.startswith(name)
    assert "\n" not in line
    assert line.endswith((".", ")"))
    assert HUNTER not in line


def test_all_faults_are_told_at_once() -> None:
    lines = faults(SMTP_URL="x://", FRONTDESK_LOG_LEVEL="loud", MAIL_FROM="nobody")

    names = {line.split()[0].strip(":") for line in lines}
    assert names == {
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SMTP_URL",
        "FRONTDESK_LOG_LEVEL",
        "MAIL_FROM",
    }


def test_secrets_are_shown_by_no_way_of_printing() -> None:
    secret = {
        "SLACK_SIGNING_SECRET": HUNTER,
        "SMTP_URL": f"smtp://user:{HUNTER}@mail.example",
        "DATABASE_URL": f"postgresql://user:{HUNTER}@db.example/desk",
        "FRONTDESK_MAIL_SECRET": HUNTER,
    }
    settings = read_settings(_env_file=None, **GOOD, **secret)

    shown = [str(settings), repr(settings), f"{settings}", f"{settings.model_dump()}"]

    assert not any(HUNTER in text for text in shown)
    assert HUNTER not in json.dumps(settings.model_dump(mode="json"), default=str)


def test_empty_settings_count_as_not_set() -> None:
    """A copied .env has many."""
    settings = read_settings(_env_file=None, **GOOD)

    with pytest.MonkeyPatch.context() as environment:
        for name, value in GOOD.items():
            environment.setenv(name, value)
        environment.setenv("SLACK_SIGNING_SECRET", "")
        environment.setenv("FRONTDESK_MAIL_SECRET", "")
        environment.setenv("SMTP_URL", "")

        assert read_settings() == settings


def test_a_file_may_hold_the_settings(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("\n".join(f'{k}="{v}"' for k, v in GOOD.items()))

    assert read_settings() == read_settings(_env_file=None, **GOOD)


def test_settings_do_not_change_any_more() -> None:
    settings = read_settings(_env_file=None, **GOOD)

    with pytest.raises(ValueError, match="frozen"):
        settings.undo_seconds = 5


def test_blanks_around_a_token_are_not_part_of_it() -> None:
    """Copied with them, or read from a file with its last line."""
    settings = read_settings(
        _env_file=None,
        SLACK_BOT_TOKEN=f" xoxb-{HUNTER}\n",
        SLACK_SIGNING_SECRET=f"{HUNTER}\n",
    )

    assert settings.slack_bot_token.get_secret_value() == f"xoxb-{HUNTER}"
    assert settings.slack_signing_secret is not None
    assert settings.slack_signing_secret.get_secret_value() == HUNTER


def test_a_secret_may_be_followed_by_the_one_it_replaces() -> None:
    settings = read_settings(
        _env_file=None,
        SLACK_BOT_TOKEN="xoxb-1",
        SLACK_SIGNING_SECRET=" new, old,\n",
        FRONTDESK_MAIL_SECRET="newer,newest before",
    )

    assert settings.signing_secrets == ("new", "old")
    assert mail_secrets(settings) == ("newer", "newest before")


@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "FRONTDESK_MAIL_SECRET"])
def test_a_secret_of_commas_alone_is_none(name: str) -> None:
    (line,) = faults(**{**GOOD, name: " , ,"})

    assert line.startswith(f"{name}: is empty")


def test_a_mail_secret_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    settings = read_settings(_env_file=None, FRONTDESK_STATE=tmp_path / "state", **GOOD)

    first, second = mail_secrets(settings), mail_secrets(settings)

    assert first == second
    (kept,) = (tmp_path / "state").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_take_one_mail_secret(tmp_path: Path) -> None:
    settings = read_settings(_env_file=None, FRONTDESK_STATE=tmp_path / "state", **GOOD)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: mail_secrets(settings), range(32)))

    assert len(found) == 1


def test_a_mail_secret_of_which_nothing_was_written_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "mail.secret").touch(0o600)
    settings = read_settings(_env_file=None, FRONTDESK_STATE=tmp_path, **GOOD)

    assert len(mail_secrets(settings)[0]) >= 32
    assert mail_secrets(settings) == mail_secrets(settings)


@pytest.mark.parametrize(
    "wrong",
    [
        "a b@acme.example",
        "A <a@acme.example>, B <b@acme.example>",
        "a@acme.example\nBcc: b@b.example",
    ],
)
def test_the_desk_has_one_address(wrong: str) -> None:
    (line,) = faults(**{**GOOD, "MAIL_FROM": wrong})

    assert line.startswith("MAIL_FROM: must be one address")


def test_a_file_of_settings_that_cannot_be_read_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_bytes(b"MAIL_FROM=Acc\xe8s <a@b.example>\n")
    with pytest.raises(SettingsFault) as not_utf8:
        read_settings(**GOOD)
    (tmp_path / ".env").unlink()

    def locked(*what: Any, **how: Any) -> Any:
        raise PermissionError(13, "Permission denied", ".env")

    monkeypatch.setattr("bot.config.Settings", locked)
    with pytest.raises(SettingsFault) as not_ours:
        read_settings(**GOOD)

    assert not_utf8.value.lines == [".env is not UTF-8: save it as such."]
    assert not_ours.value.lines == [".env: Permission denied. May this user read it?"]


def test_a_secret_that_the_disk_does_not_take_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    settings = read_settings(_env_file=None, FRONTDESK_STATE=tmp_path / "state", **GOOD)
    monkeypatch.setattr("bot.secret.os.fsync", full)

    with pytest.raises(OSError, match="No space left"):
        mail_secrets(settings)

    assert list((tmp_path / "state").iterdir()) == []
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0
