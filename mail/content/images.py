"""What the first bytes of an image say, and which images are decoration."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mail.attachment import Attachment

_TINY_BYTES = 5_000
_TINY_SIDE = 64  # pixels


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF, JPEG or BMP; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    if data.startswith(b"BM") and len(data) >= 26:
        height = int.from_bytes(data[22:26], "little", signed=True)
        return int.from_bytes(data[18:22], "little"), abs(height)
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(data[at + 5 : at + 7], "big")
            return int.from_bytes(data[at + 7 : at + 9], "big"), height
        elif marker in (0x01, *range(0xD0, 0xD9)):
            at += 2
        else:
            at += 2 + max(int.from_bytes(data[at + 2 : at + 4], "big"), 2)
    return None


def is_decoration(file: Attachment) -> bool:
    """A logo, a rule or a tracking dot inside the HTML: nobody attached it for its content."""
    if not file.inline or not file.media_type.startswith("image/"):
        return False
    size = image_size(file.data)
    flat = size is not None and min(size) <= _TINY_SIDE // 4
    small = size is not None and max(size) <= _TINY_SIDE
    return len(file.data) <= _TINY_BYTES or small or flat


def worth_keeping(
    attachments: Iterable[Attachment], seen_digests: Collection[str] = ()
) -> tuple[Attachment, ...]:
    """Without decoration, and without what this ticket (`seen_digests`) has already.

    A signature's logo comes back with each answer, large or not.
    """
    kept: list[Attachment] = []
    here: set[str] = set()
    for file in attachments:
        repeated = file.digest in seen_digests or (file.inline and file.digest in here)
        if not repeated and not is_decoration(file):
            kept.append(file)
        here.add(file.digest)
    return tuple(kept)
