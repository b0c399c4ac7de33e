"""Messages in a ticket's thread are notes; edits, deletions, outsiders and old threads."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import insert

from desk.answers import TicketPage
from desk.ask_delivery import entry_facts, notice_facts
from desk.ask_ticket import OpenPage, WholeEntry
from desk.effects import LookUpPerson, MarkNoted, Notice, RefreshCard, ShowEntry, Whisper
from desk.errors import NoSuchTicket, TooEarly
from desk.journal import Kind
from desk.lifecycle import State
from desk.ports import Card
from desk.reply import Reply
from desk.result import Result
from desk.setting_up import LoadDesk
from desk.take_note import DeleteNote, EditNote, TakeNote
from desk.transfer_ticket import TransferTicket
from desk.words import BlockKind, Span, TextBlock, Words
from storage.cards import SqlCards
from storage.spool_tables import held_cards
from tests.desk.office import CAMILLE, NOE, PAUL, PIERRE, ZOE, Office, bring_to, the_house

ROLLER = Words.plain("Probably the pickup roller.")
NOTHING = Result(changed=False)


def a_note(card: Card, by: str = PIERRE, words: Words = ROLLER, ts: str = "9.1") -> TakeNote:
    return TakeNote(by, card.channel, card.ts, ts, words)


async def noted(office: Office, card: Card, **changes: str) -> int:
    result = await office.does(a_note(card, **changes))  # type: ignore[arg-type]
    assert result.entry is not None
    return result.entry


async def test_a_message_in_the_thread_is_an_internal_note(office: Office) -> None:
    number, card = await office.opened_with_card()
    await office.deliver()

    entry = await noted(office, card)

    written = await office.last(number)
    assert (written.id, written.kind, written.words) == (entry, Kind.NOTE, ROLLER)
    assert not written.is_public
    assert written.facts == {}
    assert office.waiting() == [
        RefreshCard(number),
        MarkNoted(number, entry, card.channel, "9.1"),
    ]
    assert await office.store.read(lambda tx: tx.cards.entry_at(card.channel, "9.1")) == entry


async def test_a_note_leaves_the_ticket_as_it_is(office: Office) -> None:
    number = await bring_to(office, State.PENDING)
    card = await office.post_card(number)
    before = await office.ticket(number)

    await noted(office, card)

    assert await office.ticket(number) == before


@pytest.mark.parametrize("state", State)
async def test_a_note_can_be_taken_in_every_state(office: Office, state: State) -> None:
    number = await bring_to(office, state)
    card = await office.post_card(number)

    await noted(office, card)

    assert (await office.last(number)).kind is Kind.NOTE


async def test_other_threads_are_none_of_our_business(office: Office) -> None:
    _, card = await office.opened_with_card()
    await office.deliver()

    elsewhere = await office.does(TakeNote(PIERRE, card.channel, "5.5", "9.1", ROLLER))
    other_channel = await office.does(TakeNote(PIERRE, "C0OTHER", card.ts, "9.1", ROLLER))
    empty = await office.does(a_note(card, words=Words()))

    assert elsewhere == other_channel == empty == NOTHING
    assert office.waiting() == []


async def test_technicians_of_other_teams_take_notes_too(office: Office) -> None:
    number, card = await office.opened_with_card()

    await noted(office, card, by=NOE)

    assert (await office.last(number)).facts == {}
    assert office.waiting_of(Whisper) == []


@pytest.mark.parametrize("who", [ZOE, PAUL, "U0NEVERSEEN"])
async def test_an_outsiders_message_is_kept_internal_flagged_and_answered(
    office: Office, who: str
) -> None:
    number, card = await office.opened_with_card(by=PIERRE, requester=PAUL)

    entry = await noted(office, card, by=who)

    written = await office.last(number)
    whisper = Whisper(Notice.OUTSIDER_IN_THREAD, number, who, card.channel, card.ts, "9.1")
    assert (written.id, written.is_public) == (entry, False)
    assert written.facts == {"outsider": True}
    assert office.waiting_of(Whisper) == [whisper]
    facts = await office.store.read(lambda tx: notice_facts(tx, whisper))
    assert facts.facts.ticket.id == number
    assert facts.reader is not None
    assert facts.reader.slack_id == who


async def test_somebody_never_seen_who_writes_in_a_thread_is_looked_up(office: Office) -> None:
    _, card = await office.opened_with_card()

    await noted(office, card, by="U0NEVERSEEN")

    assert office.waiting_of(LookUpPerson) == [LookUpPerson("U0NEVERSEEN")]


async def test_what_the_requester_writes_in_the_thread_is_not_shown_back(office: Office) -> None:
    number, card = await office.opened_with_card(by=PAUL)
    await noted(office, card, by=PAUL)

    page = await office.desk.ask(OpenPage(number), by=PAUL)

    assert [entry.kind for entry in page.journal] == [Kind.OPENED]


async def test_a_note_in_the_old_thread_is_shown_in_the_new_one(office: Office) -> None:
    number, old = await office.opened_with_card()
    await office.does(TransferTicket(number, PIERRE, await office.team("reseau")))
    await office.post_card(number)
    await office.deliver()

    entry = await noted(office, old)

    assert office.waiting() == [
        RefreshCard(number),
        MarkNoted(number, entry, old.channel, "9.1"),
        ShowEntry(number, entry),
    ]


async def test_a_note_below_a_card_that_was_posted_after_the_transfer_is_shown_in_the_new_one(
    office: Office,
) -> None:
    number = await office.open()
    before = await office.store.read(lambda tx: tx.tickets.get(number).team)
    team = await office.store.read(lambda tx: tx.organisation.team(before))
    await office.does(TransferTicket(number, CAMILLE, await office.team("reseau")))
    card = Card(number, team.id, team.channel or "", f"{number}.0001", active=True)
    await office.store.write(lambda tx: tx.cards.add(card, office.now))

    entry = await noted(office, card)

    assert ShowEntry(number, entry) in office.waiting()


async def test_an_edited_note_keeps_what_it_said_before(office: Office) -> None:
    number, card = await office.opened_with_card()
    first = await noted(office, card)
    await office.deliver()

    result = await office.does(EditNote(PIERRE, card.channel, "9.1", Words.plain("The fuser.")))

    note, edited = (await office.journal(number))[-2:]
    assert (note.id, note.words) == (first, ROLLER)
    assert (edited.id, edited.kind, edited.refers_to) == (result.entry, Kind.NOTE_EDITED, first)
    assert edited.words.text == "The fuser."
    assert not edited.is_public
    assert office.waiting() == [ShowEntry(number, edited.id), RefreshCard(number)]
    facts = await office.store.read(
        lambda tx: entry_facts(tx, ShowEntry(number, edited.id), office.now)
    )
    assert facts.refers_to == note


async def test_a_deleted_note_stays_in_the_journal(office: Office) -> None:
    number, card = await office.opened_with_card()
    first = await noted(office, card)

    await office.does(DeleteNote(PIERRE, card.channel, "9.1"))

    note, deleted = (await office.journal(number))[-2:]
    assert note.words == ROLLER
    assert (deleted.kind, deleted.refers_to, deleted.words) == (Kind.NOTE_DELETED, first, Words())


async def test_a_page_shows_a_note_as_it_stands(office: Office) -> None:
    number, card = await office.opened_with_card()
    kept, gone = await noted(office, card), await noted(office, card, ts="9.2")
    for text in ("The fuser.", "The fan."):
        await office.does(EditNote(PIERRE, card.channel, "9.1", Words.plain(text)))
    await office.does(EditNote(PIERRE, card.channel, "9.2", Words.plain("Password: 1234")))
    await office.does(DeleteNote(PIERRE, card.channel, "9.2"))

    page = await office.desk.ask(OpenPage(number), by=PIERRE)

    assert isinstance(page, TicketPage)
    _, note, deleted = page.journal
    assert (note.id, note.words.text, deleted.kind) == (kept, "The fan.", Kind.NOTE_DELETED)
    assert note.facts["edited"]
    assert "1234" not in repr(page)
    whole = await office.desk.ask(WholeEntry(kept), by=PIERRE)
    assert whole.words.text == "The fan."
    with pytest.raises(NoSuchTicket):
        await office.desk.ask(WholeEntry(gone), by=PIERRE)


async def test_a_card_follows_what_became_of_a_note(office: Office) -> None:
    number, card = await office.opened_with_card()
    await noted(office, card)
    await office.deliver()

    await office.does(DeleteNote(PIERRE, card.channel, "9.1"))

    assert RefreshCard(number) in office.waiting()


async def test_a_note_deleted_by_nobody_knows_whom_is_still_deleted(office: Office) -> None:
    number, card = await office.opened_with_card()
    await noted(office, card)

    await office.does(DeleteNote(None, card.channel, "9.1"))

    deleted = await office.last(number)
    assert (deleted.kind, deleted.by) == (Kind.NOTE_DELETED, None)


async def test_an_edit_that_is_told_before_its_message_is_the_note(office: Office) -> None:
    number, card = await office.opened_with_card()
    before = len(await office.journal(number))
    edit = EditNote(PIERRE, card.channel, "9.1", Words.plain("The fuser."), card.ts)

    await office.does(edit)
    late = await office.does(a_note(card))

    assert late == NOTHING
    (note,) = (await office.journal(number))[before:]
    assert (note.kind, note.words.text) == (Kind.NOTE, "The fuser.")
    assert await office.store.read(lambda tx: tx.cards.entry_at(card.channel, "9.1")) == note.id


def an_edit(card: Card, text: str, at: str) -> EditNote:
    return EditNote(PIERRE, card.channel, "9.1", Words.plain(text), card.ts, edited=at)


async def test_of_two_edits_told_in_the_wrong_order_the_newer_one_stays(office: Office) -> None:
    number, card = await office.opened_with_card()
    await noted(office, card)
    await office.does(an_edit(card, "The fuser.", "1764000009.000200"))
    before = await office.journal(number)
    await office.deliver()

    late = await office.does(an_edit(card, "The fusr.", "1764000009.000100"))

    assert late == NOTHING
    assert await office.journal(number) == before
    assert office.waiting() == []


async def test_edits_told_in_their_order_are_all_in_the_journal(office: Office) -> None:
    number, card = await office.opened_with_card()
    await noted(office, card)

    await office.does(an_edit(card, "The fusr.", "999999999.000100"))
    await office.does(an_edit(card, "The fuser.", "1764000009.000100"))

    texts = [entry.words.text for entry in await office.journal(number)]
    assert texts[-2:] == ["The fusr.", "The fuser."]


async def test_an_edit_told_before_its_message_is_no_older_than_one_told_after_it(
    office: Office,
) -> None:
    number, card = await office.opened_with_card()
    await office.does(an_edit(card, "The fuser.", "1764000009.000200"))

    late = await office.does(an_edit(card, "The fusr.", "1764000009.000100"))

    assert late == NOTHING
    assert (await office.last(number)).words.text == "The fuser."


async def test_two_edits_at_once_leave_the_newer_one_last(office: Office) -> None:
    number, card = await office.opened_with_card()
    await noted(office, card)
    edits = [an_edit(card, f"Try {n}", f"1764000009.{n:06}") for n in (3, 1, 4, 2, 5)]

    await asyncio.gather(*map(office.does, edits))

    assert (await office.last(number)).words.text == "Try 5"


async def test_an_edit_whose_message_is_written_down_meanwhile_is_its_edit(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes at once: each statement sees what others committed until then."""
    number, card = await office.opened_with_card()
    await noted(office, card)
    looks = 0

    def look(cards: SqlCards, channel: str, ts: str) -> int | None:
        nonlocal looks
        looks += 1
        return None if looks == 1 else entry_at(cards, channel, ts)

    entry_at = SqlCards.entry_at
    monkeypatch.setattr(SqlCards, "entry_at", look)
    done = await office.does(an_edit(card, "The fuser.", "1764000009.000100"))

    assert done.changed
    assert looks > 1
    edited = await office.last(number)
    assert (edited.kind, edited.words.text) == (Kind.NOTE_EDITED, "The fuser.")


