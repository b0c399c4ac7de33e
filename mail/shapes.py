"""Mails of one shape differ in a few texts only: fill the templates once, then put in the texts.

A shape is a template filled with marks where a mail's own texts belong, styles inlined. Making one
takes most of the time that a mail takes; filling one in is joining strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

MOST = 500  # shapes kept: about 5 MB
LONGEST = 5_000  # characters of a structure that is worth keeping; longer ones never come twice

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\w+){_CLOSE}", re.ASCII)
_TAG = re.compile(r"(<(?!br>)[^<>]*>)")  # a line break is part of the text it stands in
_HREF = re.compile(r'href="([^"]*)"')


def mark(name: str) -> str:
    """What stands in a shape for the text of that name."""
    return f"{_OPEN}{name}{_CLOSE}"


def as_html(text: str) -> str:
    """`text` as the inliner writes it, fit for an attribute too."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace('"', "&quot;").replace("\u00a0", "&nbsp;")


def hold(html: str, name: str) -> tuple[str, dict[str, str]]:
    """The structure of escaped `html`, and the texts and addresses that were in it."""
    texts: dict[str, str] = {}

    def put(text: str) -> str:
        kept = f"{name}{len(texts)}"
        texts[kept] = text.replace("\u00a0", "&nbsp;")
        return mark(kept)

    pieces = _TAG.split(html)
    for place, piece in enumerate(pieces):
        if place % 2:
            pieces[place] = _HREF.sub(lambda found: f'href="{put(found[1])}"', piece)
        elif piece.strip():
            pieces[place] = put(piece.replace("&#39;", "'").replace("&#34;", '"'))
    return "".join(pieces), texts


@dataclass(frozen=True)
class Shape:
    """Text and names by turns."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, filled: str) -> Shape:
        return cls(tuple(_MARK.split(filled)))

    def with_texts(self, texts: Mapping[str, str]) -> str:
        pieces = list(self.pieces)
        pieces[1::2] = [texts[name] for name in pieces[1::2]]
        return "".join(pieces)


class Shapes:
    """Shapes already made. `alive` is whatever their keys name by identity."""

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[Shape, ...]] = {}
        self._alive: dict[int, object] = {}

    def get(
        self, key: Hashable, make: Callable[[], tuple[Shape, ...]], alive: object = None
    ) -> tuple[Shape, ...]:
        found = self._made.get(key)
        if found is None:
            if len(self._made) >= MOST:
                self._made.clear()
                self._alive.clear()
            found = self._made[key] = make()
            self._alive[id(alive)] = alive
        return found
