"""Somebody's browser window: finds things as a person does, and takes pictures."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

SIZE = {"width": 1440, "height": 900}
LARGER = {"width": 1728, "height": 1080}  # for what is tall, on a picture of the same size
PICTURES = Path(os.environ.get("FRONTDESK_PICTURES") or "build/pictures")
LARGEST = 300_000  # bytes of a picture
WELCOMED = "if (self === top) localStorage.setItem('frontdesk-sandbox-welcomed', 'yes')"
PATIENCE = 30_000  # milliseconds a busy machine may need

expect.set_options(timeout=PATIENCE)


class Windows:
    def __init__(self, browser: Browser, url: str, language: str) -> None:
        self._browser = browser
        self._url = url
        self._language = language
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    async def of(
        self, user: str, *, language: str | None = None, place: str = "", larger: bool = False
    ) -> Window:
        """A window of this person's own, as if on their own computer. `place` as in the address."""
        spoken = language or self._language
        size = LARGER if larger else SIZE
        context = await self._browser.new_context(
            viewport=size,
            device_scale_factor=SIZE["width"] / size["width"],
            locale={"fr": "fr-FR", "en": "en-GB"}[spoken],
            reduced_motion="reduce",
            color_scheme="null",  # else no frame may differ from the page, and no mail be dark
        )
        self._contexts.append(context)
        await context.add_init_script(WELCOMED)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self._heard(user, message))
        page.on("pageerror", lambda error: self.complaints.append(f"{user}: {error}"))
        await page.goto(f"{self._url}#as={user}{place}")
        await expect(page.get_by_test_id("sidebar")).to_be_visible()
        return Window(page, spoken, photographed=spoken == self._language)

    def _heard(self, user: str, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{user}: {message.text}")

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


class Window:
    def __init__(self, page: Page, language: str, *, photographed: bool) -> None:
        """`photographed`: it speaks the desk's language, so a picture of it is in one language."""
        self.page = page
        self.language = language
        self._photographed = photographed

    # -- finding ----------------------------------------------------------------------------

    def the(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    @property
    def modal(self) -> Locator:
        return self.the("modal")

    @property
    def thread(self) -> Locator:
        return self.the("thread-pane")

    def card(self, words: str) -> Locator:
        """A message of the channel itself that has these words."""
        return self.page.locator("main").get_by_test_id("message").filter(has_text=words).first

    def button(self, action: str, within: Locator | None = None) -> Locator:
        place = within or self.page.locator("body")
        return place.locator(f'[data-action-id="{action}"]').first

    def field(self, block: str) -> Locator:
        """The input of the open form with this block id; what it depends on may follow a "#"."""
        named = f':is([data-block-id="{block}"], [data-block-id^="{block}#"])'
        return self.modal.locator(f":is(input, textarea, [contenteditable]){named}").first

    async def body(self) -> str:
        """Everything on the screen, mails in their frames too."""
        texts = [await frame.locator("body").inner_text() for frame in self.page.frames]
        return "\n".join(texts)

    # -- doing ------------------------------------------------------------------------------

    async def say(self, text: str, within: Locator | None = None) -> None:
        box = (within or self.page.locator("main")).get_by_test_id("composer")
        await box.fill(text)
        await box.press("Enter")

    async def choose(self, block: str, typed: str, wanted: str) -> None:
        """Type into a list and take the entry with these words by Enter."""
        field = self.field(block)
        await field.click()
        await field.press_sequentially(typed)
        option = self.page.get_by_role("option").filter(has_text=wanted)
        await expect(option).to_have_count(1)
        await field.press("Enter")
        await expect(field).not_to_have_value(typed)

    async def write(self, block: str, text: str) -> None:
        """Type into a field with styles, line by line."""
        await self.field(block).click()
        for number, line in enumerate(text.split("\n")):
            if number:
                await self.page.keyboard.press("Enter")
            await self.page.keyboard.insert_text(line)

    async def clear(self, block: str) -> None:
        await self.field(block).press("ControlOrMeta+a")
        await self.page.keyboard.press("Delete")

    async def submit(self) -> None:
        await self.the("modal-submit").click()

    async def more(self, card: Locator, option: str) -> None:
        """Choose from the card's "…" menu; `option` begins the option's value."""
        await self.button("ticket.more", card).click()
        await self.page.locator(f'[role="menuitem"][data-value^="{option}"]').click()

    # -- pictures ---------------------------------------------------------------------------

    async def picture(self, name: str) -> None:
        """As `name.png` in English and `name.fr.png` in French."""
        if not self._photographed:
            return
        await self.page.mouse.move(2, 2)  # where nothing reacts
        await self.page.evaluate("document.fonts.ready")
        await self.page.wait_for_timeout(150)  # what scrolls or grows after it was drawn
        suffix = "" if self.language == "en" else f".{self.language}"
        path = PICTURES / f"{name}{suffix}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=path, animations="disabled", caret="hide")
        assert path.stat().st_size < LARGEST, f"{path} is larger than {LARGEST} bytes"
