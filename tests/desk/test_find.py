"""Finding tickets: by whom, by what, and how soon."""

from __future__ import annotations

import pytest

from bot.indexing import Indexing
from desk.answers import RequesterFinds, TechnicianFinds
from desk.find_tickets import SHOWN, FindTickets, named_ticket
from desk.reply import Reply, WithdrawReply
from desk.take_note import DeleteNote, EditNote, TakeNote
from desk.words import Words
from tests.desk.office import MARIE, MINUTE, NOE, PAUL, PIERRE, ROOT_ADMIN, ZOE, Office


async def finds(office: Office, by: str, query: str) -> list[int]:
    """The numbers found, when the index has caught up."""
    await Indexing(office.store, lambda: office.now).catch_up()
    found = await office.desk.ask(FindTickets(query), by=by)
    if isinstance(found, TechnicianFinds):
        return [row.ticket.id for row in found.rows]
    return [row.id for row in found.rows]


async def test_technicians_of_any_team_and_administrators_find_every_ticket(office: Office):
    ticket = await office.open()

    for technician in (PIERRE, NOE, ROOT_ADMIN):
        assert await finds(office, technician, "printer third paul") == [ticket]


async def test_others_find_their_own(office: Office):
    ticket = await office.open(by=PIERRE, requester=PAUL, beneficiary=MARIE)

    assert await finds(office, PAUL, "jams marie") == [ticket]
    assert await finds(office, MARIE, "jams") == [ticket]
    assert await finds(office, ZOE, "jams") == []
    assert isinstance(await office.desk.ask(FindTickets("jams"), by=PAUL), RequesterFinds)


async def test_a_stranger_finds_nothing(office: Office):
    await office.open()

    assert await finds(office, "U0UNKNOWN", "printer") == []


async def test_notes_are_found_by_technicians_alone_and_as_they_are_now(office: Office):
    ticket, card = await office.opened_with_card()
    note = (card.channel, "77.1")
    await office.does(TakeNote(PIERRE, card.channel, card.ts, "77.1", Words.plain("Liar")))
    assert await finds(office, PIERRE, "liar") == [ticket]
    assert await finds(office, PAUL, "liar") == []

    await office.does(EditNote(PIERRE, *note, Words.plain("Mistaken")))
    assert await finds(office, PIERRE, "liar") == []
    assert await finds(office, PIERRE, "mistaken") == [ticket]
    assert await finds(office, PAUL, "mistaken") == []

    await office.does(DeleteNote(PIERRE, *note))
    assert await finds(office, PIERRE, "mistaken") == []


async def test_a_reply_is_found_by_the_requester_when_it_can_no_longer_be_taken_back(
    office: Office,
):
    ticket = await office.open()
    await office.does(Reply(ticket, PIERRE, Words.plain("Unplug it")))
    assert await finds(office, PIERRE, "unplug") == [ticket]
    assert await finds(office, PAUL, "unplug") == []

    office.later(MINUTE)

    assert await finds(office, PAUL, "unplug") == [ticket]


async def test_a_reply_taken_back_stays_hidden(office: Office):
    ticket = await office.open()
    sent = await office.does(Reply(ticket, PIERRE, Words.plain("Unplug it")))
    await office.does(WithdrawReply(ticket, sent.entry, PIERRE))

    office.later(MINUTE)

    assert await finds(office, PAUL, "unplug") == []


async def test_a_long_list_is_cut_and_says_so(office: Office):
    tickets = [await office.open() for _ in range(SHOWN + 1)]

    shown = await finds(office, PIERRE, "printer")
    found = await office.desk.ask(FindTickets("printer"), by=PIERRE)

    assert shown == tickets[:0:-1]
    assert found.more
    assert not (await office.desk.ask(FindTickets("scanner"), by=PIERRE)).more


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("R-000042", 42),
        (" r-42 ", 42),
        ("42", 42),
        ("#42", 42),
        ("#R-42", 42),
        ("42 printers", None),
        ("printer", None),
        ("", None),
        ("0", None),
        ("4²", None),
        ("9" * 30, None),
    ],
)
def test_a_number_names_a_ticket(query: str, number: int | None):
    assert named_ticket(query) == number
