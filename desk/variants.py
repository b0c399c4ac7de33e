"""A frozen value with some of its fields changed, at the price of copying a dictionary."""

from __future__ import annotations

from typing import Any, TypeVar

V = TypeVar("V")


def variant(value: V, /, **changes: Any) -> V:
    """What `dataclasses.replace` makes, in a fifth of the time: that sets each field one by one.

    For dataclasses with neither slots nor a check of their own after they are made. Raises
    TypeError for a field that there is not.
    """
    fields = value.__dict__
    if not fields.keys() >= changes.keys():
        raise TypeError(f"{type(value).__name__} has no {sorted(changes.keys() - fields.keys())}")
    made = object.__new__(type(value))
    made.__dict__.update(fields)
    made.__dict__.update(changes)
    return made
