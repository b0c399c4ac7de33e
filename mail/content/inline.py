"""Images that stand inside the text: by Content-ID, or written into the HTML itself."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import unquote

from mail.content.transfer import base64_bytes

_DATA = re.compile(
    r"(<img\b[^<>]*?\bsrc\s*=\s*[\"']?)data:(image/[\w.+-]{1,40})[^,<>\"']{0,60};base64,([^\"'<>]*)",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"<(?:img|v:imagedata)\b([^<>]*)>", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s>)]{1,300})", re.IGNORECASE)
_TEXT_CID = re.compile(r"( ?)(?:\[cid:([^\]\s]{1,300})\]|<cid:([^>\s]{1,300})>)", re.IGNORECASE)
_MOST_DATA = 50


def without_data(html: str) -> tuple[str, list[tuple[str, str, bytes]]]:
    """HTML whose `data:` images have become `cid:` ones, and those: id, media type, bytes."""
    if "data:image/" not in html.replace("DATA:", "data:"):
        return html, []
    found: list[tuple[str, str, bytes]] = []

    def taken_out(image: re.Match[str]) -> str:
        if len(found) >= _MOST_DATA:
            return image[1]
        data = base64_bytes(unquote(image[3]).encode("ascii", "ignore"))
        content_id = f"{sha256(data).hexdigest()[:24]}@data.invalid"
        found.append((content_id, image[2].lower(), data))
        return f"{image[1]}cid:{content_id}"

    return _DATA.sub(taken_out, html), found


def content_ids(html: str) -> set[str]:
    """The ids that the HTML shows something by."""
    return {unquote(found) for found in _CID.findall(html)}


def mark(name: str) -> str:
    return f"[image: {name}]"


def marked(html: str, names: Mapping[str, str]) -> str:
    """`names` of images that are content, by Content-ID: each leaves its mark where it stood."""

    def in_its_place(image: re.Match[str]) -> str:
        found = _CID.search(image[1])
        name = names.get(unquote(found[1])) if found else None
        return f" {mark(entities.escape(name))} " if name else image[0]

    return _IMAGE.sub(in_its_place, html) if names else html


def marked_text(text: str, names: Mapping[str, str]) -> str:
    """Outlook names inline images in its plain text by their id: `[cid:image001.png@01D…]`."""

    def in_its_place(image: re.Match[str]) -> str:
        name = names.get(image[2] or image[3])
        return image[1] + mark(name) if name else ""

    return _TEXT_CID.sub(in_its_place, text) if "cid:" in text.lower() else text
