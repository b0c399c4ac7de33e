"""More answers into one ticket than a person writes: one card asks about them, and none is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.machine_mail import Limits
from bot.mail_in import MailIn
from bot.mail_spool import letter
from desk.decide_held import LetMailIn, RefuseMail
from desk.errors import NotYourMail
from desk.held_mails import Fate, HeldCard, ShowHeldMail, Why
from desk.journal import Kind
from desk.lifecycle import State
from desk.resolve_ticket import ResolveTicket
from desk.words import Words
from mail.reading import Incoming
from storage.spool import HELD, REFUSED
from tests.bot.test_mail_in import DOOR, IDENTITY, MARIE, PAUL, TECHNICIAN, a_mail
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import NOE, PIERRE, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

MOST = 3


class Box:
    """Where answers come in, worked by hand."""

    def __init__(self, office: Office) -> None:
        self.office = office
        limits = Limits(mails_an_hour=MOST)
        self.taking = MailIn(office.store, office.desk, IDENTITY, limits, clock=lambda: office.now)
        self.mails: dict[int, Incoming] = {}

    async def answers(self, ticket: int, words: str, sender: str = PAUL) -> int:
        person = await self.office.id_of(PAUL)
        mail = a_mail(sender, "Re: Printer", words, IDENTITY.reply_to(ticket, person))
        kept = letter(f"{sender} {words}".encode(), DOOR)
        now = self.office.now
        number, _ = await self.office.store.write(lambda tx: tx.spool.keep(kept, now))
        self.mails[number] = replace(mail, key=kept.key)
        await self.work(number)
        return number

    async def work(self, mail: int) -> None:
        await self.taking.take(self.mails[mail], DOOR)

    async def held(self) -> list[int]:
        states = await self.office.store.read(
            lambda tx: {mail: tx.spool.get(mail) for mail in self.mails}
        )
        return [mail for mail, kept in states.items() if kept and kept.state == HELD]

    async def said(self, ticket: int) -> list[str]:
        journal = await self.office.journal(ticket)
        return [e.words.text.strip() for e in journal if e.kind in (Kind.ANSWER, Kind.NOTE)]

    async def card(self, number: int = 1) -> HeldCard:
        found = await self.office.store.read(lambda tx: tx.held_mails.get(number))
        assert found is not None
        return found

    def cards(self) -> set[int]:
        return {e.card for e in self.office.waiting_of(ShowHeldMail)}


@pytest.fixture
def box(office: Office) -> Box:
    return Box(office)


async def test_what_goes_on_is_held_and_asked_about_once(box: Box) -> None:
    ticket = await box.office.open(PAUL)

    for number in range(20):
        await box.answers(ticket, f"answer {number}")

    assert await box.said(ticket) == [f"answer {number}" for number in range(MOST)]
    assert len(await box.held()) == 20 - MOST
    assert box.cards() == {1}
    card = await box.card()
    assert (card.why, card.mails, card.team) == (
        Why.ANSWERS,
        20 - MOST,
        (await box.office.ticket(ticket)).team,
    )
    assert (card.newest.name, card.newest.ticket) == ("Paul Smith", ticket)


async def test_let_in_all_of_it_is_in_the_thread_once(box: Box) -> None:
    ticket = await box.office.open(PAUL)
    for number in range(8):
        await box.answers(ticket, f"answer {number}")
    held = await box.held()

    await box.office.does(LetMailIn(1, PIERRE))
    for mail in held + held:  # some of them come again
        await box.work(mail)

    assert await box.said(ticket) == [f"answer {number}" for number in range(8)]
    assert await box.office.store.read(lambda tx: tx.tickets.count()) == 1
    card = await box.card()
    assert (card.fate, card.tickets) == (Fate.LET_IN, (ticket,))


async def test_refused_they_are_kept_and_move_nothing(box: Box) -> None:
    ticket = await box.office.open(PAUL)
    for number in range(5):
        await box.answers(ticket, f"answer {number}")
    held = await box.held()
    await box.office.does(ResolveTicket(ticket, PIERRE, "materiel", Words.plain("New roller.")))

    await box.office.does(RefuseMail(1, PIERRE))

    kept = await box.office.store.read(lambda tx: [tx.spool.get(mail) for mail in held])
    assert [mail.state for mail in kept if mail] == [REFUSED] * 2
    assert len(await box.said(ticket)) == MOST
    assert (await box.office.ticket(ticket)).state is State.RESOLVED


async def test_others_other_tickets_and_later_hours_are_not_held(box: Box) -> None:
    ticket, other = await box.office.open(PAUL), await box.office.open(PAUL)
    for number in range(5):
        await box.answers(ticket, f"answer {number}")

    await box.answers(ticket, "from the technician", TECHNICIAN)
    await box.answers(other, "into another one")
    box.office.later(timedelta(minutes=61))
    await box.answers(ticket, "an hour later")

    assert (await box.said(ticket))[MOST:] == ["from the technician", "an hour later"]
    assert await box.said(other) == ["into another one"]


async def test_an_answer_seen_before_is_not_held(box: Box) -> None:
    ticket = await box.office.open(PAUL)
    mails = [await box.answers(ticket, f"answer {number}") for number in range(MOST)]

    await box.work(mails[-1])  # the process died before it could say that it had taken it

    assert await box.held() == []
    assert len(await box.said(ticket)) == MOST


async def test_a_technicians_own_flood_is_held_as_well(box: Box) -> None:
    ticket = await box.office.open(PAUL)

    for number in range(5):
        await box.answers(ticket, f"note {number}", TECHNICIAN)

    assert len(await box.said(ticket)) == MOST
    assert (await box.card()).why is Why.ANSWERS


async def test_the_ticket_s_team_decides(box: Box) -> None:
    ticket = await box.office.open(PAUL)
    for number in range(5):
        await box.answers(ticket, f"answer {number}")

    with pytest.raises(NotYourMail):
        await box.office.does(LetMailIn(1, NOE))
    with pytest.raises(NotYourMail):
        await box.office.does(LetMailIn(1, MARIE))
    await box.office.does(LetMailIn(1, PIERRE))


async def test_after_the_decision_a_flood_that_goes_on_asks_anew(box: Box) -> None:
    ticket = await box.office.open(PAUL)
    for number in range(5):
        await box.answers(ticket, f"answer {number}")

    await box.office.does(RefuseMail(1, PIERRE))
    await box.answers(ticket, "and again")

    assert ((await box.card(1)).fate, (await box.card(2)).fate) == (Fate.REFUSED, Fate.OPEN)
