"""Who takes part in a ticket: those who work on it add and remove people."""

from __future__ import annotations

import pytest

from desk.answer_ticket import AnswerTicket
from desk.effects import SendMail
from desk.errors import InvalidField, NotYours
from desk.people import NewPerson, Person
from desk.reply import Reply
from desk.setting_up import LearnPeople
from desk.taking_part import MOST, AddPerson, RemovePerson
from desk.words import Words
from tests.desk.office import MAIL_ONLY, MARIE, NOE, PAUL, PIERRE, Office

NEW = "nora@customer.example"


async def test_people_are_added_by_choice_or_by_address_and_taken_off(office: Office) -> None:
    ticket = await office.open(PAUL)

    await office.does(AddPerson(ticket, PIERRE, who=MARIE))
    await office.does(AddPerson(ticket, PIERRE, address=NEW))
    marie = await office.id_of(MARIE)
    await office.does(RemovePerson(ticket, PIERRE, marie))

    after = await office.ticket(ticket)
    nora = await office.store.read(lambda tx: tx.people.by_handle(NEW))
    assert nora is not None
    assert (after.participants, after.removed) == ((nora.id,), (marie,))


async def test_who_turns_out_to_be_the_requester_cannot_be_taken_off(office: Office) -> None:
    ticket = await office.open(PAUL)
    await office.does(AddPerson(ticket, PIERRE, address=NEW))
    await office.does(LearnPeople((Person(0, "Paul Smith", NEW, PAUL, "en"),)))
    reply = await office.does(Reply(ticket, PIERRE, Words.plain("Switch it off.")))
    paul = await office.id_of(PAUL)

    taken_off = await office.does(RemovePerson(ticket, PIERRE, paul))

    after = await office.ticket(ticket)
    mailed = [mail.to for mail in office.waiting_of(SendMail) if mail.entry == reply.entry]
    assert (taken_off.changed, after.participants, after.removed) == (False, (), ())
    assert mailed == [paul]


async def test_the_same_person_is_added_once_and_a_requester_not_at_all(office: Office) -> None:
    ticket = await office.open(PAUL)

    await office.does(AddPerson(ticket, PIERRE, who=MAIL_ONLY))
    before = await office.journal(ticket)

    for wish, field in (
        (AddPerson(ticket, PIERRE, who=MAIL_ONLY), "person"),
        (AddPerson(ticket, PIERRE, address=MAIL_ONLY), "address"),
        (AddPerson(ticket, PIERRE, who=PAUL), "person"),
    ):
        with pytest.raises(InvalidField) as fault:
            await office.does(wish)
        assert (fault.value.field, fault.value.problem) == (field, "takes_part")

    assert await office.journal(ticket) == before
    assert (await office.ticket(ticket)).participants == (await office.id_of(MAIL_ONLY),)


async def test_of_two_taken_off_the_one_who_is_added_again_alone_is_back(office: Office) -> None:
    ticket = await office.open(PAUL)
    marie, wanda = await office.id_of(MARIE), await office.id_of(MAIL_ONLY)
    for who, person in ((MARIE, marie), (MAIL_ONLY, wanda)):
        await office.does(AddPerson(ticket, PIERRE, who=who))
        await office.does(RemovePerson(ticket, PIERRE, person))

    await office.does(AddPerson(ticket, PIERRE, who=MARIE))

    after = await office.ticket(ticket)
    assert (after.participants, after.removed) == ((marie,), (wanda,))


@pytest.mark.parametrize("who", [PAUL, MARIE, NOE])
async def test_only_who_works_on_the_ticket_says_who_is_on_it(office: Office, who: str) -> None:
    ticket = await office.open(PAUL)
    await office.does(AddPerson(ticket, PIERRE, who=MAIL_ONLY))
    person = await office.id_of(MAIL_ONLY)

    for wish in (AddPerson(ticket, who, who=MARIE), RemovePerson(ticket, who, person)):
        with pytest.raises(NotYours):
            await office.does(wish)

    assert (await office.ticket(ticket)).participants == (person,)


@pytest.mark.parametrize(
    ("who", "address", "field", "problem"),
    [
        ("", "", "person", "nobody_named"),
        ("", "nonsense", "address", "not_an_address"),
        ("U0NOBODY", "", "person", "no_such_person"),
    ],
)
async def test_what_names_nobody_is_said_at_its_field(
    office: Office, who: str, address: str, field: str, problem: str
) -> None:
    ticket = await office.open(PAUL)

    with pytest.raises(InvalidField) as fault:
        await office.does(AddPerson(ticket, PIERRE, who, address))

    assert (fault.value.field, fault.value.problem) == (field, problem)


async def test_a_list_has_an_end(office: Office) -> None:
    ticket = await office.open(PAUL)
    for n in range(MOST):
        await office.does(AddPerson(ticket, PIERRE, address=f"n{n}@customer.example"))

    with pytest.raises(InvalidField) as fault:
        await office.does(AddPerson(ticket, PIERRE, address=NEW))

    assert (fault.value.problem, fault.value.limit) == ("too_many_people", MOST)


async def test_a_mail_to_many_fills_the_list_and_no_more(office: Office) -> None:
    ticket = await office.open(PAUL)
    await office.does(AddPerson(ticket, PIERRE, who=MARIE))
    many = tuple(NewPerson("", f"n{n}@customer.example") for n in range(MOST))

    await office.does(AnswerTicket(ticket, PAUL, Words.plain("See above."), "<1@paul>", cc=many))

    assert len((await office.ticket(ticket)).participants) == MOST
