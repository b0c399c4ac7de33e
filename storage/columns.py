"""How values of the desk are written into columns: the same way on every database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from desk.words import Words

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# SQLite numbers rows by itself only in a column that is exactly an INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")

# Compared byte by byte, so that a prefix is a range of the index whatever the server's language.
Word = Text().with_variant(Text(collation="C"), "postgresql")


class _Column(TypeDecorator[T]):
    """Converts a value both ways. The converters are handed out as they are: SQLAlchemy's own way
    to them is two calls of Python's for each value, sixty times for a new ticket."""

    impl: Any = Text

    @staticmethod
    def written(value: Any) -> Any:
        raise NotImplementedError

    @staticmethod
    def read(value: Any) -> Any:
        raise NotImplementedError

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return self.written

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return self.read


class UtcTime(_Column[datetime]):
    """An aware time, kept as whole microseconds since 1970: exact, and quick to read on both."""

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def written(value: datetime | None) -> int | None:
        return None if value is None else (value - EPOCH) // _MICROSECOND

    @staticmethod
    def read(value: int | None) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Numbers(_Column[tuple[int, ...]]):
    """A few ids, each between commas: ",7,12,"."""

    cache_ok = True

    @staticmethod
    def written(value: tuple[int, ...] | None) -> str | None:
        return f",{','.join(map(str, value))}," if value else None

    @staticmethod
    def read(value: str | None) -> tuple[int, ...]:
        # Of two that became one, the number stands there twice.
        return tuple(dict.fromkeys(map(int, value.strip(",").split(",")))) if value else ()


class Json(_Column[Any]):
    """A JSON value as text."""

    cache_ok = True

    @staticmethod
    def written(value: Any) -> str | None:
        return None if value is None else to_text(value)

    @staticmethod
    def read(value: str | None) -> Any:
        return None if value is None else orjson.loads(value)


class Written(_Column[Words]):
    """Formatted words as JSON text."""

    cache_ok = True

    @staticmethod
    def written(value: Words | None) -> str | None:
        return None if value is None else to_text(value.to_json())

    @staticmethod
    def read(value: str | None) -> Words | None:
        return None if value is None else Words.from_json(orjson.loads(value))


def to_text(value: Any) -> str:
    # NUL is the one character that PostgreSQL's text cannot hold; JSON hides it as \u0000.
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a number of more than 64 bits, say
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
