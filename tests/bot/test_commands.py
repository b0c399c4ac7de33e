"""The command line: help with examples everywhere, and faults in lines instead of tracebacks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.commands import main
from bot.config import Settings
from storage.store import SqlStore
from tests.storage.house import NOW, SETUP, a_reply

EXAMPLE = Path(__file__).parents[2] / "desk.example.yml"
HUNTER = "hunter2hunter2"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Nothing set but what a test sets, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    return monkeypatch


@pytest.fixture
def settings(environment: pytest.MonkeyPatch, database_url: str) -> None:
    """Enough to work with the database; nobody is reached."""
    environment.setenv("SLACK_BOT_TOKEN", f"xoxb-{HUNTER}")
    environment.setenv("SLACK_APP_TOKEN", f"xapp-{HUNTER}")
    environment.setenv("SLACK_API_URL", "http://127.0.0.1:1/api/")
    environment.setenv("SMTP_URL", "smtp://127.0.0.1:1")
    environment.setenv("DATABASE_URL", database_url)
    environment.setenv("MAIL_FROM", "Support <support@acme.example>")
    environment.setenv("FRONTDESK_DESK", str(EXAMPLE))


def frontdesk(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=stdin, prog_name="frontdesk")


def commands(group: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command and group, by the words one types."""
    yield path
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, *path, name)


EVERY = list(commands(main))
LEAVES = [
    path
    for path in EVERY
    if not any(other[: len(path)] == path and other != path for other in EVERY)
]


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_says_what_it_is_for(path: tuple[str, ...]) -> None:
    said = frontdesk(*path, "--help")

    assert said.exit_code == 0
    assert f"Usage: frontdesk {' '.join(path)}".strip() in said.output
    assert frontdesk(*path, "-h").output == said.output


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_gives_examples_that_one_can_type(path: tuple[str, ...]) -> None:
    said = frontdesk(*path, "--help").output

    examples = said.partition("Examples:\n")[2].strip().splitlines()
    assert examples
    assert all(f"frontdesk {' '.join(path)}" in line for line in examples)


def test_the_version_is_told() -> None:
    assert frontdesk("--version").output.startswith("frontdesk")


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("check", "--offline"),
        ("reindex",),
        ("people", "import", "-"),
        ("outbox", "list"),
        ("outbox", "retry", "1"),
        ("outbox", "drop", "1", "--yes"),
    ],
    ids=" ".join,
)
def test_what_is_not_set_is_told_in_lines(command: tuple[str, ...]) -> None:
    said = frontdesk(*command)

    assert said.exit_code == 2
    assert isinstance(said.exception, SystemExit)
    lines = said.stderr.splitlines()
    assert lines[0].startswith("SLACK_BOT_TOKEN is missing")
    assert lines[1].startswith("SLACK_APP_TOKEN is missing")
    assert "frontdesk demo" in lines[-1]
    assert not said.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), ("teams: [", "desk.yml:1:"), ("teams: []", "at least one team")],
    ids=["missing", "not YAML", "no team"],
)
@pytest.mark.parametrize("command", [("run",), ("check", "--offline")], ids=" ".join)
@pytest.mark.usefixtures("settings")
def test_a_desk_file_that_will_not_do_is_told_in_lines(
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
    command: tuple[str, ...],
    content: str | None,
    words: str,
) -> None:
    file = tmp_path / "desk.yml"
    environment.setenv("FRONTDESK_DESK", str(file))
    if content is not None:
        file.write_text(content)

    said = frontdesk(*command)

    assert said.exit_code == {"run": 2, "check": 1}[command[0]]
    assert isinstance(said.exception, SystemExit)
    assert words in said.output
    assert "Traceback" not in said.output


@pytest.mark.usefixtures("settings")
def test_check_offline_says_what_is_right() -> None:
    said = frontdesk("check", "--offline")

    assert said.exit_code == 0
    assert said.output.splitlines()[0] == "✓ settings"
    assert "3 teams" in said.output
    assert {line[0] for line in said.output.splitlines()} == {"✓"}
    assert "mail in: none: mails say how to answer instead" in said.output


