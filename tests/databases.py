"""Fixtures that give a test a database of its own, on every kind the project runs on.

What asks for `database_url` runs once on SQLite and once on PostgreSQL. `DATABASE_URL` of the
environment may name a PostgreSQL server whose role can create databases; the database it names is
left alone, and others are made beside it. Otherwise one server is started for the session (with
xdist: for each worker).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.migrate import upgrade
from tests.postgresql import OwnServer, Server, Shelf, own_server

KINDS = ("sqlite", "postgresql")


def given_server() -> str | None:
    """The PostgreSQL server that the environment names."""
    given = os.environ.get("DATABASE_URL", "")
    return given if given.startswith("postgres") else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    given = given_server()
    if given:
        yield Server(given)
        return
    with own_server() as server:
        yield server


@pytest.fixture(scope="session")
def ill_treated_server() -> Iterator[OwnServer]:
    """One for tests that stop it, pause it or fill it up. They leave it as it was."""
    with own_server() as server:
        yield server


@pytest.fixture(scope="session")
def _ill_treated_shelf(ill_treated_server: OwnServer) -> Iterator[Shelf]:
    yield from shelf_of(ill_treated_server)


@pytest.fixture
def ill_treated_url(_ill_treated_shelf: Shelf) -> Iterator[str]:
    """A migrated, empty database there."""
    with _ill_treated_shelf.lent() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: Server) -> Iterator[Shelf]:
    yield from shelf_of(postgresql_server)


def shelf_of(server: Server, *furnish: Callable[[str], None]) -> Iterator[Shelf]:
    """Databases that are migrated, and filled by whatever is given the first one's URL."""
    model = server.create()
    for step in (upgrade, *furnish):
        step(server.beside(model))
    shelf = Shelf(server, model)
    yield shelf
    shelf.close()
    server.drop(model)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return copy_of(migrated_sqlite, tmp_path)


def copy_of(file: Path, folder: Path) -> str:
    """The URL of a copy in `folder`."""
    copy = folder / "frontdesk.db"
    shutil.copy(file, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgresql_url(migrated_postgresql: Shelf) -> Iterator[str]:
    with migrated_postgresql.lent() as url:
        yield url


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; the test runs once on each kind. Its tables stay as they are."""
    url: str = request.getfixturevalue(f"{database_kind}_url")
    return url


@pytest.fixture
def bare_database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """A database without any table; the test runs once on each kind."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'frontdesk.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = server.create()
    yield server.beside(name)
    server.drop(name)
