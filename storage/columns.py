"""How values of the desk are written into columns: the same way on every database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from desk.words import Words

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# SQLite numbers rows by itself only in a column that is exactly an INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")

# Compared byte by byte, so that a prefix is a range of the index whatever the server's language.
Word = Text().with_variant(Text(collation="C"), "postgresql")


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as whole microseconds since 1970: exact, and quick to read on both."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Numbers(TypeDecorator[tuple[int, ...]]):
    """A few ids, each between commas: ",7,12,"."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> str | None:
        return f",{','.join(map(str, value))}," if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[int, ...]:
        # Of two that became one, the number stands there twice.
        return tuple(dict.fromkeys(map(int, value.strip(",").split(",")))) if value else ()


class Json(TypeDecorator[Any]):
    """A JSON value as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


class Written(TypeDecorator[Words]):
    """Formatted words as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Words | None, dialect: Dialect) -> str | None:
        return None if value is None else to_text(value.to_json())

    def process_result_value(self, value: str | None, dialect: Dialect) -> Words | None:
        return None if value is None else Words.from_json(orjson.loads(value))


def to_text(value: Any) -> str:
    # NUL is the one character that PostgreSQL's text cannot hold; JSON hides it as \u0000.
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a number of more than 64 bits, say
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
