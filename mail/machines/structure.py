"""The parts of a mail that only machines write, as text that can be searched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mail.content.structure import Part, parse

LONGEST_PIECE = 40_000  # characters; a report says what it has to say in far fewer
_MOST_PIECES = 60
_TEXTUAL = ("text/", "message/")
_ATTACHED = re.compile(r"message/(?:rfc822|global|news|partial)$|text/rfc822$")


@dataclass(frozen=True)
class Piece:
    """One part. `inside` an attached mail it tells of that mail, not of the one that came."""

    media_type: str
    text: str
    report_type: str = ""
    method: str = ""  # of an invitation: "request", "reply", …
    inside: bool = False


def pieces_of(mail: Part) -> tuple[Piece, ...]:
    """Never raises; at most so many and so long, whatever is in the mail."""
    return tuple(_pieces(mail))


def _pieces(mail: Part) -> Iterator[Piece]:
    stack, seen = [(mail, False)], 0
    while stack and seen < _MOST_PIECES:
        part, inside = stack.pop()
        seen += 1
        held = parse(part.data)[0] if _ATTACHED.match(part.kind) else None
        yield Piece(
            part.kind,
            _text(part, held),
            part.parameters.get("report-type", "").strip().lower(),
            part.parameters.get("method", "").strip().lower(),
            inside,
        )
        if held is not None:
            stack.append((held, True))
        stack.extend((child, inside) for child in reversed(part.children))


def _text(part: Part, held: Part | None) -> str:
    if held is not None:
        return _with_headers(held)
    if part.kind.startswith(_TEXTUAL) and not part.children:
        return part.text(LONGEST_PIECE)
    return ""


def _with_headers(mail: Part) -> str:
    """Header lines as they stand, then the text below them, as far as there is any."""
    lines = [f"{name}: {value}" for name, value in mail.fields]
    below = "" if mail.children else mail.text(LONGEST_PIECE)
    return ("\n".join(lines) + "\n\n" + below)[:LONGEST_PIECE]
