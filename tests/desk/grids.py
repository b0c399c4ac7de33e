"""Tables written out as text in a test, so that they read like the specification."""

from __future__ import annotations


def grid(text: str) -> dict[tuple[str, str], str]:
    """(row, column) → cell of a table whose first line names the columns."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    cells = {}
    for row, *values in lines:
        assert len(values) == len(head), row
        cells |= {(row, column): value for column, value in zip(head, values, strict=True)}
    return cells
