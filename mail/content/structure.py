"""The parts of a mail, cut out of its bytes without copying them.

The standard library's parser compares each line with every boundary still open and keeps a mail
four times in memory; this one searches, so that a mail costs its length times its depth, and takes
whatever other programs, gateways and broken discs have made of the standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mail.charsets import decoded
from mail.content.head import Fields, read_head
from mail.content.limits import DEPTH, MAIL_BYTES, PARTS
from mail.content.parameters import parameters
from mail.content.transfer import undone
from mail.decoding import decoded_header
from mail.notices import Notice, NoticeKind

_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_GUESSED = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\ncontent-", re.IGNORECASE | re.MULTILINE)
_LONGEST_BOUNDARY = 300
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)


@dataclass(frozen=True)
class Part:
    """A mail or one part of it; `raw[start:end]` is its body, still encoded.

    A mail within the mail has no children here: `parse(part.data)` reads it.
    """

    fields: Fields
    raw: bytes = field(repr=False)
    start: int
    end: int
    default: str = "text/plain"
    children: tuple[Part, ...] = ()
    epilogue: tuple[int, int] = (0, 0)  # text behind the last part

    def get(self, name: str) -> str:
        """The first value of a field as it was written, "" for none."""
        return next((value for key, value in self.fields if key == name), "")

    @cached_property
    def kind(self) -> str:
        """The media type, in lower case."""
        declared = re.split(r"[;\s]", self.get("content-type").strip(), maxsplit=1)[0].lower()
        return declared if _TYPE.fullmatch(declared) else self.default

    @cached_property
    def parameters(self) -> dict[str, str]:
        return parameters(self.get("content-type"))

    @cached_property
    def disposition(self) -> str:
        return re.split(r"[;\s]", self.get("content-disposition").strip(), maxsplit=1)[0].lower()

    @cached_property
    def file_name(self) -> str:
        """As the sender gave it: not safe to use as one."""
        named = parameters(self.get("content-disposition"))
        return named.get("filename") or named.get("name") or self.parameters.get("name", "")

    @property
    def content_id(self) -> str:
        return decoded_header(self.get("content-id")).strip().strip("<>").strip()

    @property
    def encoding(self) -> str:
        value = self.get("content-transfer-encoding").strip().strip("\"'").lower()
        return re.split(r"[;\s(]", value, maxsplit=1)[0]

    @property
    def data(self) -> bytes:
        """The content, decoded. Made anew each time."""
        is_text = self.kind.startswith("text/") and self.disposition != "attachment"
        return undone(self.raw[self.start : self.end], self.encoding, is_text)

    def text(self, limit: int) -> str:
        """The content as text, at most `limit` characters of it."""
        return self.text_of(self.data, limit)

    def text_of(self, data: bytes, limit: int) -> str:
        charset = self.parameters.get("charset", "")
        if (
            not charset
            and self.kind == "text/html"
            and (found := _META_CHARSET.search(data[:4096]))
        ):
            charset = found[1].decode("ascii")
        text = decoded(data[: limit * 4], charset or None).replace("\0", "")
        return text.removeprefix("\ufeff")[:limit]

    def walk(self) -> Iterator[Part]:
        """This part and those below it, in order."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(part.children))


def parse(raw: bytes) -> tuple[Part, tuple[Notice, ...]]:
    """The mail that these bytes are meant to be, and what of it was not looked at."""
    reader = _Reader(_normal(raw[:MAIL_BYTES] if len(raw) > MAIL_BYTES else raw))
    part = reader.part(0, len(reader.raw), "text/plain", 0)
    notices = [Notice(kind, limit=limit) for kind, limit in reader.beyond.items()]
    if len(raw) > MAIL_BYTES:
        notices.insert(0, Notice(NoticeKind.MAIL_CUT, number=len(raw), limit=MAIL_BYTES))
    return part, tuple(notices)


