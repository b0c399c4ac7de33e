"""A mail that lies in a mailbox becomes a ticket, once, whichever other way it takes as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imap_server import PASSWORD, an_imap_server
from tests.journeys.mishaps import soon, stored
from tests.journeys.sights import shown
from tests.journeys.stage import ROOT, a_stage

MAIL = (
    b"Message-ID: <1@meridien.example>\r\nFrom: Paul Smith <paul.smith@meridien.example>\r\n"
    b"To: support@meridien.example\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n"
    b"Subject: Screen\r\n\r\nMy screen stays black.\r\n"
)


async def test_a_mail_by_mailbox_and_by_the_door_is_one_ticket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_IMAP_PASSWORD", PASSWORD)
    async with an_imap_server() as mailbox:
        box = (
            f"\nmailboxes:\n  - name: support\n    url: {mailbox.url}\n"
            "    password: TEST_IMAP_PASSWORD\n    after: move\n    processed: Done\n"
            "    backlog: true\n"
        )
        desk = tmp_path / "desk.yml"
        desk.write_text((ROOT / "desk.example.yml").read_text("utf-8") + box, "utf-8")
        await mailbox.add(MAIL)
        async with a_stage(tmp_path, FRONTDESK_DESK=desk) as stage:
            slack, pierre = stage.slack, stage.slack.person("pierre")
            await soon(slack, lambda: slack.mailbox("paul"))

            await slack.mailboxes.send_raw("paul.smith@meridien.example", MAIL)

            facts = await stage.bot.health()
            tickets = stored(stage, "SELECT count(*) FROM tickets")
            seen = " ".join(shown(m) for m in pierre.messages("support-postes"))

    assert tickets == [(1,)]
    assert "Screen" in seen
    assert facts["mailboxes"] == {"support": "ok"}
    assert facts["mail"]["set_aside"] == 0
