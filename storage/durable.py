"""When a commit of SQLite's must be on the disk, and when the next one may take it along.

SQLite knows one answer for all commits of a connection. Ours differ: what somebody is told of must
outlive a power cut before they are told, while the relay's "delivered" may be found out again.
"""

from __future__ import annotations

import os
import sys

# On a Mac the file's data alone cannot be asked for.
_to_disk = os.fsync if sys.platform == "darwin" or not hasattr(os, "fdatasync") else os.fdatasync


class WriteAheadLog:
    """SQLite's journal beside the file. With `synchronous = NORMAL` SQLite itself takes it to the
    disk only before it is written back; whatever stands in it earlier goes along with what stands
    later, so one `settle` is enough for all commits before it."""

    def __init__(self, database: str) -> None:
        self._file = f"{database}-wal"
        self._open: int | None = None

    def settle(self) -> None:
        """Return when all commits so far are on the disk. Raises OSError where that failed."""
        if self._open is None or os.fstat(self._open).st_nlink == 0:
            self.close()
            self._open = os.open(self._file, os.O_RDWR)
        _to_disk(self._open)

    def close(self) -> None:
        if self._open is not None:
            os.close(self._open)
            self._open = None
