"""Count what reaches the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

_CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass
class Counted:
    """`statements` are those that ask or change something, `transactions` those that begin one."""

    statements: list[str] = field(default_factory=list)
    transactions: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([f"{len(self.statements)} statements:", *self.statements])


@contextmanager
def counted() -> Iterator[Counted]:
    """Every engine of the process, while it lasts."""
    found = Counted()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("BEGIN"):
            found.transactions.append(statement)
        elif not statement.startswith(_CONTROL):
            found.statements.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
