"""`frontdesk mail list|show|retry|drop|import`, as an administrator types them."""

import asyncio
import mailbox
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from bot.commands import main
from storage.store import SqlStore
from tests.bot.test_mail_fetching import a_mail


@pytest.fixture
def frontdesk(tmp_path, monkeypatch):
    """Runs a command; what it says, and its exit code."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "DATABASE_URL": f"sqlite:///{tmp_path}/desk.db",
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words, **kwargs):
        result = CliRunner().invoke(main, words, **kwargs)
        return result.output, result.exit_code

    return run


def write(tmp_path, work):
    store = SqlStore(f"sqlite:///{tmp_path}/desk.db")
    try:
        return asyncio.run(store.write(work))
    finally:
        store.close()


def set_aside(tmp_path):
    def work(tx):
        now = datetime.now(UTC)
        for mail in tx.spool.lease(now, timedelta(seconds=9), "me", 9):
            tx.spool.set_aside(mail.id, "me", "KeyError")

    write(tmp_path, work)


def test_mail_comes_in_from_files_of_every_kind_and_twice_does_no_harm(frontdesk, tmp_path):
    (tmp_path / "one.eml").write_bytes(a_mail("one"))
    box = mailbox.mbox(str(tmp_path / "old.mbox"))
    for name in ("two", "three"):
        box.add(a_mail(name))
    box.close()
    folder = mailbox.Maildir(str(tmp_path / "Maildir"))
    folder.add(a_mail("four"))
    files = ("one.eml", "old.mbox", "Maildir")

    said, code = frontdesk("mail", "import", *files)
    again, _ = frontdesk("mail", "import", *files)

    assert (said, code) == ("4 mails taken in, 0 known already.\n", 0)
    assert again == "0 mails taken in, 4 known already.\n"
    listed, _ = frontdesk("mail", "list", "--state", "waiting")
    assert [line.split("\t")[5] for line in listed.splitlines()[:4]] == [
        "four",
        "three",
        "two",
        "one",
    ]


def test_a_mail_set_aside_is_looked_at_and_tried_again(frontdesk, tmp_path):
    (tmp_path / "one.eml").write_bytes(a_mail("one", "The \x1b[31mprinter"))
    frontdesk("mail", "import", "one.eml")
    set_aside(tmp_path)

    shown, _ = frontdesk("mail", "show", "1")
    raw, _ = frontdesk("mail", "show", "1", "--raw")
    said, code = frontdesk("mail", "retry", "1")

    assert "error: KeyError" in shown
    assert "\x1b" not in shown
    assert "The" in shown
    assert "Message-ID: <one@x.example>" in raw
    assert (said, code) == ("Mail 1 will be tried again.\n", 0)
    assert "waiting" in frontdesk("mail", "list")[0]


def test_a_mail_is_given_up_once_and_only_when_that_is_meant(frontdesk, tmp_path):
    (tmp_path / "one.eml").write_bytes(a_mail("one"))
    frontdesk("mail", "import", "one.eml")

    assert frontdesk("mail", "drop", "1", input="n\n")[1] == 1
    assert frontdesk("mail", "drop", "1", "--yes")[1] == 0
    assert frontdesk("mail", "drop", "1", "--yes")[1] == 2
    assert frontdesk("mail", "retry", "7")[1] == 2
    assert frontdesk("mail", "show", "7")[1] == 2


@pytest.mark.parametrize("command", ["list", "show", "retry", "drop", "import"])
def test_each_command_shows_examples(frontdesk, command):
    said, code = frontdesk("mail", command, "--help")

    assert code == 0
    assert f"frontdesk mail {command}" in said
