"""Mailboxes in a real Dovecot: what comes in is told at once, taken once, and filed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot import mail_fetching
from tests.journeys.mishaps import settled, soon, stored
from tests.journeys.real_mail import (
    MARIE,
    PAUL,
    SHARED,
    a_house,
    answer_address,
    arrived,
    looked_at,
    reply,
)
from tests.journeys.sights import card, lines
from tests.journeys.stage import ROOT
from tests.mailservers.servers import PASSWORD, MailServers

pytestmark = pytest.mark.mailservers

TICKETS = "SELECT count(*) FROM tickets"
NETWORK = "reseau@meridien.example"


@pytest.fixture(autouse=True)
def _told_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What arrives within a test's patience, the server told."""
    monkeypatch.setattr(mail_fetching, "POLL", 900.0)
    monkeypatch.setattr(mail_fetching, "FIRST_PAUSE", 0.2)
    monkeypatch.setenv("TEST_IMAP_PASSWORD", PASSWORD)


def fetched(folder: Path, *boxes: dict[str, str]) -> dict[str, Any]:
    """Settings of a desk that fetches from these mailboxes alone."""
    lines = ["mailboxes:"]
    for box in boxes:
        first, *rest = (f"{key}: {value}" for key, value in box.items())
        lines += [f"  - {first}", *(f"    {one}" for one in rest)]
        lines += ["    password: TEST_IMAP_PASSWORD"]
    desk = folder / "desk.yml"
    example = (ROOT / "desk.example.yml").read_text("utf-8")
    desk.write_text(example + "\n" + "\n".join(lines) + "\n", "utf-8")
    return {"desk": SHARED, "FRONTDESK_DESK": desk, "FRONTDESK_MAIL_LISTEN": ""}


async def test_two_mailboxes_serve_two_teams(
    mail_servers: MailServers, tmp_path: Path, database_url: str
) -> None:
    support = mail_servers.imap_url("support", encrypted=True)
    desk = fetched(
        tmp_path,
        {"name": "support", "url": support, "after": "move", "processed": "Frontdesk/Done"},
        {"name": "network", "url": mail_servers.imap_url("reseau"), "team": "reseau"},
    )
    async with a_house(mail_servers, tmp_path, **desk, DATABASE_URL=database_url) as stage:
        pierre, noe = stage.slack.person("pierre"), stage.slack.person("noe")
        await looked_at(mail_servers, stage, 2)

        await mail_servers.send(PAUL, SHARED, "Screen", "My screen stays black.")
        await mail_servers.send(MARIE, NETWORK, "Cable", "It is torn.")
        posted = await soon(stage.slack, lambda: card(pierre, "support-postes", "Screen"))
        await soon(stage.slack, lambda: card(noe, "support-reseau", "Cable"))
        assert posted is not None
        await arrived(mail_servers, "paul.smith")
        await reply(stage, pierre, posted, "Which model is it?")
        _, question = await arrived(mail_servers, "paul.smith", 2)
        await mail_servers.send(PAUL, answer_address(question), "Model", "It is a Dell.")

        await soon(stage.slack, lambda: "It is a Dell." in lines(pierre, posted))
        done = await arrived(mail_servers, "support", 2, folder="Frontdesk.Done")
        await settled(stage)
        tickets = stored(stage, TICKETS)

    assert tickets == [(2,)]
    assert [mail.subject for mail in done] == ["Screen", "Model"]
    await arrived(mail_servers, "support", 0)
    await arrived(mail_servers, "reseau", 1)


async def test_mails_that_are_numbered_anew_are_not_taken_again(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    box = {"name": "support", "url": mail_servers.imap_url("support"), "backlog": "true"}
    await mail_servers.send(PAUL, SHARED, "Screen", "My screen stays black.")
    await arrived(mail_servers, "support")
    async with a_house(mail_servers, tmp_path, **fetched(tmp_path, box)) as stage:
        await arrived(mail_servers, "paul.smith")
        numbered = stored(stage, "SELECT uidvalidity FROM mailboxes")

        await asyncio.to_thread(mail_servers.dovecot.number_anew, "support")
        await mail_servers.send(PAUL, SHARED, "Mouse", "My mouse is gone.")

        await arrived(mail_servers, "paul.smith", 2)
        await settled(stage)
        anew = stored(stage, "SELECT uidvalidity FROM mailboxes")
        tickets = stored(stage, "SELECT subject FROM tickets ORDER BY id")

    assert tickets == [("Screen",), ("Mouse",)]
    assert anew != numbered
