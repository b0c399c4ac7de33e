"""Mailboxes as the desk file names them; what is secret stays elsewhere and is never said."""

import pytest

from bot.deskfile import DeskFileFault
from bot.mailboxes import read_mailboxes
from mail.imap import After
from mail.ways import Strangers, Way

TEAM = "teams:\n  - {key: network, name: Network, channel: network}\nmailboxes:\n"
WHOLE = (
    "  - name: support\n    url: imaps://support%40example.org@mx.example.org/INBOX%2FDesk\n"
    "    password: SUPPORT_PASSWORD\n    team: network\n    strangers: hold\n"
    "    after: move\n    backlog: true\n"
)
SECRETS = {"SUPPORT_PASSWORD": "hunter2"}


def read(tmp_path, text):
    file = tmp_path / "desk.yml"
    file.write_text(TEAM + text)
    return read_mailboxes(file, lambda name: SECRETS.get(name, ""))


def test_a_mailbox_is_read_with_the_secret_that_its_variable_holds(tmp_path):
    (box,) = read(tmp_path, WHOLE)

    assert box.way == Way("support", "network", Strangers.HOLD)
    assert (box.server.user, box.server.folder) == ("support@example.org", "INBOX/Desk")
    assert (box.server.port, box.server.tls) == (993, True)
    assert (box.after, box.processed, box.backlog) == (After.MOVE, "Frontdesk", True)
    assert box.password.get_secret_value() == "hunter2"
    assert "hunter2" not in repr(box)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("SUPPORT_PASSWORD", "hunter2", "environment variable such as"),
        ("SUPPORT_PASSWORD", "ANOTHER_ONE", "ANOTHER_ONE is not set"),
        ("support%40example.org@mx", "support:hunter2@mx", "url holds a password"),
        ("imaps://", "pop3://", "url must look like"),
        ("team: network", "team: phones", "team is none of"),
        ("hold", "perhaps", "strangers must be one of"),
        ("password: SUPPORT_PASSWORD", "oauth: {client_id: A_B}", "oauth needs"),
    ],
)
def test_a_fault_is_told_with_its_line_and_without_the_secret(tmp_path, wrong, right, said):
    with pytest.raises(DeskFileFault) as fault:
        read(tmp_path, WHOLE.replace(wrong, right))

    lines = "\n".join(fault.value.lines)
    assert said in lines
    assert "desk.yml:" in lines
    assert "hunter2" not in lines