async def test_an_edit_told_after_the_deletion_does_not_bring_the_note_back(
    office: Office,
) -> None:
    number, card = await office.opened_with_card()
    await noted(office, card)
    await office.does(DeleteNote(PIERRE, card.channel, "9.1", card.ts))

    late = await office.does(an_edit(card, "The fuser.", "1764000009.000100"))

    assert late == NOTHING
    assert (await office.last(number)).kind is Kind.NOTE_DELETED


async def test_a_deletion_that_is_told_before_its_message_is_asked_for_again(
    office: Office,
) -> None:
    number, card = await office.opened_with_card()
    deletion = DeleteNote(PIERRE, card.channel, "9.1", card.ts)

    with pytest.raises(TooEarly):
        await office.does(deletion)
    await noted(office, card)
    await office.does(deletion)

    kinds = [entry.kind for entry in await office.journal(number)]
    assert kinds[-2:] == [Kind.NOTE, Kind.NOTE_DELETED]


async def test_what_is_deleted_or_edited_in_other_threads_is_none_of_our_business(
    office: Office,
) -> None:
    _, card = await office.opened_with_card()

    edited = await office.does(EditNote(PIERRE, card.channel, "9.1", ROLLER, "5.5"))
    deleted = await office.does(DeleteNote(PIERRE, card.channel, "9.1", "5.5"))

    assert edited == deleted == NOTHING


