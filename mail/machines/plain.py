"""Text as it is compared: alike for everybody who writes the same in another way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def plain(text: str) -> str:
    """Lower case, without accents, one kind of apostrophe and dash, punctuation kept."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if unicodedata.category(c) != "Mn")
    return " ".join(bare.translate(_ALIKE).split())


_ALIKE = {ord(c): "'" for c in "’‘`´ʼ"} | {ord(c): "-" for c in "‐‑‒–—"}


def any_of(phrases: Iterable[str]) -> str:
    """Longest first, so that "out of office autoreply" is not read as "out of office"."""
    return "|".join(re.escape(p) for p in sorted(set(map(plain, phrases)), key=len, reverse=True))
