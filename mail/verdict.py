"""Who, or what, wrote a mail: the answer that decides whether we may answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    PERSON = "person"
    AUTO_REPLY = "auto_reply"  # answers a mail without anybody reading it
    BOUNCE = "bounce"  # a mail was not delivered
    DELAY = "delay"  # it was not delivered yet
    LIST = "list"  # to many: newsletters, notices, monitoring; not what people say on a list
    REPORT = "report"  # about a mail: complaint, read or delivery receipt
    OURS = "ours"  # we sent it and it came back


@dataclass(frozen=True)
class Verdict:
    """`reasons` are the signs that were found, the one that decided first; for the log."""

    kind: Kind
    reasons: tuple[str, ...] = ()

    @property
    def is_machine(self) -> bool:
        return self.kind is not Kind.PERSON


BY_A_PERSON = Verdict(Kind.PERSON)
