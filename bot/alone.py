"""One process at a time, where a second one would undo the first one's work."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import structlog

from storage.engine import database_url, is_sqlite

log = structlog.get_logger(__name__)


class NotAlone(OSError):
    """Another process is at work there."""


@contextlib.contextmanager
def alone_on(database: str) -> Iterator[None]:
    """On SQLite, where a process takes it for granted that nobody else changes cards. Raises
    NotAlone."""
    url = database_url(database)
    if not is_sqlite(url) or not url.database:
        yield
        return
    file = Path(url.database)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        held = hold(file.with_name(f"{file.name}.lock"))
    except NotAlone:
        raise NotAlone(
            0,
            f"Another frontdesk is at work on {file}. SQLite is for one process: stop the other"
            " one, or use PostgreSQL",
        ) from None
    with held:
        yield


def hold(file: Path) -> IO[str]:
    """The file is ours for as long as it stays open, however we end. Raises NotAlone. Where no such
    lock is known (Windows, some network disks) everybody goes on."""
    held = file.open("a", encoding="ascii")
    try:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise NotAlone from None
    except OSError as fault:
        log.warning("cannot_tell_whether_alone", file=str(file), reason=fault.strerror)
    return held
