"""Bringing a database to the present shape. One process does it; others wait for it."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from storage.engine import database_url, is_sqlite, migration_engine
from storage.patience import patiently

_LOCK = 7_367_213_305  # any number, as long as every process takes the same


log = logging.getLogger(__name__)


def upgrade(url: str, to: str = "head") -> None:
    """Apply every step that is missing, all or none. Raises Busy where no database answers.

    A database that a newer program has brought further is left as it is: steps only add, so an
    older program can go on with it.
    """
    parsed = database_url(url)
    # SQLite does not wait while another process makes a new file ready for its journal.
    patiently(lambda: _upgrade(parsed, to))


def _upgrade(url: URL, to: str) -> None:
    engine = migration_engine(url)
    try:
        with engine.begin() as connection:
            if not is_sqlite(url):
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config = _config(connection)
            known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
            reached = MigrationContext.configure(connection).get_current_revision()
            if reached is None or reached in known:
                command.upgrade(config, to)
            else:
                log.warning("the database is of a newer version (%s) than this program", reached)
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config
