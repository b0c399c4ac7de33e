"""Statements run so often that SQLAlchemy's own way of running one costs more than they do.

A prepared statement is an ordinary one of SQLAlchemy Core. It is compiled once for each kind of
database; then its text goes to the driver as it is, and its values through the same types. Building
a result takes four times as long as fetching a row, and there are thirty of them to a new ticket.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError

from storage.faults import without_values
from storage.libpq import Libpq, Statement

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
NOTHING: Values = MappingProxyType({})
POSTGRESQL = "postgresql"


def prepared(statement: Executable) -> Any:
    """To be run by `QuickConnection`, where it stands for the statement."""
    return Prepared(statement)


class Prepared:
    """`statement` has no list of values that grows (`expanding`): its text would change."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._texts: dict[tuple[str, ...], _Text] = {}

    def text(self, dialect: Dialect, values: Values) -> _Text:
        # What an INSERT says depends on the columns it is given.
        key = (dialect.name, *values)
        found = self._texts.get(key)
        if found is None:
            found = self._texts[key] = _Text.of(self.statement, _as_sent(dialect), values)
        return found


def _as_sent(dialect: Dialect) -> Any:
    """PostgreSQL itself knows values by number only; psycopg would put that into each text anew."""
    if dialect.name != POSTGRESQL:
        return dialect
    kind: Any = type(dialect)
    return kind(paramstyle="numeric_dollar")


