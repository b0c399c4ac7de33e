"""Held mail: one card asks, the first decision counts, and a mail let in becomes one ticket."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.holding import HOUR
from bot.machine_mail import Limits
from bot.mail_in import MailIn
from bot.mail_spool import letter
from desk.decide_held import LetMailIn, ReadHeldMail, RefuseMail, decide_by_hand, overrule
from desk.errors import AlreadyDecided, NotYourMail
from desk.held_mails import Fate, HeldCard, ShowHeldMail, Why
from desk.journal import Kind
from mail.reading import Incoming
from mail.ways import Strangers, Way
from storage.spool import HELD, REFUSED, WAITING
from tests.bot.test_mail_in import FORWARD, IDENTITY, PAUL, STRANGER, a_mail
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import CAMILLE, MINUTE, NOE, PIERRE, ROOT_ADMIN, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

POSTES = Way("postes", "postes", Strangers.HOLD)
NOBODYS = Way("door", None, Strangers.HOLD)
TEXT = "It jams <!channel>."
PIERRE_ADDRESS = "pierre.durand@meridien.example"


class Door:
    """A spool and the desk behind it, worked by hand."""

    def __init__(self, office: Office, mails_an_hour: int = 30) -> None:
        self.office = office
        limits = Limits(mails_an_hour=mails_an_hour)
        self.taking = MailIn(office.store, office.desk, IDENTITY, limits, clock=lambda: office.now)
        self.mails: dict[int, tuple[Incoming, Way]] = {}

    async def brings(self, subject: str, way: Way = POSTES, sender: str = STRANGER) -> int:
        """One more mail; its number in the spool."""
        kept = letter(f"Subject: {subject}\r\n\r\n{sender}".encode(), way)
        now = self.office.now
        mail, _ = await self.office.store.write(lambda tx: tx.spool.keep(kept, now))
        read = a_mail(f"Nora New <{sender}>", subject, TEXT)
        self.mails[mail] = (replace(read, key=kept.key), way)
        await self.work(mail)
        return mail

    async def work(self, mail: int) -> None:
        await self.taking.take(*self.mails[mail])

    async def state(self, mail: int) -> str:
        found = await self.office.store.read(lambda tx: tx.spool.get(mail))
        assert found is not None
        return found.state

    async def card(self, number: int = 1) -> HeldCard:
        found = await self.office.store.read(lambda tx: tx.held_mails.get(number))
        assert found is not None
        return found

    async def by_hand(self, how: Any, mail: int, fate: Fate) -> Any:
        return await self.office.store.write(lambda tx: how(tx, mail, fate, self.office.now))

    def shown(self) -> list[int]:
        return [e.card for e in self.office.waiting() if isinstance(e, ShowHeldMail)]


@pytest.fixture
def door(office: Office) -> Door:
    return Door(office)


async def test_a_strangers_mail_asks_the_team_of_its_way_once(door: Door) -> None:
    mail = await door.brings("Printer")
    await door.work(mail)  # the process died before it could say that it had held it

    card = await door.card()
    assert (card.why, card.fate, card.mails) == (Why.STRANGER, Fate.OPEN, 1)
    assert (card.newest.name, card.newest.address) == ("Nora New", STRANGER)
    assert card.newest.text.strip() == TEXT
    assert await door.state(mail) == HELD
    assert door.shown() == [1]
    facts = await door.office.desk.ask(ReadHeldMail(1), by=PIERRE)
    assert facts.channel == "C0POSTES"


async def test_each_mail_of_a_stranger_has_its_own_card_until_they_are_too_many(
    office: Office,
) -> None:
    door = Door(office, mails_an_hour=2)

    mails = [await door.brings(f"Mail {n}") for n in range(5)]

    assert [await door.state(mail) for mail in mails] == [HELD] * 5
    assert sorted(door.shown()) == [1, 2, 3]
    flood = await door.card(3)
    assert (flood.why, flood.mails, flood.newest.subject) == (Why.FLOOD, 3, "Mail 4")


async def test_a_flood_of_somebody_known_has_one_card_that_counts(office: Office) -> None:
    door = Door(office, mails_an_hour=1)

    mails = [await door.brings(f"Mail {n}", sender=PAUL) for n in range(4)]
    flood = await door.card()
    await office.does(LetMailIn(1, PIERRE))
    for mail in mails[1:]:
        await door.work(mail)

    assert (flood.why, flood.mails, flood.newest.name) == (Why.FLOOD, 3, "Paul Smith")
    assert await office.store.read(lambda tx: tx.tickets.count()) == 4
    assert (await door.card()).tickets == (2, 3, 4)


async def test_a_flood_that_goes_on_after_the_decision_asks_anew(office: Office) -> None:
    door = Door(office, mails_an_hour=1)
    for n in range(2):
        await door.brings(f"Mail {n}", sender=PAUL)

    await office.does(RefuseMail(1, PIERRE))
    await door.brings("Another", sender=PAUL)

    assert ((await door.card(1)).fate, (await door.card(2)).fate) == (Fate.REFUSED, Fate.OPEN)


async def test_what_somebody_known_asked_over_an_hour_ago_makes_no_flood(office: Office) -> None:
    door = Door(office, mails_an_hour=1)
    await door.brings("Printer", sender=PAUL)
    office.later(HOUR + MINUTE)

    await door.brings("Screen", sender=PAUL)

    assert await office.store.read(lambda tx: tx.tickets.count()) == 2
    assert door.shown() == []


async def test_what_a_stranger_wrote_over_an_hour_ago_makes_no_flood(office: Office) -> None:
    door = Door(office, mails_an_hour=1)
    await door.brings("Printer")
    office.later(HOUR + MINUTE)

    await door.brings("Screen")

    assert (await door.card(2)).why is Why.STRANGER


async def test_let_in_the_sender_is_known_and_the_journal_says_by_whom(door: Door) -> None:
    mail = await door.brings("Printer")

    await door.office.does(LetMailIn(1, PIERRE))
    assert await door.state(mail) == WAITING
    await door.work(mail)
    await door.work(mail)

    (entry,) = [e for e in await door.office.journal(1) if e.kind is Kind.OPENED]
    assert entry.facts["let_in"] == "Pierre Durand"
    assert entry.by is not None
    assert (entry.by.name, entry.by.email) == ("Nora New", STRANGER)
    card = await door.card()
    assert (card.fate, card.tickets, card.newest.text) == (Fate.LET_IN, (1,), "")
    assert await door.office.store.read(lambda tx: tx.tickets.count()) == 1
    assert "mail:acknowledgement" in " ".join(e.key for e in door.office.waiting())


async def test_refused_nothing_is_mailed_and_the_mail_stays_to_be_seen(door: Door) -> None:
    mail = await door.brings("Printer")

    await door.office.does(RefuseMail(1, PIERRE))

    assert await door.state(mail) == REFUSED
    listed = await door.office.store.read(lambda tx: tx.spool.latest(1))
    kept = await door.office.store.read(lambda tx: tx.spool.contents(mail))
    assert listed[0].error == "refused by Pierre Durand"
    assert kept is not None
    assert kept.raw
    assert set(map(type, door.office.waiting())) == {ShowHeldMail}


@pytest.mark.parametrize("decide", [LetMailIn, RefuseMail, ReadHeldMail])
async def test_others_than_its_team_and_administrators_decide_nothing(
    door: Door, decide: Any
) -> None:
    await door.brings("Printer")
    await door.brings("Screen", NOBODYS)

    async def tries(card: int, by: str) -> None:
        if decide is ReadHeldMail:
            await door.office.desk.ask(ReadHeldMail(card), by=by)
        else:
            await door.office.does(decide(card, by))

    for card, by in ((1, NOE), (1, PAUL), (2, PIERRE), (99, ROOT_ADMIN)):
        with pytest.raises(NotYourMail):
            await tries(card, by)
    assert (await door.card(1)).fate is (await door.card(2)).fate is Fate.OPEN
    await tries(2, ROOT_ADMIN)
    await tries(1, ROOT_ADMIN)


async def test_the_second_one_hears_who_decided_and_pressing_twice_is_nothing(door: Door) -> None:
    await door.brings("Printer")

    await door.office.does(LetMailIn(1, CAMILLE), once="a")
    await door.office.does(LetMailIn(1, CAMILLE), once="a")
    again = await door.office.does(LetMailIn(1, CAMILLE), once="b")

    assert not again.changed
    for late in (RefuseMail(1, PIERRE), LetMailIn(1, PIERRE), RefuseMail(1, CAMILLE)):
        with pytest.raises(AlreadyDecided) as told:
            await door.office.does(late)
        assert (told.value.by, told.value.let_in) == ("Camille Lefèvre", True)


async def test_of_two_at_the_same_moment_one_decides(door: Door) -> None:
    mail = await door.brings("Printer")

    ends = await asyncio.gather(
        door.office.does(LetMailIn(1, PIERRE)),
        door.office.does(RefuseMail(1, CAMILLE)),
        return_exceptions=True,
    )

    card = await door.card()
    assert [type(end) for end in ends].count(AlreadyDecided) == 1
    assert await door.state(mail) == {Fate.LET_IN: WAITING, Fate.REFUSED: REFUSED}[card.fate]


async def test_the_command_line_takes_the_same_decision(door: Door) -> None:
    mail = await door.brings("Printer")

    assert await door.by_hand(decide_by_hand, mail, Fate.LET_IN)
    await door.work(mail)

    assert not await door.by_hand(decide_by_hand, mail, Fate.REFUSED)
    with pytest.raises(AlreadyDecided) as told:
        await door.office.does(RefuseMail(1, PIERRE))
    assert told.value.by == ""
    opened = (await door.office.journal(1))[0]
    assert opened.facts["let_in"] == ""
    assert (await door.card()).tickets == (1,)


async def test_the_command_line_takes_one_mail_out_of_a_flood(office: Office) -> None:
    door = Door(office, mails_an_hour=1)
    mails = [await door.brings(f"Mail {n}", sender=PAUL) for n in range(4)]

    assert await door.by_hand(decide_by_hand, mails[2], Fate.REFUSED)

    states = [await door.state(mail) for mail in mails[1:]]
    assert states == [HELD, REFUSED, HELD]
    assert ((await door.card(1)).mails, (await door.card(1)).fate) == (2, Fate.OPEN)
    own = await office.store.read(lambda tx: tx.held_mails.card_of(mails[2]))
    assert own is not None
    assert ((await door.card(own)).mails, (await door.card(own)).fate) == (1, Fate.REFUSED)


async def test_a_refused_mail_may_be_let_in_later_at_the_command_line(door: Door) -> None:
    mail = await door.brings("Printer")
    await door.office.does(RefuseMail(1, PIERRE))

    assert not await door.by_hand(decide_by_hand, mail, Fate.LET_IN)
    await door.office.store.write(lambda tx: tx.spool.retry(mail, door.office.now))
    await door.by_hand(overrule, mail, Fate.LET_IN)
    await door.work(mail)

    card = await door.card()
    assert (card.fate, card.by, card.tickets) == (Fate.LET_IN, None, (1,))


async def closed(office: Office, address: str) -> None:
    """Slack says that this account is gone."""

    def learn(tx: Any) -> None:
        person = tx.people.by_handle(address)
        tx.people.learn(replace(person, active=False))

    await office.store.write(learn)


@pytest.mark.parametrize("strangers", [Strangers.HOLD, Strangers.ACCEPT])
async def test_a_mail_of_a_closed_account_is_held_and_says_so(
    door: Door, strangers: Strangers
) -> None:
    await closed(door.office, PAUL)

    mail = await door.brings("Printer", replace(POSTES, strangers=strangers), sender=PAUL)

    card = await door.card()
    assert (card.why, card.fate, card.newest.name) == (Why.CLOSED, Fate.OPEN, "Paul Smith")
    assert await door.state(mail) == HELD
    assert door.shown() == [1]
    assert await door.office.store.read(lambda tx: tx.tickets.count()) == 0


async def test_a_way_that_refuses_strangers_refuses_closed_accounts(door: Door) -> None:
    await closed(door.office, PAUL)
    mail = a_mail(PAUL, "Printer", TEXT)

    refused = await door.taking.refuses(mail, Way("door", None, Strangers.REFUSE))

    assert refused is not None
    assert refused.reasons == ("account closed",)
    assert await door.taking.refuses(mail, POSTES) is None


async def test_let_in_a_closed_account_has_a_ticket_and_stays_closed(door: Door) -> None:
    await closed(door.office, PAUL)
    mail = await door.brings("Printer", sender=PAUL)

    await door.office.does(LetMailIn(1, PIERRE))
    await door.work(mail)
    again = await door.brings("Screen", sender=PAUL)

    (entry,) = [e for e in await door.office.journal(1) if e.kind is Kind.OPENED]
    assert entry.by is not None
    assert (entry.by.name, entry.facts["let_in"]) == ("Paul Smith", "Pierre Durand")
    assert not (await door.office.store.read(lambda tx: tx.people.by_handle(PAUL))).active
    assert (await door.card(1)).tickets == (1,)
    assert await door.state(again) == HELD


async def test_mails_of_a_closed_account_are_a_flood_when_they_are_too_many(
    office: Office,
) -> None:
    door = Door(office, mails_an_hour=2)
    await closed(office, PAUL)

    for n in range(5):
        await door.brings(f"Mail {n}", sender=PAUL)

    assert [(await door.card(n)).why for n in (1, 2, 3)] == [Why.CLOSED, Why.CLOSED, Why.FLOOD]
    assert (await door.card(3)).mails == 3


async def test_what_a_closed_account_passes_on_is_its_own_request(door: Door) -> None:
    await closed(door.office, PIERRE_ADDRESS)
    mail = await door.brings("Fwd: Printer", sender=PIERRE_ADDRESS)
    read = a_mail(f"Pierre Durand <{PIERRE_ADDRESS}>", "Fwd: Black screen", FORWARD)
    door.mails[mail] = (replace(read, key=door.mails[mail][0].key), POSTES)

    await door.office.does(LetMailIn(1, CAMILLE))
    await door.work(mail)

    ticket = await door.office.ticket(1)
    requester = await door.office.store.read(lambda tx: tx.people.get(ticket.requester))
    assert requester.email == PIERRE_ADDRESS
