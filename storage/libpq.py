"""Prepared statements on a connection of psycopg's, sent by libpq itself.

A cursor of psycopg's takes four times the processor time that sending, waiting and reading take,
and there are a dozen statements to a new ticket. Values and rows go through psycopg's adapters.
"""

from __future__ import annotations

import secrets
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
# No name is given twice, whoever had the connection to the server before.
_PROCESS, _NUMBERS = secrets.token_hex(4).encode(), count()


class Libpq:
    """What one connection has prepared. Raises psycopg's errors."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver = driver
        self._server = driver.pgconn
        self._adapter = Transformer.from_context(driver)
        self._names: dict[str, bytes] = {}

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
        """Whether a transaction has begun and not ended."""
        return self._server.transaction_status != TransactionStatus.IDLE

    def order(self, sql: bytes) -> None:
        """BEGIN, COMMIT and the like."""
        result = self._server.exec_(sql)
        if result.status not in _WORKED:
            raise self._fault(result)
        if sql == b"COMMIT" and result.command_status != sql:
            # A transaction in which something failed is rolled back by COMMIT, without a word.
            raise psycopg.errors.InFailedSqlTransaction("it was rolled back")

    def run(self, sql: str, values: Sequence[Any]) -> tuple[list[tuple[Any, ...]], int]:
        """The rows it found, and how many it touched."""
        if not self.is_open:
            self._driver.execute("SELECT 1")  # psycopg begins the transaction then, in its own way
        kept = self._names.get(sql)
        name = kept or self._prepare(sql)
        sent: Any = self._adapter.dump_sequence(values, [PyFormat.TEXT] * len(values))
        result = self._server.exec_prepared(name, sent)
        if result.status not in _WORKED:
            raise self._fault(result, was_kept=kept is not None)
        if not result.ntuples:
            return [], result.command_tuples or 0
        self._adapter.set_pgresult(result)
        return self._adapter.load_rows(0, result.ntuples, tuple), result.ntuples

    def _prepare(self, sql: str) -> bytes:
        name = b"frontdesk_%b_%d" % (_PROCESS, next(_NUMBERS))
        result = self._server.prepare(name, sql.encode())
        if result.status not in _WORKED:
            raise self._fault(result)
        self._names[sql] = name
        return name

    def _fault(self, result: PGresult, *, was_kept: bool = False) -> psycopg.Error:
        fault = error_from_result(result)
        if fault.sqlstate is None:
            # Not the server's words but libpq's: it has lost it, and may not know so yet.
            self._driver.close()
            return psycopg.OperationalError(*fault.args)
        if was_kept and isinstance(fault, psycopg.errors.FeatureNotSupported):
            # A newer version changed a column's type: what was prepared is bound to the old one.
            fault = psycopg.errors.InvalidSqlStatementName(*fault.args)
        if isinstance(fault, psycopg.errors.InvalidSqlStatementName):
            self._names.clear()  # also where somebody between us and the server let go of them
        return fault