async def test_messages_that_are_no_notes_cannot_be_amended(office: Office) -> None:
    number, card = await office.opened_with_card()
    reply = await office.does(Reply(number, PIERRE, Words.plain("Which floor?")))

    def show(tx: object) -> None:
        tx.cards.keep_message(reply.entry, card.channel, "8.8", ours=True)  # type: ignore[attr-defined]

    await office.store.write(show)
    before = await office.journal(number)

    unknown = await office.does(EditNote(PIERRE, card.channel, "7.7", ROLLER))
    ours = await office.does(EditNote(PIERRE, card.channel, "8.8", ROLLER))
    gone = await office.does(DeleteNote(PIERRE, card.channel, "8.8"))

    assert unknown == ours == gone == NOTHING
    assert await office.journal(number) == before


async def test_colleagues_named_in_a_note_are_named_in_the_journal(office: Office) -> None:
    number, card = await office.opened_with_card()
    said = Words((TextBlock(BlockKind.PARAGRAPH, (Span(f"@{CAMILLE}", user=CAMILLE),)),))

    await office.does(a_note(card, words=said))

    assert (await office.last(number)).words.text == "@Camille Lefèvre"


async def test_an_entry_that_does_not_exist_is_refused_without_a_number(office: Office) -> None:
    with pytest.raises(NoSuchTicket) as refusal:
        await office.store.read(lambda tx: tx.journal.get(404))

    assert refusal.value.ticket == 0


