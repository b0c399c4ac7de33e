"""Formatted text as people wrote it, kept free of any surface's own markup.

Slack's rich text, a mail's HTML and plain typing all become `Words`; each surface escapes and
renders them its own way, so what a person wrote can never act as markup anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class BlockKind(StrEnum):
    PARAGRAPH = "paragraph"
    BULLET = "bullet"
    NUMBER = "number"
    QUOTE = "quote"
    CODE = "code"


@dataclass(frozen=True)
class Span:
    """A run of text in one style. `user` is a Slack id still to be named (see `Words.named`)."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str | None = None
    user: str | None = None


@dataclass(frozen=True)
class TextBlock:
    kind: BlockKind
    spans: tuple[Span, ...]
    indent: int = 0

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Words:
    """A sequence of paragraphs, list items, quotes and code blocks. Empty words are false."""

    blocks: tuple[TextBlock, ...] = ()

    @classmethod
    def plain(cls, text: str) -> Words:
        """Text without formatting; a line is a line, a blank line ends a paragraph."""
        clean = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip("\n ")
        paragraphs = [part.strip("\n") for part in clean.split("\n\n")]
        return cls(
            tuple(
                TextBlock(BlockKind.PARAGRAPH, (Span(part),)) for part in paragraphs if part.strip()
            )
        )

    def __bool__(self) -> bool:
        return any(block.text.strip() for block in self.blocks)

    @property
    def text(self) -> str:
        """Plain text that a person can read: list marks and quote marks kept, styles dropped."""
        lines: list[str] = []
        previous: TextBlock | None = None
        numbers: dict[int, int] = {}  # by indent: a nested list interrupts no numbering
        for block in self.blocks:
            in_one_list = previous is not None and previous.kind in LISTS and block.kind in LISTS
            if not in_one_list:
                numbers.clear()
                lines.extend([""] if previous is not None else [])
            numbers = {depth: n for depth, n in numbers.items() if depth <= block.indent}
            if block.kind is BlockKind.NUMBER:
                numbers[block.indent] = numbers.get(block.indent, 0) + 1
            lines.extend(_plain_lines(block, numbers.get(block.indent, 1)))
            previous = block
        return "\n".join(lines)

    def excerpt(self, length: int) -> str:
        """The first `length` characters on one line, ended by "…" where something was left out."""
        text = self.text
        line = " ".join(text[: 4 * length].split())
        if len(line) <= length:
            line = " ".join(text.split())  # it is short, or mostly blank
        return line if len(line) <= length else line[: length - 1].rstrip() + "…"

    def named(self, name_of: Callable[[str], str]) -> Words:
        """The same words with each mention of a Slack person written as "@name"."""

        if all(span.user is None for block in self.blocks for span in block.spans):
            return self

        def name(span: Span) -> Span:
            return (
                replace(span, text="@" + name_of(span.user), user=None)
                if span.user is not None
                else span
            )

        return Words(tuple(replace(b, spans=tuple(map(name, b.spans))) for b in self.blocks))

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {
                "kind": str(block.kind),
                "indent": block.indent,
                "spans": [{k: v for k, v in vars(span).items() if v} for span in block.spans],
            }
            for block in self.blocks
        ]

    @classmethod
    def from_json(cls, blocks: Iterable[Mapping[str, Any]] | None) -> Words:
        return cls(
            tuple(
                TextBlock(
                    BlockKind(block["kind"]),
                    tuple(Span(**{"text": "", **span}) for span in block["spans"]),
                    block.get("indent", 0),
                )
                for block in blocks or ()
            )
        )


LISTS = (BlockKind.BULLET, BlockKind.NUMBER)


def _plain_lines(block: TextBlock, number: int) -> list[str]:
    lines = block.text.split("\n")
    match block.kind:
        case BlockKind.QUOTE:
            return ["> " + line for line in lines]
        case BlockKind.BULLET:
            return ["  " * block.indent + "- " + " ".join(lines)]
        case BlockKind.NUMBER:
            return ["  " * block.indent + f"{number}. " + " ".join(lines)]
        case _:
            return lines


NO_WORDS = Words()
