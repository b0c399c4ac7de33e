"""The journal keeps what was said, and keeps internal things internal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from desk.errors import NoSuchTicket
from desk.journal import PUBLIC_KINDS, Draft, Kind, Visibility
from desk.mails import DeliveryState
from desk.words import Words
from storage.store import SqlStore
from storage.tables import entries
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, a_person, a_reply, a_ticket


async def a_stored_ticket(desk: SqlStore) -> int:
    return (await desk.write(lambda tx: tx.tickets.add(a_ticket(a_person(tx).id)))).id


async def test_an_entry_comes_back_with_everything_it_had(desk: SqlStore):
    def add(tx: SqlTransaction):
        author = a_person(tx, "Grace Hopper", email="grace@acme.example", slack_id="U9")
        ticket = tx.tickets.add(a_ticket(author.id))
        facts = {"to": "Çelik", "team": {"en": "A", "fr": "À"}, "outsider": True}
        draft = Draft(
            ticket.id, Kind.REPLY, author.id, Words.plain("Hé\n\n‹b›"), facts, NOW + MINUTE
        )
        return author, draft, tx.journal.add(draft, NOW)

    author, draft, added = await desk.write(add)

    entry = await desk.read(lambda tx: tx.journal.get(added.id))

    assert added == replace(draft, id=entry.id)
    assert (entry.ticket, entry.kind, entry.by, entry.at) == (draft.ticket, Kind.REPLY, author, NOW)
    assert (entry.words, entry.facts) == (draft.words, draft.facts)
    assert (entry.public_from, entry.refers_to, entry.withdrawn) == (NOW + MINUTE, None, False)


@pytest.mark.parametrize("kind", list(Kind))
async def test_only_the_kinds_made_for_requesters_are_public(desk: SqlStore, kind: Kind):
    ticket = await a_stored_ticket(desk)

    await desk.write(lambda tx: tx.journal.add(Draft(ticket, kind, None), NOW))
    (entry,) = await desk.read(lambda tx: tx.journal.of(ticket))

    assert (entry.visibility is Visibility.PUBLIC) == (kind in PUBLIC_KINDS)


@pytest.mark.parametrize("kind", sorted(set(Kind) - PUBLIC_KINDS))
async def test_the_database_itself_refuses_an_internal_kind_as_public(desk: SqlStore, kind: Kind):
    ticket = await a_stored_ticket(desk)
    row = {
        "ticket_id": ticket,
        "kind": kind.value,
        "at": NOW,
        "visibility": "public",
        "words": Words.plain("secret"),
        "facts": {},
    }

    with pytest.raises(IntegrityError):
        await desk.write(lambda tx: tx._connection.execute(insert(entries), row))

    assert await desk.read(lambda tx: tx.journal.of(ticket)) == ()


async def test_what_the_desk_does_by_itself_has_no_author(desk: SqlStore):
    ticket = await a_stored_ticket(desk)
    system = await desk.read(lambda tx: tx.people.actor("system"))

    await desk.write(lambda tx: tx.journal.add(Draft(ticket, Kind.RESUMED, system.id), NOW))
    (entry,) = await desk.read(lambda tx: tx.journal.of(ticket))

    assert entry.by is None


async def test_a_reply_taken_back_says_so(desk: SqlStore):
    def take_back(tx: SqlTransaction) -> tuple[int, int]:
        ticket = tx.tickets.add(a_ticket(a_person(tx).id)).id
        reply = tx.journal.add(Draft(ticket, Kind.REPLY, None), NOW)
        other = tx.journal.add(Draft(ticket, Kind.REPLY, None), NOW)
        tx.journal.add(Draft(ticket, Kind.WITHDRAWN, None, refers_to=reply.id), NOW)
        tx.journal.add(Draft(ticket, Kind.NOTE_EDITED, None, refers_to=other.id), NOW)
        return reply.id, other.id

    reply, other = await desk.write(take_back)

    assert (await desk.read(lambda tx: tx.journal.get(reply))).withdrawn
    assert not (await desk.read(lambda tx: tx.journal.get(other))).withdrawn


async def test_the_journal_is_read_oldest_first_and_knows_its_last(desk: SqlStore):
    ticket = await a_stored_ticket(desk)
    kinds = [Kind.OPENED, Kind.NOTE, Kind.RESOLVED]
    await desk.write(lambda tx: [tx.journal.add(Draft(ticket, k, None), NOW) for k in kinds])

    journal = await desk.read(lambda tx: tx.journal.of(ticket))

    assert [entry.kind for entry in journal] == kinds
    assert await desk.read(lambda tx: tx.journal.last(ticket)) == journal[-1]
    assert await desk.read(lambda tx: tx.journal.last(ticket + 1)) is None


async def test_an_entry_that_is_not_there_is_refused(desk: SqlStore):
    with pytest.raises(NoSuchTicket):
        await desk.read(lambda tx: tx.journal.get(7))


async def test_deliveries_tell_how_far_each_mail_has_come(desk: SqlStore):
    wanted = {
        "a@acme.example": (DeliveryState.WAITING, None, ""),
        "b@acme.example": (DeliveryState.SENT, NOW + MINUTE, ""),
        "c@acme.example": (DeliveryState.FAILED, NOW + MINUTE, "550 no such box"),
        "d@acme.example": (DeliveryState.UNCERTAIN, NOW + MINUTE, "dropped"),
    }

    def work(tx: SqlTransaction):
        entry = a_reply(tx, *wanted)
        mails = tx.outbox.lease(NOW, MINUTE, "me", 10)
        tx.outbox.finish(mails[1], NOW + MINUTE)
        tx.outbox.bury(mails[2], NOW + MINUTE, "550 no such box")
        tx.outbox.uncertain(mails[3], NOW + MINUTE, "dropped")
        return entry

    entry = await desk.write(work)

    deliveries = await desk.read(lambda tx: tx.journal.deliveries(entry.ticket))

    assert {d.address: (d.state, d.at, d.error) for d in deliveries} == wanted
    assert {d.entry for d in deliveries} == {entry.id}


async def test_a_withdrawn_mail_is_told_as_withdrawn(desk: SqlStore):
    entry = await desk.write(lambda tx: a_reply(tx, "a@acme.example"))

    await desk.write(lambda tx: tx.outbox.withdraw(entry.id))

    (delivery,) = await desk.read(lambda tx: tx.journal.deliveries(entry.ticket))
    assert delivery.state is DeliveryState.WITHDRAWN
