"""The one index of people that all threads of a process share, and when it is made anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import Connection

from desk.people import Person
from storage.changes import MOST, changed_since
from storage.search import Known, everybody, search

InBackground = Callable[[Callable[[Connection], None]], None]

MANY = 1_000  # people who changed, after whom all is made anew: each search looks through them
_REST = 20  # times as long as making it took, until it is made again


class Finder:
    def __init__(self, in_background: InBackground) -> None:
        """`in_background` runs work in a transaction that reads, at some later time."""
        self._in_background = in_background
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._known: Known | None = None
        self._not_before = 0.0

    def search(self, connection: Connection, query: str, limit: int) -> tuple[Person, ...]:
        return search(connection, self._up_to_date(connection), query, limit)

    def make(self, connection: Connection) -> None:
        """Read everybody. Others go on searching what there was."""
        if not self._making.acquire(blocking=False):
            return
        try:
            began = time.monotonic()
            known = everybody(connection)
            with self._lock:
                self._known = known
            self._not_before = time.monotonic() + _REST * (time.monotonic() - began)
        finally:
            self._making.release()

    def _up_to_date(self, connection: Connection) -> Known:
        known = self._known
        if known is None:
            known = self._first(connection)
        rows, seen = changed_since(connection, known.seen)
        if rows:
            with self._lock:
                current = self._known
                # Unless somebody who saw a later moment was quicker.
                if current is known or (
                    current is not None
                    and current.everybody is known.everybody
                    and current.seen <= seen
                ):
                    self._known = known = (current or known).with_changes(rows, seen)
                elif current is not None:
                    known = current
        if len(known.recent) > MANY or len(rows) == MOST:
            self._make_later()
        return known

    def _first(self, connection: Connection) -> Known:
        with self._making:
            if self._known is None:
                self._known = everybody(connection)
            return self._known

    def _make_later(self) -> None:
        now = time.monotonic()
        if now < self._not_before or self._making.locked():
            return
        self._not_before = now + 1
        self._in_background(self.make)
