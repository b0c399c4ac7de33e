"""Cards, thread messages and mails lead back to their tickets."""

from __future__ import annotations

import pytest

from desk.journal import Draft, Kind
from desk.mails import MailThread
from desk.ports import Card
from desk.words import NO_WORDS, Words
from storage.store import SqlStore
from storage.transaction import SqlTransaction
from tests.storage.house import MINUTE, NOW, a_person, a_ticket


@pytest.fixture
async def entry(desk: SqlStore) -> int:
    """An answer in ticket 1."""

    def add(tx: SqlTransaction) -> int:
        ticket = tx.tickets.add(a_ticket(a_person(tx).id))
        return tx.journal.add(Draft(ticket.id, Kind.ANSWER, None), NOW).id

    return await desk.write(add)


async def test_a_ticket_has_one_active_card_and_remembers_the_others(desk: SqlStore, entry: int):
    old, new = Card(1, 1, "C1", "1.1", True), Card(1, 2, "C2", "2.2", True)
    await desk.write(lambda tx: tx.cards.add(old, NOW))

    await desk.write(lambda tx: tx.cards.add(new, NOW + MINUTE))

    retired = Card(1, 1, "C1", "1.1", False)
    assert await desk.read(lambda tx: tx.cards.of(1)) == (retired, new)
    assert await desk.read(lambda tx: tx.cards.active(1)) == new
    assert await desk.read(lambda tx: tx.cards.at("C1", "1.1")) == retired
    assert await desk.read(lambda tx: tx.cards.at("C1", "2.2")) is None


async def test_retired_cards_leave_no_active_one(desk: SqlStore, entry: int):
    await desk.write(lambda tx: tx.cards.add(Card(1, 1, "C1", "1.1", True), NOW))

    await desk.write(lambda tx: tx.cards.retire(1))

    assert await desk.read(lambda tx: tx.cards.active(1)) is None
    assert [card.active for card in await desk.read(lambda tx: tx.cards.of(1))] == [False]


async def test_keeping_a_card_twice_keeps_one(desk: SqlStore, entry: int):
    card = Card(1, 1, "C1", "1.1", True)
    await desk.write(lambda tx: tx.cards.add(card, NOW))

    await desk.write(lambda tx: tx.cards.add(card, NOW + MINUTE))

    assert await desk.read(lambda tx: tx.cards.of(1)) == (card,)


async def test_a_thread_message_and_its_entry_find_each_other(desk: SqlStore, entry: int):
    await desk.write(lambda tx: tx.cards.keep_message(entry, "C1", "1.2", ours=True))
    await desk.write(lambda tx: tx.cards.keep_message(entry, "C1", "1.2", ours=True))

    assert await desk.read(lambda tx: tx.cards.entry_at("C1", "1.2")) == entry
    assert await desk.read(lambda tx: tx.cards.message_of(entry)) == ("C1", "1.2")
    assert await desk.read(lambda tx: tx.cards.entry_at("C2", "1.2")) is None
    assert await desk.read(lambda tx: tx.cards.message_of(entry + 1)) is None


async def test_a_persons_message_leads_to_its_note_and_does_not_show_it(desk: SqlStore, entry: int):
    await desk.write(lambda tx: tx.cards.keep_message(entry, "C1", "1.2", ours=False))

    assert await desk.read(lambda tx: tx.cards.entry_at("C1", "1.2")) == entry
    assert await desk.read(lambda tx: tx.cards.message_of(entry)) is None


async def test_the_latest_message_of_an_entry_shows_it_and_earlier_ones_still_lead_to_it(
    desk: SqlStore, entry: int
):
    await desk.write(lambda tx: tx.cards.keep_message(entry, "C1", "1.2", ours=True))

    await desk.write(lambda tx: tx.cards.keep_message(entry, "C2", "1.1", ours=True))

    assert await desk.read(lambda tx: tx.cards.message_of(entry)) == ("C2", "1.1")
    assert await desk.read(lambda tx: tx.cards.entry_at("C1", "1.2")) == entry


async def test_mails_sent_and_taken_in_lead_to_their_ticket(desk: SqlStore, entry: int):
    def keep(tx: SqlTransaction) -> None:
        tx.mails.keep_outgoing(1, entry, "<out@acme.example>", NOW)
        tx.mails.keep_incoming(1, entry, " <in@home.example>\n", NOW + MINUTE)
        tx.mails.keep_outgoing(1, None, "<out@acme.example>", NOW + MINUTE)

    await desk.write(keep)

    both = ("<out@acme.example>", "<in@home.example>")
    assert await desk.read(lambda tx: tx.mails.ids(1)) == both
    assert await desk.read(lambda tx: tx.mails.entry_of("<out@acme.example>")) == (1, entry)
    assert await desk.read(lambda tx: tx.mails.seen("<in@home.example>"))
    assert not await desk.read(lambda tx: tx.mails.seen("<other@home.example>"))


async def test_a_note_by_mail_finds_its_ticket_and_is_not_referred_to(desk: SqlStore, entry: int):
    def keep(tx: SqlTransaction) -> None:
        note = tx.journal.add(Draft(1, Kind.NOTE, None), NOW).id
        tx.mails.keep_incoming(1, note, "<note@inside.example>", NOW)
        tx.mails.keep_incoming(1, entry, "<in@home.example>", NOW)

    await desk.write(keep)

    assert await desk.read(lambda tx: tx.mails.ids(1)) == ("<in@home.example>",)
    assert await desk.read(lambda tx: tx.mails.seen("<note@inside.example>"))


async def test_a_ticket_keeps_the_thread_that_the_last_mail_had(desk: SqlStore, entry: int):
    assert await desk.read(lambda tx: tx.mails.thread_of(1)) is None

    await desk.write(lambda tx: tx.mails.keep_thread(1, MailThread("AQ==", "Wi-Fi")))
    await desk.write(lambda tx: tx.mails.keep_thread(1, MailThread("AdZ=", "RE: Wi-Fi")))

    assert await desk.read(lambda tx: tx.mails.thread_of(1)) == MailThread("AdZ=", "RE: Wi-Fi")


async def test_a_signature_is_kept_until_it_is_emptied(desk: SqlStore):
    person = await desk.write(lambda tx: a_person(tx, "Ada", email="a@acme.example"))
    words = Words.plain("Ada King\nNetwork")

    assert await desk.read(lambda tx: tx.people.signature(person.id)) == NO_WORDS
    await desk.write(lambda tx: tx.people.set_signature(person.id, words))
    assert await desk.read(lambda tx: tx.people.signature(person.id)) == words
    await desk.write(lambda tx: tx.people.set_signature(person.id, NO_WORDS))
    assert await desk.read(lambda tx: tx.people.signature(person.id)) == NO_WORDS


async def test_mails_that_share_an_id_are_all_kept_and_answers_lead_to_the_first(
    desk: SqlStore, entry: int
):
    def another(tx: SqlTransaction) -> int:
        return tx.tickets.add(a_ticket(tx.tickets.get(1).requester)).id

    assert await desk.write(another) == 2
    await desk.write(lambda tx: tx.mails.keep_incoming(1, entry, "<in@home.example>", NOW))

    await desk.write(lambda tx: tx.mails.keep_incoming(2, entry, "<in@home.example>", NOW))

    assert await desk.read(lambda tx: tx.mails.entry_of("<in@home.example>")) == (1, entry)
    assert await desk.read(lambda tx: tx.mails.ids(2)) == ("<in@home.example>",)
