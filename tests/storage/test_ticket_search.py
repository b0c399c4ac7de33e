"""Tickets are found by their words, as soon as the index has caught up, and nothing is missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from threading import Event
from typing import Any

import pytest

from desk.journal import Draft, Kind
from desk.lifecycle import State
from desk.people import Person
from desk.searchable import asked_words
from desk.words import Words
from storage import ticket_search
from storage.store import SqlStore
from storage.tables import ticket_words
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, SETUP, a_person, a_ticket


def add(tx: SqlTransaction, subject: str, requester: int | None = None, **changes: Any) -> int:
    """A new ticket, written down as the desk does it."""
    whose = a_person(tx).id if requester is None else requester
    plain = {"description": Words(), "subject": subject}
    ticket = tx.tickets.add(a_ticket(whose, **{**plain, **changes})).id
    tx.journal.add(Draft(ticket, Kind.OPENED, whose), NOW)
    return ticket


def say(tx: SqlTransaction, ticket: int, kind: Kind, words: str = "", **changes: Any) -> int:
    return tx.journal.add(Draft(ticket, kind, None, Words.plain(words), **changes), NOW).id


async def caught_up(store: SqlStore, at: datetime = NOW) -> None:
    while (await store.write(lambda tx: tx.index.catch_up(at, 10))).more:
        pass


async def found(store: SqlStore, query: str, most: int = 100) -> list[int]:
    tickets = await store.read(lambda tx: tx.tickets.find(asked_words(query), most))
    return [ticket.id for ticket in tickets]


async def found_by(store: SqlStore, person: int, query: str) -> list[int]:
    tickets = await store.read(lambda tx: tx.tickets.find_own(person, asked_words(query), 100))
    return [ticket.id for ticket in tickets]


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("printer", True),
        ("PRIN floor", True),  # beginnings, in any order and case
        ("imprimante etage", True),  # without accents
        ("IMPRIMANTE ÉTAGE", True),
        ("printer paul", True),  # the requester's name
        ("acme.example", True),  # and address
        ("rinter", False),  # only beginnings
        ("printer scanner", False),  # every word must occur
        ("3", True),  # a single digit is a whole word
        ("1", False),
        ('printer" OR "x', False),
        ("p* | !x", False),
        ("'%_\\", False),
        ("", False),
    ],
)
async def test_the_beginnings_of_all_words_must_occur(desk: SqlStore, query: str, hit: bool):
    def fill(tx: SqlTransaction) -> int:
        paul = a_person(tx, "Paul Smith", email="paul@acme.example").id
        add(tx, "Something else", a_person(tx, "Zoé").id)
        words = Words.plain("Imprimante du 3ème étage, room 12 & 3")
        return add(tx, "Printer on the floor", paul, description=words)

    ticket = await desk.write(fill)
    await caught_up(desk)

    assert await found(desk, query) == ([ticket] if hit else [])


async def test_long_words_are_told_apart_to_their_last_letter(desk: SqlStore):
    words = ["internationalisation", "internationalise", "internationaux"]
    tickets = [await desk.write(lambda tx, w=word: add(tx, f"Printer {w}")) for word in words]
    await caught_up(desk)

    assert await found(desk, "print internationalis") == [tickets[1], tickets[0]]
    assert await found(desk, "internationalisation print") == [tickets[0]]
    assert await found(desk, "internation") == tickets[::-1]


async def test_words_may_stand_in_different_texts_of_one_ticket(desk: SqlStore):
    ticket = await desk.write(lambda tx: add(tx, "Printer jams"))
    other = await desk.write(lambda tx: add(tx, "Printer is empty"))
    await caught_up(desk)
    await desk.write(lambda tx: say(tx, ticket, Kind.NOTE, "The fuser is worn"))
    await caught_up(desk)

    assert await found(desk, "printer fuser") == [ticket]
    assert await found(desk, "printer") == [other, ticket]


async def test_open_tickets_come_first_and_the_newest_before_older_ones(desk: SqlStore):
    states = [State.NEW, State.CLOSED, State.ASSIGNED, State.RESOLVED]
    tickets = [await desk.write(lambda tx, s=s: add(tx, "Printer", state=s)) for s in states]
    await caught_up(desk)

    assert await found(desk, "printer") == [tickets[2], tickets[0], tickets[3], tickets[1]]
    assert await found(desk, "printer", most=1) == [tickets[2]]


async def test_an_edited_note_is_found_by_what_it_says_now_and_a_deleted_one_not(desk: SqlStore):
    ticket = await desk.write(lambda tx: add(tx, "Printer"))
    note = await desk.write(lambda tx: say(tx, ticket, Kind.NOTE, "fusser"))
    await caught_up(desk)
    before = await found(desk, "fusser")

    await desk.write(lambda tx: say(tx, ticket, Kind.NOTE_EDITED, "roller", refers_to=note))
    await caught_up(desk)
    edited = [await found(desk, word) for word in ("fusser", "roller")]
    await desk.write(lambda tx: say(tx, ticket, Kind.NOTE_EDITED, "fuser", refers_to=note))
    await caught_up(desk)
    again = [await found(desk, word) for word in ("roller", "fuser")]
    await desk.write(lambda tx: say(tx, ticket, Kind.NOTE_DELETED, refers_to=note))
    await caught_up(desk)

    assert before == [ticket]
    assert edited == again == [[], [ticket]]
    assert await found(desk, "fuser") == []


async def test_people_find_only_what_is_theirs_and_public(desk: SqlStore):
    def fill(tx: SqlTransaction) -> tuple[int, int, int, int]:
        paul, marie = a_person(tx, "Paul").id, a_person(tx, "Marie").id
        own, for_her = add(tx, "Printer", paul), add(tx, "Printer", marie, beneficiary=paul)
        add(tx, "Printer", marie)
        say(tx, own, Kind.NOTE, "confidential")
        say(tx, own, Kind.ANSWER, "toner", facts={"whole": "quoted"})
        return paul, marie, own, for_her

    paul, marie, own, for_her = await desk.write(fill)
    await caught_up(desk)

    assert await found_by(desk, paul, "printer") == [for_her, own]
    assert await found_by(desk, paul, "toner") == [own]
    assert await found_by(desk, marie, "toner") == []
    assert await found_by(desk, paul, "confidential") == await found_by(desk, paul, "quoted") == []
    assert await found(desk, "confidential quoted") == [own]
    assert await found_by(desk, paul, "") == []


async def test_a_reply_is_found_by_its_reader_once_its_undo_time_is_over(desk: SqlStore):
    later = NOW + MINUTE
    paul = (await desk.write(lambda tx: a_person(tx))).id
    ticket = await desk.write(lambda tx: add(tx, "Printer", paul))
    await desk.write(lambda tx: say(tx, ticket, Kind.REPLY, "Which model?", public_from=later))
    await caught_up(desk)
    during = [await found(desk, "model"), await found_by(desk, paul, "model")]
    assert not await desk.read(lambda tx: tx.index.is_behind(NOW))

    assert await desk.read(lambda tx: tx.index.is_behind(later))
    await caught_up(desk, later)

    assert during == [[ticket], []]
    assert await found_by(desk, paul, "model") == [ticket]


async def test_a_reply_taken_back_is_never_found_by_its_reader(desk: SqlStore):
    paul = (await desk.write(lambda tx: a_person(tx))).id
    ticket = await desk.write(lambda tx: add(tx, "Printer", paul))
    reply = await desk.write(
        lambda tx: say(tx, ticket, Kind.REPLY, "Idiot", public_from=NOW + MINUTE)
    )
    await caught_up(desk)

    await desk.write(lambda tx: say(tx, ticket, Kind.WITHDRAWN, refers_to=reply))
    await caught_up(desk, NOW + 2 * MINUTE)

    assert await found_by(desk, paul, "idiot") == []
    assert await found_by(desk, paul, "printer") == [ticket]


async def test_people_are_found_by_the_name_they_have_now(desk: SqlStore):
    known = Person(0, "Marie Sklodowska", "marie@acme.example", "U7")
    marie = await desk.write(lambda tx: tx.people.learn(known))
    ticket = await desk.write(lambda tx: add(tx, "Printer", marie.id))
    await caught_up(desk)

    await desk.write(lambda tx: tx.people.learn(replace(known, name="Marie Curie")))
    await caught_up(desk)

    assert await found(desk, "curie") == [ticket]
    assert await found(desk, "sklodowska") == []


async def test_who_turns_out_to_be_somebody_else_brings_their_tickets_along(desk: SqlStore):
    by_mail = await desk.write(lambda tx: a_person(tx, "p.smith", email="paul@acme.example"))
    ticket = await desk.write(lambda tx: add(tx, "Printer", by_mail.id))
    seen = await desk.write(lambda tx: tx.people.learn(Person(0, "Paul Smith", None, "U8")))
    await caught_up(desk)

    await desk.write(lambda tx: tx.people.set_address(seen.id, "paul@acme.example"))
    await caught_up(desk)

    assert await found(desk, "paul smith printer") == [ticket]
    assert await found_by(desk, seen.id, "printer") == [ticket]


async def test_whatever_is_written_can_be_indexed(desk: SqlStore):
    strange = [
        "\u0130\u0131ß㍿",
        "'; DROP TABLE",
        "🙂" * 50,
        "x" * 20_000,
        "a\x00b".replace("\x00", ""),
    ]
    many = " ".join(f"{number:x}{'é' * 30}" for number in range(12_000))
    tickets = [await desk.write(lambda tx, s=s: add(tx, s)) for s in [*strange, "many"]]
    await desk.write(lambda tx: say(tx, tickets[-1], Kind.NOTE, many))

    await caught_up(desk)

    assert await found(desk, "drop") == [tickets[1]]
    assert await found(desk, "x" * 60) == [tickets[3]]
    assert await found(desk, "many") == [tickets[-1]]


async def test_what_was_not_committed_is_indexed_again(desk: SqlStore):
    """A process may end at any moment: words and notes change in one transaction."""
    ticket = await desk.write(lambda tx: add(tx, "Printer"))

    def crash(tx: SqlTransaction) -> None:
        tx.index.catch_up(NOW, 10)
        raise KeyError("crash")

    with pytest.raises(KeyError):
        await desk.write(crash)

    assert await found(desk, "printer") == []
    assert await desk.read(lambda tx: tx.index.is_behind(NOW))
    await caught_up(desk)
    assert await found(desk, "printer") == [ticket]


async def test_a_portion_is_never_larger_than_asked_for(desk: SqlStore):
    for _ in range(5):
        await desk.write(lambda tx: say(tx, add(tx, "Printer"), Kind.NOTE, "again"))

    portions = [await desk.write(lambda tx: tx.index.catch_up(NOW, 2)) for _ in range(4)]

    assert [portion.tickets for portion in portions] == [2, 2, 1, 0]
    assert [portion.more for portion in portions] == [True, True, False, False]
    assert len(await found(desk, "printer again")) == 5


async def test_everything_can_be_indexed_anew_and_new_tickets_meanwhile(desk: SqlStore):
    old = [await desk.write(lambda tx: add(tx, "Printer")) for _ in range(5)]
    await caught_up(desk)
    await desk.write(_lose_the_index)
    assert await found(desk, "printer") == []

    await desk.write(lambda tx: tx.index.begin_anew())
    left = [await desk.read(lambda tx: tx.index.left())]
    first = await desk.write(lambda tx: tx.index.go_back(NOW, 2))
    left.append(await desk.read(lambda tx: tx.index.left()))
    newest_first = await found(desk, "printer")
    new = await desk.write(lambda tx: add(tx, "Printer"))
    await caught_up(desk)

    assert (first.tickets, left) == (2, [5, 3])
    assert newest_first == old[:2:-1]
    assert await desk.read(lambda tx: tx.index.left()) is None
    assert await found(desk, "printer") == [new, *reversed(old)]


def _lose_the_index(tx: SqlTransaction) -> None:
    tx._connection.execute(ticket_words.delete())


async def test_of_a_frequent_word_the_newest_are_ranked(
    desk: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ticket_search, "RANKED", 3)
    monkeypatch.setattr(ticket_search, "_LOOKED_THROUGH", 4)
    monkeypatch.setattr(ticket_search, "_RARE", 3)
    subjects = ["Printer rare", *["Printer old"] * 6, *["Printer"] * 6]
    tickets = [await desk.write(lambda tx, s=s: add(tx, s)) for s in subjects]
    await caught_up(desk)

    assert await found(desk, "printer", most=3) == tickets[:-4:-1]
    assert await found(desk, "printer old", most=3) == tickets[6:3:-1]
    assert await found(desk, "rare", most=3) == tickets[:1]


async def test_a_transaction_that_ends_late_is_not_missed(postgresql_url: str):
    """Numbers are given when a row is written, and seen when its transaction ends."""
    store = SqlStore(postgresql_url)
    await store.write(lambda tx: tx.organisation.load(SETUP))
    async with _held_open(store, lambda tx: add(tx, "Printer")) as late:
        early = await store.write(lambda tx: add(tx, "Printer"))
        await caught_up(store)
        assert await found(store, "printer") == [early]

    await caught_up(store)

    assert await found(store, "printer") == [early, *late]
    store.close()


async def test_one_process_at_a_time_keeps_the_index(postgresql_url: str):
    store = SqlStore(postgresql_url)
    await store.write(lambda tx: tx.organisation.load(SETUP))
    ticket = await store.write(lambda tx: add(tx, "Printer"))
    async with _held_open(store, lambda tx: tx.index.catch_up(NOW, 10)) as at_work:
        beside = await store.write(lambda tx: tx.index.catch_up(NOW, 10))

    assert (beside.tickets, at_work[0].tickets) == (0, 1)
    assert await found(store, "printer") == [ticket]
    store.close()


@asynccontextmanager
async def _held_open(
    store: SqlStore, work: Callable[[SqlTransaction], Any]
) -> AsyncIterator[list[Any]]:
    """`work` is done when the block begins, and its transaction ends with the block."""
    done, over, values = Event(), Event(), []

    def hold(tx: SqlTransaction) -> None:
        values.append(work(tx))
        done.set()
        assert over.wait(20)

    task = asyncio.create_task(store.write(hold))
    try:
        assert await asyncio.to_thread(done.wait, 20)
        yield values
    finally:
        over.set()
        await task
