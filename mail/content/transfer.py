"""Content-Transfer-Encodings undone, as far as the damage allows. Nothing here raises."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]*={0,2}[ \t]*\r?")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_PADDED = re.compile(rb"[^=]+=*")
_SOFT_BREAK = re.compile(rb"=[ \t]+(\r?\n)")
_UU_BLOCK = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} +([^\r\n]{1,300})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.MULTILINE)
_MOST_UU_FILES = 50


def undone(data: bytes, encoding: str, text: bool = False) -> bytes:
    """`text`: behind the base64 something readable may follow, as a mailing list's footer does."""
    match encoding:
        case "base64" | "b64" | "base-64":
            return base64_text(data) if text else base64_bytes(data)
        case "quoted-printable" | "quotedprintable" | "qp":
            return binascii.a2b_qp(_SOFT_BREAK.sub(rb"=\1", data))
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            files, rest = uu_files(data)
            return files[0][1] if files else rest
        case _:
            return data


def base64_bytes(data: bytes) -> bytes:
    """As many bytes as there are whole ones; what is not base64 is passed over."""
    stripped = data.rstrip(b"\r\n\t =")
    if b"=" not in stripped:
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            return _whole(_NOT_BASE64.sub(b"", stripped))
    clean = _NOT_BASE64.sub(b"", stripped)
    return b"".join(_whole(run[0].rstrip(b"=")) for run in _PADDED.finditer(clean))


def _whole(digits: bytes) -> bytes:
    if len(digits) % 4 == 1:  # six bits of a byte that was lost
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def base64_text(data: bytes) -> bytes:
    """Text that only claims to be base64 stays as it is."""
    end = at = 0
    while at < len(data):
        after = data.find(b"\n", at) + 1 or len(data)
        line = data[at:after].rstrip(b"\n")
        if not _BASE64_LINE.fullmatch(line):
            break
        at = after
        if line.strip():
            end = after
    coded, rest = data[:end], data[end:]
    if not rest.strip():
        return base64_bytes(coded)
    if not coded.strip():
        # Perhaps damage in the first line; perhaps never base64 at all.
        return base64_bytes(data) if _mostly_base64(data) else data
    if _mostly_base64(rest):
        return base64_bytes(data)
    return base64_bytes(coded) + b"\n" + rest if _mostly_base64(coded) else data


def _mostly_base64(data: bytes) -> bool:
    """By its long words: words of languages are short, and texts have blanks."""
    start = data[:20_000]
    longest = max(map(len, start.split()), default=0)
    odd = len(_NOT_BASE64.findall(start.replace(b"\n", b"").replace(b"\r", b"")))
    return odd * 10 < len(start) and (longest >= 40 or odd == 0)


def uu_files(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The uuencoded files in a text, by name, and the text without them."""
    files: list[tuple[bytes, bytes]] = []
    rest: list[bytes] = []
    at = 0
    for found in _UU_BLOCK.finditer(data):
        if found.start() < at or len(files) >= _MOST_UU_FILES:
            continue
        closing = _UU_END.search(data, found.end())
        stop = closing.start() if closing else len(data)
        lines = data[found.end() : stop].splitlines()
        if not lines or not _is_uu(lines[0]):
            continue
        files.append((found[1].strip(), b"".join(_uu_lines(lines))))
        rest.append(data[at : found.start()])
        at = closing.end() if closing else len(data)
    rest.append(data[at:])
    return files, b"".join(rest)


def _is_uu(line: bytes) -> bool:
    """Whether the first character counts what follows it."""
    if not line or not 32 <= line[0] <= 96:
        return False
    expected = (((line[0] - 32) & 63) + 2) // 3 * 4
    return abs(len(line.rstrip()) - 1 - expected) <= 4


def _uu_lines(lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:
            # Some programs write a checksum or blanks behind the line.
            count = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                yield binascii.a2b_uu(line[: count + 1])
            except binascii.Error:
                continue
