"""What a new ticket begins with is shown by who wrote it, without being leased first."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import in_hand, reading
from bot import relay as relays
from bot.outcomes import Done, Paced, Refused, Unreachable
from bot.reading import CardLook, OpeningLook, Remembered, facts_of, read_mail
from desk.ask_delivery import card_facts, thread_facts
from desk.effects import OpenThread, RefreshCard, SendMail
from desk.open_ticket import OpenTicket
from desk.people import NewPerson
from desk.ticket import Origin
from desk.words import Words
from storage.outbox_rows import Lease
from storage.prepared import Ended
from storage.tables import outbox
from storage.transaction import SqlTransaction
from tests.bot.couriers import LONG
from tests.bot.hands import BEGINNING, Hands, hands, leased
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import MARIE, NOW, PAUL, PIERRE

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "hands", "office"]


async def test_card_and_line_are_carried_by_one_hand_and_the_mail_behind_them(hands: Hands) -> None:
    await hands.office.open()

    await hands.until(RefreshCard, OpenThread, SendMail)
    await hands.until_waiting()

    card, line, mail = sorted(hands.carried, key=lambda lease: lease.id)
    assert hands.kinds.index(RefreshCard) < hands.kinds.index(OpenThread)
    assert card.facts.get().current is None
    assert line.facts.get().card is None
    assert line.before.card.ticket == line.effect.ticket  # type: ignore[union-attr]
    assert card.attempted_at is line.attempted_at is None
    assert mail.before is None


async def test_what_nobody_carries_yet_is_leased_with_its_attempt_noted(hands: Hands) -> None:
    hands.relay.take = lambda begun: None  # type: ignore[method-assign] # killed just then
    office = hands.office

    await office.open()

    until, at = office.now + relays.HOLD, office.now
    owner = hands.relay.hand.owner
    assert leased(office) == [
        ("RefreshCard", owner, until, at),
        ("OpenThread", owner, until, at),
        ("SendMail", owner, until, None),
    ]
    # Whoever takes them over looks whether they were posted; a mail was not begun.
    office.later(relays.HOLD + timedelta(seconds=1))
    taken = await office.lease(owner="another")
    assert [type(lease.effect) for lease in taken] == [RefreshCard, SendMail]
    assert [lease.attempted_at for lease in taken] == [at, None]


async def test_a_card_that_fails_leaves_its_line_as_if_nobody_had_taken_it(hands: Hands) -> None:
    hands.endings[RefreshCard] = Unreachable("no answer", retry_after=60, attempted=True)

    await hands.office.open()

    await hands.until(RefreshCard, SendMail)
    await hands.until_waiting(RefreshCard, OpenThread)
    (card, line) = leased(hands.office)
    assert card == ("RefreshCard", None, None, hands.office.now)
    assert line == ("OpenThread", None, None, None)
    hands.office.later()
    hands.relay.wake()
    await hands.until_waiting()
    assert [kind for kind in hands.kinds if kind is not SendMail] == [RefreshCard, *BEGINNING]


@pytest.mark.parametrize(
    ("fault", "attempted", "left"),
    [
        (Unreachable("no answer", retry_after=60, attempted=True), True, [OpenThread]),
        (Unreachable("not connected", retry_after=60), False, [OpenThread]),
        (
            Paced("chat.postMessage", "chat.postMessage C0", timedelta(seconds=60), 60),
            False,
            [OpenThread],
        ),
        (Refused("msg_too_long"), False, []),
    ],
    ids=["in doubt", "not reached", "paced", "refused"],
)
async def test_a_line_that_fails_does_not_take_its_card_along(
    hands: Hands, fault: Exception, attempted: bool, left: list[type[Any]]
) -> None:
    hands.endings[OpenThread] = fault

    number = await hands.office.open()

    await hands.until(RefreshCard, OpenThread)
    await hands.until_waiting(*left)
    card = await hands.office.store.read(lambda tx: tx.cards.active(number))
    assert card is not None
    assert [row[3] is not None for row in leased(hands.office)] == [attempted] * len(left)


async def test_a_defect_in_one_of_them_stops_neither_the_mail_nor_the_next_ticket(
    hands: Hands,
) -> None:
    hands.endings[RefreshCard] = KeyError("a defect of ours")

    await hands.office.open()
    await hands.until(RefreshCard, SendMail)
    await hands.office.open()

    await hands.until_waiting(RefreshCard, OpenThread)
    assert hands.kinds.count(OpenThread) == 1


@pytest.mark.parametrize("why", ["paced", "full", "stopping"])
async def test_without_room_it_waits_its_turn_like_everything_else(
    hands: Hands, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    match why:
        case "paced":
            hands.pacing.refused("chat.postMessage", "C9", 60)
        case "full":
            monkeypatch.setattr(in_hand, "MOST", 0)
            hands.relay._slots = 0
        case _:
            await hands.relay.stop(LONG)

    await hands.office.open()

    if why == "paced":
        await hands.until_waiting()
    else:
        assert [row[1] for row in leased(hands.office)] == [None] * 3


async def test_who_comes_after_one_without_room_does_not_overtake_it(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.relay._slots = 0
    with monkeypatch.context() as full:
        full.setattr(in_hand, "MOST", 0)
        await hands.office.open()
    hands.relay._slots = 32

    await hands.office.open()
    owners = [row[1] for row in leased(hands.office)]
    hands.relay.wake()
    await hands.until_waiting()
    await hands.office.open()

    assert owners == [None] * 6, "the one before waits, so this one does"
    cards = [e.effect.ticket for e in hands.carried if isinstance(e.effect, RefreshCard)]
    assert cards == sorted(cards)
    assert hands.relay.has_room()


async def test_where_mails_have_no_room_its_card_is_shown_all_the_same(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "MAILS", 0)
    monkeypatch.setattr(in_hand.InHand, "has_room_for_mails", False)

    await hands.office.open()

    await hands.until_waiting(SendMail)
    assert [row[:2] for row in leased(hands.office)] == [("SendMail", None)]


WISHES = {
    "a form": {"by": PIERRE, "requester": PAUL},
    "for another": {"by": PIERRE, "requester": PAUL, "beneficiary": MARIE},
    "a mail that may be forged": {
        "origin": Origin.MAIL,
        "message_id": "<1@acme.example>",
        "unverified": True,
        "cc": (NewPerson("Zoé", "zoe@acme.example"),),
    },
    "a technician's forward": {
        "by": PIERRE,
        "requester": NewPerson("Ali", "ali@acme.example"),
        "note": Words.plain("He sits on the third floor."),
        "origin": Origin.MAIL,
        "message_id": "<2@acme.example>",
    },
}


@pytest.mark.parametrize("wish", WISHES)
async def test_what_is_shown_without_reading_is_what_would_be_read(hands: Hands, wish: str) -> None:
    found: list[Lease] = []
    hands.relay.take = found.extend  # type: ignore[method-assign]
    office, asked = hands.office, dict(WISHES[wish])
    by, requester = asked.pop("by", PAUL), asked.pop("requester", None)

    number = (
        await office.open(by, None, **asked)
        if requester is None
        else (
            await office.does(
                OpenTicket(by, requester, "Printer", Words.plain("It jams."), **asked)
            )
        ).ticket
    )

    async with asyncio.timeout(LONG):
        while not found:  # noqa: ASYNC110 - whoever asked is told before
            await asyncio.sleep(0.01)
    card, line, *mails = found
    shown, opening = card.facts.get(), line.facts.get()
    assert isinstance(shown, CardLook)
    assert isinstance(opening, OpeningLook)
    assert shown.facts == await office.store.read(lambda tx: card_facts(tx, number, None))
    assert opening.facts == await office.store.read(lambda tx: thread_facts(tx, line.effect))
    for mail in mails:
        facts = await office.store.read(lambda tx, effect=mail.effect: read_mail(tx, effect, NOW))
        assert mail.facts.get() == facts
    assert [type(mail.effect) for mail in mails] == [SendMail]


async def test_nobody_waits_for_what_is_shown_to_be_made_out(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_out: list[int] = []
    monkeypatch.setattr(reading, "first_facts", lambda tx, ticket: made_out.append(ticket))
    found: list[Lease] = []
    hands.relay.take = found.extend  # type: ignore[method-assign]

    await hands.office.open()

    assert made_out == []


async def test_what_is_not_remembered_is_read(hands: Hands) -> None:
    office = hands.office
    hands.relay.take = lambda begun: None  # type: ignore[method-assign]
    number = await office.open()

    def forgotten() -> CardLook:
        raise Ended

    (row,) = [effect for effect in office.waiting() if isinstance(effect, RefreshCard)]
    lease = Lease(1, row, 1, 0, None, "us", NOW, facts=Remembered(forgotten))
    look = await facts_of(row, lease, office.store, NOW)

    assert look.facts.facts.ticket.id == number


async def test_a_transaction_answers_nothing_after_its_end(hands: Hands) -> None:
    kept = await hands.office.store.write(lambda tx: tx)

    with pytest.raises(Ended):
        kept.people.count()


async def test_an_ending_that_cannot_be_written_down_is_counted_as_a_try(hands: Hands) -> None:
    async def broken(effect: RefreshCard, lease: Lease) -> Done:
        def write(tx: SqlTransaction) -> None:
            raise ZeroDivisionError

        return Done("posted", write)

    hands._posted = broken  # type: ignore[method-assign]
    hands.endings[OpenThread] = Unreachable("no answer", retry_after=60)

    await hands.office.open()
    await hands.until(RefreshCard, OpenThread, SendMail)
    await hands.until_waiting(*BEGINNING)

    tries = select(outbox.c.attempts, outbox.c.leased_by).where(outbox.c.state == "waiting")
    async with asyncio.timeout(LONG):
        while True:
            with hands.office._looking.connect() as connection:
                found = connection.execute(tries.order_by(outbox.c.id)).all()
            if found == [(1, None), (1, None)]:
                break
            await asyncio.sleep(0.01)  # the database has no event to wait for
