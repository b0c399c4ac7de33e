"""Text from outside made fit for a terminal and for a log: what cannot be seen is spelled out."""

from __future__ import annotations

import re

# Controls, and marks that turn the direction of a line or begin another one: with them a name could
# clear the screen, hide what stands before it, or write a line of the log by itself.
_UNSEEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_INDENT = "    "


def visible(text: str) -> str:
    r"""On one line, with a line feed as `\n` and an escape as `\x1b`. Tabs stay."""
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


def visible_lines(text: str) -> str:
    """Line by line, each behind an indent, so that none looks like the beginning of another."""
    return "\n".join(_INDENT + visible(line) for line in text.split("\n"))
