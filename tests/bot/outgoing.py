"""A mail that left, read in every way there is: what it holds, and what it says of itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Parsed
from html.parser import HTMLParser

from desk.effects import Message

HEADERS = {
    Message.REPLY: (None, None),
    Message.ACKNOWLEDGEMENT: ("auto-replied", "All"),
    Message.RESOLVED: ("auto-generated", "OOF, AutoReply"),
}
_HIDDEN = {"head", "style", "title"}


@dataclass(frozen=True)
class Outgoing:
    """`raw` as the server got it; `people` are the addresses of its ticket's people just then."""

    raw: bytes
    to: str
    kind: Message
    ticket: int
    people: frozenset[str]

    @property
    def parsed(self) -> Parsed:
        return message_from_bytes(self.raw)

    def readings(self) -> Iterator[bytes]:
        """The bytes; every header, part and file name as it is meant."""
        yield self.raw
        for part in self.parsed.walk():
            for name, value in part.items():
                yield f"{name}: {make_header(decode_header(value))}".encode()
            yield (part.get_filename() or "").encode()
            if not part.is_multipart():
                data = part.get_payload(decode=True)
                assert isinstance(data, bytes)
                yield data

    def holds(self, words: Iterable[str]) -> list[str]:
        """Which of these words are in it, plain or packed."""
        everything = b"\n".join(self.readings()).lower()
        unfolded = re.sub(rb"=?\r?\n[ \t]?", b"", everything)
        return [
            word
            for word in words
            if any(form in everything or form in unfolded for form in forms(word))
        ]

    def text(self, kind: str) -> str:
        (part,) = (p for p in self.parsed.walk() if p.get_content_type() == f"text/{kind}")
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        return data.decode()

    def check(self) -> None:
        """It goes to somebody of its ticket, says the same twice, and marks itself as it should."""
        assert self.to in self.people, f"{self.to} is not on ticket {self.ticket}"
        assert spoken(self.text("plain")) == shown(self.text("html")), "two texts that differ"
        submitted, suppress = HEADERS[self.kind]
        mail = self.parsed
        assert mail["Auto-Submitted"] == submitted
        assert mail["X-Auto-Response-Suppress"] == suppress
        assert (mail["X-Frontdesk-Loop"] is None) is (self.kind is Message.REPLY)
        for name in ("From", "To", "Reply-To", "Message-ID", "References", "In-Reply-To", "Date"):
            assert mail[name], f"no {name}"


def forms(word: str) -> set[bytes]:
    """A word in lower case as it is, and as base64 has it wherever it begins."""
    packed = set()
    for before in range(3):
        text = base64.b64encode(b"\0" * before + word.encode()).decode()
        packed.add(text[(0, 2, 3)[before] : len(text.rstrip("=")) - 1].lower().encode())
    return {word.lower().encode(), *packed}


def spoken(text: str) -> list[str]:
    """The words of a plain text, without the marks that stand for its form."""
    return re.findall(r"\w+", text)


def shown(html: str) -> list[str]:
    """The words that somebody sees who opens it; what is there for the list of mails is hidden."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return spoken(" ".join(reader.said))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._within: list[bool] = []  # whether each element that is open is hidden

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "br", "img", "hr", "link"):
            return
        hidden = tag in _HIDDEN or ("class", "preview") in attrs
        self._within.append(hidden or any(self._within[-1:]))

    def handle_endtag(self, tag: str) -> None:
        if self._within and tag not in ("meta", "br", "img", "hr", "link"):
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._within[-1:]):
            self.said.append(data)
