"""Mails that came back are shown while that is true, and nobody is mailed about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from desk.answer_ticket import AnswerTicket
from desk.ask_ticket import OpenPage
from desk.effects import SendMail
from desk.errors import TooEarly
from desk.journal import Kind
from desk.lifecycle import State
from desk.mails import Delivery, DeliveryState, ReturnedMail
from desk.people import Person
from desk.reply import Reply, RetryMail
from desk.report_undelivered import DELAYED, ReportUndelivered
from desk.setting_up import LearnPeople
from desk.words import Words
from tests.desk.office import ADA, MAIL_ONLY, PAUL, PIERRE, Office, bring_to

ADDRESS = "paul.smith@meridien.example"


async def replied(office: Office) -> tuple[int, Delivery]:
    """A ticket, and the reply that left."""
    number = await bring_to(office, State.ASSIGNED)
    result = await office.does(Reply(number, PIERRE, Words.plain("Switch it off.")))
    office.later()
    await office.deliver()
    (delivery,) = [d for d in await deliveries(office, number) if d.entry == result.entry]
    return number, delivery


async def deliveries(office: Office, number: int) -> tuple[Delivery, ...]:
    return await office.store.read(lambda tx: tx.journal.deliveries(number))


async def state(office: Office, number: int, mail: Delivery) -> tuple[DeliveryState, str]:
    (found,) = [d for d in await deliveries(office, number) if d.outbox == mail.outbox]
    return found.state, found.reason


async def flagged(office: Office) -> ReturnedMail | None:
    return await office.store.read(lambda tx: tx.returned_mails.of_address(ADDRESS))


def came_back(number: int, mail: Delivery, **changes: Any) -> ReportUndelivered:
    values = {"address": ADDRESS, "reason": "mailbox_full", "said": "552 full", "hard": False}
    return ReportUndelivered(number, row=mail.outbox, **{**values, **changes})


async def test_a_mail_that_came_back_counts_as_failed(office: Office) -> None:
    number, mail = await replied(office)

    await office.does(came_back(number, mail))

    entry = await office.last(number)
    assert await state(office, number, mail) == (DeliveryState.FAILED, "mailbox_full")
    assert (entry.kind, entry.facts["reason"]) == (Kind.RETURNED, "mailbox_full")
    assert not entry.is_public
    assert await flagged(office) is not None
    assert not [row for row in office.waiting() if isinstance(row, SendMail)]


async def test_a_report_waits_for_the_mail_that_is_not_known_to_have_left(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    result = await office.does(Reply(number, PIERRE, Words.plain("Switch it off.")))
    (mail,) = [d for d in await deliveries(office, number) if d.entry == result.entry]

    with pytest.raises(TooEarly):
        await office.does(came_back(number, mail))
    office.later()
    await office.deliver()
    await office.does(came_back(number, mail))

    assert await state(office, number, mail) == (DeliveryState.FAILED, "mailbox_full")


async def test_many_reports_of_one_mail_are_one_entry(office: Office) -> None:
    number, mail = await replied(office)
    for _ in range(20):
        await office.does(came_back(number, mail))

    journal = await office.journal(number)
    known = await flagged(office)

    assert [e.kind for e in journal].count(Kind.RETURNED) == 1
    assert known is not None
    assert known.times == 20


async def test_a_mail_that_is_late_has_not_failed(office: Office) -> None:
    number, mail = await replied(office)

    await office.does(came_back(number, mail, reason=DELAYED))

    assert await state(office, number, mail) == (DeliveryState.SENT, "")
    assert await flagged(office) is None
    assert (await office.last(number)).facts["reason"] == DELAYED


async def test_a_late_mail_may_still_fail(office: Office) -> None:
    number, mail = await replied(office)
    await office.does(came_back(number, mail, reason=DELAYED))

    await office.does(came_back(number, mail))
    await office.does(came_back(number, mail, reason=DELAYED))

    kinds = [e.facts["reason"] for e in await office.journal(number) if e.kind is Kind.RETURNED]
    assert kinds == [DELAYED, "mailbox_full"]
    assert await state(office, number, mail) == (DeliveryState.FAILED, "mailbox_full")


async def test_an_answer_shows_that_the_address_works(office: Office) -> None:
    number, mail = await replied(office)
    await office.does(came_back(number, mail))

    await office.does(AnswerTicket(number, PAUL, Words.plain("Done.")))

    assert await state(office, number, mail) == (DeliveryState.SENT, "")
    assert await flagged(office) is None


async def test_an_answer_shows_it_of_somebody_found_to_be_another_since(office: Office) -> None:
    number = await office.open(MAIL_ONLY)
    result = await office.does(Reply(number, PIERRE, Words.plain("Switch it off.")))
    office.later()
    await office.deliver()
    (mail,) = [d for d in await deliveries(office, number) if d.entry == result.entry]
    await office.does(came_back(number, mail, address=MAIL_ONLY))
    await office.does(LearnPeople((Person(0, "Ada Guest", MAIL_ONLY, ADA, "en"),)))

    await office.does(AnswerTicket(number, MAIL_ONLY, Words.plain("Done.")))

    assert await state(office, number, mail) == (DeliveryState.SENT, "")
    assert await office.store.read(lambda tx: tx.returned_mails.of_address(MAIL_ONLY)) is None


async def test_a_report_after_the_answer_is_old_news(office: Office) -> None:
    number, mail = await replied(office)
    await office.does(came_back(number, mail))
    office.later()
    await office.does(AnswerTicket(number, PAUL, Words.plain("Done.")))

    await office.does(came_back(number, mail))

    assert await state(office, number, mail) == (DeliveryState.SENT, "")


async def test_it_can_be_sent_again_and_may_come_back_again(office: Office) -> None:
    number, mail = await replied(office)
    await office.does(came_back(number, mail))
    office.later()
    assert mail.outbox is not None
    await office.does(RetryMail(number, by=PIERRE, row=mail.outbox))
    await office.deliver()
    assert await state(office, number, mail) == (DeliveryState.SENT, "")
    office.later(timedelta(minutes=5))

    await office.does(came_back(number, mail))

    assert await state(office, number, mail) == (DeliveryState.FAILED, "mailbox_full")


async def test_without_a_row_the_latest_mail_to_the_address_is_meant(office: Office) -> None:
    number, mail = await replied(office)

    await office.does(ReportUndelivered(number, ADDRESS, "no_such_address"))

    assert await state(office, number, mail) == (DeliveryState.FAILED, "no_such_address")


async def test_a_report_about_somebody_else_changes_nothing(office: Office) -> None:
    number, _ = await replied(office)

    result = await office.does(ReportUndelivered(number, "x@elsewhere.example", "refused"))

    assert not result.changed
    assert await flagged(office) is None


async def test_the_ticket_page_tells_it_too(office: Office) -> None:
    number, mail = await replied(office)
    await office.does(came_back(number, mail))

    page = await office.desk.ask(OpenPage(number), by=PIERRE)

    assert [d.reason for d in page.deliveries if d.outbox == mail.outbox] == ["mailbox_full"]
