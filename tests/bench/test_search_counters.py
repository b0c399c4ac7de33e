"""What being found costs: nothing in the statements of a click, and a question takes few."""

from __future__ import annotations

import pytest

from blocks.ids import Action, Field
from bot import indexing
from bot.indexing import Indexing
from tests.bench.counting import Counted, counted
from tests.desk.office import PAUL, PIERRE, Office
from tests.handlers import payloads
from tests.handlers.front import Front

INDEX = ("ticket_words", "ticket_index", "unindexed", "indexing")


def of_the_index(found: Counted) -> list[str]:
    return [one for one in found.statements if any(table in one for table in INDEX)]


async def test_what_people_do_never_touches_the_index(front: Front, office: Office):
    """Triggers note what changed; nobody waits for more than that."""
    with counted() as found:
        _, card = await office.opened_with_card(requester=PAUL, by=PIERRE)
        ticket = str(card.ticket)
        await front.action(payloads.card_click(Action.TICKET_ASSIGN, ticket))
        await front.action(payloads.card_click(Action.TICKET_REPLY, ticket))
        await front.form(payloads.submission(front.view, **{Field.MESSAGE: "Off and on?"}))
        note = payloads.written("The fuser.", thread=card.ts) | {"channel": card.channel}
        await front.event(payloads.event(note))

    assert len(await office.journal(card.ticket)) == 4
    assert of_the_index(found) == []


@pytest.mark.parametrize(("user", "most"), [(PIERRE, 5), (PAUL, 4)])
async def test_a_question_reads_once_however_many_tickets_there_are(
    front: Front, office: Office, user: str, most: int
):
    counts = []
    for _ in range(2):
        for _ in range(4):
            await office.open()
        await Indexing(office.store, lambda: office.now).catch_up()
        with counted() as found:
            await front.sends(front.router.command, payloads.command("find printer", user))
        counts.append(len(found.statements))

    assert found.transactions == ["BEGIN"], found
    assert counts[1] <= most, found


async def test_keeping_the_index_takes_three_statements_a_ticket(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(indexing, "AT_ONCE", 5)
    monkeypatch.setattr(indexing, "BESIDE_OTHERS", 5)
    counts = []
    for tickets in (1, 4):  # a full portion looks whether there is another
        for _ in range(tickets):
            await office.open()
        with counted() as found:
            await Indexing(office.store, lambda: office.now).catch_up()
        counts.append(len(found.statements))

    assert counts[1] - counts[0] == 3 * 3, found  # read it and its journal, store its words
