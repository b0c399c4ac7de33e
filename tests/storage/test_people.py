"""One person stays one person, and is found by a few letters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from desk.effects import LookUpPerson
from desk.people import Person
from storage.store import SqlStore
from storage.tables import people
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, a_person, a_reply, a_ticket


@pytest.mark.parametrize("handle", ["U7", "ada.l@acme.example", " ADA.L@Acme.example"])
async def test_a_person_answers_to_every_handle(store: SqlStore, handle: str):
    ada = await store.write(lambda tx: tx.people.add("Ada", " Ada.L@acme.example ", "U7", "fr"))

    assert await store.read(lambda tx: tx.people.by_handle(handle)) == ada
    assert await store.read(lambda tx: tx.people.by_handle(f"person:{ada.id}")) == ada
    assert ada.email == "ada.l@acme.example"


@pytest.mark.parametrize(
    "handle", ["U0", "who@acme.example", "person:99", "person:x", "person:-1", ""]
)
async def test_nobody_answers_to_a_handle_nobody_has(store: SqlStore, handle: str):
    await store.write(a_person)

    assert await store.read(lambda tx: tx.people.by_handle(handle)) is None


@pytest.mark.parametrize("acting", ["U7", "ada@acme.example", "U0", "person:1"])
@pytest.mark.parametrize("about", ["U7", "grace@acme.example", "who@acme.example", "person:2"])
@pytest.mark.parametrize("asks_before", [True, False])
async def test_who_is_expected_is_who_they_are(
    desk: SqlStore, acting: str, about: str, asks_before: bool
):
    await desk.write(lambda tx: tx.people.add("Ada", "ada@acme.example", "U7", "fr"))
    await desk.write(lambda tx: tx.people.add("Grace", "grace@acme.example", "U8", "en"))

    def both(tx: SqlTransaction) -> tuple[object, object]:
        return tx.people.actor(acting), tx.people.by_handle(about)

    def expected(tx: SqlTransaction) -> tuple[object, object]:
        tx.people.expect(acting, [about])
        if asks_before:
            tx.first_time("view:1")
        return both(tx)

    assert await desk.read(expected) == await desk.read(both)


async def test_who_is_expected_and_not_asked_for_is_nobodys_answer(desk: SqlStore):
    ada = await desk.write(lambda tx: tx.people.add("Ada", None, "U7", "fr"))
    grace = await desk.write(lambda tx: tx.people.add("Grace", None, "U8", "en"))

    def ask(tx: SqlTransaction) -> tuple[object, ...]:
        tx.people.expect("U7", ["U8"])
        return tuple(tx.people.by_handle(handle) for handle in ("U0", "U8", "U7", "U8"))

    assert await desk.read(ask) == (None, grace, ada, grace)


async def test_the_system_is_an_administrator_without_a_name(store: SqlStore):
    system = await store.read(lambda tx: tx.people.actor("system"))

    assert system.is_administrator
    assert (system.person.name, system.id) == ("", 0)
    assert await store.read(lambda tx: tx.people.get(0)) == system.person


async def test_actors_have_the_teams_the_desk_file_gives_them(desk: SqlStore):
    ada, eve, boss = [
        await desk.read(lambda tx, h=handle: tx.people.actor(h))
        for handle in ("ada.king@acme.example", "eve@acme.example", "boss@acme.example")
    ]

    assert (ada.teams, ada.is_administrator) == ({1}, False)
    assert eve.teams == {2}
    assert (boss.teams, boss.is_administrator) == (frozenset(), True)


async def test_somebody_unknown_is_only_remembered_where_something_may_be_stored(desk: SqlStore):
    asking = await desk.read(lambda tx: tx.people.actor("U77"))

    assert (asking.person.name, asking.person.slack_id, asking.person.language) == (
        "U77",
        "U77",
        "fr",
    )
    assert await desk.read(lambda tx: tx.people.by_handle("U77")) is None

    acting = await desk.write(lambda tx: tx.people.actor("U77"))

    assert await desk.read(lambda tx: tx.people.by_handle("U77")) == acting.person
    leases = await desk.write(lambda tx: tx.outbox.lease(NOW, MINUTE, "me", 9))
    assert [lease.effect for lease in leases] == [LookUpPerson("U77")]


@pytest.mark.parametrize("mode", ["read", "write"])
async def test_a_member_is_one_before_the_directory_knows_them(desk: SqlStore, mode: str):
    run = desk.read if mode == "read" else desk.write

    actor = await run(lambda tx: tx.people.actor("U2"))

    assert actor.teams == {1}


async def test_somebody_known_by_address_and_seen_in_slack_stays_one_person(store: SqlStore):
    known = await store.write(lambda tx: a_person(tx, email="ada@acme.example"))

    learned = await store.write(
        lambda tx: tx.people.learn(
            Person(0, "Ada King", "ADA@acme.example", "U7", "fr", "Countess", "Europe/Paris")
        )
    )

    assert learned == Person(
        known.id, "Ada King", "ada@acme.example", "U7", "fr", "Countess", "Europe/Paris"
    )
    assert await store.read(lambda tx: tx.people.get(known.id)) == learned


async def test_learning_again_changes_what_changed_and_keeps_a_known_address(store: SqlStore):
    known = await store.write(
        lambda tx: a_person(tx, "Ada", email="ada@acme.example", slack_id="U7")
    )

    gone = await store.write(
        lambda tx: tx.people.learn(Person(0, "Ada B", None, "U7", active=False))
    )

    assert (gone.id, gone.name, gone.email) == (known.id, "Ada B", "ada@acme.example")
    assert await store.read(lambda tx: tx.people.search("ada", 5)) == ()
    assert await store.read(lambda tx: tx.people.count()) == 0


async def test_two_rows_found_to_be_one_person_become_one(desk: SqlStore):
    def meet(tx: SqlTransaction):
        entry = a_reply(tx, "paul@acme.example")
        by_address = tx.people.by_handle("paul@acme.example")
        assert by_address is not None
        tx.people.note_request(by_address.id)
        by_slack = tx.people.actor("U8").person
        return entry, by_address, by_slack

    entry, by_address, by_slack = await desk.write(meet)

    paul = await desk.write(
        lambda tx: tx.people.learn(Person(0, "Paul Smith", "paul@acme.example", "U8"))
    )

    everyone = [by_address.id, by_slack.id]
    assert await desk.read(lambda tx: tx.people.many(everyone)) == dict.fromkeys(everyone, paul)
    ticket = await desk.read(lambda tx: tx.tickets.get(entry.ticket))
    assert (ticket.requester, ticket.version) == (paul.id, 2)
    (delivery,) = await desk.read(lambda tx: tx.journal.deliveries(entry.ticket))
    assert delivery.person == paul
    assert await desk.read(lambda tx: tx.people.search("paul", 5)) == (paul,)


async def test_an_account_that_follows_a_closed_one_takes_over_its_address(store: SqlStore):
    old = Person(0, "Ada", "ada@acme.example", "U1", active=False)
    new = Person(0, "Ada", "ada@acme.example", "U2")
    await store.write(lambda tx: tx.people.learn(old))

    first = await store.write(lambda tx: tx.people.learn(new))
    again_old = await store.write(lambda tx: tx.people.learn(old))
    again_new = await store.write(lambda tx: tx.people.learn(new))

    assert again_new == first
    assert again_old.email is None
    found = await store.read(lambda tx: tx.people.by_handle("ada@acme.example"))
    assert found is not None
    assert found.slack_id == "U2"


async def test_older_news_of_somebody_changes_nothing(store: SqlStore):
    """Slack tells again what it was told already, and a page of the directory takes its time."""
    news = Person(0, "Ada Lovelace", "ada@acme.example", "U7", "fr", "Countess", told=200)
    old = Person(0, "Ada Byron", "byron@acme.example", "U7", "en", active=False, told=100)
    await store.write(lambda tx: tx.people.learn(replace(news, told=50)))
    await store.write(lambda tx: tx.people.learn(news))

    await store.write(lambda tx: tx.people.learn(old))

    kept = await store.read(lambda tx: tx.people.by_handle("U7"))
    assert kept == replace(news, id=kept.id)
    assert await store.read(lambda tx: tx.people.by_handle("byron@acme.example")) is None


@pytest.mark.parametrize("told", [0, 200, 201])
async def test_what_is_no_older_or_of_no_age_is_believed(store: SqlStore, told: int):
    ada = Person(0, "Ada", "ada@acme.example", "U7", "fr", told=200)
    await store.write(lambda tx: tx.people.learn(ada))

    await store.write(lambda tx: tx.people.learn(replace(ada, title="Countess", told=told)))

    kept = await store.read(lambda tx: tx.people.by_handle("U7"))
    assert kept.title == "Countess"


async def test_news_that_changes_nothing_is_read_by_nobody_and_counts_as_news(store: SqlStore):
    ada = Person(0, "Ada", "ada@acme.example", "U7", "fr", told=100)
    await store.write(lambda tx: tx.people.learn(ada))
    changed = select(people.c.changed)
    before = await store.read(lambda tx: tx._connection.execute(changed).scalar_one())

    await store.write(lambda tx: tx.people.learn(replace(ada, told=300)))
    await store.write(lambda tx: tx.people.learn(replace(ada, title="Countess", told=200)))

    assert await store.read(lambda tx: tx._connection.execute(changed).scalar_one()) == before
    assert (await store.read(lambda tx: tx.people.by_handle("U7"))).title == ""


async def test_a_list_does_not_overrule_slack(store: SqlStore):
    ada = await store.write(lambda tx: a_person(tx, "Ada", email="ada@acme.example", slack_id="U7"))

    listed = await store.write(lambda tx: tx.people.learn(Person(0, "A. King", "ada@acme.example")))

    assert listed == ada


async def test_an_address_given_later_is_kept_and_found(store: SqlStore):
    ada = await store.write(lambda tx: a_person(tx, "Ada", slack_id="U7"))

    await store.write(lambda tx: tx.people.set_address(ada.id, "Ada@Acme.example"))

    found = await store.read(lambda tx: tx.people.search("ada@acme", 5))
    assert [(person.id, person.email) for person in found] == [(ada.id, "ada@acme.example")]


async def test_an_address_that_leads_to_another_member_of_slack_stays_theirs(store: SqlStore):
    ada = await store.write(lambda tx: a_person(tx, "Ada", slack_id="U7", email="ada@acme.example"))
    bob = await store.write(lambda tx: a_person(tx, "Bob", slack_id="U8"))

    await store.write(lambda tx: tx.people.set_address(bob.id, "ada@acme.example"))

    assert await store.read(lambda tx: tx.people.by_handle("ada@acme.example")) == ada


NAMES = {
    "Paul Smith": "paul.smith@acme.example",
    "Ayşe Çelik": "a.celik@acme.example",
    "Jean-Luc O'Neil": "jl@acme.example",
    "Smithy Paulsen": None,
    "Zoë Müller": "zm_old@acme.example",
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("smith paul", ["Paul Smith", "Smithy Paulsen"]),
        ("PAUL.SM", ["Paul Smith", "Smithy Paulsen"]),
        ("celik", ["Ayşe Çelik"]),
        ("Çel ays", ["Ayşe Çelik"]),
        ("luc", ["Jean-Luc O'Neil"]),
        ("jean-l", ["Jean-Luc O'Neil"]),
        ("o'neil", ["Jean-Luc O'Neil"]),
        ("muller zo", ["Zoë Müller"]),
        ("old", ["Zoë Müller"]),
        ("jl@acme.example", ["Jean-Luc O'Neil"]),
        ("mith", ["Paul Smith", "Smithy Paulsen"]),
        ("paul nobody", []),
        ("acme", []),
        ("100%_", []),
        ("p pa paul", ["Paul Smith", "Smithy Paulsen"]),
    ],
)
async def test_people_are_found_by_words_and_their_beginnings(
    store: SqlStore, query: str, found: list[str]
):
    await store.write(
        lambda tx: [a_person(tx, name, email=address) for name, address in NAMES.items()]
    )

    people = await store.read(lambda tx: tx.people.search(query, 10))

    assert sorted(person.name for person in people) == found


@pytest.mark.parametrize("query", ["", "  ", "pa", "'"])
async def test_those_who_ask_most_come_first_then_by_name(store: SqlStore, query: str):
    def fill(tx: SqlTransaction) -> None:
        for name in ("Paul C", "Émile Paul", "Paul B", "Paul A"):
            person = a_person(tx, name)
            if name == "Paul C":
                tx.people.note_request(person.id)

    await store.write(fill)

    people = await store.read(lambda tx: tx.people.search(query, 3))

    assert [person.name for person in people] == ["Paul C", "Émile Paul", "Paul A"]


async def test_a_new_name_is_found_and_the_old_one_is_not(store: SqlStore):
    await store.write(lambda tx: a_person(tx, "U7", slack_id="U7"))

    await store.write(lambda tx: tx.people.learn(Person(0, "Ada King", None, "U7")))

    assert await store.read(lambda tx: tx.people.search("u7", 5)) == ()
    assert len(await store.read(lambda tx: tx.people.search("king", 5))) == 1


async def test_asking_for_many_people_gives_those_there_are(store: SqlStore):
    ada = await store.write(a_person)

    assert await store.read(lambda tx: tx.people.many([])) == {}
    assert await store.read(lambda tx: tx.people.many([ada.id, ada.id, 99])) == {ada.id: ada}
    with pytest.raises(LookupError):
        await store.read(lambda tx: tx.people.get(99))


async def test_a_ticket_of_somebody_merged_is_still_asked_for_by_them(desk: SqlStore):
    def fill(tx: SqlTransaction) -> None:
        typed = a_person(tx, "Ada", email="ada@acme.example")
        tx.tickets.add(a_ticket(typed.id, beneficiary=typed.id, assignee=typed.id))
        tx.people.actor("U7")

    await desk.write(fill)

    ada = await desk.write(lambda tx: tx.people.learn(Person(0, "Ada", "ada@acme.example", "U7")))

    page = await desk.read(lambda tx: tx.tickets.asked_by(ada.id, open_only=True, limit=5))
    assert [(t.requester, t.beneficiary, t.assignee) for t in page.tickets] == [(ada.id,) * 3]


async def test_somebody_merged_takes_part_in_the_same_tickets(desk: SqlStore):
    def fill(tx: SqlTransaction) -> tuple[int, int]:
        typed, other = a_person(tx, "Ada", email="ada@acme.example"), a_person(tx, "Bob")
        known = tx.people.actor("U7")
        lists = {"participants": (other.id, typed.id, known.id), "removed": (typed.id,)}
        return tx.tickets.add(a_ticket(a_person(tx, "Eve").id, **lists)).id, other.id

    ticket, bob = await desk.write(fill)

    ada = await desk.write(lambda tx: tx.people.learn(Person(0, "Ada", "ada@acme.example", "U7")))

    after = await desk.read(lambda tx: tx.tickets.get(ticket))
    assert (after.participants, after.removed) == ((bob, ada.id), (ada.id,))


@pytest.mark.parametrize("role", ["requester", "beneficiary"])
async def test_whom_a_ticket_is_for_takes_part_in_it_no_second_time(desk: SqlStore, role: str):
    def fill(tx: SqlTransaction) -> tuple[int, int]:
        typed, bob = a_person(tx, "Ada", email="ada@acme.example"), a_person(tx, "Bob")
        known = tx.people.actor("U7")
        for_whom = {"requester": bob.id, role: known.id}
        eve = a_person(tx, "Eve")
        return tx.tickets.add(a_ticket(**for_whom, participants=(typed.id, eve.id))).id, eve.id

    ticket, eve = await desk.write(fill)

    ada = await desk.write(lambda tx: tx.people.learn(Person(0, "Ada", "ada@acme.example", "U7")))

    after = await desk.read(lambda tx: tx.tickets.get(ticket))
    assert (getattr(after, role), after.participants) == (ada.id, (eve,))
