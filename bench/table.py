"""Ratios between servers, round by round, and how far they were from each other."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil  # type: ignore[import-untyped]

Key = tuple[str, str]
HIDDEN = ("claims so far", "refused")  # what the rounds note for themselves


@dataclass(frozen=True)
class Ratio:
    """`ours` of one thing over `theirs` of another. `at_most` or `at_least` is what is wanted."""

    name: str
    ours: Key
    theirs: Key
    at_most: float | None = None
    at_least: float | None = None

    def of(self, measured: Mapping[Key, Sequence[float]]) -> list[float]:
        """One ratio a round; nothing where one of the two was not measured."""
        pairs = zip(measured.get(self.ours, ()), measured.get(self.theirs, ()), strict=False)
        return [mine / other for mine, other in pairs if other]

    @property
    def wanted(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""

    def met(self, ratio: float) -> bool:
        below = self.at_most is None or ratio <= self.at_most
        return below and (self.at_least is None or ratio >= self.at_least)


def ratios(database: str) -> tuple[Ratio, ...]:
    """What is compared. PostgreSQL is a network away, and is allowed more."""
    on_sqlite = database == "sqlite"
    return (
        _over_floor("click: CPU µs", at_most=4),
        _over_floor("click: p50 ms"),
        _over("create: p50 ms", "form: p50 ms", at_most=6 if on_sqlite else 12),
        _over(
            "create until acknowledged: CPU µs",
            "transaction: CPU µs",
            at_most=10 if on_sqlite else None,
        ),
        _over("create: CPU µs", "transaction: CPU µs"),
        _over_floor("create: CPU µs"),
        _over("create at 100/s: p99 ms", "form at 100/s: p99 ms", at_most=6 if on_sqlite else 9),
        _over_floor("create: last effect p50 ms", at_most=2.5),
        Ratio(
            "create p50, Slack takes 1 s / no time",
            ("Slack takes 1 s: create p50 ms", "ours"),
            ("Slack takes no time: create p50 ms", "ours"),
            at_most=1.3,
        ),
        Ratio(
            "creates/s, ours / ordinary",
            ("burst: creates/s", "ours"),
            ("burst: creates/s", "ordinary"),
            at_least=3,
        ),
        _under_ordinary("click: CPU µs"),
        _under_ordinary("create: p50 ms"),
        _under_ordinary("create: CPU µs"),
        _under_ordinary("claim: p50 ms"),
        _under_ordinary("claim: CPU µs"),
    )


def _over_floor(what: str, at_most: float | None = None) -> Ratio:
    return _over(what, what, at_most)


def _over(what: str, floor: str, at_most: float | None = None) -> Ratio:
    name = f"{what.rsplit(' ', 1)[0]}, ours / floor"
    if floor != what:
        name += f" ({floor.rsplit(' ', 1)[0]})"
    return Ratio(name, (what, "ours"), (floor, "floor"), at_most)


def _under_ordinary(what: str) -> Ratio:
    name = f"{what.rsplit(' ', 1)[0]}, ordinary / ours"
    return Ratio(name, (what, "ordinary"), (what, "ours"))


def machine() -> str:
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / 2**30
    return (
        f"{cores} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"
    )


def ratio_lines(measured: Mapping[Key, Sequence[float]], database: str) -> Iterable[str]:
    yield "| ratio | median | min – max | wanted | |"
    yield "|---|---|---|---|---|"
    for ratio in ratios(database):
        found = ratio.of(measured)
        if found:
            middle = statistics.median(found)
            mark = ("yes" if ratio.met(middle) else "not yet") if ratio.wanted else ""
            spread = f"{min(found):.2f} – {max(found):.2f}"
            yield f"| {ratio.name} | {middle:.2f} | {spread} | {ratio.wanted} | {mark} |"


def value_lines(measured: Mapping[Key, Sequence[float]]) -> Iterable[str]:
    """Medians, to see where a ratio comes from. Only those of one run may be compared."""
    names = list(dict.fromkeys(what for what, _ in measured if what not in HIDDEN))
    yield "| median of the rounds | floor | ordinary | ours |"
    yield "|---|---|---|---|"
    for name in names:
        values = [measured.get((name, who)) for who in ("floor", "ordinary", "ours")]
        cells = [f"{statistics.median(v):.4g}" if v else "" for v in values]
        yield f"| {name} | {' | '.join(cells)} |"


def as_json(measured: Mapping[Key, Sequence[float]], database: str) -> str:
    found: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "database": database,
        "ratios": {ratio.name: ratio.of(measured) for ratio in ratios(database)},
        "values": {f"{who}: {what}": list(values) for (what, who), values in measured.items()},
    }
    return json.dumps(found, ensure_ascii=False, indent=1)
