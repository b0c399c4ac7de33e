"""Prepared statements on a connection of psycopg's, sent by libpq itself.

A cursor of psycopg's takes four times the processor time that sending, waiting and reading take,
and there are a dozen statements to a new ticket. Values and rows go through psycopg's adapters.

A statement that nobody wants an answer of waits for one that somebody does: they go together, in
their order (libpq's pipeline mode), and the way to the server and back is made once.
"""

from __future__ import annotations

import secrets
import select
from collections.abc import Sequence
from itertools import count
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection

_WORKED = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
_KEPT_AS = "frontdesk libpq"
_MOST = 100  # statements that go together: while they are sent, this process stands still
_COMMIT, _ROLLBACK = _ENDS = ("COMMIT", "ROLLBACK")
# No name is given twice, whoever had the connection to the server before.
_PROCESS, _NUMBERS = secrets.token_hex(4).encode(), count()


class Statement:
    """`name` is what it was prepared as, None for BEGIN, COMMIT and the like. `touched`: how many
    rows, and `found`: which, once they are known; the latter where somebody `asks` for them."""

    __slots__ = ("asks", "found", "name", "sql", "touched", "values", "was_kept")

    def __init__(
        self, sql: str, name: bytes | None = None, values: Any = None, *, was_kept: bool = False
    ) -> None:
        self.sql, self.name, self.values, self.was_kept = sql, name, values, was_kept
        self.touched: int | None = None
        self.asks = False
        self.found: list[tuple[Any, ...]] | None = None


