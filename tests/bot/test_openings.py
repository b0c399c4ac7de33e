"""Each card's thread is opened once, wherever its ticket goes and whatever Slack does meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.outcomes import Unreachable
from bot.reading import NO_CARD
from bot.slack_calls import SlackDeclined
from desk.assign_ticket import ClaimTicket
from desk.effects import OpenThread, RefreshCard, WarnUndelivered
from storage.outbox_rows import Stuck
from tests.bot.channels import POSTES, RESEAU, Doubt, Post
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import NOE, PIERRE, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

REFUSED = SlackDeclined("invalid_blocks", "")


@pytest.fixture
async def desk(office: Office) -> Doubt:
    return Doubt(office)


def too_fast() -> Unreachable:
    return Unreachable("chat.postMessage: rate limited", retry_after=3)


async def there_and_back(desk: Doubt, ticket: int) -> None:
    await desk.transfer(ticket, "reseau")
    await desk.transfer(ticket, "postes")


async def stuck(desk: Doubt) -> list[Stuck]:
    return list(await desk.office.store.read(lambda tx: tx.outbox.stuck(10)))


async def retry(desk: Doubt, row: int) -> bool:
    return await desk.office.store.write(lambda tx: tx.outbox.retry(row, desk.office.now))


async def test_a_ticket_that_comes_back_before_its_thread_is_opened(desk: Doubt) -> None:
    desk.slack.faults[Post.OPENING] = too_fast()
    ticket = await desk.office.open()
    await desk.relay.carry_all()

    await there_and_back(desk, ticket)
    await desk.carries()

    assert desk.slack.cards(RESEAU) == []
    assert [active for *_, active in await desk.known(ticket)] == [False, True]
    assert desk.slack.openings(POSTES) == [0, 1], "nobody reads on below the card left behind"
    assert await desk.at_rest()


async def test_a_ticket_that_comes_back_while_its_thread_is_opened(desk: Doubt) -> None:
    desk.slack.meanwhile[Post.OPENING] = lambda: there_and_back(desk, ticket)
    ticket = await desk.office.open()

    await desk.carries()

    assert len(await desk.office.journal(ticket)) == 3
    assert desk.slack.openings(POSTES) == [1]
    assert await desk.at_rest()


async def test_a_ticket_that_comes_back_while_a_later_thread_is_opened(desk: Doubt) -> None:
    ticket = await desk.office.open()
    await desk.carries()
    await there_and_back(desk, ticket)
    desk.slack.meanwhile[Post.OPENING] = lambda: there_and_back(desk, ticket)

    await desk.carries()

    assert desk.slack.openings(POSTES) == [1, 1, 1]
    assert await desk.at_rest()


@pytest.mark.parametrize("back", [False, True], ids=["stays", "comes back"])
async def test_a_ticket_that_moves_while_its_opening_is_in_doubt(desk: Doubt, back: bool) -> None:
    async def lose() -> None:
        raise Unreachable("chat.postMessage: TimeoutError", attempted=True)

    desk.slack.meanwhile[Post.OPENING] = lose
    ticket = await desk.office.open()
    await desk.relay.carry_all()

    await desk.transfer(ticket, "reseau")
    if back:
        await desk.transfer(ticket, "postes")
    await desk.carries()

    assert desk.slack.openings(POSTES) == ([1, 1] if back else [1])
    assert desk.slack.openings(RESEAU) == ([] if back else [1])
    assert await desk.at_rest()


async def test_nobody_is_warned_of_a_card_that_is_still_to_come(desk: Doubt) -> None:
    """The card of the first way back is there when the ticket leaves again."""
    ticket = await desk.office.open()
    await desk.carries()
    desk.slack.faults[Post.LINE] = too_fast()
    await there_and_back(desk, ticket)
    await desk.relay.carry_all()
    assert len(desk.slack.cards(POSTES)) == 2

    await desk.transfer(ticket, "reseau")
    await desk.carries()

    assert [r.effect for r in desk.office.rows() if isinstance(r.effect, WarnUndelivered)] == []
    assert desk.slack.openings(RESEAU) == [1]
    assert desk.slack.openings(POSTES)[0] == 1
    assert await desk.at_rest()


@pytest.mark.parametrize("at_once", [False, True])
async def test_the_successor_of_a_card_that_somebody_deleted_has_its_own(
    desk: Doubt, at_once: bool
) -> None:
    async def claim() -> None:
        await desk.office.does(ClaimTicket(ticket, PIERRE))

    if at_once:  # the row that posted it has to edit it next
        desk.slack.meanwhile[Post.OPENING] = claim
        desk.slack.gone.add((POSTES, "1.000100"))
    ticket = await desk.office.open()
    await desk.carries()

    if not at_once:
        desk.slack.gone.add((POSTES, "1.000100"))
        await claim()
        await desk.carries()

    assert desk.slack.openings(POSTES) == [1, 1]
    assert await desk.at_rest()


async def test_a_card_that_slack_refused_brings_its_opening_when_it_comes(desk: Doubt) -> None:
    """Whoever retries the card need not think of the line below it, and it does not come twice."""
    ticket = await desk.office.open()
    await desk.carries()
    desk.slack.faults[Post.CARD] = REFUSED
    await desk.transfer(ticket, "reseau")
    await desk.carries()
    card, opening = await stuck(desk)
    assert (card.effect["kind"], opening.error) == ("RefreshCard", NO_CARD)

    await retry(desk, card.id)
    await desk.carries()

    assert desk.slack.openings(RESEAU) == [1]
    assert not await retry(desk, opening.id)
    assert await desk.at_rest()


async def test_both_may_be_retried_in_any_order(desk: Doubt) -> None:
    ticket = await desk.office.open()
    await desk.carries()
    desk.slack.faults[Post.CARD] = REFUSED
    await desk.transfer(ticket, "reseau")
    await desk.carries()

    for row in reversed(await stuck(desk)):
        await retry(desk, row.id)
        await desk.relay.carry_all()
    await desk.carries()

    assert desk.slack.openings(RESEAU) == [1]
    assert await desk.at_rest()


async def test_a_first_card_that_comes_after_all_has_its_own(desk: Doubt) -> None:
    desk.slack.faults[Post.CARD] = REFUSED
    ticket = await desk.office.open()
    await desk.carries()

    await desk.office.does(ClaimTicket(ticket, PIERRE))
    await desk.carries()

    assert desk.slack.openings(POSTES) == [1]
    assert [row.effect["kind"] for row in await stuck(desk)] == ["RefreshCard"]


async def test_a_first_card_that_comes_to_a_ticket_moved_meanwhile_has_one(desk: Doubt) -> None:
    desk.slack.faults[Post.CARD] = REFUSED
    ticket = await desk.office.open()
    await desk.carries()
    card, opening = await stuck(desk)
    await retry(desk, card.id)
    await there_and_back(desk, ticket)
    await desk.carries()

    await retry(desk, opening.id)
    await desk.carries()

    assert desk.slack.openings(POSTES) == [1]
    assert await desk.at_rest()


async def test_an_opening_that_was_refused_does_not_come_below_a_later_card_as_well(
    desk: Doubt,
) -> None:
    desk.slack.faults[Post.OPENING] = REFUSED
    ticket = await desk.office.open()
    await desk.carries()
    (opening,) = await stuck(desk)
    await there_and_back(desk, ticket)
    await desk.carries()

    await retry(desk, opening.id)
    await desk.carries()

    assert desk.slack.openings(POSTES) == [0, 1]
    assert await desk.at_rest()


async def test_a_card_written_down_by_two_has_one_opening(desk: Doubt) -> None:
    """Whoever was asleep with it in hand comes to write it down when all is done."""
    office = desk.office
    ticket = await office.open()
    await desk.carries()
    await desk.transfer(ticket, "reseau")
    (card,) = await office.lease()
    assert isinstance(card.effect, RefreshCard)

    posted = await desk.courier.refresh_card(card.effect, card, always)
    for _ in range(2):
        await office.store.write(posted.write)
        await desk.carries()
        office.later(timedelta(minutes=1))
        await desk.carries()

    assert desk.slack.openings(RESEAU) == [1]


async def always() -> bool:
    return True


async def test_a_transfers_opening_is_the_first_line_of_its_thread(desk: Doubt) -> None:
    ticket = await desk.office.open()
    await desk.carries()
    await desk.transfer(ticket, "reseau")
    await desk.office.does(ClaimTicket(ticket, NOE))

    await desk.carries()

    assert desk.slack.thread(RESEAU) == [Post.OPENING, Post.LINE, Post.LINE]
    assert desk.office.waiting_of(OpenThread) == []
