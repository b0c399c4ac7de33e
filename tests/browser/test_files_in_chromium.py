"""Files in a real browser: in the thread, in the reply form, in the mail, and never run."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.scene import Scene
from tests.browser.window import Windows
from tests.journeys.mishaps import settled, soon

pytestmark = pytest.mark.browser

PIERRE, PAUL = "U01PIERRE", "paul.smith@meridien.example"
EVIL = b"<script>document.title = 'run'</script>"


async def test_files_come_by_mail_and_go_back_by_a_ticked_box(
    scene: Scene, windows: Windows
) -> None:
    files = (
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 60, "image/png"),
        ("page.html", EVIL, "text/html"),
        ("facture été.pdf", b"%PDF-1.7 x", "application/pdf"),
    )
    await scene.slack.send_mail(PAUL, scene.slack.desk_address, "Jam", "See.", files=files)
    pierre = await windows.of(PIERRE, place="&c=support-postes")
    card = pierre.card("Jam")
    await expect(card).to_be_visible()
    await card.get_by_test_id("thread-bar").click()
    chips = pierre.thread.get_by_test_id("file")
    await expect(chips).to_have_count(3)

    async with pierre.page.expect_download() as saving:
        await chips.nth(1).click()
    saved = await (await saving.value).path()
    assert saved.read_bytes() == EVIL
    assert await pierre.page.title() != "run"

    await pierre.button("ticket.reply", card).click()
    await expect(pierre.modal).to_be_visible()
    await pierre.write("message", "Merci.")
    await pierre.modal.get_by_text(re.compile("photo.png")).click()
    brought = {"name": "guide.txt", "mimeType": "text/plain", "buffer": b"guide"}
    await pierre.field("new_files").set_input_files(files=[brought])
    await expect(pierre.modal).to_contain_text("guide.txt")
    await pierre.submit()

    await expect(pierre.modal).to_have_count(0)
    await settled(scene)
    mail = await soon(scene.slack, lambda: _replied(scene))
    assert [(name, data) for name, data, _ in mail.files] == [
        ("photo.png", files[0][1]),
        ("guide.txt", b"guide"),
    ]
    assert EVIL not in [data for _, data, _ in mail.files]


def _replied(scene: Scene):
    return next((m for m in scene.slack.mailbox(PAUL) if m.files), None)
