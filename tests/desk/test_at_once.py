"""Two processes at once on PostgreSQL: each statement sees what others committed until then, so
somebody else may act between any two of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, wait
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from bot.directory import _learn
from bot.endings import Endings
from bot.mail_spool import letter
from bot.outcomes import Done, Unreachable
from bot.pacing import Pacing
from desk.assign_ticket import AssignTicket, ClaimTicket
from desk.decide_held import decide_by_hand, hold_mail
from desk.effects import RefreshCard, SendMail, ShowEntry
from desk.held_mails import Fate, HeldMail, Why
from desk.journal import Kind
from desk.open_ticket import OpenTicket
from desk.people import Person
from desk.reply import Reply, WithdrawReply
from desk.resolve_ticket import ResolveTicket
from desk.setting_up import LearnPeople, LoadDesk
from desk.taking_part import AddPerson
from desk.trying_again import persistently
from desk.words import Words
from mail.ways import Strangers, Way
from storage import directory, house_file
from storage.outbox import SqlOutbox
from storage.people import SqlPeople
from storage.spool import SqlSpool
from storage.tickets import SqlTickets
from storage.transaction import SqlTransaction
from tests.desk.fixtures import Furnished
from tests.desk.office import ADA, CAMILLE, PIERRE, Office, the_house

BY_MAIL, IN_SLACK = "wim@elsewhere.example", "U9WIM"
HELLO = Words.plain("Hello.")
A_WHILE = 0.5  # seconds: whoever is kept waiting has begun to wait by then


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture
def offices(furnished: Furnished) -> Iterator[tuple[Office, Office]]:
    """Of two processes."""
    with furnished() as url:
        ours, theirs = Office(url), Office(url)
        try:
            yield ours, theirs
        finally:
            ours.close()
            theirs.close()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`meanwhile(owner, name, what)`: as `name` is called for the first time, do `what` before,
    unless it has to wait for us; what is returned says that it is done."""

    def arrange(
        owner: Any, name: str, what: Callable[[], Coroutine[Any, Any, Any]]
    ) -> Callable[[], Coroutine[Any, Any, Any]]:
        loop, real = asyncio.get_running_loop(), getattr(owner, name)
        begun: list[Future[Any]] = []

        def first(*args: Any, **named: Any) -> Any:
            if not begun:
                begun.append(asyncio.run_coroutine_threadsafe(what(), loop))
                wait(begun, A_WHILE)
            return real(*args, **named)

        monkeypatch.setattr(owner, name, first)

        async def done() -> Any:
            assert begun, "it was never the moment"
            return await asyncio.wrap_future(begun[0])

        return done

    return arrange


def merged() -> LearnPeople:
    """Whoever writes by mail turns out to be who is in Slack."""
    return LearnPeople((Person(0, "Wim", BY_MAIL, IN_SLACK, "en"),))


async def known_twice(office: Office) -> None:
    await office.does(LearnPeople((Person(0, "Wim", BY_MAIL, None, "en"),)))
    await office.does(LearnPeople((Person(0, "Wim", None, IN_SLACK, "en"),)))


@pytest.mark.parametrize(
    ("owner", "moment"),
    [(SqlTickets, "add"), (SqlPeople, "settle")],
    ids=["before it is written down", "and after"],
)
async def test_a_ticket_belongs_to_who_its_requester_turns_out_to_be(
    offices: tuple[Office, Office], meanwhile: Any, owner: type, moment: str
) -> None:
    ours, theirs = offices
    await known_twice(ours)
    learned = meanwhile(owner, moment, lambda: theirs.does(merged()))

    opened = await ours.does(OpenTicket(BY_MAIL, BY_MAIL, "Printer jams", HELLO))

    await learned()
    assert opened.ticket is not None
    assert (await ours.ticket(opened.ticket)).concerns(await ours.id_of(IN_SLACK))


