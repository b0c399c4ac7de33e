"""Notes that are told before it is known where their card stands, and nobody says whose thread it
is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from desk.effects import RefreshCard
from desk.errors import TooEarly
from desk.result import Result
from desk.take_note import DeleteNote, EditNote, TakeNote
from desk.transfer_ticket import TransferTicket
from desk.words import Words
from storage.tables import outbox
from tests.desk.office import PIERRE, Office

ROLLER = Words.plain("Probably the pickup roller.")
NOTHING = Result(changed=False)


async def a_card_under_way(office: Office) -> TakeNote:
    """A card is being posted, and somebody writes below what may be it: Slack does not tell."""
    number = await office.open()
    (card,) = [lease for lease in await office.lease() if lease.effect == RefreshCard(number)]
    await office.store.write(lambda tx: tx.outbox.attempting(card, office.now))
    team = await office.store.read(lambda tx: tx.organisation.team(tx.tickets.get(number).team))
    thread = f"{office.now.timestamp():.6f}"
    return TakeNote(PIERRE, team.channel or "", thread, "9.91", ROLLER, under_us=None)


async def test_a_note_that_may_be_below_a_card_under_way_is_asked_for_again(
    office: Office,
) -> None:
    early = await a_card_under_way(office)
    edit = EditNote(PIERRE, early.channel, "9.91", ROLLER, early.thread, under_us=None)
    deletion = DeleteNote(PIERRE, early.channel, "9.91", early.thread, under_us=None)

    for what in (early, edit, deletion):
        with pytest.raises(TooEarly):
            await office.does(what)


async def test_only_what_may_be_below_a_card_under_way_is_asked_for_again(office: Office) -> None:
    early = await a_card_under_way(office)
    before = f"{office.now.timestamp() - 3600:.6f}"

    below_somebody = await office.does(replace(early, under_us=False))
    in_an_older_thread = await office.does(replace(early, thread=before))
    of_another_team = await office.does(replace(early, channel="C0RESEAU"))
    in_no_thread = await office.does(replace(early, ts=early.thread))

    assert below_somebody == in_an_older_thread == of_another_team == in_no_thread == NOTHING


async def test_a_card_under_way_is_waited_for_although_its_ticket_has_moved_on(
    office: Office,
) -> None:
    early = await a_card_under_way(office)
    await office.does(TransferTicket(1, PIERRE, await office.team("reseau")))

    with pytest.raises(TooEarly):
        await office.does(early)


async def test_where_every_card_is_written_down_other_threads_are_nobodys(office: Office) -> None:
    early = await a_card_under_way(office)
    await office.store.write(_end_all)

    assert await office.does(early) == NOTHING


def _end_all(tx: object) -> None:
    tx._connection.execute(update(outbox).values(state="done"))  # type: ignore[attr-defined]
