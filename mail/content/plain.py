"""Plain text in the forms that mail has for it, as lines that a person would read."""

from __future__ import annotations

import html as entities
import re

_LEVEL = re.compile(r">*")
_ENRICHED = re.compile(r"<(/?)([A-Za-z0-9-]{1,60})>|<<")
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_HTML = re.compile(r"\s*(?:<!doctype html|<html\b)", re.IGNORECASE)
_WORDS = re.compile(r"\w{3,}")
_POINTS_AT_HTML = re.compile(
    r"\b(?:html|browser|navigateur|navegador|e-?mail client|web version|version web|online|"
    r"view this|multi-?part|mime)\b",
    re.IGNORECASE,
)
_SHORT = 400  # characters


def unflowed(text: str, delete_space: bool) -> str:
    """RFC 3676: a line that ends with a blank goes on in the next one of the same quote."""
    lines: list[str] = []
    level, going_on = 0, False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        quotes = len(_LEVEL.match(line)[0])  # type: ignore[index]
        words = line[quotes:]
        words = words.removeprefix(" ")
        signature = words == "-- "
        if going_on and quotes == level and not signature:
            lines.append(words)
        else:
            lines.append(("\n" if lines else "") + (">" * quotes + " " if quotes else "") + words)
        level = quotes
        going_on = words.endswith(" ") and not signature
        if going_on and delete_space:
            lines[-1] = lines[-1][:-1]
    return "".join(lines)


def unenriched(text: str) -> str:
    """RFC 1896: commands are left out, `<<` is one bracket, single line breaks are blanks."""
    pieces: list[str] = []
    end = hidden = verbatim = 0
    for found in _ENRICHED.finditer(text):
        pieces.append("" if hidden else _rejoined(text[end : found.start()], verbatim))
        end = found.end()
        step = -1 if found[1] else 1
        match (found[2] or "").lower():
            case "":
                pieces.append("<")
            case "param":
                hidden = max(hidden + step, 0)
            case "nofill":
                verbatim = max(verbatim + step, 0)
            case "paraindent" | "center" | "flushleft" | "flushright" | "excerpt":
                pieces.append("\n")
    pieces.append("" if hidden else _rejoined(text[end:], verbatim))
    return "".join(pieces)


def _rejoined(text: str, verbatim: int) -> str:
    if verbatim:
        return text
    return re.sub(r"\n+", lambda run: "\n" * (len(run[0]) - 1) or " ", text.replace("\r\n", "\n"))


def is_html(text: str) -> bool:
    return bool(_HTML.match(text))


def is_encrypted(text: str) -> bool:
    return _ENCRYPTED in text


def without_armour(text: str) -> str:
    """The text that a PGP signature in the text stands around."""
    start = text.find(_SIGNED)
    stop = text.find(_SIGNATURE, start)
    if start < 0 or stop < 0:
        return text
    inside = text[start + len(_SIGNED) : stop].replace("\r\n", "\n").lstrip("\n")
    head, blank, body = inside.partition("\n\n")
    if not blank or not all(":" in line for line in head.split("\n")):
        body = inside
    behind = text[stop:].partition("-----END PGP SIGNATURE-----")[2]
    return text[:start] + re.sub(r"(?m)^- ", "", body) + behind.lstrip("\r\n")


def only_points_at_html(text: str, html_text: str) -> bool:
    """`text` says nothing but that the message is in its HTML version."""
    bare = text.strip("\ufeff\u200b\xa0 \t\r\n-_=*")
    if not bare:
        return True
    if len(bare) > _SHORT or not _POINTS_AT_HTML.search(bare):
        return False
    words = {word.lower() for word in _WORDS.findall(bare) if "http" not in word.lower()}
    shown = {word.lower() for word in _WORDS.findall(html_text)}
    return bool(shown) and len(words & shown) * 2 < len(words)


def escaped(text: str) -> str:
    """As a piece of HTML between other pieces."""
    return f"<div>{entities.escape(text, quote=False)}</div>".replace("\n", "<br>\n")
