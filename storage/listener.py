"""Hearing from other processes, through PostgreSQL, that there is something to do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Any

import psycopg
from sqlalchemy.engine import URL

from storage.engine import connect_arguments

CHANNEL = "frontdesk_outbox"
# What is said there; for the outbox, nothing is.
PACE = "pace"  # Slack found us too fast
MAIL = "mail"  # somebody may work on mail that came in
_GLANCE = 0.5  # seconds between looks at whether to stop
_PAUSE = 1.0  # seconds before connecting again; the relay's tick bridges it

log = logging.getLogger(__name__)


class Listener:
    """A thread with a connection of its own, made anew whenever it is lost."""

    def __init__(
        self,
        url: URL,
        callback: Callable[[], None],
        others: Mapping[str, Callable[[], None]],
    ) -> None:
        """`others`: what to call where something was said."""
        self._url = url
        self._callback = callback
        self._others = others
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
                said = str(lost).partition("\n")[0]
                log.warning("listening to the outbox was interrupted: %s", said)
                self._closing.wait(_PAUSE)

    def _connect(self) -> psycopg.Connection[Any]:
        """To the same server as everybody else: the URL may name several."""
        _, given = self._url.get_dialect()().create_connect_args(self._url)
        return psycopg.connect(autocommit=True, **given, **connect_arguments(self._url))

    def _listen(self) -> None:
        with self._connect() as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            for call in (*self._others.values(), self._callback):
                call()  # for whatever was said while nobody listened
            while not self._closing.is_set():
                for said in connection.notifies(timeout=_GLANCE, stop_after=1):
                    self._others.get(said.payload, self._callback)()
