"""A delivery that comes twice is carried out once; what was refused is not remembered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from desk.assign_ticket import ClaimTicket
from desk.errors import AlreadyTaken, Busy, InvalidFields, Stale
from desk.hold_ticket import WakeTicket
from desk.journal import Kind
from desk.lifecycle import State
from desk.open_ticket import OpenTicket
from desk.ports import Transaction
from desk.reply import Reply
from desk.result import Result
from desk.service import Desk
from desk.trying_again import TRIES
from desk.words import Words
from tests.desk.office import CAMILLE, NOW, PAUL, PIERRE, UNDO, Office

WISH = OpenTicket(PAUL, PAUL, "Printer jams", Words.plain("On the third floor."))


async def test_a_form_sent_twice_is_one_ticket(office: Office) -> None:
    first = await office.does(WISH, once="view:V1:ticket.new")
    before = office.rows()

    again = await office.does(WISH, once="view:V1:ticket.new")

    assert again == first
    assert office.rows() == before
    assert len(await office.journal(1)) == 1


async def test_the_first_answer_is_given_again_whatever_happened_since(office: Office) -> None:
    number = await office.open()
    first = await office.does(ClaimTicket(number, PIERRE), once="click:1")
    await office.does(Reply(number, PIERRE, Words.plain("Hello")))

    again = await office.does(ClaimTicket(number, CAMILLE), once="click:1")

    assert again == first
    assert (await office.ticket(number)).assignee == await office.id_of(PIERRE)


async def test_an_answer_of_nothing_done_is_remembered_as_such(office: Office) -> None:
    number = await office.open()

    first = await office.does(WakeTicket(number), once="wake:1")
    again = await office.does(WakeTicket(number), once="wake:1")

    assert first == again == Result(number, changed=False)


async def test_other_keys_are_other_deliveries(office: Office) -> None:
    numbers = [(await office.does(WISH, once=f"view:V{n}:ticket.new")).ticket for n in range(3)]

    assert numbers == [1, 2, 3]


async def test_a_refused_command_remembers_nothing(office: Office) -> None:
    empty = OpenTicket(PAUL, PAUL, "", Words())

    with pytest.raises(InvalidFields):
        await office.does(empty, once="view:V1:ticket.new")
    corrected = await office.does(WISH, once="view:V1:ticket.new")

    assert corrected.ticket == 1
    assert (await office.ticket(1)).subject == "Printer jams"


async def test_a_refused_command_stores_nothing_at_all(office: Office) -> None:
    number = await office.open()
    await office.does(ClaimTicket(number, PIERRE))
    before = await office.ticket(number), await office.journal(number), office.rows()

    with pytest.raises(AlreadyTaken):
        await office.does(ClaimTicket(number, "U0AICHA"), once="click:1")

    assert (await office.ticket(number), await office.journal(number), office.rows()) == before
    assert await office.store.read(lambda tx: tx.first_time("click:1")) is None


async def test_the_same_delivery_twice_at_once_is_carried_out_once(office: Office) -> None:
    answers = await asyncio.gather(*(office.does(WISH, once="view:V1") for _ in range(8)))

    assert set(answers) == {answers[0]}
    assert [row.effect.key for row in office.rows()].count(f"card:{answers[0].ticket}") == 1
    assert await office.store.read(lambda tx: tx.tickets.count()) == 1


async def test_without_a_key_every_delivery_counts(office: Office) -> None:
    assert {(await office.does(WISH)).ticket for _ in range(2)} == {1, 2}


async def test_many_at_once_lose_nothing(office: Office) -> None:
    number = await office.open()
    says = [Reply(number, PIERRE, Words.plain(f"Question {n}")) for n in range(12)]

    await asyncio.gather(*map(office.does, says))

    replies = [e for e in await office.journal(number) if e.kind is Kind.REPLY]
    ticket = await office.ticket(number)
    assert {e.words.text for e in replies} == {f"Question {n}" for n in range(12)}
    assert (ticket.state, ticket.version) == (State.NEW, 13)


@dataclass
class Unlucky:
    """A store in which somebody else is always faster, for the first `times`."""

    office: Office
    times: int
    tried: int = 0

    async def write(self, work: object) -> object:
        def spoiled(tx: Transaction) -> object:
            self.tried += 1
            result = work(tx)  # type: ignore[operator]
            if self.tried <= self.times:
                raise Stale()
            return result

        return await self.office.store.write(spoiled)


async def test_who_was_overtaken_decides_again(office: Office) -> None:
    store = Unlucky(office, times=TRIES - 1)
    desk = Desk(store, lambda: NOW, UNDO)  # type: ignore[arg-type]

    result = await desk.handle(WISH, once="view:V1")

    assert store.tried == TRIES
    assert await office.store.read(lambda tx: tx.first_time("view:V1")) == result
    assert len(office.waiting()) == 3


async def test_who_is_overtaken_always_is_told_to_try_again(office: Office) -> None:
    store = Unlucky(office, times=99)
    desk = Desk(store, lambda: NOW, UNDO)  # type: ignore[arg-type]

    with pytest.raises(Busy):
        await desk.handle(WISH, once="view:V1")

    assert store.tried == TRIES
    assert office.rows() == []
    assert await office.store.read(lambda tx: tx.first_time("view:V1")) is None
