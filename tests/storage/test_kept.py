"""Transactions on a connection that is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from storage import kept
from storage.engine import BEGIN_TO_WRITE, database_url, writer_engine
from storage.kept import KeptConnections

ADD = text("INSERT INTO once (key, changed, at) VALUES ('x', 1, 0)")
COUNT = text("SELECT count(*) FROM once")


@pytest.fixture
def connections(migrated_sqlite: Any, tmp_path: Any) -> Iterator[KeptConnections]:
    copy = tmp_path / "frontdesk.db"
    copy.write_bytes(migrated_sqlite.read_bytes())
    connections = KeptConnections(writer_engine(database_url(f"sqlite:///{copy}")), BEGIN_TO_WRITE)
    yield connections
    connections.close()


def known(connections: KeptConnections) -> int:
    with connections.begin() as connection:
        return int(connection.execute(COUNT).scalar_one())


def test_what_fails_leaves_nothing(connections: KeptConnections):
    def fail() -> None:
        with connections.begin() as connection:
            connection.execute(ADD)
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert known(connections) == 0


def test_a_transaction_that_cannot_be_ended_is_no_part_of_the_next(
    connections: KeptConnections, monkeypatch: pytest.MonkeyPatch
):
    class Broken:
        def rollback(self) -> None:
            raise sqlite3.OperationalError("disk I/O error")

    begun = KeptConnections._begun

    def broken(self: KeptConnections, connection: Any) -> Any:
        begun(self, connection).execute(str(ADD))
        return Broken()

    with monkeypatch.context() as while_it_lasts:
        while_it_lasts.setattr(kept.KeptConnections, "_begun", broken)
        with pytest.raises(LookupError), connections.begin():
            raise LookupError

    assert known(connections) == 0