@pytest.mark.parametrize("moment", ["_hold", "save"])
async def test_who_takes_part_is_who_they_turn_out_to_be(
    offices: tuple[Office, Office], meanwhile: Any, moment: str
) -> None:
    ours, theirs = offices
    await known_twice(ours)
    number = await ours.open()
    learned = meanwhile(SqlTickets, moment, lambda: theirs.does(merged()))

    await ours.does(AddPerson(number, PIERRE, address=BY_MAIL))

    await learned()
    assert (await ours.ticket(number)).participants == (await ours.id_of(IN_SLACK),)


@pytest.mark.parametrize("moment", ["_hold", "save"])
async def test_who_is_assigned_is_who_they_turn_out_to_be(
    offices: tuple[Office, Office], meanwhile: Any, moment: str
) -> None:
    """Named in the desk file by an address, before anybody knew their account."""
    ours, theirs = offices
    house = the_house()
    first = replace(house.teams[0], members=(*house.teams[0].members, BY_MAIL))
    await ours.does(LoadDesk(replace(house, teams=(first, *house.teams[1:]))))
    await known_twice(ours)
    number = await ours.open()
    learned = meanwhile(SqlTickets, moment, lambda: theirs.does(merged()))

    await ours.does(AssignTicket(number, PIERRE, BY_MAIL))

    await learned()
    assert (await ours.ticket(number)).assignee == await ours.id_of(IN_SLACK)


async def test_what_two_learn_of_one_person_is_all_kept(
    offices: tuple[Office, Office], meanwhile: Any
) -> None:
    ours, theirs = offices
    profile = LearnPeople((Person(0, "Ada Guest", None, ADA, "en", title="Auditor"),))
    learned = meanwhile(directory, "_update", lambda: theirs.does(profile))

    await ours.does(OpenTicket(PIERRE, ADA, "Badge", HELLO, address="ada@guests.example"))

    await learned()
    ada = (await ours.actor(ADA)).person
    assert (ada.email, ada.title) == ("ada@guests.example", "Auditor")


async def test_of_two_desk_files_loaded_at_once_one_holds(
    offices: tuple[Office, Office], meanwhile: Any
) -> None:
    ours, theirs = offices
    house = the_house()
    extra = replace(house.teams[0], key="extra", channel="C0EXTRA")
    newer = replace(house, teams=(*house.teams, extra))
    loaded = meanwhile(house_file, "_place_entries", lambda: theirs.does(LoadDesk(house)))

    await ours.does(LoadDesk(newer))

    await loaded()
    teams = await ours.store.read(lambda tx: tx.organisation.teams())
    with_members = set(asked(ours, "SELECT DISTINCT team_id FROM members"))
    assert {team.key for team in teams} == {team.key for team in house.teams}
    assert {team.id for team in teams} <= with_members


async def test_a_directory_is_learned_although_one_of_its_people_acts_at_once(
    offices: tuple[Office, Office], meanwhile: Any
) -> None:
    ours, theirs = offices
    people = tuple(Person(0, f"New {n}", f"new{n}@x.example", f"U8NEW{n}") for n in range(3))
    theirs_is = OpenTicket("U8NEW0", "U8NEW0", "Printer jams", HELLO)
    acted = meanwhile(directory, "insert_person", lambda: theirs.does(theirs_is))

    await persistently(ours.store, partial(_learn, people, None, ours.now))

    await acted()
    assert [(await ours.actor(one.slack_id or "")).person.name for one in people] == [
        "New 0",
        "New 1",
        "New 2",
    ]


async def test_a_reply_is_taken_back_once(offices: tuple[Office, Office], meanwhile: Any) -> None:
    ours, theirs = offices
    number = await ours.open()
    await ours.does(ClaimTicket(number, PIERRE))
    entry = (await ours.does(Reply(number, PIERRE, HELLO))).entry
    assert entry is not None
    ticket_of = WithdrawReply(number, entry, CAMILLE)
    taken_back = meanwhile(SqlTickets, "get", lambda: theirs.does(ticket_of))

    late = await ours.does(WithdrawReply(number, entry, PIERRE))

    assert (await taken_back()).changed is not late.changed
    assert [one.kind for one in await ours.journal(number)].count(Kind.WITHDRAWN) == 1


