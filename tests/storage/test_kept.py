"""Transactions on a connection that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from storage.engine import BEGIN_TO_WRITE, database_url, writer_engine
from storage.kept import KeptConnections
from storage.prepared import QuickConnection, prepared

ADD = text("INSERT INTO once (key, changed, at) VALUES ('x', 1, 0)")
COUNT = text("SELECT count(*) FROM once")
# Refused by the COMMIT and by nothing earlier, which leaves the transaction open: as a full disk is
# found out.
FORBID = text("CREATE TABLE orphans (key REFERENCES once DEFERRABLE INITIALLY DEFERRED)")
SPOIL = text("INSERT INTO orphans VALUES ('nobody')")


@pytest.fixture
def connections(migrated_sqlite: Any, tmp_path: Any) -> Iterator[KeptConnections]:
    copy = tmp_path / "frontdesk.db"
    copy.write_bytes(migrated_sqlite.read_bytes())
    connections = KeptConnections(writer_engine(database_url(f"sqlite:///{copy}")))
    with connections.begin(BEGIN_TO_WRITE) as connection:
        connection.execute(FORBID)
    yield connections
    connections.close()


def known(connections: KeptConnections) -> int:
    with connections.begin(BEGIN_TO_WRITE) as connection:
        return int(connection.execute(COUNT).scalar_one())


def write(connections: KeptConnections, way: str, *statements: Any) -> None:
    """By SQLAlchemy, by the driver alone, or by SQLAlchemy while somebody counts statements."""
    with connections.begin(BEGIN_TO_WRITE) as connection:
        if way == "counted":
            event.listen(connection, "before_cursor_execute", lambda *_: None)
        runs = QuickConnection(connection) if way == "driver" else connection
        for statement in statements:
            runs.execute(prepared(statement) if way == "driver" else statement)


WAYS = pytest.mark.parametrize("way", ["driver", "sqlalchemy", "counted"])


@WAYS
def test_what_fails_leaves_nothing(connections: KeptConnections, way: str):
    with pytest.raises(IntegrityError):
        write(connections, way, ADD, ADD)

    assert known(connections) == 0
    write(connections, way, ADD)
    assert known(connections) == 1


@WAYS
def test_a_commit_that_fails_leaves_nothing_and_the_next_ones_go_on(
    connections: KeptConnections, way: str
):
    write(connections, way)
    for _ in range(2):
        with pytest.raises(IntegrityError):
            write(connections, way, ADD, SPOIL)

    assert known(connections) == 0
    write(connections, way, ADD)
    assert known(connections) == 1


@WAYS
def test_a_transaction_that_cannot_be_ended_is_no_part_of_the_next(
    connections: KeptConnections, way: str
):
    write(connections, way)

    def lose() -> None:
        with connections.begin(BEGIN_TO_WRITE) as connection:
            connection.execute(ADD)
            driver: Any = connection.connection.dbapi_connection
            driver.close()
            raise LookupError

    with pytest.raises(LookupError):
        lose()

    assert known(connections) == 0
    write(connections, way, ADD)
    assert known(connections) == 1
