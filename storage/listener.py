"""Hearing from other processes, through PostgreSQL, that the outbox has something new."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import psycopg
from sqlalchemy.engine import URL

from storage.engine import connect_arguments

CHANNEL = "frontdesk_outbox"
PACE = "pace"  # said there when Slack found us too fast; otherwise nothing is
_GLANCE = 0.5  # seconds between looks at whether to stop
_PAUSE = 1.0  # seconds before connecting again; the relay's tick bridges it

log = logging.getLogger(__name__)


class Listener:
    """A thread with a connection of its own, made anew whenever it is lost."""

    def __init__(self, url: URL, callback: Callable[[], None], on_pace: Callable[[], None]) -> None:
        self._url = url
        self._callback = callback
        self._on_pace = on_pace
        self._closing = Event()
        self._thread = Thread(target=self._run, name="storage-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._listen()
            except psycopg.Error as lost:
                log.warning("listening to the outbox was interrupted: %s", lost)
                self._closing.wait(_PAUSE)

    def _connect(self) -> psycopg.Connection[Any]:
        """To the same server as everybody else: the URL may name several."""
        _, given = self._url.get_dialect()().create_connect_args(self._url)
        return psycopg.connect(autocommit=True, **given, **connect_arguments(self._url))

    def _listen(self) -> None:
        with self._connect() as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._on_pace()  # for whatever was said while nobody listened
            self._callback()
            while not self._closing.is_set():
                for said in connection.notifies(timeout=_GLANCE, stop_after=1):
                    (self._on_pace if said.payload == PACE else self._callback)()
