"""Addresses at the door for mail, as the desk file names them."""

import pytest

from bot.deskfile import DeskFileFault
from bot.mail_addresses import read_addresses
from mail.ways import Strangers, Way

TEAMS = (
    "teams:\n"
    "  - {key: network, name: Network, channel: network}\n"
    "  - {key: phones, name: Phones, channel: phones, mail: {address: Phones@example.org}}\n"
)
NAMED = (
    "addresses:\n"
    "  - {address: network@example.org, team: network, strangers: hold}\n"
    "  - {address: everybody@example.org, strangers: accept}\n"
)


def read(tmp_path, text=NAMED):
    file = tmp_path / "desk.yml"
    file.write_text(TEAMS + text)
    return read_addresses(file, Strangers.REFUSE)


@pytest.mark.parametrize(
    ("recipient", "way"),
    [
        ("network@example.org", Way("network@example.org", "network", Strangers.HOLD)),
        ("<NetWork@Example.Org>", Way("network@example.org", "network", Strangers.HOLD)),
        ("network+printers@example.org", Way("network@example.org", "network", Strangers.HOLD)),
        ("everybody@example.org", Way("everybody@example.org", None, Strangers.ACCEPT)),
        ("phones@example.org", Way("phones@example.org", "phones", Strangers.REFUSE)),
        ("support@example.org", Way("listener")),
        ("no address at all", Way("listener")),
    ],
)
def test_an_address_leads_to_its_team(tmp_path, recipient, way):
    assert read(tmp_path).way(recipient) == way


def test_the_desk_file_may_name_no_address(tmp_path):
    assert read(tmp_path, "").ways(()) == (Way("listener"),)


def test_what_is_said_of_a_teams_own_address_counts(tmp_path):
    said = "addresses:\n  - {address: phones@example.org, team: network, strangers: accept}\n"

    way = read(tmp_path, said).way("phones@example.org")

    assert way == Way("phones@example.org", "network", Strangers.ACCEPT)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("team: network", "team: printers", "desk.yml:5: team is none of the teams above"),
        ("strangers: hold", "strangers: perhaps", "desk.yml:5: strangers must be one of"),
        ("everybody@example.org", "network@example.org", "desk.yml:6: address is missing, named"),
        (
            "everybody@example.org",
            "everybody",
            "desk.yml:6: address is missing, named twice, or no",
        ),
        ("strangers: accept", "queue: 4", "desk.yml:6: queue is not known here"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, wrong, right, said):
    with pytest.raises(DeskFileFault) as fault:
        read(tmp_path, NAMED.replace(wrong, right))

    assert said in "\n".join(fault.value.lines)
