"""The parameters of Content-Type and Content-Disposition, as other programs write them."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from mail.charsets import decoded
from mail.decoding import decoded_header

_MOST = 100
_NAME = re.compile(r"[\s;]{0,50}([!#$%&'*+\w.^`|~-]{1,80}?)[ \t]*=[ \t]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
# Unquoted values should hold no blanks; a file name that does ends at the next `;` all the same.
_BARE = re.compile(r"[^;]*?(?=;|\s[\w*-]{1,40}=|$)", re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")


def parameters(value: str) -> dict[str, str]:
    """Names in lower case → values, decoded by RFC 2231, RFC 2047 or whatever was done instead."""
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    for name, text in _pairs(value):
        if (found := _SECTION.fullmatch(name)) is None:
            continue
        number, percent = int(found[2] or 0), bool(found[3])
        sections.setdefault(found[1], []).append((number, percent, text))
    return {name: _joined(parts) for name, parts in sections.items()}


def _pairs(value: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    at = value.find(";")
    # Some leave the first semicolon out: `text/plain charset=utf-8`.
    if at < 0 or "=" in value[:at]:
        at = len(value) - len(value.lstrip().partition(" ")[2]) if "=" in value else -1
    while 0 <= at < len(value) and len(pairs) < _MOST:
        found = _NAME.match(value, at)
        if found is None:
            at = value.find(";", at + 1)
            continue
        text, at = _value(value, found.end())
        pairs.append((found[1].lower(), text))
    return pairs


def _value(value: str, at: int) -> tuple[str, int]:
    if at < len(value) and value[at] == '"' and (found := _QUOTED.match(value, at)):
        return re.sub(r"\\([\"\\])", r"\1", found[1]), found.end()
    found = _BARE.match(value, at)
    return (found[0].strip(), found.end()) if found else ("", len(value))


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    """An encoded value wins over its plain twin, which is there for older programs."""
    if any(percent for _, percent, _ in parts):
        numbered = [part for part in parts if part[1] or part[0]]
    else:
        numbered = parts
    numbered = sorted({part[0]: part for part in reversed(numbered)}.values())
    if not any(percent for _, percent, _ in numbered):
        return decoded_header("".join(text for _, _, text in numbered))
    charset, data = "", b""
    for index, (_, percent, text) in enumerate(numbered):
        if percent and index == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        plain = text.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(plain) if percent else plain
    return decoded_header(decoded(data, charset or None))
