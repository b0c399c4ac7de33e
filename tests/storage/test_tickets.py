"""Tickets come back as they were stored, in the order that queues promise."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from desk.errors import NoSuchTicket, Stale
from desk.lifecycle import Move, State
from desk.people import Actor
from desk.ports import Tab
from desk.ticket import (
    Hold,
    HoldReason,
    Impact,
    Origin,
    Outcome,
    RequestType,
    Resolution,
    Urgency,
)
from desk.words import BlockKind, Span, TextBlock, Words
from storage import queues
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, a_person, a_ticket

RICH = Words(
    (
        TextBlock(BlockKind.BULLET, (Span("é✓", bold=True), Span("x", link="https://a.example"))),
        TextBlock(BlockKind.CODE, (Span("rm -rf 'x'; --", code=True),), indent=2),
    )
)


async def test_the_first_ticket_has_the_number_one(desk: SqlStore):
    first = await desk.write(lambda tx: tx.tickets.add(a_ticket(a_person(tx).id)))

    assert first.reference == "R-000001"


async def test_a_ticket_comes_back_with_everything_it_had(desk: SqlStore):
    def store_full(tx: SqlTransaction):
        original = tx.tickets.add(a_ticket(a_person(tx).id))
        return tx.tickets.add(
            a_ticket(
                a_person(tx).id,
                description=RICH,
                beneficiary=a_person(tx).id,
                tell_beneficiary=False,
                entry=1,
                assignee=a_person(tx).id,
                state=State.CLOSED,
                outcome=Outcome.DUPLICATE,
                impact=Impact.DEPARTMENT,
                urgency=Urgency.CRITICAL,
                request_type=RequestType.SERVICE_REQUEST,
                origin=Origin.PHONE,
                hold=Hold(HoldReason.DATE, NOW + MINUTE),
                new_answer=True,
                resolution=Resolution("fixed", RICH),
                duplicate_of=original.id,
            )
        )

    stored = await desk.write(store_full)

    assert await desk.read(lambda tx: tx.tickets.get(stored.id)) == stored


async def test_a_ticket_that_is_not_there_is_named(desk: SqlStore):
    with pytest.raises(NoSuchTicket) as refusal:
        await desk.read(lambda tx: tx.tickets.get(42))

    assert refusal.value.ticket == 42


async def test_saving_leads_one_version_on(desk: SqlStore):
    ticket = await desk.write(lambda tx: tx.tickets.add(a_ticket(a_person(tx).id)))
    changed = ticket.after(Move.ASSIGN, at=NOW + MINUTE, assignee=ticket.requester)

    saved = await desk.write(lambda tx: tx.tickets.save(changed, ticket.version))

    assert saved.version == 2
    assert await desk.read(lambda tx: tx.tickets.get(ticket.id)) == saved


async def test_saving_over_somebody_elses_change_is_refused(desk: SqlStore):
    ticket = await desk.write(lambda tx: tx.tickets.add(a_ticket(a_person(tx).id)))
    await desk.write(lambda tx: tx.tickets.save(replace(ticket, subject="A"), ticket.version))

    with pytest.raises(Stale):
        await desk.write(lambda tx: tx.tickets.save(replace(ticket, subject="B"), ticket.version))

    assert (await desk.read(lambda tx: tx.tickets.get(ticket.id))).subject == "A"


async def test_of_those_who_claim_at_once_only_one_wins(desk: SqlStore):
    ticket = await desk.write(lambda tx: tx.tickets.add(a_ticket(a_person(tx).id)))

    def claim(tx: SqlTransaction):
        found = tx.tickets.get(ticket.id)
        if found.assignee is not None:
            raise Stale
        return tx.tickets.save(
            found.after(Move.ASSIGN, at=NOW, assignee=ticket.requester), found.version
        )

    answers = await asyncio.gather(*(desk.write(claim) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(answer, Stale) for answer in answers) == 5
    assert (await desk.read(lambda tx: tx.tickets.get(ticket.id))).version == 2


async def test_a_teams_queue_begins_with_what_nobody_holds_and_presses_most(desk: SqlStore):
    def fill(tx: SqlTransaction) -> list[int]:
        me = a_person(tx).id
        held = {"assignee": me, "state": State.ASSIGNED}
        critical = {"impact": Impact.DEPARTMENT, "urgency": Urgency.CRITICAL}
        wanted = [
            (5, {**held, **critical}),
            (3, {"created_at": NOW + MINUTE}),
            (1, critical),
            (2, {}),
            (6, held),
            (4, {"urgency": Urgency.LOW}),
        ]
        places = {p: tx.tickets.add(a_ticket(me, **changes)).id for p, changes in wanted}
        tx.tickets.add(a_ticket(me, team=2))
        tx.tickets.add(a_ticket(me, state=State.RESOLVED))
        return [places[p] for p in sorted(places)]

    wanted = await desk.write(fill)
    actor = Actor(await desk.read(lambda tx: tx.people.get(1)), frozenset({1}))

    page = await desk.read(lambda tx: tx.tickets.queue(actor, Tab.TEAMS, 0, 10))

    assert [ticket.id for ticket in page.tickets] == wanted
    assert page.total == 6


async def test_pages_of_several_teams_neither_repeat_nor_skip(desk: SqlStore):
    def fill(tx: SqlTransaction) -> None:
        me = a_person(tx).id
        for number in range(11):
            tx.tickets.add(a_ticket(me, team=1 + number % 2, created_at=NOW + number * MINUTE))

    await desk.write(fill)
    actor = Actor(await desk.read(lambda tx: tx.people.get(1)), frozenset({1, 2}))

    pages = [
        await desk.read(lambda tx, number=n: tx.tickets.queue(actor, Tab.TEAMS, number, 4))
        for n in range(4)
    ]

    assert [t.id for page in pages for t in page.tickets] == list(range(1, 12))
    assert [len(page.tickets) for page in pages] == [4, 4, 3, 0]
    assert pages[0].pages == 3


async def test_somebody_without_a_team_has_an_empty_queue(desk: SqlStore):
    person = await desk.write(a_person)
    await desk.write(lambda tx: tx.tickets.add(a_ticket(person.id)))

    page = await desk.read(lambda tx: tx.tickets.queue(Actor(person), Tab.TEAMS, 0, 10))

    assert page.tickets == ()
    assert page.total == 0


async def test_an_administrator_without_a_team_sees_every_teams_queue(desk: SqlStore):
    person = await desk.write(a_person)
    await desk.write(lambda tx: [tx.tickets.add(a_ticket(person.id, team=t)) for t in (1, 2)])
    administrator = Actor(person, is_administrator=True)

    page = await desk.read(lambda tx: tx.tickets.queue(administrator, Tab.TEAMS, 0, 10))

    assert {ticket.team for ticket in page.tickets} == {1, 2}


async def test_mine_are_the_open_ones_i_hold_in_whatever_team(desk: SqlStore):
    def fill(tx: SqlTransaction) -> tuple[int, list[int]]:
        me, other = a_person(tx).id, a_person(tx).id
        held = {"assignee": me, "state": State.ASSIGNED}
        low = tx.tickets.add(a_ticket(other, team=2, urgency=Urgency.LOW, **held))
        usual = tx.tickets.add(a_ticket(other, **held))
        tx.tickets.add(a_ticket(other, assignee=other, state=State.ASSIGNED))
        tx.tickets.add(a_ticket(other, assignee=me, state=State.RESOLVED))
        return me, [usual.id, low.id]

    me, wanted = await desk.write(fill)
    actor = Actor(await desk.read(lambda tx: tx.people.get(me)), frozenset({1}))

    page = await desk.read(lambda tx: tx.tickets.queue(actor, Tab.MINE, 0, 10))

    assert [ticket.id for ticket in page.tickets] == wanted


async def test_solved_are_those_of_my_teams_and_my_own_once_each_latest_first(desk: SqlStore):
    def fill(tx: SqlTransaction) -> tuple[int, list[int]]:
        me, other = a_person(tx).id, a_person(tx).id
        over = {"state": State.RESOLVED}
        early = tx.tickets.add(a_ticket(other, **over))
        both = tx.tickets.add(
            a_ticket(other, assignee=me, state_since=NOW + 2 * MINUTE, state=State.CLOSED)
        )
        mine = tx.tickets.add(
            a_ticket(other, team=2, assignee=me, state_since=NOW + MINUTE, **over)
        )
        tx.tickets.add(a_ticket(other, team=2, **over))
        tx.tickets.add(a_ticket(other))
        return me, [both.id, mine.id, early.id]

    me, wanted = await desk.write(fill)
    actor = Actor(await desk.read(lambda tx: tx.people.get(me)), frozenset({1}))

    page = await desk.read(lambda tx: tx.tickets.queue(actor, Tab.SOLVED, 0, 10))

    assert [ticket.id for ticket in page.tickets] == wanted
    assert page.total == 3


async def test_what_i_asked_for_lists_open_ones_first_then_the_newest(desk: SqlStore):
    def fill(tx: SqlTransaction) -> tuple[int, list[int]]:
        me, other = a_person(tx).id, a_person(tx).id
        closed = tx.tickets.add(a_ticket(me, state=State.CLOSED))
        old = tx.tickets.add(a_ticket(other, beneficiary=me))
        both = tx.tickets.add(a_ticket(me, beneficiary=me))
        last_closed = tx.tickets.add(a_ticket(me, state=State.CLOSED))
        tx.tickets.add(a_ticket(other))
        return me, [both.id, old.id, last_closed.id, closed.id]

    me, wanted = await desk.write(fill)

    every = await desk.read(lambda tx: tx.tickets.asked_by(me, open_only=False, limit=9))
    still_open = await desk.read(lambda tx: tx.tickets.asked_by(me, open_only=True, limit=1))

    assert [ticket.id for ticket in every.tickets] == wanted
    assert [ticket.id for ticket in still_open.tickets] == wanted[:1]
    assert still_open.total == 2


async def test_holds_are_due_when_their_date_has_come(desk: SqlStore):
    def fill(tx: SqlTransaction) -> list[int]:
        me = a_person(tx).id

        def held(hold: Hold) -> int:
            return tx.tickets.add(a_ticket(me, state=State.PENDING, hold=hold)).id

        second = held(Hold(HoldReason.DATE, NOW))
        first = held(Hold(HoldReason.DATE, NOW - MINUTE))
        held(Hold(HoldReason.DATE, NOW + MINUTE))
        held(Hold(HoldReason.SUPPLIER))
        return [first, second]

    wanted = await desk.write(fill)

    due = await desk.read(lambda tx: tx.tickets.due(NOW, 10))

    assert list(due) == wanted
    assert await desk.read(lambda tx: tx.tickets.due(NOW, 1)) == due[:1]


async def test_counting_stops_where_nobody_would_page(desk: SqlStore, monkeypatch):
    monkeypatch.setattr(queues, "COUNTED", 3)
    person = await desk.write(a_person)
    await desk.write(lambda tx: [tx.tickets.add(a_ticket(person.id)) for _ in range(5)])

    page = await desk.read(lambda tx: tx.tickets.asked_by(person.id, open_only=True, limit=2))

    assert page.total == 3
    assert await desk.read(lambda tx: tx.tickets.count()) == 5


async def test_what_follows_a_ticket_is_listed_oldest_first(desk: SqlStore):
    def fill(tx: SqlTransaction) -> tuple[int, ...]:
        paul = a_person(tx)
        first = tx.tickets.add(a_ticket(paul.id))
        later = [tx.tickets.add(a_ticket(paul.id, follows=first.id)) for _ in range(2)]
        return (first.id, *(ticket.id for ticket in later))

    first, *later = await desk.write(fill)

    assert await desk.read(lambda tx: tx.tickets.followers(first)) == tuple(later)
    assert await desk.read(lambda tx: tx.tickets.followers(later[0])) == ()
    assert (await desk.read(lambda tx: tx.tickets.get(later[0]))).follows == first
