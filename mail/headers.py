"""Header lines as every mail program reads them.

The standard library folds a long `References` into encoded words, which makes Outlook lose the
thread, and leaves commas of an encoded name bare, which makes two recipients of one. These classes
write the few headers we need in the plainest legal form.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from email.headerregistry import (
    ContentDispositionHeader,
    HeaderRegistry,
    UnstructuredHeader,
)
from email.policy import SMTP, EmailPolicy
from typing import Any

LINE = 78  # characters, as RFC 5322 advises
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")  # what needs no quotes
_WORD = 45  # bytes in one encoded word: 60 of base64 and 12 around them stay below 75


class _Pieces(UnstructuredHeader):
    """A header that is folded between its pieces and nowhere else."""

    name: str
    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: Any) -> None:
        # What looks like an encoded word in a value of ours is somebody's literal text.
        kwds["parse_tree"], kwds["decoded"] = None, value

    def fold(self, *, policy: Any) -> str:
        room = LINE - len(self.name) - 2
        lines = _filled(self.pieces(), room)
        return f"{self.name}: {(policy.linesep + ' ').join(lines)}{policy.linesep}"

    def pieces(self) -> list[str]:
        raise NotImplementedError


class LineHeader(_Pieces):
    """A value of ours, short and of plain words: nothing to read in it and nothing to fold."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class IdsHeader(_Pieces):
    """Message-IDs, one a line, never encoded."""

    def fold(self, *, policy: Any) -> str:
        ids = (policy.linesep + " ").join(self.pieces())
        return f"{self.name}: {ids}{policy.linesep}"

    def pieces(self) -> list[str]:
        return str(self).split()


class MailboxHeader(_Pieces):
    """One mailbox, `Name <local@domain>`. A name is quoted or encoded whole."""

    def pieces(self) -> list[str]:
        name, _, address = str(self).rpartition(" ")
        return [*_phrase(name), address] if name else [address]


class SubjectHeader(_Pieces):
    """The subject: its ASCII beginning stays readable, the rest is encoded in one go."""

    def pieces(self) -> list[str]:
        text = str(self)
        if text.isascii() and "=?" not in text:
            return text.split(" ")
        tag, _, rest = text.partition("] ") if text.startswith("[R-") else ("", "", text)
        return [*([tag + "]"] if tag else []), *_encoded(rest)]


def _phrase(name: str) -> list[str]:
    if not name.isascii() or "=?" in name:
        return list(_encoded(name))
    if _ATOMS.fullmatch(name):
        return name.split(" ")
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _encoded(text: str) -> Iterator[str]:
    """`text` as encoded words, cut between characters."""
    chunk = b""
    for character in text:
        more = character.encode()
        if len(chunk) + len(more) > _WORD:
            yield _encoded_word(chunk)
            chunk = b""
        chunk += more
    if chunk:
        yield _encoded_word(chunk)


def _encoded_word(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode()}?="


def _filled(pieces: Iterable[str], room: int) -> Iterator[str]:
    """Lines of at most `room` characters, as far as the pieces allow."""
    line = ""
    for piece in pieces:
        if line and len(line) + 1 + len(piece) > room:
            yield line
            line = piece
        else:
            line = f"{line} {piece}" if line else piece
    if line:
        yield line


class _Registry(HeaderRegistry):
    """Makes the class of each header once. The library makes it anew for every header line, which
    is half of what composing a mail costs."""

    def __init__(self) -> None:
        super().__init__(default_class=LineHeader, use_default_map=False)  # type: ignore[arg-type]
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        known = name.lower()
        if known not in self._made:
            self._made[known] = super().__getitem__(name)
        return self._made[known]


def _registry() -> HeaderRegistry:
    registry = _Registry()
    kinds: dict[str, Any] = {
        "message-id": IdsHeader,
        "in-reply-to": IdsHeader,
        "references": IdsHeader,
        "from": MailboxHeader,
        "to": MailboxHeader,
        "reply-to": MailboxHeader,
        "subject": SubjectHeader,
        "thread-topic": SubjectHeader,
        "content-disposition": ContentDispositionHeader,
    }
    for name, kind in kinds.items():
        registry.map_to_type(name, kind)
    return registry


POLICY: EmailPolicy[Any] = SMTP.clone(header_factory=_registry())
