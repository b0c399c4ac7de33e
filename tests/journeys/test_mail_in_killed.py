"""Killed again and again while mail comes in by two ways at once: each mail is one ticket."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from sandbox.mailboxes import MailRefused
from tests.imap_server import PASSWORD, ImapDouble, an_imap_server
from tests.journeys.killable import Killable, a_killable_bot
from tests.journeys.mishaps import LONG, stored
from tests.journeys.stage import ROOT

MAILS, KILLS, SEED = 8, 2, 20261124
PAUL = "paul.smith@meridien.example"


def a_mail(number: int) -> bytes:
    return (
        f"Message-ID: <{number}@meridien.example>\r\nFrom: Paul <{PAUL}>\r\n"
        f"To: support@meridien.example\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n"
        f"Subject: Printer {number:02}\r\n\r\nPrinter {number} jams.\r\n"
    ).encode()


async def test_each_mail_is_one_ticket_whichever_way_it_comes_and_whenever_we_died(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_IMAP_PASSWORD", PASSWORD)
    chance = random.Random(SEED)
    async with an_imap_server() as mailbox:
        desk = _desk_with(tmp_path, mailbox.url)
        async with a_killable_bot(tmp_path, database_url, FRONTDESK_DESK=desk) as stage:
            await stage.start()
            killing = asyncio.create_task(_kill_now_and_then(stage, chance))
            order = [number for number in range(MAILS) for _ in range(2)]
            chance.shuffle(order)
            for number in order:
                if chance.random() < 0.5:
                    await mailbox.add(a_mail(number))
                else:
                    await _delivered(stage, a_mail(number))
            await killing
            await _until_filed(mailbox)
            await stage.all_shown()

            tickets = Counter(found for (found,) in stored(stage, "SELECT subject FROM tickets"))
            mails = stored(stage, "SELECT state, count(*) FROM spool GROUP BY state")

    assert stage.deaths == KILLS
    assert tickets == Counter(f"Printer {number:02}" for number in range(MAILS))
    assert dict(mails) == {"done": MAILS}


def _desk_with(folder: Path, url: str) -> Path:
    box = (
        f"\nmailboxes:\n  - name: support\n    url: {url}\n    password: TEST_IMAP_PASSWORD\n"
        "    after: move\n    processed: Done\n    backlog: true\n"
    )
    desk = folder / "desk.yml"
    desk.write_text((ROOT / "desk.example.yml").read_text("utf-8") + box, "utf-8")
    return desk


async def _delivered(stage: Killable, raw: bytes) -> None:
    """As a mail server does: again, until somebody says that it was taken."""
    async with asyncio.timeout(LONG * 2):
        while True:
            try:
                await stage.slack.mailboxes.send_raw(PAUL, raw)
            except MailRefused:
                await asyncio.sleep(0.2)
            else:
                return


async def _kill_now_and_then(stage: Killable, chance: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.1, 1.0))
        stage.kill()
        await stage.ended()
        await stage.start()


async def _until_filed(mailbox: ImapDouble) -> None:
    async with asyncio.timeout(LONG * 2):
        while await mailbox.mails("INBOX"):  # noqa: ASYNC110 - a server has no event for us
            await asyncio.sleep(0.2)
