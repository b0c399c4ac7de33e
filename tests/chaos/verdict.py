"""How the checks speak: each counts what it looked at and says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.chaos.ledger import Ledger
from tests.chaos.seen import Seen


@dataclass
class Verdict:
    """`promise` in the words of docs/reliability.md."""

    promise: str
    looked_at: int = 0
    violations: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        return not self.violations


# A check yields "" for each thing that is as it should be, and a sentence for each that is not.
Check = Callable[[Seen, Ledger], Iterator[str]]


def judged(promise: str, check: Check, seen: Seen, ledger: Ledger) -> Verdict:
    verdict = Verdict(promise)
    for said in check(seen, ledger):
        verdict.looked_at += 1
        if said:
            verdict.violations.append(said)
    return verdict
