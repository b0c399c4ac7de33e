"""Acknowledgements are few enough that two machines cannot keep each other busy."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from desk.acknowledging import Budget
from desk.effects import Message, SendMail, WarnAdministrators
from desk.ticket import Origin
from desk.words import Words
from tests.desk.office import MAIL_ONLY, MARIE, PAUL, Office

BUDGET = Budget()
HOUR = timedelta(hours=1)


async def asks(office: Office, by: str = PAUL, text: str = "", budget: Budget = BUDGET) -> int:
    """A request by mail; each says something else."""
    words = Words.plain(text or f"Something at {office.now}, {len(office.rows())}.")
    return await office.open(
        by, description=words, origin=Origin.MAIL, message_id=f"<{words.text}>", budget=budget
    )


def told(office: Office) -> int:
    return sum(
        isinstance(row.effect, SendMail) and row.effect.message is Message.ACKNOWLEDGEMENT
        for row in office.rows()
    )


def warned(office: Office) -> int:
    return sum(isinstance(row.effect, WarnAdministrators) for row in office.rows())


async def test_a_sender_is_told_of_three_requests_an_hour(office: Office) -> None:
    tickets = [await asks(office) for _ in range(5)]

    assert len(set(tickets)) == 5
    assert told(office) == 3


async def test_after_an_hour_there_are_more(office: Office) -> None:
    for _ in range(4):
        await asks(office)
    office.later(HOUR)

    await asks(office)

    assert told(office) == 4


async def test_in_three_hours_there_are_ten_at_most(office: Office) -> None:
    generous = Budget(an_hour=5)
    for _ in range(20):
        await asks(office, budget=generous)
        office.later(timedelta(minutes=8))

    assert told(office) == 10


async def test_a_domain_has_a_budget_of_its_own(office: Office) -> None:
    small = Budget(domain_an_hour=2)
    for by in (PAUL, MARIE, PAUL, MAIL_ONLY):
        await asks(office, by, budget=small)

    assert told(office) == 3  # two of one domain, one of another


async def test_the_same_words_again_are_not_acknowledged(office: Office) -> None:
    await asks(office, text="We have your message.")
    office.later(HOUR)
    await asks(office, text="We have  your message.")

    assert told(office) == 1


async def test_administrators_hear_of_silence_once_a_day(office: Office) -> None:
    for _ in range(6):
        await asks(office)
    assert warned(office) == 1

    office.later(timedelta(days=1))
    for _ in range(6):
        await asks(office)
    assert warned(office) == 2


async def test_a_request_recorded_in_slack_spends_nothing(office: Office) -> None:
    for _ in range(5):
        await office.open(PAUL)

    assert told(office) == 5


async def test_a_repeated_command_spends_once(office: Office) -> None:
    for _ in range(3):
        await asks(office)

    spent = await office.store.read(
        lambda tx: tx.acknowledgements.to_domain("meridien.example", office.now - HOUR)
    )

    assert spent == 3


@pytest.mark.parametrize("times", [8])
async def test_requests_at_the_same_moment_are_counted_one_after_the_other(
    office: Office, times: int
) -> None:
    wishes = [asks(office, text=f"Request {n}") for n in range(times)]

    await asyncio.gather(*wishes)

    assert told(office) == BUDGET.an_hour
