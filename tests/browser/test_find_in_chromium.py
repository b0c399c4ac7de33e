"""Finding a ticket in a real browser, with a real bot, in French and in English."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.scene import Scene
from tests.browser.window import Windows

pytestmark = pytest.mark.browser

PIERRE = "U01PIERRE"
HOME = "&v=app&tab=home"
SCREEN = {"fr": "ecran clign", "en": "scre flick"}
NOTHING = {"fr": "Aucun ticket", "en": "No ticket"}
SOMETHING = {"fr": "le", "en": "the"}


async def test_a_technician_finds_a_ticket_by_beginnings_of_words(
    scene: Scene, windows: Windows
) -> None:
    pierre = await windows.of(PIERRE, place=HOME)
    await _until_indexed(scene)

    await pierre.button("home.find").click()
    await expect(pierre.modal).to_be_visible()
    await pierre.field("query").fill("xyzzy")
    await pierre.field("query").press("Enter")
    await expect(pierre.modal).to_contain_text(NOTHING[scene.language])
    await expect(pierre.button("ticket.open", pierre.modal)).to_have_count(0)
    await pierre.field("query").fill(SOMETHING[scene.language])
    await pierre.field("query").press("Enter")
    await expect(pierre.button("ticket.open", pierre.modal)).to_be_visible()
    await pierre.field("query").fill(SCREEN[scene.language])
    await pierre.submit()
    await expect(pierre.modal).not_to_contain_text("R-000001")
    await pierre.button("ticket.open", pierre.modal).click()

    await expect(pierre.modal).to_contain_text("R-000003")
    await expect(pierre.button("ticket.resolve", pierre.modal)).to_be_visible()


async def _until_indexed(scene: Scene) -> None:
    behind = True
    async with asyncio.timeout(30):
        while behind:
            await asyncio.sleep(0.1)
            behind = await scene.bot.store.read(lambda tx: tx.index.is_behind(scene.watch()))