class _Text(NamedTuple):
    """`pick` puts the values into their order, `into` says which places are written otherwise."""

    sql: str
    pick: Callable[[Values], tuple[Any, ...]]
    constants: Values
    into: tuple[tuple[int, Convert], ...]
    row: Callable[[Iterable[Any]], Any] | None
    out: tuple[tuple[int, Convert], ...]

    @classmethod
    def of(cls, statement: Any, dialect: Dialect, values: Values) -> _Text:
        compiled = statement.compile(dialect=dialect, column_keys=list(values))
        columns = list(getattr(statement, "exported_columns", ()))
        names = tuple(compiled.positiontup)
        processors = (
            (place, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for place, name in enumerate(names)
        )
        results = (
            (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for place, column in enumerate(columns)
        )
        return cls(
            sql=str(compiled),
            pick=_in_order(names),
            constants={
                name: bind.value for name, bind in compiled.binds.items() if not bind.required
            },
            into=tuple((place, convert) for place, convert in processors if convert),
            row=_row([column.key for column in columns]) if columns else None,
            out=tuple((place, convert) for place, convert in results if convert),
        )

    def bound(self, values: Values) -> list[Any]:
        bound = list(self.pick({**self.constants, **values} if self.constants else values))
        for place, convert in self.into:
            bound[place] = convert(bound[place])
        return bound

    def rows(self, fetched: list[Any]) -> list[Any]:
        if self.row is None:
            return []
        for at, row in enumerate(fetched):
            if self.out:
                row = list(row)
                for place, convert in self.out:
                    row[place] = convert(row[place])
            fetched[at] = self.row(row)
        return fetched


def _in_order(names: tuple[str, ...]) -> Callable[[Values], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    if names:
        (only,) = names
        return lambda values: (values[only],)
    return lambda values: ()


def _row(names: list[str]) -> Callable[[Iterable[Any]], Any]:
    """As `_make` of a namedtuple does it, without a call of Python's for each row."""
    return partial(tuple.__new__, namedtuple("Row", names, rename=True))


class Rows:
    """What a prepared statement found, all of it, by the names that SQLAlchemy's results have."""

    __slots__ = ("_found", "rowcount")

    def __init__(self, found: list[Any], rowcount: int) -> None:
        self._found = found
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._found)

    def all(self) -> list[Any]:
        return self._found

    def first(self) -> Any:
        return self._found[0] if self._found else None

    def one(self) -> Any:
        (row,) = self._found
        return row

    def scalar(self) -> Any:
        return self._found[0][0] if self._found else None

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        return self.one()[0] if self._found else None

    def scalars(self) -> Iterator[Any]:
        return (row[0] for row in self._found)


class Touched(Rows):
    """Of a statement that may not have been sent yet: who wants to know waits for it."""

    __slots__ = ("_count",)

    def __init__(self, count: Callable[[], int]) -> None:
        self._found = []
        self._count = count

    @property
    def rowcount(self) -> int:  # type: ignore[override]
        return self._count()


def raise_as_usual(connection: Connection, driver: Any, sql: str, fault: Any) -> NoReturn:
    """An error of the driver as SQLAlchemy says it, so that callers know one kind of error; without
    the values, which are people's words."""
    without_values(fault)
    dialect = connection.dialect
    lost = dialect.is_disconnect(fault, connection.connection, None)
    if lost:
        connection.invalidate(fault)
    error = dialect.loaded_dbapi.Error
    raise DBAPIError.instance(
        sql, None, fault, error, connection_invalidated=lost, dialect=dialect
    ) from fault


class Ended(Exception):
    """The transaction is over, and its connection somebody else's."""


class _Nothing:
    def __getattr__(self, name: str) -> NoReturn:
        raise Ended


class QuickConnection:
    """A connection of SQLAlchemy that runs prepared statements by the shortest way."""

    def __init__(self, connection: Connection) -> None:
        self._slow: Any = connection
        self.dialect = connection.dialect
        self._driver: Any = connection.connection.dbapi_connection
        self._libpq = Libpq.of(connection) if self.dialect.name == POSTGRESQL else None
        self._ahead: dict[tuple[Prepared, Any], Statement] = {}
        # Where somebody counts statements, they shall see each.
        self._is_watched = bool(connection.dispatch.before_cursor_execute)

    def ahead(self, statement: Prepared, values: Values) -> None:
        """Take along, with what is asked next, what `execute` will be asked with the same values,
        before anything that changes what it finds. Nothing where there is no way to be saved."""
        if self._libpq is None or self._is_watched:
            return
        text = statement.text(self.dialect, values)
        try:
            asked = self._libpq.ask_later(text.sql, text.bound(values))
        except self.dialect.loaded_dbapi.Error as fault:
            self._raise(fault, text.sql)
        self._ahead[statement, tuple(values.values())] = asked

    def forget_ahead(self) -> None:
        """What was taken along and not asked for is too old from now on."""
        self._ahead.clear()

    def execute(self, statement: Any, values: Values | Sequence[Values] = NOTHING) -> Any:
        if not isinstance(statement, Prepared):
            return self._settled().execute(statement, values or None)
        if self._is_watched:
            return self._settled().execute(statement.statement, values or None)
        if isinstance(values, (list, tuple)):
            return self._many(statement.text(self.dialect, values[0]), values)
        one: Any = values
        text = statement.text(self.dialect, one)
        if self._ahead and (key := (statement, tuple(one.values()))) in self._ahead:
            return self._found(text, self._ahead.pop(key))
        bound = text.bound(one)
        try:
            if self._libpq is None:
                cursor = self._driver.execute(text.sql, bound)
                found = cursor.fetchall() if text.row is not None else []
                touched = cursor.rowcount
                cursor.close()
            elif text.row is None:
                return self._later(self._libpq, text.sql, bound)
            else:
                found, touched = self._libpq.run(text.sql, bound)
        except self.dialect.loaded_dbapi.Error as fault:
            self._raise(fault, text.sql)
        return Rows(text.rows(found) if found else found, touched)

    def _found(self, text: _Text, asked: Statement) -> Rows:
        if asked.found is None:
            self.settle()
        found = asked.found or []
        return Rows(text.rows(found), len(found))

    def _later(self, libpq: Libpq, sql: str, values: list[Any]) -> Touched:
        statement = libpq.run_later(sql, values)

        def count() -> int:
            if statement.touched is None:
                self.settle()
            return statement.touched or 0

        return Touched(count)

    def _many(self, text: _Text, values: Sequence[Values]) -> Rows:
        try:
            self._run_many(text.sql, [text.bound(one) for one in values])
        except self.dialect.loaded_dbapi.Error as fault:
            self._raise(fault, text.sql)
        return Rows([], -1)

    def _run_many(self, sql: str, values: list[list[Any]]) -> None:
        if self._libpq is not None:
            for one in values:
                self._libpq.run_later(sql, one)
            return
        cursor = self._driver.cursor()
        try:
            cursor.executemany(sql, values)
        finally:
            cursor.close()

    def settle(self) -> None:
        """Return when the database has done all that was asked so far."""
        if self._libpq is not None:
            try:
                self._libpq.settle()
            except self.dialect.loaded_dbapi.Error as fault:
                self._raise(fault, "")

    def _settled(self) -> Any:
        """SQLAlchemy's connection, which goes on behind what was asked here."""
        self.settle()
        return self._slow

    def _raise(self, fault: Any, sql: str) -> NoReturn:
        at = self._libpq.refused if self._libpq is not None else ""
        raise_as_usual(self._slow, self._driver, at or sql, fault)

    def end(self) -> None:
        """Whatever is asked from now on raises Ended."""
        self._slow = self._driver = _Nothing()
        self._libpq = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._settled(), name)


def ahead(connection: Any, statement: Prepared, values: Values) -> None:
    """Take along what will be asked, see `QuickConnection`."""
    if isinstance(connection, QuickConnection):
        connection.ahead(statement, values)


def settle(connection: Any) -> None:
    """Return when the database has done, or refused, all that was asked so far."""
    if isinstance(connection, QuickConnection):
        connection.settle()
