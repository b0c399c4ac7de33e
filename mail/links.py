"""Which links of a person's text stay links."""

from __future__ import annotations

import re

# No control, blank or quote: such an address is somebody's trick, or broken.
_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20\x7f<>\"'`\\]+", re.IGNORECASE)


def safe_link(link: str | None) -> str | None:
    """The address if it leads to the web or to a mailbox; None for anything that could act."""
    return link if link and len(link) <= 2_000 and _LINK.fullmatch(link) else None
