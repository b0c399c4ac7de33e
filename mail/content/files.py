"""The files of a mail, collected in the order in which they stand in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from mimetypes import guess_type

from mail.attachment import Attachment
from mail.content.limits import FILE_BYTES, FILES
from mail.content.names import distinct, name_by_type, safe_name, split
from mail.content.risky import risk
from mail.notices import Invite, Notice, NoticeKind

_SNIFFED = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_UNSAID = ("", "application/octet-stream", "application/unknown", "image/unknown")


@dataclass(frozen=True)
class Found:
    """A file as it was found; what is to be said about it waits for its final name."""

    given_name: str
    media_type: str
    data: bytes = field(repr=False)
    content_id: str = ""
    shown_inline: bool = False  # its sender wanted to see it between the text
    notices: tuple[tuple[NoticeKind, str], ...] = ()
    invite: Invite | None = None


@dataclass
class Files:
    found: list[Found] = field(default_factory=list)
    size: int = 0
    too_many: int = 0
    too_large: int = 0

    def add(self, file: Found) -> int | None:
        """Its number, or None where it is one too many."""
        if len(self.found) >= FILES:
            self.too_many += 1
            return None
        if self.size + len(file.data) > FILE_BYTES:
            self.too_large += 1
            return None
        self.size += len(file.data)
        self.found.append(file)
        return len(self.found) - 1

    def attachments(self, shown: set[str]) -> tuple[Attachment, ...]:
        """With safe and different names; `shown` are the Content-IDs that the HTML uses."""
        types = [_media_type(file) for file in self.found]
        names = distinct(map(_name, self.found, types))
        return tuple(
            Attachment(
                name=name,
                media_type=kind,
                data=file.data,
                inline=file.content_id in shown
                or (file.shown_inline and kind.startswith("image/")),
                content_id=file.content_id,
            )
            for name, kind, file in zip(names, types, self.found, strict=True)
        )

    def notices(self, attachments: tuple[Attachment, ...]) -> list[Notice]:
        said: list[Notice] = []
        for file, kept in zip(self.found, attachments, strict=True):
            if file.invite is not None:
                said.append(Notice(NoticeKind.INVITE, kept.name, invite=file.invite))
            said += [Notice(kind, kept.name, about) for kind, about in file.notices]
            if what := risk(kept.name, kept.data):
                said.append(Notice(NoticeKind.RISKY_FILE, kept.name, what))
        if self.too_many:
            said.append(Notice(NoticeKind.TOO_MANY_FILES, number=self.too_many, limit=FILES))
        if self.too_large:
            said.append(Notice(NoticeKind.FILES_TOO_LARGE, number=self.too_large, limit=FILE_BYTES))
        return said


def _media_type(file: Found) -> str:
    if file.media_type not in _UNSAID:
        return file.media_type
    for start, kind in _SNIFFED:
        if file.data.startswith(start):
            return kind
    return guess_type(file.given_name)[0] or "application/octet-stream"


def _name(file: Found, media_type: str) -> str:
    name = safe_name(file.given_name, media_type)
    # A name such as `image` says nothing to the program that should open it.
    if file.given_name and not split(name)[1] and media_type.startswith("image/"):
        return f"{name}{split(name_by_type(media_type))[1]}"
    return name
