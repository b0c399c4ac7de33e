"""Mails by which somebody tries to get at a ticket that is not theirs, or to vanish."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.mail_in import Unworkable
from desk.journal import Kind
from mail.reading import Incoming, read_mail
from mail.trust import Result, Trust
from tests.bot.test_mail_in import (
    FORWARD,
    OPEN_DOOR,
    PAUL,
    STRANGER,
    TECHNICIAN,
    Desk,
    a_mail,
    desk,
    furnished,
    furnished_postgresql,
    furnished_sqlite,
    office,
)

__all__ = ["desk", "furnished", "furnished_postgresql", "furnished_sqlite", "office"]

MALLORY = f"Mallory <{STRANGER}>"


async def test_a_guessed_number_under_somebodys_name_brings_nobody_in(desk: Desk) -> None:
    ticket = await desk.office.open(PAUL)
    forged = a_mail(PAUL, f"Re: [R-{ticket:06d}] Printer", "Any news?", Cc=MALLORY)

    await desk.takes(forged)

    assert (await desk.office.last(ticket)).kind is Kind.ANSWER
    assert (await desk.office.ticket(ticket)).participants == ()


async def test_who_answers_a_mail_of_ours_brings_others_in(desk: Desk) -> None:
    ticket = await desk.office.open(PAUL)
    answer = a_mail(PAUL, "Re: Printer", "And Nora", await desk.token(ticket), Cc="nora@x.example")

    await desk.takes(answer)

    assert (await desk.office.ticket(ticket)).participants == (await desk.id_of("nora@x.example"),)


@pytest.mark.parametrize("result", [Result.UNKNOWN, Result.FAILED])
async def test_a_doubtful_answer_brings_nobody_in(desk: Desk, result: Result) -> None:
    ticket = await desk.office.open(PAUL)
    answer = a_mail(PAUL, "Re: Printer", "And her", await desk.token(ticket), Cc=MALLORY)

    await desk.takes(replace(answer, unverified=True, trust=Trust(result, (), True)))

    assert (await desk.office.ticket(ticket)).participants == ()


async def test_a_doubtful_mail_with_a_number_alone_is_a_request_of_its_own(desk: Desk) -> None:
    ticket = await desk.office.open(PAUL)
    before = await desk.office.journal(ticket)

    await desk.takes(doubtful(a_mail(PAUL, f"Re: [R-{ticket:06d}] Printer", "Any news?")))

    assert await desk.office.journal(ticket) == before
    assert (await desk.office.ticket(ticket + 1)).description.text.strip() == "Any news?"


async def test_a_doubtful_request_brings_nobody_in(desk: Desk) -> None:
    await desk.takes(doubtful(a_mail(PAUL, "Printer", "It jams.", Cc=MALLORY)))

    assert (await desk.office.ticket(1)).participants == ()


async def test_a_doubtful_forward_asks_for_nobody_else(desk: Desk) -> None:
    await desk.takes(doubtful(a_mail(TECHNICIAN, "Fwd: Black screen", FORWARD)))

    assert (await desk.office.ticket(1)).requester == await desk.id_of(TECHNICIAN)


def doubtful(mail: Incoming) -> Incoming:
    return replace(mail, unverified=True)


async def test_a_mail_that_names_no_sender_is_not_dropped_in_silence(desk: Desk) -> None:
    """It is set aside, and administrators hear of it."""
    with pytest.raises(Unworkable, match="nobody is named as its sender"):
        await desk.takes(read_mail(b"Subject: Printer\r\n\r\nIt jams again.\r\n"), OPEN_DOOR)

    assert await desk.tickets() == 0
