"""Names for files that are safe on any disc, say what the file is, and differ from each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from mimetypes import guess_extension

from mail.tidy import one_line

_LONGEST = 120  # characters; in bytes at most four times as many would not fit every disc
_LONGEST_BYTES = 240
_LONGEST_EXTENSION = 16
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]')
# Marks that turn the direction of writing, join or hide: `gpj.exe` must not look like `exe.jpg`.
_HIDDEN = {"Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(
    r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?$"
)
_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/pjpeg": "jpg",
    "image/tiff": "tif",
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/directory": "vcf",
    "message/rfc822": "eml",
    "message/global": "eml",
    "application/ics": "ics",
    "application/ms-tnef": "dat",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/pgp-encrypted": "asc",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
}


def safe_name(given: str, media_type: str) -> str:
    """`given` without what a disc, a shell or a reader could be fooled by; never empty."""
    name = "".join(c for c in one_line(given, 1_000) if unicodedata.category(c) not in _HIDDEN)
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = _FORBIDDEN.sub("_", name).strip(" .\u3000")
    if not name.strip("_"):
        return name_by_type(media_type)
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shortened(name)


def name_by_type(media_type: str) -> str:
    main = media_type.partition("/")[0]
    known = _EXTENSIONS.get(media_type) or (guess_extension(media_type) or ".bin")[1:]
    return f"{main if main in ('image', 'audio', 'video', 'text') else 'file'}.{known}"


def distinct(names: Iterable[str]) -> Iterator[str]:
    """Equal names numbered, `a (2).png`, in a way that no disc folds together again."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for name in names:
        chosen, folded = name, name.casefold()
        while chosen.casefold() in taken:
            counts[folded] = counts.get(folded, 1) + 1
            stem, extension = split(name)
            chosen = f"{stem} ({counts[folded]}){extension}"
        taken.add(chosen.casefold())
        yield chosen


def split(name: str) -> tuple[str, str]:
    """The stem and the extension with its dot, "" for none."""
    stem, dot, extension = name.rpartition(".")
    if not stem or not extension or len(extension) > _LONGEST_EXTENSION:
        return name, ""
    return stem, dot + extension


def _shortened(name: str) -> str:
    stem, extension = split(name)
    room = _LONGEST - len(extension)
    stem = stem[:room]
    while len((stem + extension).encode("utf-8", "replace")) > _LONGEST_BYTES:
        stem = stem[:-1]
    return (stem.rstrip(" .") or "file") + extension
