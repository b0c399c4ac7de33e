"""The Chromium that browser tests use: the machine's own, else what Playwright installed."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@cache
def find_chromium() -> Path | None:
    """`FRONTDESK_CHROMIUM` may name another one. Not to be called where an event loop runs."""
    given = os.environ.get("FRONTDESK_CHROMIUM")
    found = given or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return Path(found)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None