def _normal(raw: bytes) -> bytes:
    """With line feeds at the ends of lines, in a charset whose first half is ASCII."""
    start = raw[:400]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    elif len(start) > 8 and (start[1::2].count(0) > len(start) // 3):
        raw = raw.decode("utf-16-le", "replace").encode("utf-8", "replace")
    elif len(start) > 8 and (start[::2].count(0) > len(start) // 3):
        raw = raw.decode("utf-16-be", "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    start = raw[:20_000]
    if b"\r\r\n" in start:
        raw = raw.replace(b"\r\r\n", b"\r\n")
    if re.search(rb"\r[A-Za-z-]{2,40}:[^\r\n]*\r[A-Za-z \t-]", start):
        raw = re.sub(rb"\r(?!\n)", b"\n", raw)
    elif b"\r" in start and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw


@dataclass
class _Reader:
    raw: bytes
    parts: int = 0
    beyond: dict[NoticeKind, int] = field(default_factory=dict)

    def part(self, start: int, end: int, default: str, depth: int) -> Part:
        self.parts += 1
        fields, body = read_head(self.raw, start, end, whole_mail=depth == 0)
        leaf = Part(fields, self.raw, body, end, default)
        if not leaf.kind.startswith("multipart/"):
            return leaf
        if depth >= DEPTH:
            self.beyond[NoticeKind.TOO_DEEP] = DEPTH
            return Part((), self.raw, body, end)
        inside = self._cuts(leaf)
        if not inside:
            # A multipart without parts is a text; the type would only hide it.
            kept = tuple(pair for pair in fields if pair[0] != "content-type")
            return Part(kept, self.raw, body, end)
        each = "message/rfc822" if leaf.kind == "multipart/digest" else "text/plain"
        children = []
        for cut_start, cut_end in inside[:-1]:
            if self.parts >= PARTS:
                self.beyond[NoticeKind.TOO_MANY_PARTS] = PARTS
                break
            children.append(self.part(cut_start, cut_end, each, depth + 1))
        return Part(fields, self.raw, body, end, default, tuple(children), inside[-1])

    def _cuts(self, part: Part) -> list[tuple[int, int]]:
        """From where to where each part goes, and at last what is behind them."""
        declared = part.parameters.get("boundary", "").encode("utf-8", "surrogateescape").rstrip()
        if declared and len(declared) <= _LONGEST_BOUNDARY:
            cuts = self._cuts_at(part, declared)
            if cuts:
                return cuts
        guessed = _GUESSED.search(self.raw, part.start, part.end)
        return self._cuts_at(part, guessed[1]) if guessed else []

    def _cuts_at(self, part: Part, boundary: bytes) -> list[tuple[int, int]]:
        cuts: list[tuple[int, int]] = []
        begun: int | None = None
        behind = part.end
        for at, after, closing in self._delimiters(part, b"--" + boundary):
            if begun is not None:
                cuts.append((begun, self._without_break(begun, at)))
            begun, behind = (None, after) if closing else (after, part.end)
            if len(cuts) > PARTS:
                break
        if begun is not None:
            cuts.append((begun, part.end))
        return [*cuts, (behind, part.end)] if cuts else []

    def _delimiters(self, part: Part, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
        """Where each line of that delimiter begins, the next line begins, and if it is the last."""
        raw, at = self.raw, part.start
        while (at := raw.find(delimiter, at, part.end)) >= 0:
            behind = at + len(delimiter)
            after = raw.find(b"\n", behind, part.end) + 1 or part.end
            if at == part.start or raw[at - 1] in b"\r\n":
                tail = raw[behind : min(after, behind + 100)].strip()
                if tail in (b"", b"--"):
                    yield at, after, tail == b"--"
            at = behind

    def _without_break(self, start: int, end: int) -> int:
        """The line break before a delimiter belongs to the delimiter."""
        if end > start and self.raw[end - 1 : end] == b"\n":
            end -= 1
        if end > start and self.raw[end - 1 : end] == b"\r":
            end -= 1
        return end
