"""The steps lead to what the program expects."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from storage.columns import EPOCH
from storage.engine import database_url as parse
from storage.engine import writer_engine
from storage.migrate import _config, upgrade
from storage.migrations.versions import v0014_one_process_on_sqlite
from storage.store import SqlStore
from storage.tables import METADATA


@pytest.fixture
def connection(database_url: str):
    engine = writer_engine(parse(database_url))
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_the_steps_lead_to_the_tables_the_program_uses(connection: Connection):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index")

        differences = compare_metadata(MigrationContext.configure(connection), METADATA)

    assert _unexplained(differences) == []


def test_every_index_the_tables_have_is_built(connection: Connection):
    wanted = {index.name for table in METADATA.tables.values() for index in table.indexes}
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'index'"
        if connection.dialect.name == "sqlite"
        else "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
    )

    built = set(connection.execute(text(statement)).scalars())

    assert wanted <= built


def test_what_no_program_asks_for_any_more_is_gone_where_no_older_one_runs(
    connection: Connection,
):
    inspector = inspect(connection)

    for table, names in v0014_one_process_on_sqlite.REPLACED.items():
        built = {index["name"] for index in inspector.get_indexes(table)}
        kept = connection.dialect.name == "postgresql"
        assert built & set(names) == (set(names) if kept else set())


def test_partial_indexes_are_partial_in_both(connection: Connection):
    inspector = inspect(connection)

    for table in METADATA.tables.values():
        built = {index["name"]: index for index in inspector.get_indexes(table.name)}
        for index in table.indexes:
            if index.dialect_options["sqlite"]["where"] is not None:
                options = built[index.name]["dialect_options"]
                assert options[f"{connection.dialect.name}_where"] is not None


def test_checks_are_the_same_in_both(connection: Connection):
    inspector = inspect(connection)

    for table in METADATA.tables.values():
        wanted = {c.name for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        built = {check["name"] for check in inspector.get_check_constraints(table.name)}
        assert wanted == built


def test_a_database_can_be_upgraded_twice(bare_database_url: str):
    upgrade(bare_database_url)

    upgrade(bare_database_url)

    engine = writer_engine(parse(bare_database_url))
    assert {"tickets", "outbox"} <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_processes_that_start_together_upgrade_once(bare_database_url: str):
    with ThreadPoolExecutor(3) as processes:
        together = [processes.submit(upgrade, bare_database_url) for _ in range(3)]

        failures = [one.exception() for one in together]

    assert failures == [None, None, None]


async def test_tickets_from_before_there_was_a_search_are_found(bare_database_url: str):
    engine = writer_engine(parse(bare_database_url))
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0003")
        _old_ticket(connection)
    engine.dispose()

    upgrade(bare_database_url)

    store = SqlStore(bare_database_url)
    await store.write(lambda tx: tx.index.catch_up(EPOCH, 10))
    found = await store.read(lambda tx: tx.tickets.find(("printer", "ada"), 10))
    store.close()
    assert [ticket.id for ticket in found] == [1]


@pytest.mark.parametrize("verb", ["UPDATE entries SET words = '[]'", "DELETE FROM entries"])
def test_the_database_refuses_to_rewrite_the_journal(connection: Connection, verb: str):
    _old_ticket(connection)

    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(verb))

    connection.rollback()


def _unexplained(differences: list) -> list:
    """Without the index that sorts downwards, whose direction reflection does not see, the index of
    words that each kind of database has its own of, and what PostgreSQL keeps for programs of
    before."""
    of_before = [name for names in v0014_one_process_on_sqlite.REPLACED.values() for name in names]
    known = ("ix_people_popular", "ix_ticket_words_every", *of_before)
    return [
        d
        for d in differences
        if not ("index" in d[0] and d[1].name in known)
        and not ("table" in d[0] and d[1].name.startswith("ticket_index"))
    ]


def _old_ticket(connection: Connection) -> None:
    """A ticket with a note, as the first version stored it."""
    person = "(1, 'Ada', 'en', '', 'UTC', TRUE, 'ada')"
    connection.execute(
        text(
            "INSERT INTO people (id, name, language, title, zone, active, sort_name)"
            f" VALUES {person}"
        )
    )
    connection.execute(
        text(
            "INSERT INTO teams (id, key, en, fr, language, position, obsolete)"
            " VALUES (1, 'a', 'A', 'A', 'en', 0, FALSE)"
        )
    )
    connection.execute(
        text(
            "INSERT INTO tickets (id, subject, description, requester_id, team_id, created_at,"
            " state_since, changed_at, tell_beneficiary, state, impact, urgency, request_type,"
            " origin, new_answer, version, is_open, rank)"
            " VALUES (1, 'Printer', '[]', 1, 1, 0, 0, 0, TRUE, 'new', 'person', 'medium',"
            " 'incident', 'portal', FALSE, 1, 1, 1)"
        )
    )
    connection.execute(
        text(
            "INSERT INTO entries (ticket_id, kind, at, visibility, words, facts)"
            " VALUES (1, 'note', 0, 'internal', '[]', '{}')"
        )
    )
