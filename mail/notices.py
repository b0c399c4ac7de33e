"""What a reader of a mail should know about it, as facts: the words belong to who shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class NoticeKind(StrEnum):
    INVITE = "invite"  # `invite` says what and when; `file` is the .ics
    MAIL_INSIDE = "mail_inside"  # `file` is a whole mail, `about` its subject
    ENCRYPTED = "encrypted"  # only the sender's correspondent can read `file` or the text
    SIGNATURE_UNCHECKED = "signature_unchecked"  # signed, unpacked, and nobody verified by whom
    RISKY_FILE = "risky_file"  # `file` can do something when opened; `about` says what it is
    UNREADABLE_FILE = "unreadable_file"  # `file` should have been unpacked and could not be
    MAIL_CUT = "mail_cut"  # longer than `limit` bytes; the rest was not read
    TEXT_CUT = "text_cut"  # longer than `limit` characters
    TOO_DEEP = "too_deep"  # parts nested deeper than `limit`
    TOO_MANY_PARTS = "too_many_parts"
    TOO_MANY_LINKS = "too_many_links"  # `number` of them; those after `limit` lead nowhere
    TOO_MANY_FILES = "too_many_files"  # `number` of files were left out
    FILES_TOO_LARGE = "files_too_large"  # `number` of files were left out for their size


class Reply(StrEnum):
    """What a calendar entry wants or says."""

    REQUEST = "request"
    CANCEL = "cancel"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    COUNTER = "counter"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Invite:
    """An event of a calendar. Times are aware; `all_day` ones are dates, the last one included."""

    what: str
    starts: datetime | date | None = None
    ends: datetime | date | None = None
    zone: str = ""  # as the invitation names it
    where: str = ""
    organiser: str = ""
    reply: Reply = Reply.PUBLISHED
    repeats: bool = False
    others: int = 0  # more events in the same file

    @property
    def all_day(self) -> bool:
        return self.starts is not None and not isinstance(self.starts, datetime)


@dataclass(frozen=True)
class Notice:
    kind: NoticeKind
    file: str = ""  # name of the attachment it is about
    about: str = ""
    number: int = 0
    limit: int = 0
    invite: Invite | None = None


_MOST = 10  # said of one mail: a hundred risky files are as risky as ten


def as_facts(notices: Iterable[Notice]) -> tuple[dict[str, Any], ...]:
    """As JSON values, to be kept with what became of the mail."""
    return tuple(_facts(notice) for notice in tuple(notices)[:_MOST])


def _facts(notice: Notice) -> dict[str, Any]:
    facts: dict[str, Any] = {"kind": notice.kind.value}
    for name in ("file", "about", "number"):
        if value := getattr(notice, name):
            facts[name] = value
    if (invite := notice.invite) is not None:
        facts |= {"reply": invite.reply.value, "all_day": invite.all_day}
        for name in ("what", "where", "organiser", "zone", "repeats", "others"):
            if value := getattr(invite, name):
                facts[name] = value
        for name in ("starts", "ends"):
            if (at := getattr(invite, name)) is not None:
                facts[name] = at.isoformat()
    return facts
