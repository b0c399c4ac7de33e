"""`frontdesk mail preview` and `templates`: to be looked at without a database or a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.mail_commands import mail
from mail.templating import NAMES

EXAMPLE = str(Path(__file__).parents[2] / "desk.example.yml")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name in ("FRONTDESK_TEMPLATES", "FRONTDESK_DESK", "MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: CliRunner().invoke(mail, words)


def test_a_preview_is_the_mail_in_that_language(run) -> None:
    shown = run("preview", "resolved", "--lang", "fr")

    assert shown.exit_code == 0
    assert "Subject: [R-000042] L’imprimante du 3e étage bourre" in shown.output
    assert "Camille Petit a résolu votre demande" in shown.output


def test_a_preview_is_in_the_teams_style(run, tmp_path: Path) -> None:
    (tmp_path / "desk.yml").write_text(
        "fallback_team: it\nteams:\n  - key: it\n    name: IT\n    channel: it\n"
        '    mail: {subject_prefix: "[IT]", from_name: IT help, signature: Floor 3}\n'
    )

    shown = run("preview", "reply", "--team", "it")

    assert "From: Camille Petit (IT help) <" in shown.output
    assert "Subject: [R-000042] [IT] The printer" in shown.output
    assert "Floor 3" in shown.output


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.html", "<!doctype html>"), ("a.txt", "Hello Paul"), ("a.eml", "From: ")],
)
def test_a_preview_is_written_where_it_is_wanted(run, tmp_path: Path, name, begins) -> None:
    assert run("preview", "reply", "--out", name).exit_code == 0

    assert (tmp_path / name).read_text(encoding="utf-8").lower().startswith(begins.lower())


def test_a_team_that_is_not_there_is_told(run) -> None:
    shown = run("preview", "reply", "--team", "nobody", "--desk", EXAMPLE)

    assert shown.exit_code == 2
    assert "no team nobody; it has postes, reseau, applis" in shown.output


def test_templates_are_copied_changed_proved_and_shown(run, tmp_path: Path) -> None:
    assert run("templates", "--copy", "own").exit_code == 0
    copied = {p.relative_to(tmp_path / "own").as_posix() for p in (tmp_path / "own").rglob("*.*")}
    assert copied == set(NAMES)
    assert run("templates", "--check", "own").exit_code == 0

    (tmp_path / "own/resolved/body.txt").write_text("Solved!\n{{ oops }}")

    proved = run("templates", "--check", "own")
    assert proved.exit_code == 1
    assert "own/resolved/body.txt:2: 'oops' is undefined" in proved.output
    shown = run("preview", "resolved", "--templates", "own")
    assert shown.exit_code == 0
    assert "Camille Petit has solved your request" in shown.output


def test_a_copy_overwrites_nothing(run, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/mine.txt").write_text("mine")

    assert run("templates", "--copy", "own").exit_code == 2