async def test_a_note_under_a_card_not_yet_written_down_is_asked_for_again(office: Office) -> None:
    _, card = await office.opened_with_card()

    early = TakeNote(PIERRE, card.channel, "9.9", "9.91", ROLLER, under_us=True)
    with pytest.raises(TooEarly):
        await office.does(early)
    elsewhere = await office.does(replace(early, channel="C0OTHER"))

    assert elsewhere.changed is False


async def test_talk_below_a_mail_that_is_held_is_no_note(office: Office) -> None:
    _, card = await office.opened_with_card()
    values = {"why": "stranger", "team_id": 1, "address": "eve@acme.example", "fate": "open"}
    values |= {"at": office.now}
    held = insert(held_cards).values(**values, channel=card.channel, ts="9.9")
    await office.store.write(lambda tx: tx._connection.execute(held))

    said = TakeNote(PIERRE, card.channel, "9.9", "9.91", ROLLER, under_us=True)

    assert (await office.does(said)).changed is False


async def test_a_channel_known_by_its_name_only_may_be_where_an_early_note_is(
    office: Office,
) -> None:
    setup = replace(the_house(), admin_channel="C0ADMIN")
    teams = (replace(setup.teams[0], channel="#support"), *setup.teams[1:])
    await office.does(LoadDesk(replace(setup, teams=teams)))
    early = TakeNote(PIERRE, "C0SUPPORT", "9.9", "9.91", ROLLER, under_us=True)

    with pytest.raises(TooEarly):
        await office.does(early)
    below_a_warning = await office.does(replace(early, channel="C0ADMIN"))
    below_somebody = await office.does(replace(early, under_us=False))

    assert (below_a_warning.changed, below_somebody.changed) == (False, False)
