"""Of the new messages of one channel each leaves after the one before it."""

import asyncio
import time

import pytest

from bot import in_order
from bot.in_order import InOrder

CHANNEL, OTHER = "C1", "C2"


class Slack:
    """Takes messages; each is answered when told to be."""

    def __init__(self) -> None:
        self.order = InOrder()
        self.came: list[int] = []
        self._answers: dict[int, asyncio.Future[None]] = {}

    async def post(self, number: int, channel: str = CHANNEL) -> None:
        async with self.order.turn(channel, number) as leaves:
            leaves()
            self.came.append(number)
            self._answers[number] = asyncio.get_running_loop().create_future()
            await self._answers[number]

    def answer(self, number: int, fault: Exception | None = None) -> None:
        if fault is None:
            self._answers[number].set_result(None)
        else:
            self._answers[number].set_exception(fault)


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Slack:
    monkeypatch.setattr(in_order, "APART", 60.0)
    return Slack()


def _posts(slack: Slack, *numbers: int) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(slack.post(number)) for number in numbers]


async def test_the_next_one_leaves_when_the_one_before_is_answered(slack: Slack) -> None:
    _posts(slack, 1, 2, 3)
    await _settle()
    assert slack.came == [1]
    slack.answer(1)
    await _settle()
    assert slack.came == [1, 2]


async def test_of_those_that_wait_the_lowest_number_leaves_first(slack: Slack) -> None:
    """On PostgreSQL several are written at once, and a later one may be committed earlier."""
    tasks = _posts(slack, 1, 4, 2, 3)
    for number in (1, 2, 3, 4):
        await _settle()
        assert slack.came[-1] == number
        slack.answer(number)
    await asyncio.gather(*tasks)


async def test_another_channel_waits_for_nobody(slack: Slack) -> None:
    _posts(slack, 1)
    elsewhere = asyncio.create_task(slack.post(2, OTHER))
    await _settle()
    assert slack.came == [1, 2]
    slack.answer(2)
    await elsewhere


async def test_a_slow_slack_holds_up_nobody_for_long(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_order, "APART", 0.01)
    tasks = _posts(slack, 1, 2, 3)
    async with asyncio.timeout(60):
        while slack.came != [1, 2, 3]:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.001)
    for number in (1, 2, 3):
        slack.answer(number)
    await asyncio.gather(*tasks)


async def test_while_the_machine_stands_still_none_leaves_before_the_one_before_it_could(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new connection takes some rounds of the event loop, however long each of them is."""
    monkeypatch.setattr(in_order, "APART", 0.01)
    tasks = _posts(slack, 1, 2)
    for _ in range(in_order.ROUNDS // 2):
        time.sleep(0.005)  # noqa: ASYNC251 - the machine does not ask either
        await asyncio.sleep(0)
    assert slack.came == [1]
    slack.answer(1)
    await _settle()
    slack.answer(2)
    await asyncio.gather(*tasks)


async def test_one_that_fails_passes_its_turn_on(slack: Slack) -> None:
    first, _ = _posts(slack, 1, 2)
    await _settle()
    slack.answer(1, OSError("cut off"))
    with pytest.raises(OSError, match="cut off"):
        await first
    await _settle()
    assert slack.came == [1, 2]


@pytest.mark.parametrize("told", [False, True], ids=["while it waits", "as it is told"])
async def test_one_that_is_broken_off_holds_up_nobody(slack: Slack, told: bool) -> None:
    first, second, third = _posts(slack, 1, 2, 3)
    await _settle()
    if told:
        slack.answer(1)
        # The first one tells it, and before it goes on with that:
        asyncio.get_running_loop().call_soon(second.cancel)
    else:
        second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    if not told:
        slack.answer(1)
    await first
    await _settle()
    assert slack.came == [1, 3]
    slack.answer(3)
    await third


async def test_nothing_is_kept_of_a_channel_that_is_quiet(slack: Slack) -> None:
    tasks = _posts(slack, 1, 2)
    await _settle()
    slack.answer(1)
    await _settle()
    slack.answer(2)
    await asyncio.gather(*tasks)
    assert vars(slack.order)["_waiting"] == {}