@pytest.mark.usefixtures("settings")
def test_check_says_that_mails_come_from_nobody_and_that_nobody_is_warned(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    desk = "".join(line for line in lines if not line.startswith("admin_channel:"))
    (tmp_path / "desk.yml").write_text(desk, encoding="utf-8")
    environment.setenv("FRONTDESK_DESK", "desk.yml")
    environment.setenv("FRONTDESK_MAIL_TLS_CERT", "door.pem")
    environment.delenv("MAIL_FROM")

    said = frontdesk("check", "--offline").output.splitlines()

    (desk_line,) = (line for line in said if "desk file" in line)
    assert desk_line.startswith("✓ desk file: 3 teams, ")
    assert desk_line.endswith(" catalogue entries; no admin_channel: nobody is warned")
    assert [line for line in said if line.startswith("✗")] == [
        "✗ MAIL_FROM is not set: mails would come from support@localhost.",
        "✗ FRONTDESK_MAIL_TLS_CERT: door.pem: No such file or directory.",
    ]


@pytest.mark.usefixtures("settings")
def test_check_offline_names_what_is_wrong_with_templates_and_key(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "own" / "reply").mkdir(parents=True)
    (tmp_path / "own" / "reply" / "body.txt").write_text("one\n{% if %}")
    environment.setenv("FRONTDESK_TEMPLATES", "own")
    environment.setenv("FRONTDESK_DKIM_KEY", "dkim.pem")

    said = frontdesk("check", "--offline")

    assert said.exit_code == 1
    assert "✗ mail template own/reply/body.txt:2: Expected an expression" in said.output
    assert "✗ DKIM: dkim.pem: cannot be read (No such file or directory)" in said.output


@pytest.mark.usefixtures("settings")
def test_check_says_who_does_not_answer_and_shows_no_secret() -> None:
    said = frontdesk("check")

    assert said.exit_code == 1
    marks = [line[0] for line in said.output.splitlines()]
    assert marks == [*"✓✓✓✓✓✓✓✓", "✗", "✗"]
    assert "Slack" in said.output
    assert "SMTP_URL" in said.output
    assert HUNTER not in said.output


@pytest.mark.parametrize(
    "command",
    [
        ("demo", "--port", "65533"),
        ("demo", "--undo", "601"),
        ("outbox", "retry", "99999999999999999999"),
        ("mail", "show", "99999999999999999999"),
    ],
    ids=" ".join,
)
def test_a_number_that_cannot_be_is_told_in_a_line(command: tuple[str, ...]) -> None:
    said = frontdesk(*command)

    assert said.exit_code == 2
    assert "is not in the range" in said.output


@pytest.mark.parametrize(
    "command",
    [
        ("mail", "preview", "reply", "--out", "nowhere/x.html"),
        ("mail", "templates", "--copy", "a-file"),
        ("mail", "templates", "--copy", "/proc/x"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_written_is_told_in_a_line(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("there")

    said = frontdesk(*command)

    assert said.exit_code == 2
    assert isinstance(said.exception, SystemExit)
    assert command[-1].split("/")[0] in said.output


@pytest.mark.usefixtures("settings")
def test_people_are_imported_before_the_bot_ever_ran_and_updated_afterwards() -> None:
    two = "name,email\nAda King,ada@acme.example\nBo,bo@acme.example\n"
    one = "name,email,title\nAda King,ada@acme.example,Countess\n"

    first = frontdesk("people", "import", "-", stdin=two)
    second = frontdesk("people", "import", "-", stdin=one)

    assert (first.exit_code, first.stdout) == (0, "2 people added or updated.\n")
    assert (second.exit_code, second.stdout) == (0, "1 people added or updated.\n")


@pytest.mark.usefixtures("settings")
def test_the_first_people_need_a_desk_file(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FRONTDESK_DESK", "nowhere.yml")

    said = frontdesk("people", "import", "-", stdin="name,email\nAda,ada@acme.example\n")

    assert said.exit_code == 2
    assert "nowhere.yml: cannot be read" in said.stderr


@pytest.mark.usefixtures("settings")
def test_a_list_with_a_fault_changes_nothing() -> None:
    said = frontdesk(
        "people", "import", "-", stdin="name,email\nAda,ada@acme.example\nBo,nowhere\n"
    )

    assert said.exit_code == 2
    assert said.stderr.splitlines() == ["Line 3: nowhere is no e-mail address."]


@pytest.mark.usefixtures("settings")
def test_a_list_that_is_not_there_is_told_in_a_line() -> None:
    said = frontdesk("people", "import", "nowhere.csv")

    assert said.exit_code == 2
    assert "nowhere.csv" in said.stderr
    assert "Traceback" not in said.output


@pytest.mark.usefixtures("settings")
def test_what_got_stuck_is_listed_and_can_be_tried_again_or_given_up(database_url: str) -> None:
    asyncio.run(_get_stuck(database_url))

    listed = frontdesk("outbox", "list")
    first, second, third = (line.split("\t") for line in listed.stdout.splitlines())
    again = frontdesk("outbox", "retry", first[0])
    not_sure = frontdesk("outbox", "drop", second[0], stdin="n\n")
    given_up = frontdesk("outbox", "drop", second[0], "--yes")

    assert first[1:] == ["refused", "SendMail", "R-000001", "550 no such user"]
    assert second[1] == "uncertain"
    assert (third[1], third[4]) == ("waiting", "no connection")
    assert "1 refused" in listed.stderr
    assert (again.exit_code, again.stdout) == (0, f"Row {first[0]} will be tried again.\n")
    assert not_sure.exit_code == 1
    assert (given_up.exit_code, given_up.stdout) == (0, f"Row {second[0]} was given up.\n")
    (left,) = frontdesk("outbox", "list").stdout.splitlines()
    assert left.split("\t")[0] == third[0]


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.usefixtures("settings")
def test_a_row_that_is_not_stuck_is_told_so(command: str) -> None:
    said = frontdesk("outbox", command, "4711", *(["--yes"] if command == "drop" else []))

    assert said.exit_code == 2
    assert "frontdesk outbox list" in said.stderr


async def _get_stuck(url: str) -> None:
    """Three mails: one refused, one in doubt, and one whose server is away."""
    store = SqlStore(url)
    await store.write(lambda tx: tx.organisation.load(SETUP))
    await store.write(lambda tx: a_reply(tx, "a@acme.example", "b@acme.example", "c@acme.example"))
    leases = await store.write(lambda tx: tx.outbox.lease(NOW, NOW - NOW, "test", 9))
    await store.write(lambda tx: tx.outbox.bury(leases[0], NOW, "550 no such user"))
    await store.write(lambda tx: tx.outbox.uncertain(leases[1], NOW, "fell silent"))
    await store.write(lambda tx: tx.outbox.postpone(leases[2], NOW, "no connection"))
    store.close()
