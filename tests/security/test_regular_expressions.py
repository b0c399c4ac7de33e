"""No text makes a regular expression of ours take more than its length's worth of time."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

OURS = ("bot", "handlers", "storage", "blocks", "desk", "mail", "locales")
LENGTHS = (200, 1_000, 4_000)  # characters
SOON = 0.02  # seconds: what is faster than this is not measured any closer
AT_ONCE = 0.0002  # seconds: for four times the text, even its square, that stays far below SOON
STEADY = 8  # times as long for five times the text: its square would take 25 times as long
PIECES = ["a", "1", " ", "\n", "-", "_", "*", ">", "<", "@", ".", ":", "=", "?", "/", "é", "\\"]
ENDS = ["", "!"]


@dataclass(frozen=True)
class Expression:
    """As it is used: where it may stand anywhere, it is tried at each place."""

    compiled: re.Pattern[Any]
    at_the_beginning: bool


def modules() -> Iterator[str]:
    for name in OURS:
        package = importlib.import_module(name)
        yield name
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.endswith("__main__") and ".migrations." not in found.name:
                yield found.name


def expressions() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    """Every compiled expression that stands in a module, by where it stands."""
    found = {}
    for module in modules():
        for name, value in vars(importlib.import_module(module)).items():
            if isinstance(value, re.Pattern) and value not in found.values():
                found[f"{module}.{name}"] = value
    return found


def attacks(pattern: str) -> Iterator[tuple[str, str]]:
    """What expressions are slow with: one or two pieces repeated, and at last no match."""
    own = sorted({c for c in pattern if c.isprintable()})
    words = [word for word in re.findall(r"\w{3,}", pattern) if len(word) < 20]
    singles = dict.fromkeys([*PIECES, *own, *words])
    pairs = (one + other for one, other in itertools.permutations(PIECES[:15], 2))
    yield from itertools.product(singles, ENDS)
    yield from ((pair, ENDS[-1]) for pair in pairs)


@cache
def sources() -> str:
    """All of ours, in one text."""
    files = (file for name in OURS for file in (ROOT / name).rglob("*.py"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def stands_at_the_beginning(where: str) -> bool:
    """Whether every use of an expression of that name looks at the beginning of a text only. A name
    with an underscore is its module's own."""
    module, _, name = where.rpartition(".")
    source = inspect.getsource(importlib.import_module(module)) if name[0] == "_" else sources()
    found = re.findall(rf"\b{name}\.(\w+)\(([^()]*(?:\([^()]*\))?[^()]*)", source)
    return bool(found) and all(
        how in ("match", "fullmatch") and "," not in given for how, given in found
    )


def spent(expression: Expression, text: str) -> float:
    given: Any = text if isinstance(expression.compiled.pattern, str) else text.encode()
    begun = time.process_time()
    if expression.at_the_beginning:
        expression.compiled.match(given)
        expression.compiled.fullmatch(given)
    else:
        for _ in expression.compiled.finditer(given):
            pass
    return time.process_time() - begun


def is_slow(expression: Expression, piece: str, end: str) -> bool:
    """Four times the text takes much more than four times as long. Short texts come first, so that
    an expression that never ends is told, not waited for."""

    def took(length: int) -> float:
        return spent(expression, piece * (length // len(piece)) + end)

    before = 0.0
    for length in LENGTHS:
        seconds = took(length)
        if seconds > SOON:
            if seconds < 9 * took(length // 4):
                return False
            long = min(took(length) for _ in range(3))
            short = min(took(length // 4) for _ in range(3))
            return long > SOON and long > 9 * short
        if length > LENGTHS[0] and seconds < max(AT_ONCE, STEADY * before):
            return False
        before = seconds
    return False


@pytest.mark.parametrize("where", expressions())
def test_an_expression_takes_as_long_as_the_text_is(where: str) -> None:
    compiled = expressions()[where]
    expression = Expression(compiled, stands_at_the_beginning(where))
    source = compiled.pattern
    pattern = source if isinstance(source, str) else source.decode("latin-1")

    slow = (piece + "…" + end for piece, end in attacks(pattern) if is_slow(expression, piece, end))

    assert next(slow, None) is None


def test_every_module_was_looked_at() -> None:
    assert {name.partition(".")[0] for name in expressions()} >= {"bot", "handlers", "mail"}
    assert len(expressions()) > 25


def test_an_expression_that_takes_longer_is_noticed() -> None:
    assert is_slow(Expression(re.compile(r"(a+)(a+)b"), at_the_beginning=True), "a", "!")
    assert is_slow(Expression(re.compile(r"\s+$"), at_the_beginning=False), " ", "!")


def test_an_expression_that_does_not_is_not() -> None:
    assert not is_slow(Expression(re.compile(r"a+b"), at_the_beginning=True), "a", "!")
