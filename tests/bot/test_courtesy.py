"""Whoever waits for an answer goes first, and what steps back for them ends all the same."""

from __future__ import annotations

import asyncio
import random
import time
from functools import partial

import pytest

from bot import courtesy
from bot.courtesy import IN_A_ROUND, Courtesy
from tests.bot.couriers import LONG


class Work:
    """Does its steps, and notes each."""

    def __init__(self, steps: int, long: float = 0.0) -> None:
        self._steps, self._long = steps, long
        self.done = 0
        self.fault: BaseException | None = None

    async def __call__(self) -> str:
        try:
            for _ in range(self._steps):
                time.sleep(self._long)  # noqa: ASYNC251 - as long as drawing a card takes
                self.done += 1
                await asyncio.sleep(0)
        except BaseException as fault:
            self.fault = fault
            raise
        return "done"


async def some_rounds() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_it_is_quiet_when_nobody_was_answered_for_a_while() -> None:
    people = Courtesy()
    assert people.is_quiet(3600)

    with people.answering():
        assert not people.is_quiet(0)

    assert people.is_quiet(0)
    assert not people.is_quiet(3600)


async def test_it_is_done_as_by_itself() -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise KeyError("x")

    async def is_late() -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(LONG)
        except TimeoutError:
            return "late"
        return "in time"

    people = Courtesy()

    assert await people.behind(Work(3)) == "done"
    assert await people.behind(is_late) == "late"
    with pytest.raises(KeyError):
        await people.behind(fails)


async def test_no_step_is_made_while_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", LONG)
    people, work = Courtesy(), Work(9)
    doing = asyncio.create_task(people.behind(work))
    await asyncio.sleep(0)

    with people.answering():
        before = work.done
        await some_rounds()
        with people.answering():
            await some_rounds()
        await some_rounds()
        assert (before, work.done) == (1, 1)

    assert await asyncio.wait_for(doing, LONG) == "done"


async def test_but_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", 0.05)
    people = Courtesy()

    with people.answering():
        assert await asyncio.wait_for(people.behind(Work(9)), LONG) == "done"


async def test_between_long_steps_others_are_heard() -> None:
    people, rounds, in_round = Courtesy(), 0, []

    async def draws() -> None:
        in_round.append(rounds)
        time.sleep(IN_A_ROUND * 2)  # noqa: ASYNC251

    all_of_them = [asyncio.create_task(people.behind(draws)) for _ in range(5)]
    while not all(task.done() for task in all_of_them):
        await asyncio.sleep(0)
        rounds += 1

    assert len(set(in_round)) == 5


async def test_short_steps_share_a_round() -> None:
    people, rounds, in_round = Courtesy(), 0, []

    async def notes() -> None:
        in_round.append(rounds)

    all_of_them = [asyncio.create_task(people.behind(notes)) for _ in range(3)]
    while not all(task.done() for task in all_of_them):
        await asyncio.sleep(0)
        rounds += 1

    assert len(set(in_round)) < 3


async def test_cancelled_while_it_waits_it_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", LONG)
    people, work = Courtesy(), Work(9)
    doing = asyncio.create_task(people.behind(work))
    await asyncio.sleep(0)
    with people.answering():
        await some_rounds()
        doing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await doing

    assert isinstance(work.fault, asyncio.CancelledError)


async def test_and_keeps_nobody_behind_it_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", LONG)
    people = Courtesy()
    doing = [asyncio.create_task(people.behind(Work(4))) for _ in range(3)]
    await asyncio.sleep(0)
    with people.answering():
        await some_rounds()
    doing[0].cancel()

    ended = await asyncio.wait_for(asyncio.gather(*doing, return_exceptions=True), LONG)

    assert ended[1:] == ["done", "done"]


async def test_all_of_it_ends_whoever_comes_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is forgotten: no time limit would wake them here."""
    monkeypatch.setattr(courtesy, "PATIENCE", 10 * LONG)
    people, dice = Courtesy(), random.Random(7)

    async def somebody() -> None:
        await asyncio.sleep(dice.random() * 0.02)
        with people.answering():
            await asyncio.sleep(dice.random() * 0.003)

    works = [Work(dice.randint(1, 9), dice.choice([0.0, IN_A_ROUND])) for _ in range(60)]
    doing = [asyncio.create_task(people.behind(work)) for work in works]
    for _ in range(8):
        await asyncio.gather(*(somebody() for _ in range(6)))

    assert await asyncio.wait_for(asyncio.gather(*doing), LONG) == ["done"] * 60


async def test_what_begins_when_it_is_quiet_begins_after_the_answer() -> None:
    people, order = Courtesy(), []
    with people.answering():
        people.when_quiet(partial(order.append, "work"))
        await some_rounds()
        order.append("answer")
    await some_rounds()

    assert order == ["answer", "work"]


async def test_works_go_on_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", LONG)
    people, order = Courtesy(), []

    async def draw(number: int) -> None:
        for step in range(3):
            time.sleep(IN_A_ROUND * 0.6)  # noqa: ASYNC251
            order.append((step, number))
            await asyncio.sleep(0)

    doing = [asyncio.create_task(people.behind(partial(draw, number))) for number in range(6)]
    for _ in range(9):
        await asyncio.sleep(0)
        with people.answering():
            await some_rounds()
    await asyncio.gather(*doing)

    assert [number for step, number in order if step == 0] == list(range(6))
    assert [number for step, number in order if step == 2] == list(range(6))


async def test_long_work_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", 0.001)
    people, download = Courtesy(), Work(10**6)
    downloading = asyncio.create_task(people.behind(download))
    await asyncio.sleep(0)

    with people.answering():
        assert await asyncio.wait_for(people.behind(Work(8)), LONG) == "done"
    assert await asyncio.wait_for(people.behind(Work(8, IN_A_ROUND * 1.5)), LONG) == "done"

    downloading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await downloading


def test_an_answer_ends_without_a_loop_as_well() -> None:
    people = Courtesy()

    with pytest.raises(KeyError), people.answering():
        raise KeyError("x")

    assert people.people == 0


async def test_work_that_is_left_ends_in_order(recwarn: pytest.WarningsRecorder) -> None:
    people, work = Courtesy(), Work(9)
    with people.answering():
        left = people.behind(work)
        left.send(None)
        left.close()

    assert work.done == 0
    assert not recwarn.list


async def test_work_within_work_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", LONG)
    people = Courtesy()

    async def outer() -> str:
        return await people.behind(partial(people.behind, Work(5, IN_A_ROUND)))

    doing = [asyncio.create_task(people.behind(outer)) for _ in range(5)]
    await asyncio.sleep(0)
    with people.answering():
        await some_rounds()

    assert await asyncio.wait_for(asyncio.gather(*doing), LONG) == ["done"] * 5


async def test_who_is_gone_when_its_turn_comes_passes_it_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", LONG)
    people = Courtesy()
    with people.answering():
        gone = people.behind(Work(1))
        gone.send(None)
        doing = asyncio.create_task(people.behind(Work(1)))
        await some_rounds()
    await asyncio.sleep(0)
    gone.close()

    assert await asyncio.wait_for(doing, LONG) == "done"
