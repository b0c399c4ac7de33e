"""Why PostgreSQL let nobody in is told in our words, which quote nothing."""

import psycopg
import pytest
from sqlalchemy.engine import make_url

from desk.errors import Busy
from storage.faults import why_not_reached
from storage.store import SqlStore
from tests.postgresql import Server

FREE_PORT = 9  # where nothing listens


async def _why(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("storage.patience.PATIENCE", 0.05)
    store = SqlStore(url)
    try:
        with pytest.raises(Busy) as raised:
            await store.ping()
    finally:
        store.close()
    return why_not_reached(raised.value)


@pytest.mark.postgres
async def test_a_database_that_is_not_there(
    postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
):
    url = postgresql_server.beside("no_such_database")
    assert await _why(url, monkeypatch) == "has no such database or user"


async def test_a_port_where_nothing_listens(monkeypatch: pytest.MonkeyPatch):
    url = make_url("postgresql+psycopg://desk:hunter2@127.0.0.1/desk").set(port=FREE_PORT)
    said = await _why(url.render_as_string(hide_password=False), monkeypatch)
    assert said == "cannot be reached: nothing listens there"


def test_a_wrong_password():
    busy = Busy()
    busy.__cause__ = psycopg.OperationalError(
        'connection failed: FATAL:  password authentication failed for user "hunter2"'
    )
    assert why_not_reached(busy) == "refuses our user or password"


@pytest.mark.parametrize(
    "cause",
    [
        None,
        psycopg.OperationalError("verrouillé"),
        psycopg.errors.InvalidSqlStatementName('prepared statement "x" does not exist'),
    ],
)
def test_what_is_not_known_is_not_guessed(cause: BaseException | None):
    busy = Busy()
    busy.__cause__ = cause
    assert why_not_reached(busy) == "does not answer"