async def test_a_line_that_arrives_as_its_mail_leaves_says_so(
    offices: tuple[Office, Office], meanwhile: Any
) -> None:
    ours, theirs = offices
    number = await ours.open()
    await ours.does(ClaimTicket(number, PIERRE))
    await ours.deliver()
    await ours.does(Reply(number, PIERRE, HELLO))
    ours.later()
    (card,) = (lease for lease in await ours.lease() if isinstance(lease.effect, RefreshCard))
    await ours.store.write(lambda tx: tx.outbox.finish(card, ours.now))
    (line,) = (lease for lease in await ours.lease() if isinstance(lease.effect, ShowEntry))
    ours.later()
    (mail,) = (lease for lease in await ours.lease() if isinstance(lease.effect, SendMail))

    def arrived(tx: SqlTransaction) -> None:
        tx.cards.keep_message(line.effect.entry, "C0POSTES", "9.9", ours=True)

    async def arrive() -> None:
        done = [(line, Done("9.9", arrived))]
        await theirs.store.write(lambda tx: endings(theirs).well(tx, done), patient=True)

    # Neither question was asked, or both were at once, before the answer to the first was read.
    shown = meanwhile(SqlOutbox, "waits", arrive)
    await ours.store.write(lambda tx: endings(ours)._postpone(tx, mail, Unreachable("away", 60)))

    await shown()
    assert ShowEntry(number, line.effect.entry) in ours.waiting()


def endings(office: Office) -> Endings:
    return Endings(Pacing(lambda: office.now), lambda: office.now)


async def test_a_mail_is_no_other_way_than_its_card_says(
    offices: tuple[Office, Office], meanwhile: Any
) -> None:
    ours, theirs = offices
    first, second = await a_flood_of_two(ours)
    card = await ours.store.read(lambda tx: tx.held_mails.card_of(first))
    assert card is not None

    async def give_up() -> None:
        await theirs.store.write(lambda tx: decide_by_hand(tx, second, Fate.REFUSED, theirs.now))

    given_up = meanwhile(SqlSpool, "release", give_up)
    await ours.store.write(lambda tx: tx.held_mails.decide(card, Fate.LET_IN, None, ours.now))

    await given_up()
    fates = asked(
        ours,
        "SELECT s.state || ' ' || c.fate FROM spool s JOIN held_mails h ON h.mail_id = s.id"
        " JOIN held_cards c ON c.id = h.card_id ORDER BY s.id",
    )
    assert fates == ["waiting let_in", "waiting let_in"]


async def a_flood_of_two(office: Office) -> tuple[int, int]:
    numbers = []
    for n in (1, 2):
        raw = f"From: F <f@x.example>\r\nSubject: s\r\nMessage-ID: <{n}@x.example>\r\n\r\nhello\r\n"
        mail = letter(raw.encode(), Way("w", "postes", Strangers.HOLD))
        held = HeldMail("f@x.example", "F", "s", "hello")

        def keep(tx: Any, mail: Any = mail, held: Any = held) -> int:
            number: int = tx.spool.keep(mail, office.now)[0]
            hold_mail(tx, mail.key, held, Why.FLOOD, "postes", office.now)
            return number

        numbers.append(await office.store.write(keep))
    return numbers[0], numbers[1]


def asked(office: Office, sql: str) -> list[Any]:
    with office._looking.connect() as connection:
        return list(connection.execute(text(sql)).scalars())


async def test_a_form_that_comes_twice_in_one_moment_hears_the_same_answer_twice(
    offices: tuple[Office, Office], meanwhile: Any
) -> None:
    """The second one finds the ticket as the first one has left it."""
    ours, theirs = offices
    opened = await ours.open()
    form = ResolveTicket(opened, PIERRE, "materiel", HELLO)
    first: list[Any] = []

    async def their_delivery() -> None:
        first.append(await theirs.does(form, once="the form"))

    done = meanwhile(SqlTickets, "get", their_delivery)
    second = await ours.does(form, once="the form")
    await done()

    assert first == [second]
    kinds = [entry.kind for entry in await ours.journal(opened)]
    assert kinds.count(Kind.RESOLVED) == 1
