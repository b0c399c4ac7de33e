"""winmail.dat: the envelope in which Outlook hides attachments from everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mail.charsets import decoded
from mail.content import rtf

_SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_ITEMS = 2_000
_MESSAGE, _ATTACHMENT = 1, 2

_ATT_BODY = 0x800C
_ATT_RENDER = 0x9002  # begins a new attachment
_ATT_DATA = 0x800F
_ATT_TITLE = 0x8010
_ATT_MESSAGE_PROPERTIES = 0x9003
_ATT_PROPERTIES = 0x9005
_ATT_CODE_PAGE = 0x9007

_BODY, _RTF, _HTML = 0x1000, 0x1009, 0x1013
_DATA, _LONG_NAME, _NAME, _SHORT_NAME, _MIME, _CONTENT_ID = (
    0x3701, 0x3707, 0x3001, 0x3704, 0x370E, 0x3712,
)  # fmt: skip
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8,
          0x0014: 8, 0x0040: 8, 0x0048: 16}  # fmt: skip
_VARIABLE = {0x001E, 0x001F, 0x000D, 0x0102}
_SEVERAL = 0x1000


class NotTnef(ValueError):
    """These bytes are something else."""


@dataclass
class File:
    name: str = ""
    media_type: str = ""
    content_id: str = ""
    data: bytes = b""


@dataclass
class Unwrapped:
    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)
    whole: bool = True  # nothing behind a damaged place was left out

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.html or self.files)


def unwrapped(data: bytes) -> Unwrapped:
    """Everything up to the first place that is damaged."""
    if not data.startswith(_SIGNATURE):
        raise NotTnef
    result = Unwrapped()
    code_page = "windows-1252"
    for level, attribute, value in _attributes(data, result):
        if attribute == _ATT_CODE_PAGE and len(value) >= 4:
            code_page = f"cp{int.from_bytes(value[:4], 'little')}"
        elif level == _MESSAGE:
            _take_message(result, attribute, value, code_page)
        elif level == _ATTACHMENT:
            _take_file(result, attribute, value, code_page)
    # A file of no bytes may be meant so; its name tells that it was there.
    result.files = [file for file in result.files if file.data or file.name]
    return result


def _attributes(data: bytes, result: Unwrapped) -> Iterator[tuple[int, int, bytes]]:
    at = 6
    for _ in range(_MOST_ITEMS):
        if at + 9 > len(data):
            result.whole = result.whole and at == len(data)
            return
        level = data[at]
        attribute = int.from_bytes(data[at + 1 : at + 3], "little")
        length = int.from_bytes(data[at + 5 : at + 9], "little")
        at += 9
        if level not in (_MESSAGE, _ATTACHMENT) or at + length > len(data):
            result.whole = False
            return
        yield level, attribute, data[at : at + length]
        at += length + 2  # a checksum, which no program gets wrong on purpose


def _take_message(result: Unwrapped, attribute: int, value: bytes, code_page: str) -> None:
    if attribute == _ATT_BODY:
        result.text = result.text or decoded(value.rstrip(b"\0"), code_page)
    elif attribute == _ATT_MESSAGE_PROPERTIES:
        found = dict(_properties(value, code_page, result))
        body, html = found.get(_BODY), found.get(_HTML)
        if isinstance(body, str):
            result.text = body
        if html:
            result.html = decoded(html, code_page) if isinstance(html, bytes) else html
        packed = found.get(_RTF)
        if isinstance(packed, bytes) and not (result.html or result.text):
            shown, is_html = rtf.content_of(rtf.decompressed(packed))
            result.html, result.text = (shown, "") if is_html else ("", shown)


def _take_file(result: Unwrapped, attribute: int, value: bytes, code_page: str) -> None:
    if attribute == _ATT_RENDER or not result.files:
        result.files.append(File())
    file = result.files[-1]
    if attribute == _ATT_DATA:
        file.data = value
    elif attribute == _ATT_TITLE:
        file.name = file.name or decoded(value.rstrip(b"\0"), code_page)
    elif attribute == _ATT_PROPERTIES:
        found = dict(_properties(value, code_page, result))
        names = (found.get(key) for key in (_LONG_NAME, _NAME, _SHORT_NAME))
        file.name = next((n for n in names if isinstance(n, str) and n), file.name)
        file.media_type = _string(found.get(_MIME))
        file.content_id = _string(found.get(_CONTENT_ID))
        inside = found.get(_DATA)
        if not file.data and isinstance(inside, bytes):
            file.data = inside


def _string(value: str | bytes | None) -> str:
    return value.strip().strip("<>") if isinstance(value, str) else ""


def _properties(
    data: bytes, code_page: str, result: Unwrapped
) -> Iterator[tuple[int, str | bytes]]:
    """The strings and bytes among the MAPI properties."""
    reader = _Reader(data)
    try:
        for _ in range(min(reader.number(), _MOST_ITEMS)):
            kind, key = reader.short(), reader.short()
            if key >= 0x8000:
                reader.skip_name()
            several, kind = kind & _SEVERAL, kind & ~_SEVERAL
            for _ in range(_count(reader, kind, several)):
                value = reader.value(kind)
                if value is not None:
                    yield key, _read_string(value, kind, code_page)
    except NotTnef:
        result.whole = False


def _count(reader: _Reader, kind: int, several: int) -> int:
    count = reader.number() if several or kind in _VARIABLE else 1
    if count > _MOST_ITEMS:
        raise NotTnef
    return count


def _read_string(value: bytes, kind: int, code_page: str) -> str | bytes:
    if kind == 0x001F:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    if kind == 0x001E:
        return decoded(value, code_page).rstrip("\0")
    return value[16:] if kind == 0x000D else value  # an object begins with its interface's id


@dataclass
class _Reader:
    data: bytes
    at: int = 0

    def take(self, length: int) -> bytes:
        if self.at + length > len(self.data):
            raise NotTnef
        self.at += length
        return self.data[self.at - length : self.at]

    def short(self) -> int:
        return int.from_bytes(self.take(2), "little")

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def padded(self, length: int) -> bytes:
        value = self.take(length)
        self.at += -length % 4
        return value

    def skip_name(self) -> None:
        self.take(16)
        if self.number() == 0:
            self.take(4)
        else:
            self.padded(self.number())

    def value(self, kind: int) -> bytes | None:
        """None for what is no string and no bytes."""
        if kind in _VARIABLE:
            return self.padded(self.number())
        if kind not in _FIXED:
            raise NotTnef
        self.take(_FIXED[kind])
        return None
