"""Bringing a database to the present shape. One process does it; others wait for it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from storage.engine import database_url, is_sqlite, writer_engine

_LOCK = 7_367_213_305  # any number, as long as every process takes the same


def upgrade(url: str) -> None:
    """Apply every step that is missing, all or none."""
    parsed = database_url(url)
    # Without the time-outs of everyday work: a step may take long, and waiting for it is right.
    engine = (
        writer_engine(parsed) if is_sqlite(parsed) else create_engine(parsed, poolclass=NullPool)
    )
    try:
        with engine.begin() as connection:
            if not is_sqlite(parsed):
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config
