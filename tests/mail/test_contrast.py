"""Every word of every mail can be read, in light and in dark, as a browser shows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from locales.translator import translator_for
from tests.chromium import find_chromium
from tests.mail.cases import CASES, part

PICTURES = os.environ.get("FRONTDESK_MAIL_PICTURES")

# What WCAG 2 calls contrast, of each text that is shown against what is painted behind it.
MEASURE = """() => {
  const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), walker.currentNode.data.trim()]);
  }
  return found;
}"""


@pytest.mark.browser
def test_every_word_of_every_mail_has_contrast_in_light_and_in_dark() -> None:
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    faint, grounds = [], set()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 640, "height": 480})
        for name in CASES:
            for language in ("en", "fr"):
                html = part(CASES[name].mail(translator_for(language)), "html")
                for theme in ("light", "dark"):
                    page.emulate_media(color_scheme=theme)
                    page.set_content(html)
                    measured = page.evaluate(MEASURE)
                    assert len(measured) >= 2, name
                    faint += [(name, language, theme, m) for m in measured if m[0] < 4.5]
                    grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
                    if PICTURES:
                        shot = Path(PICTURES) / f"{name}.{language}.{theme}.png"
                        page.screenshot(path=str(shot), full_page=True)
        browser.close()

    assert faint == []
    assert len(grounds) == 2