class Libpq:
    """What one connection has prepared, and what waits to be sent. Raises psycopg's errors, also
    those of statements before: `refused` is the text of the one that was meant last."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self.refused = ""
        self._driver = driver
        self._server = driver.pgconn
        self._adapter = Transformer.from_context(driver)
        self._names: dict[str, bytes] = {}
        self._waiting: list[Statement] = []
        self._answers, self._room = select.poll(), select.poll()
        self._answers.register(self._server.socket, select.POLLIN)
        self._room.register(self._server.socket, select.POLLIN | select.POLLOUT)

    @classmethod
    def of(cls, connection: Connection) -> Libpq:
        """That of SQLAlchemy's connection, for as long as it is to the same server."""
        info = connection.info
        known: Libpq | None = info.get(_KEPT_AS)
        if known is None:
            driver: Any = connection.connection.dbapi_connection
            known = info[_KEPT_AS] = cls(driver)
        return known

    @property
    def is_open(self) -> bool:
        """Whether a transaction has begun, or is about to, and has not ended."""
        return bool(self._waiting) or self._server.transaction_status != TransactionStatus.IDLE

    @property
    def _has_begun(self) -> bool:
        """Whether there is anything to commit or to roll back."""
        is_begun = self._server.transaction_status != TransactionStatus.IDLE
        return is_begun or any(statement.name is not None for statement in self._waiting)

    def order(self, sql: str) -> None:
        """COMMIT, ROLLBACK and the like, behind all that waits."""
        if sql == _ROLLBACK:
            self._waiting.clear()
        if self._has_begun or sql not in _ENDS:
            self._waiting.append(Statement(sql))
            result = self._through()
            if sql == _COMMIT and result.command_status != b"COMMIT":
                # Where something failed, COMMIT rolls back, without a word.
                raise psycopg.errors.InFailedSqlTransaction("it was rolled back")
        self._waiting.clear()

    def order_later(self, sql: str) -> None:
        """BEGIN and the like, one or several, with the next statement."""
        self._waiting += [Statement(one) for one in sql.split(";")]

    def run(self, sql: str, values: Sequence[Any]) -> tuple[list[tuple[Any, ...]], int]:
        """The rows it found, and how many it touched."""
        self._waiting.append(self._statement(sql, values))
        result = self._through()
        return self._rows(result), result.ntuples or result.command_tuples or 0

    def ask_later(self, sql: str, values: Sequence[Any]) -> Statement:
        """What it finds is known when whatever is run next has been, or when `settle` returns."""
        statement = self._statement(sql, values)
        statement.asks = True
        self._waiting.append(statement)
        return statement

    def run_later(self, sql: str, values: Sequence[Any]) -> Statement:
        """What it touches is known when `settle` returns."""
        statement = self._statement(sql, values)
        self._waiting.append(statement)
        if len(self._waiting) >= _MOST:
            self._through()
        return statement

    def settle(self) -> None:
        """Send what waits, and wait for its answers."""
        if self._waiting:
            self._through()

    def _statement(self, sql: str, values: Sequence[Any]) -> Statement:
        self.refused = ""
        if not self.is_open:
            self._driver.execute("SELECT 1")  # psycopg begins the transaction then, in its own way
        kept = self._names.get(sql)
        name = kept or self._prepare(sql)
        sent = self._adapter.dump_sequence(values, [PyFormat.TEXT] * len(values))
        return Statement(sql, name, sent, was_kept=kept is not None)

    def _prepare(self, sql: str) -> bytes:
        name = b"frontdesk_%b_%d" % (_PROCESS, next(_NUMBERS))
        result = self._server.prepare(name, sql.encode())
        if result.status not in _WORKED:
            raise self._fault(Statement(sql), result)
        self._names[sql] = name
        return name

    def _through(self) -> PGresult:
        """The answer to the last of what waits, once all of it was answered."""
        statements, self._waiting, self.refused = self._waiting, [], ""
        if len(statements) == 1:
            results = [self._alone(statements[0])]
        else:
            results = self._together(statements)
        for statement, result in zip(statements, results, strict=False):
            if result.status not in _WORKED:
                raise self._fault(statement, result)
            statement.touched = result.command_tuples or 0
            if statement.asks:
                statement.found = self._rows(result)
        return results[-1]

    def _rows(self, result: PGresult) -> list[tuple[Any, ...]]:
        if not result.ntuples:
            return []
        self._adapter.set_pgresult(result)
        return self._adapter.load_rows(0, result.ntuples, tuple)

    def _alone(self, statement: Statement) -> PGresult:
        if statement.name is None:
            return self._server.exec_(statement.sql.encode())
        return self._server.exec_prepared(statement.name, statement.values)

    def _together(self, statements: Sequence[Statement]) -> list[PGresult]:
        """Their answers; of a connection that is lost, those up to the one that says why."""
        results: list[PGresult] = []
        try:
            self._server.enter_pipeline_mode()
            for statement in statements:
                self._send(statement)
            self._server.pipeline_sync()
            while self._server.flush():  # psycopg has told libpq not to wait by itself
                self._room.poll()
                self._server.consume_input()
            for _ in statements:
                results.append(self._next())
                self._server.get_result()  # nothing: each has one answer
            self._next()  # that there are no more
            self._server.exit_pipeline_mode()
        except psycopg.Error:
            self._driver.close()
            if not any(result.status == ExecStatus.FATAL_ERROR for result in results):
                raise
        return results

    def _send(self, statement: Statement) -> None:
        if statement.name is None:
            self._server.send_query_params(statement.sql.encode(), None)
        else:
            self._server.send_query_prepared(statement.name, statement.values)

    def _next(self) -> PGresult:
        while self._server.is_busy():
            self._answers.poll()  # others go on meanwhile
            self._server.consume_input()
        result = self._server.get_result()
        if result is None:
            raise psycopg.OperationalError("the server has said less than it was asked")
        return result

    def _fault(self, statement: Statement, result: PGresult) -> psycopg.Error:
        self.refused = statement.sql
        fault = error_from_result(result)
        if fault.sqlstate is None:
            # Not the server's words but libpq's: it has lost it, and may not know so yet.
            self._driver.close()
            return psycopg.OperationalError(*fault.args)
        if statement.was_kept and isinstance(fault, psycopg.errors.FeatureNotSupported):
            # A newer version changed a column's type: what was prepared is bound to the old one.
            fault = psycopg.errors.InvalidSqlStatementName(*fault.args)
        if isinstance(fault, psycopg.errors.InvalidSqlStatementName):
            self._names.clear()  # also where somebody between us and the server let go of them
        return fault
