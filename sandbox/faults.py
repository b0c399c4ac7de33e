"""Misbehaviour on demand: what the next calls and mails should suffer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# What may happen to a Web API call, besides an HTTP status or a Slack error word.
DROPS = ("timeout_after", "drop_after", "drop_before", "fail_after")


@dataclass
class ApiFault:
    """The next `times` calls of `method` ("*" for any) go wrong in this way.

    `status` is 429, 500 … or one of DROPS: the words say whether the work was done first.
    """

    method: str
    status: int | str | None = None
    error: str | None = None
    retry_after: int = 1
    times: int = 1
    delay: float = 0.0


@dataclass
class Faults:
    waiting: list[ApiFault] = field(default_factory=list)

    def add(
        self,
        method: str,
        status: int | str | None = None,
        *,
        error: str | None = None,
        retry_after: int = 1,
        times: int = 1,
        delay: float = 0.0,
    ) -> None:
        if isinstance(status, str) and status not in DROPS:
            raise ValueError(f"status must be a number or one of {', '.join(DROPS)}, not {status}")
        if status is None and error is None and not delay:
            raise ValueError("say what should go wrong: status, error or delay")
        self.waiting.append(ApiFault(method, status, error, retry_after, times, delay))

    def take(self, method: str) -> ApiFault | None:
        """The fault this call must suffer, used up once."""
        for fault in self.waiting:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()

    def as_list(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.waiting]


STAGES = ("connect", "rcpt", "data", "after_data")


@dataclass
class SmtpFault:
    """The next `times` mails fail at this stage, with a code, or by silence ("hang", "drop"); a
    "slow" one goes well in the end."""

    stage: str
    code: int | str
    times: int = 1


@dataclass
class SmtpFaults:
    waiting: list[SmtpFault] = field(default_factory=list)

    def add(self, stage: str, code: int | str, times: int = 1) -> None:
        if stage not in STAGES:
            raise ValueError(f"stage must be one of {', '.join(STAGES)}, not {stage}")
        if isinstance(code, str) and code not in ("hang", "drop", "slow"):
            raise ValueError(f"code must be a number, hang, drop or slow, not {code}")
        if code == "slow" and stage != "after_data":
            raise ValueError("only a mail that came in whole can be slow")
        self.waiting.append(SmtpFault(stage, code, times))

    def take(self, stage: str) -> SmtpFault | None:
        for fault in self.waiting:
            if fault.stage == stage:
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()

    def as_list(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.waiting]
