"""Bringing a database to the present shape. One process does it; others wait for it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from storage.engine import database_url, is_sqlite, migration_engine
from storage.patience import patiently

_LOCK = 7_367_213_305  # any number, as long as every process takes the same


def upgrade(url: str) -> None:
    """Apply every step that is missing, all or none. Raises Busy where no database answers."""
    parsed = database_url(url)
    # SQLite does not wait while another process makes a new file ready for its journal.
    patiently(lambda: _upgrade(parsed))


def _upgrade(url: URL) -> None:
    engine = migration_engine(url)
    try:
        with engine.begin() as connection:
            if not is_sqlite(url):
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config
