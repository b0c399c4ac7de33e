"""Statements that libpq sends mean what they mean to psycopg."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.pq import TransactionStatus
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bot.endings import Endings
from bot.outcomes import Done
from bot.pacing import Pacing
from desk.effects import Effect, RefreshCard, SendMail
from desk.open_ticket import OpenTicket
from desk.service import Desk
from desk.words import Words
from storage.finder import Finder
from storage.known_house import Memory
from storage.libpq import Libpq
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, SETUP, a_person, a_reply

KINDS = "SELECT $1::bigint, $2::text, $3::boolean, $4::double precision, $5::bytea"
VALUES = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.none() | st.booleans(),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.binary(),
)


@pytest.fixture(scope="module")
def driver(postgresql_server: Any) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgresql_server.url) as connection:
        yield connection
        connection.rollback()


@given(VALUES)
def test_what_goes_there_comes_back(
    driver: psycopg.Connection[Any], values: tuple[Any, ...]
) -> None:
    found, touched = Libpq(driver).run(KINDS, values)

    assert (found, touched) == ([values], 1)


def test_a_null_character_is_refused_and_nothing_behind_it_is_lost(
    driver: psycopg.Connection[Any],
) -> None:
    with pytest.raises(psycopg.DataError):
        Libpq(driver).run("SELECT $1::text", ["one\0two"])


def test_no_rows_and_rows_that_were_touched(driver: psycopg.Connection[Any]) -> None:
    libpq = Libpq(driver)
    libpq.run("CREATE TEMPORARY TABLE t (n bigint)", [])

    assert libpq.run("INSERT INTO t SELECT generate_series(1, $1)", [3]) == ([], 3)
    assert libpq.run("SELECT n FROM t WHERE n > $1", [5]) == ([], 0)
    assert libpq.run("UPDATE t SET n = n WHERE n > $1 RETURNING n", [2]) == ([(3,)], 1)


def test_it_begins_where_nobody_has_begun(driver: psycopg.Connection[Any]) -> None:
    driver.rollback()

    Libpq(driver).run("SELECT 1", [])

    assert driver.info.transaction_status == TransactionStatus.INTRANS


def test_what_failed_is_not_committed_without_a_word(driver: psycopg.Connection[Any]) -> None:
    driver.rollback()
    libpq = Libpq(driver)
    libpq.order("BEGIN")
    with pytest.raises(psycopg.errors.DivisionByZero):
        libpq.run("SELECT 1 / $1::int", [0])

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        libpq.order("COMMIT")
    assert not libpq.is_open


def test_what_the_server_cannot_do_is_said_once_it_was_prepared_anew(
    driver: psycopg.Connection[Any],
) -> None:
    driver.rollback()
    libpq, known = Libpq(driver), "SELECT $1::regclass"
    libpq.run(known, ["pg_class"])
    with pytest.raises(psycopg.errors.InvalidSqlStatementName):
        libpq.run(known, ["of.another.database"])
    driver.rollback()

    with pytest.raises(psycopg.errors.FeatureNotSupported):
        libpq.run(known, ["of.another.database"])

    driver.rollback()


async def test_statements_that_a_pooler_has_let_go_are_prepared_anew(postgresql_url: str) -> None:
    def let_go(tx: SqlTransaction) -> None:
        tx._connection.execute(text("DEALLOCATE ALL"))

    store = SqlStore(postgresql_url)
    await store.write(a_person)
    await store.write(let_go)

    await store.write(a_person)

    assert await store.read(lambda tx: tx.people.count()) == 2
    store.close()


@contextmanager
def attempts_as(url: str, kind: str) -> Iterator[None]:
    """That column of the outbox is of another type; the tests behind us find it as it was."""
    with psycopg.connect(url, autocommit=True) as migrating:
        migrating.execute(f"ALTER TABLE outbox ALTER COLUMN attempts TYPE {kind}")
        try:
            yield
        finally:
            migrating.execute("ALTER TABLE outbox ALTER COLUMN attempts TYPE integer")


async def test_statements_go_on_after_a_newer_version_gave_a_column_another_type(
    postgresql_url: str,
) -> None:
    def next_one(tx: SqlTransaction) -> list[Effect]:
        return [lease.effect for lease in tx.outbox.lease(NOW, MINUTE, "us", 1)]

    store = SqlStore(postgresql_url)
    for number in (1, 2):
        await store.write(lambda tx, n=number: tx.outbox.put(RefreshCard(n), NOW))
    first = await store.write(next_one)
    with attempts_as(postgresql_url, "bigint"):
        second = await store.write(next_one)

    assert (first, second) == ([RefreshCard(1)], [RefreshCard(2)])
    store.close()


async def test_other_statements_go_on_then_too(postgresql_url: str) -> None:
    def stuck(tx: SqlTransaction) -> int:
        return len(tx.outbox.stuck(9))

    store = SqlStore(postgresql_url)
    for _ in range(6):  # as often as the driver sees a statement before it prepares it by itself
        await store.read(stuck)
    with attempts_as(postgresql_url, "bigint"):
        assert await store.read(stuck) == 0

    store.close()


def test_whoever_asks_outside_the_store_is_answered_too(postgresql_url: str) -> None:
    engine = create_engine(
        postgresql_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool
    )
    with engine.begin() as connection:
        memory = Memory(Finder(lambda work: None))
        person = a_person(SqlTransaction(connection, memory, writable=True))
    with engine.connect() as connection:
        known = SqlTransaction(connection, memory, writable=False).people.get(person.id)

    assert known == person


@pytest.fixture
def libpq(driver: psycopg.Connection[Any]) -> Iterator[Libpq]:
    """In a transaction, with a table `t` that takes a number once and refuses it twice."""
    driver.rollback()
    libpq = Libpq(driver)
    libpq.order_later("BEGIN")
    libpq.run("CREATE TEMPORARY TABLE t (n bigint UNIQUE, words text)", [])
    yield libpq
    driver.rollback()


def count(libpq: Libpq) -> int:
    ((found,),), _ = libpq.run("SELECT count(*) FROM t", [])
    return int(found)


def test_what_nobody_waits_for_is_done_in_its_order(libpq: Libpq) -> None:
    added = libpq.run_later("INSERT INTO t SELECT generate_series(1, $1)", [5])
    gone = libpq.run_later("DELETE FROM t WHERE n > $1", [3])
    assert (added.touched, gone.touched) == (None, None)

    assert count(libpq) == 3
    assert (added.touched, gone.touched) == (5, 2)


def test_as_many_as_one_likes_go_together(libpq: Libpq) -> None:
    for number in range(1050):
        libpq.run_later("INSERT INTO t (n) VALUES ($1)", [number])

    assert count(libpq) == 1050


@pytest.mark.parametrize("size", [10_000, 3_000_000])  # and more than a socket takes at once
def test_large_values_go_together_with_others(libpq: Libpq, size: int) -> None:
    for number in range(5):
        libpq.run_later("INSERT INTO t VALUES ($1, $2)", [number, "é" * size])

    found, _ = libpq.run("SELECT n, length(words), words FROM t WHERE n < $1 ORDER BY n", [3])
    assert [row[:2] for row in found] == [(n, size) for n in range(3)]
    assert found[2][2] == "é" * size


def test_what_failed_is_told_to_who_comes_next_and_nothing_behind_it_is_done(libpq: Libpq) -> None:
    adding = "INSERT INTO t (n) VALUES ($1)"
    libpq.run_later(adding, [1])
    libpq.run_later(adding, [1])
    behind = libpq.run_later("INSERT INTO t (n) VALUES ($1 + 1)", [1])

    with pytest.raises(psycopg.errors.UniqueViolation):
        count(libpq)

    assert (libpq.refused, behind.touched) == (adding, None)
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        libpq.order("COMMIT")
    assert not libpq.is_open


def test_a_commit_that_takes_along_what_fails_commits_nothing(
    driver: psycopg.Connection[Any], libpq: Libpq
) -> None:
    libpq.run_later("INSERT INTO t (n) VALUES ($1)", [1])
    libpq.run_later("INSERT INTO t (n) VALUES (1 / $1)", [0])

    with pytest.raises(psycopg.errors.DivisionByZero):
        libpq.order("COMMIT")

    libpq.order("ROLLBACK")
    assert not libpq.is_open
    assert driver.execute("SELECT to_regclass('pg_temp.t')").fetchone() == (None,)


def test_what_is_rolled_back_before_it_was_sent_never_is(driver: psycopg.Connection[Any]) -> None:
    driver.rollback()
    libpq = Libpq(driver)
    libpq.order_later("BEGIN; SET LOCAL synchronous_commit TO off")
    statement = libpq.run_later("CREATE TEMPORARY TABLE never ()", [])
    assert libpq.is_open

    libpq.order("ROLLBACK")

    assert (libpq.is_open, statement.touched) == (False, None)
    assert driver.execute("SELECT to_regclass('pg_temp.never')").fetchone() == (None,)


def test_a_transaction_in_which_nothing_was_asked_costs_no_way_there(
    driver: psycopg.Connection[Any],
) -> None:
    driver.rollback()
    libpq = Libpq(driver)
    libpq.order_later("BEGIN; SET LOCAL synchronous_commit TO off")

    libpq.order("COMMIT")

    assert not libpq.is_open
    assert driver.info.transaction_status == TransactionStatus.IDLE


def test_a_connection_that_is_lost_among_several_is_given_up(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as lost, psycopg.connect(postgresql_url) as other:
        libpq = Libpq(lost)
        libpq.order_later("BEGIN")
        libpq.run_later("SELECT 1", [])
        other.execute("SELECT pg_terminate_backend(%s)", [lost.info.backend_pid])

        with pytest.raises(psycopg.OperationalError):
            libpq.run("SELECT 2", [])

        assert lost.closed


def test_what_is_asked_later_comes_with_what_is_asked_next(
    driver: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.rollback()
    libpq, together = Libpq(driver), []
    through = Libpq._through
    monkeypatch.setattr(
        Libpq, "_through", lambda self: (together.append(len(self._waiting)), through(self))[1]
    )

    libpq.order_later("BEGIN")
    many = libpq.ask_later("SELECT generate_series(1, $1::bigint)", [3])
    none = libpq.ask_later("SELECT 1 WHERE $1::boolean", [False])

    assert libpq.run("SELECT $1::bigint", [7]) == ([(7,)], 1)
    assert (many.found, none.found) == ([(1,), (2,), (3,)], [])
    assert together == [4]


def test_what_is_asked_later_and_refused_is_refused(driver: psycopg.Connection[Any]) -> None:
    driver.rollback()
    libpq = Libpq(driver)
    libpq.order_later("BEGIN")
    asked = libpq.ask_later("SELECT 1 / $1::bigint", [0])

    with pytest.raises(psycopg.errors.DivisionByZero):
        libpq.run("SELECT $1::bigint", [7])

    assert asked.found is None
    assert libpq.refused == "SELECT 1 / $1::bigint"
    libpq.order("ROLLBACK")
    assert libpq.run("SELECT $1::bigint", [7]) == ([(7,)], 1)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """To the server and back, with what went along: over a network they are what takes long."""
    made: list[list[str]] = []
    through = Libpq._through

    def counted(self: Libpq) -> Any:
        made.append([statement.sql.split()[0] for statement in self._waiting])
        return through(self)

    monkeypatch.setattr(Libpq, "_through", counted)
    return made


async def test_a_new_ticket_makes_four_ways_to_the_server(
    postgresql_url: str, ways: list[list[str]]
) -> None:
    store = SqlStore(postgresql_url)
    await store.write(lambda tx: tx.organisation.load(SETUP))
    desk = Desk(store, lambda: NOW, undo=MINUTE)
    await store.write(lambda tx: a_person(tx, slack_id="U7"))
    wish = OpenTicket("U7", "U7", "Printer", Words.plain("Half a page"))
    await desk.open(wish, once="view:1")
    ways.clear()

    await desk.open(wish, once="view:2")

    store.close()
    assert len(ways) == 4, ways


async def test_what_was_expected_and_not_asked_is_asked_anew(postgresql_url: str) -> None:
    store = SqlStore(postgresql_url)
    await store.write(lambda tx: tx.organisation.load(SETUP))

    def find(tx: SqlTransaction) -> tuple[object, object]:
        tx.people.expect("U0", ["who@acme.example", "U7"])
        tx.ping()
        a_person(tx, slack_id="U7")
        before = tx.people.by_handle("U7")
        tx.people.expect("U0", ["U8"])
        tx.ping()
        a_person(tx, slack_id="U8")
        tx.forget_expected()
        return before, tx.people.by_handle("U8")

    before, after = await store.write(find)

    store.close()
    assert (before is None, after is None) == (True, False)


async def test_a_mail_that_left_is_written_down_in_two_ways_to_the_server(
    postgresql_url: str, ways: list[list[str]]
) -> None:
    store = SqlStore(postgresql_url)
    await store.write(lambda tx: tx.organisation.load(SETUP))
    endings = Endings(Pacing(lambda: NOW), lambda: NOW)
    for address in ("ada@acme.example", "grace@acme.example"):
        await store.write(lambda tx, to=address: a_reply(tx, to))
        (mail,) = [
            one
            for one in await store.write(lambda tx: tx.outbox.lease(NOW, MINUTE, "us", 9))
            if isinstance(one.effect, SendMail)
        ]
        ways.clear()
        await store.write(lambda tx, one=mail: endings.well(tx, [(one, Done("250 ok"))]))

    store.close()
    assert len(ways) == 2, ways
