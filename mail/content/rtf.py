"""The compressed RTF that Outlook puts into winmail.dat, as HTML or text."""

from __future__ import annotations

import re

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_LONGEST = 4_000_000  # bytes that are unpacked
_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.IGNORECASE,
)
_NOT_SHOWN = {
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "generator",
    "xmlnstbl",
}
_BREAKS = {"par": "\n", "line": "\n", "tab": "\t", "cell": "\t", "row": "\n", "page": "\n"}
_SIGNS = {"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
          "endash": "–", "emdash": "—"}  # fmt: skip


def decompressed(data: bytes) -> bytes:
    """LZFu; as much as can be read."""
    if len(data) < 16:
        return b""
    size, kind = int.from_bytes(data[4:8], "little"), data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + size]
    if kind != b"LZFu":
        return b""
    window = bytearray(_DICTIONARY.ljust(4096, b"\0"))
    write, at = len(_DICTIONARY), 16
    output = bytearray()
    while at < len(data) and len(output) < min(size, _LONGEST):
        flags = data[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                piece = data[at : at + 1]
                at += 1
            else:
                pair = int.from_bytes(data[at : at + 2], "big")
                at += 2
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == write or at > len(data):
                    return bytes(output)
                piece = b""
            for step in range(len(piece) or length):
                byte = piece[0] if piece else window[(offset + step) % 4096]
                window[write] = byte
                write = (write + 1) % 4096
                output.append(byte)
            if at >= len(data):
                break
    return bytes(output[:size])


def content_of(rtf: bytes) -> tuple[str, bool]:
    """What the RTF shows, and whether that is HTML which Outlook wrapped into it."""
    text = rtf[:_LONGEST].decode("latin-1")
    is_html = "\\fromhtml" in text[:2_000]
    reader = _Reader(is_html, _code_page(text))
    for token in _TOKEN.finditer(text):
        reader.take(token)
    return reader.finished(), is_html


def _code_page(text: str) -> str:
    found = re.search(r"\\ansicpg(\d{3,5})", text[:2_000])
    name = f"cp{found[1]}" if found else "windows-1252"
    try:
        b"".decode(name)
    except LookupError:
        return "windows-1252"
    return name


class _Reader:
    """One pass over the tokens; each group remembers whether it is shown."""

    def __init__(self, is_html: bool, code_page: str) -> None:
        self._is_html = is_html
        self._code_page = code_page
        self._pieces: list[str] = []
        self._bytes = bytearray()
        self._shown = True
        self._groups: list[tuple[bool, int]] = []
        self._skip = 0  # characters that stand in for a \u
        self._unicode_skip = 1
        self._starred = False

    def take(self, token: re.Match[str]) -> None:
        word, number, code, sign, brace, words = token.groups()
        if code:
            self._byte(int(code, 16))
            return
        self._flush()
        if brace:
            self._brace(brace)
        elif word:
            self._word(word.lower(), number)
        elif sign:
            self._sign(sign)
        elif words:
            skipped, self._skip = self._skip, max(self._skip - len(words), 0)
            self._put(words[skipped:])
        self._starred = bool(sign == "*")

    def finished(self) -> str:
        self._flush()
        return "".join(self._pieces)

    def _put(self, text: str) -> None:
        if self._shown and text:
            self._pieces.append(text)

    def _byte(self, byte: int) -> None:
        if self._skip:
            self._skip -= 1
        else:
            self._bytes.append(byte)

    def _flush(self) -> None:
        if self._bytes:
            self._put(self._bytes.decode(self._code_page, "replace"))
            self._bytes.clear()

    def _brace(self, brace: str) -> None:
        if brace == "{":
            self._groups.append((self._shown, self._unicode_skip))
        elif self._groups:
            self._shown, self._unicode_skip = self._groups.pop()

    def _word(self, word: str, number: str | None) -> None:
        if word == "htmltag" and self._is_html:
            self._shown = True
        elif word == "htmlrtf":
            self._shown = number == "0"
        elif self._starred or word in _NOT_SHOWN:
            self._shown = False
        elif word == "u" and number:
            value = int(number) % 0x10000
            self._put(chr(value))
            self._skip = self._unicode_skip
        elif word == "uc":
            self._unicode_skip = min(int(number or 1), 10)
        elif word in _SIGNS:
            self._put(_SIGNS[word])
        elif word in _BREAKS:
            self._put(_BREAKS[word])

    def _sign(self, sign: str) -> None:
        if sign in "\\{}":
            self._put(sign)
        elif sign == "~":
            self._put("\xa0")
        elif sign in "\r\n":
            self._put("\n")
