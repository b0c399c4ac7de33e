"""What `frontdesk check` says of a database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bot.check_database import check_database
from bot.check_mail import Fact
from bot.config import read_settings
from storage import patience
from storage.migrate import upgrade
from tests.postgresql import OwnServer


async def said_of(url: str) -> Fact:
    settings = read_settings(
        _env_file=None, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", DATABASE_URL=url
    )
    (fact,) = await check_database(settings)
    return fact


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.1)


# SQLite


async def test_a_file_that_is_not_there_is_made_and_said_to_be_new(tmp_path: Path) -> None:
    file = tmp_path / "new" / "frontdesk.db"

    first = await said_of(f"sqlite:///{file}")
    second = await said_of(f"sqlite:///{file}")

    assert first == (True, f"database: SQLite, {file} (new and empty)")
    assert second == (True, f"database: SQLite, {file}")


@pytest.mark.usefixtures("impatient")
async def test_a_file_that_nobody_may_write_to_is_told(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open_to_read_only(monkeypatch)

    good, words = await said_of(sqlite_url)

    assert not good
    assert words.startswith(f"database: SQLite, {sqlite_url.removeprefix('sqlite:///')}: ")
    assert words.endswith("this user may not write to it, or to its folder.")


def _open_to_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As SQLite by itself opens a file of somebody else's; for root there is none."""
    connect = sqlite3.dbapi2.connect

    def connected(file: str, **how: Any) -> sqlite3.Connection:
        return connect(f"file:{file}?mode=ro", uri=True, **how)

    monkeypatch.setattr(sqlite3.dbapi2, "connect", connected)


@pytest.mark.usefixtures("impatient")
async def test_a_folder_is_told_from_a_file(tmp_path: Path) -> None:
    said = await said_of(f"sqlite:///{tmp_path}")

    assert said == (
        False,
        f"database: SQLite, {tmp_path}: is a folder. Name a file in DATABASE_URL.",
    )


async def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    file.write_text("no database at all. " * 100)

    good, words = await said_of(f"sqlite:///{file}")

    assert (good, words) == (
        False,
        f"database: SQLite, {file}: this file is no database of SQLite.",
    )


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (sqlite3.SQLITE_CANTOPEN, "this user may not open it, or make it in its folder"),
        (sqlite3.SQLITE_IOERR_WRITE, "the disk refused"),
        (sqlite3.SQLITE_FULL, "the disk is full"),
    ],
)
async def test_what_sqlite_refuses_is_said_without_a_server(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, fault: int, words: str
) -> None:
    def refuses(*_: Any, **__: Any) -> None:
        error = sqlite3.OperationalError("unable")
        error.sqlite_errorcode = fault
        raise error

    monkeypatch.setattr(sqlite3.dbapi2, "connect", refuses)

    good, said = await said_of(sqlite_url)

    assert not good
    assert said.endswith(f": {words}.")
    assert "server" not in said


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    good, words = await said_of(f"sqlite:///{tmp_path}/file/below/frontdesk.db")

    assert not good
    assert words.endswith("Not a directory. Is DATABASE_URL right?")


# PostgreSQL


@pytest.fixture
def bare(ill_treated_server: OwnServer) -> Iterator[str]:
    name = ill_treated_server.create()
    yield name
    ill_treated_server.drop(name)


@pytest.fixture
def guest(ill_treated_server: OwnServer) -> Iterator[str]:
    """A role that may come in, and no more."""
    ill_treated_server.administer("CREATE ROLE guest LOGIN PASSWORD 'hunter2'")
    yield "guest"
    ill_treated_server.administer("DROP OWNED BY guest", "DROP ROLE guest")


def _as(role: str, url: str) -> str:
    changed = make_url(url).set(username=role, password="hunter2")
    return changed.render_as_string(hide_password=False)


async def test_a_database_that_takes_what_we_write_is_named(postgresql_url: str) -> None:
    url = make_url(postgresql_url)

    good, words = await said_of(postgresql_url)

    assert good, words
    assert words.startswith(f"database: PostgreSQL, {url.database} at ")


async def test_another_encoding_than_utf8_is_told(ill_treated_server: OwnServer) -> None:
    name = ill_treated_server.create("ENCODING LATIN1 LOCALE 'C' TEMPLATE template0")

    good, words = await said_of(ill_treated_server.beside(name))

    ill_treated_server.drop(name)
    assert not good
    assert words.startswith(f"database: PostgreSQL, {name} at ")
    assert words.endswith(" is in LATIN1: make it anew with --encoding UTF8.")


async def test_a_role_that_may_not_create_tables_is_told(
    ill_treated_server: OwnServer, bare: str, guest: str
) -> None:
    good, words = await said_of(_as(guest, ill_treated_server.beside(bare)))

    assert not good
    assert words.endswith(": this role may not create tables: make it the owner of the database.")
    assert "hunter2" not in words


async def test_a_role_that_may_only_read_is_told(
    ill_treated_server: OwnServer, bare: str, guest: str
) -> None:
    url = ill_treated_server.beside(bare)
    upgrade(url)
    ill_treated_server.administer(
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {guest}", database=bare
    )

    good, words = await said_of(_as(guest, url))

    ill_treated_server.administer(f"DROP OWNED BY {guest}", database=bare)
    assert not good
    assert words.endswith(": this role may not write to the tables: make it their owner.")


async def test_a_server_that_is_not_there_is_still_told(impatient: None) -> None:
    good, words = await said_of("postgresql://who:hunter2@127.0.0.1:1/desk")

    assert not good
    assert words == (
        "database: cannot be reached: nothing listens there."
        " Is DATABASE_URL right, and the server up?"
    )
