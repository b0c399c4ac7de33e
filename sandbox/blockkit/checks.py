"""Small checks that are put together into the shapes of Block Kit.

A check takes a value and its JSON pointer and answers Slack's complaints, none when all is well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Problems = list[str]
Check = Callable[[Any, str], Problems]


def problem(what: str, pointer: str) -> str:
    return f"[ERROR] {what} [json-pointer:{pointer}]"


def anything(value: Any, pointer: str) -> Problems:
    return []


def boolean(value: Any, pointer: str) -> Problems:
    return [] if isinstance(value, bool) else [problem("must provide a boolean", pointer)]


def whole_number(least: int, most: int) -> Check:
    def check(value: Any, pointer: str) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int):
            return [problem("must provide an integer", pointer)]
        if value < least:
            return [problem(f"must be at least {least}", pointer)]
        return [problem(f"must be at most {most}", pointer)] if value > most else []

    return check


def string(most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str) -> Problems:
        if not isinstance(value, str):
            return [problem("must provide a string", pointer)]
        if len(value) < least:
            return [problem(f"must be more than {least - 1} characters", pointer)]
        if len(value) > most:
            return [problem(f"must be less than {most + 1} characters", pointer)]
        return []

    return check


def matching(pattern: str, what: str) -> Check:
    def check(value: Any, pointer: str) -> Problems:
        fits = isinstance(value, str) and re.fullmatch(pattern, value)
        return [] if fits else [problem(f"must be {what}", pointer)]

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, pointer: str) -> Problems:
        if value in allowed:
            return []
        return [problem(f"must be one of: {', '.join(allowed)}", pointer)]

    return check


def listing(item: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str) -> Problems:
        if not isinstance(value, list):
            return [problem("must provide an array", pointer)]
        if len(value) > most:
            return [problem(f"no more than {most} items allowed", pointer)]
        if len(value) < least:
            return [problem(f"no fewer than {least} items allowed", pointer)]
        return [p for i, each in enumerate(value) for p in item(each, f"{pointer}/{i}")]

    return check


def shape(
    required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Check
) -> Check:
    """An object with these fields and no others; `rules` look at it as a whole."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str) -> Problems:
        if not isinstance(value, dict):
            return [problem("must provide an object", pointer)]
        found = [
            problem(f"missing required field: {name}", pointer)
            for name in required
            if name not in value
        ]
        found += [
            problem(f"invalid additional property: {name}", pointer)
            for name in value
            if name not in known
        ]
        for name, inner in value.items():
            if name in known:
                found += known[name](inner, f"{pointer}/{name}")
        for rule in rules:
            found += rule(value, pointer)
        return found

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of the shapes it must have."""

    def check(value: Any, pointer: str) -> Problems:
        if not isinstance(value, dict):
            return [problem("must provide an object", pointer)]
        kind = value.get("type")
        if kind is None:
            return [problem("missing required field: type", pointer)]
        if kind not in kinds:
            return [problem(f"unsupported type: {kind}", f"{pointer}/type")]
        return kinds[kind](value, pointer)

    return check


def exactly_one(*names: str) -> Check:
    def check(value: Any, pointer: str) -> Problems:
        given = [name for name in names if value.get(name) is not None]
        if len(given) == 1:
            return []
        return [problem(f"must define exactly one of: {', '.join(names)}", pointer)]

    return check


def at_least_one(*names: str) -> Check:
    def check(value: Any, pointer: str) -> Problems:
        if any(value.get(name) for name in names):
            return []
        return [problem(f"must define at least one of: {', '.join(names)}", pointer)]

    return check


def no_repeats(values: Sequence[tuple[Any, str]], what: str) -> Problems:
    """Complains about every value that came before; each comes with its pointer."""
    seen: set[Any] = set()
    found = []
    for value, pointer in values:
        if value in seen:
            found.append(problem(f"{what} `{value}` already exists", pointer))
        seen.add(value)
    return found
