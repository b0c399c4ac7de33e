"""A card whose post got no answer is found where it was posted, wherever its ticket went since."""

from __future__ import annotations

import pytest

from desk.take_note import TakeNote
from desk.words import Words
from tests.bot.channels import APPLIS, POSTES, RESEAU, Doubt
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import PIERRE, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]


@pytest.fixture
async def doubt(office: Office) -> Doubt:
    return Doubt(office)


async def _lost(doubt: Doubt) -> int:
    """A new ticket, whose card stands in its team's channel without our having heard of it."""
    doubt.slack.losing = 1
    number = await doubt.office.open()
    await doubt.relay.carry_all()
    assert await doubt.known(number) == []
    return number


async def test_a_ticket_that_moves_while_its_card_is_in_doubt_leaves_one_line_behind(
    doubt: Doubt,
) -> None:
    number = await _lost(doubt)

    await doubt.transfer(number, "reseau")
    await doubt.carries()

    ((left, left_has_buttons),) = doubt.slack.cards(POSTES)
    ((moved, moved_has_buttons),) = doubt.slack.cards(RESEAU)
    assert (left_has_buttons, moved_has_buttons) == (False, True)
    assert await doubt.known(number) == [(POSTES, left, False), (RESEAU, moved, True)]
    assert await doubt.at_rest()


async def test_a_note_below_a_card_that_was_left_in_doubt_is_taken(doubt: Doubt) -> None:
    number = await _lost(doubt)
    await doubt.transfer(number, "reseau")
    await doubt.carries()
    ((left, _),) = doubt.slack.cards(POSTES)

    noted = await doubt.office.does(
        TakeNote(PIERRE, POSTES, left, "900.1", Words.plain("The roller."), under_us=True)
    )

    assert noted.ticket == number


@pytest.mark.parametrize(
    ("back", "in_postes", "in_reseau"),
    [(False, [False], [True]), (True, [False, True], [False])],
    ids=["stays", "goes back"],
)
async def test_a_second_card_in_doubt_is_not_taken_for_the_first(
    doubt: Doubt, back: bool, in_postes: list[bool], in_reseau: list[bool]
) -> None:
    """Both were posted by one row of the outbox, so both carry its number."""
    number = await _lost(doubt)
    await doubt.transfer(number, "reseau")
    doubt.slack.losing = 1
    await doubt.carries()
    assert not doubt.slack.losing

    if back:
        await doubt.transfer(number, "postes")
    await doubt.carries()

    assert [buttons for _, buttons in doubt.slack.cards(POSTES)] == in_postes
    assert [buttons for _, buttons in doubt.slack.cards(RESEAU)] == in_reseau
    assert sum(active for *_, active in await doubt.known(number)) == 1
    assert await doubt.at_rest()


async def test_every_team_that_had_the_ticket_meanwhile_is_looked_at(doubt: Doubt) -> None:
    number = await _lost(doubt)

    await doubt.transfer(number, "reseau")
    await doubt.transfer(number, "applis")
    await doubt.carries()

    assert [buttons for _, buttons in doubt.slack.cards(POSTES)] == [False]
    assert doubt.slack.cards(RESEAU) == []
    assert [buttons for _, buttons in doubt.slack.cards(APPLIS)] == [True]


async def test_an_old_channel_that_cannot_be_read_does_not_keep_the_card_from_the_new_one(
    doubt: Doubt,
) -> None:
    number = await _lost(doubt)

    doubt.slack.closed = POSTES
    await doubt.transfer(number, "reseau")
    await doubt.carries()

    assert [buttons for _, buttons in doubt.slack.cards(RESEAU)] == [True]
    assert await doubt.at_rest()


async def test_without_a_transfer_only_the_teams_own_channel_is_searched(doubt: Doubt) -> None:
    await _lost(doubt)

    await doubt.carries()

    assert set(doubt.slack.searched) == {POSTES}
    assert len(doubt.slack.cards(POSTES)) == 1
