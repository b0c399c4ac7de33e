"""Files are internal; what goes to a requester is what a public reply takes along."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.answer_ticket import AnswerTicket
from desk.ask_delivery import mail_facts
from desk.ask_ticket import MoveForm
from desk.effects import (
    FetchFile,
    RefreshCard,
    SendDirect,
    SendFiles,
    SendMail,
    ShowFiles,
    effect_from_json,
    effect_to_json,
)
from desk.errors import InvalidField, NotPublic
from desk.files import NewFile
from desk.lifecycle import Move
from desk.reply import Reply, WithdrawReply
from desk.take_note import DeleteNote, TakeNote
from desk.transfer_ticket import TransferTicket
from desk.words import Words
from tests.desk.office import ADA, NOW, PAUL, PIERRE, ROOT_ADMIN, UNDO, Office

SAID = Words.plain("See the file.")


def kept(name: str = "quote.pdf", digest: str = "d" * 64, size: int = 100) -> NewFile:
    return NewFile(name, "application/pdf", size, digest)


def in_slack(name: str = "log.txt", slack_id: str = "F1", size: int = 100) -> NewFile:
    return NewFile(name, "text/plain", size, slack_id=slack_id)


async def a_ticket(office: Office, *files: NewFile, requester: str = PAUL) -> int:
    return await office.open(PIERRE, requester, files=files)


async def ids(office: Office, ticket: int) -> dict[str, int]:
    found = await office.store.read(lambda tx: tx.files.of(ticket))
    return {file.name: file.id for file in found}


async def test_what_is_in_the_store_is_shown_and_what_is_in_slack_is_fetched(office: Office):
    ticket = await a_ticket(office, kept(), in_slack())

    wanted = office.waiting()

    number = (await ids(office, ticket))["log.txt"]
    assert [e for e in wanted if isinstance(e, FetchFile)] == [FetchFile(ticket, number)]
    assert [e.ticket for e in wanted if isinstance(e, ShowFiles)] == [ticket]


async def test_a_reply_takes_along_what_was_chosen(office: Office):
    ticket = await a_ticket(office, kept("a.pdf"), kept("b.pdf", "e" * 64))
    chosen = (await ids(office, ticket))["b.pdf"]

    await office.desk.handle(Reply(ticket, PIERRE, SAID, share=(chosen,)))

    mail = next(e for e in office.waiting() if isinstance(e, SendMail) and e.message == "reply")
    facts = await office.store.read(lambda tx: mail_facts(tx, mail, NOW + UNDO))
    assert [file.name for file in facts.files] == ["b.pdf"]


async def test_a_reply_that_is_taken_back_shares_nothing(office: Office):
    ticket = await a_ticket(office, kept("a.pdf"))
    chosen = (await ids(office, ticket))["a.pdf"]
    replied = await office.desk.handle(Reply(ticket, PIERRE, SAID, share=(chosen,)))
    assert replied.entry is not None

    await office.desk.handle(WithdrawReply(ticket, replied.entry, PIERRE))

    form = MoveForm(ticket, Move.REPLY, again=replied.entry)
    facts = await office.desk.ask(form, by=PIERRE)
    assert facts.shared == {chosen}  # as it was, to be sent after all
    assert [file.name for file in facts.files] == ["a.pdf"]


async def test_files_of_another_ticket_cannot_be_shared(office: Office):
    theirs = await a_ticket(office, kept("theirs.pdf"))
    ours = await a_ticket(office)
    chosen = (await ids(office, theirs))["theirs.pdf"]

    with pytest.raises(InvalidField) as refused:
        await office.desk.handle(Reply(ours, PIERRE, SAID, share=(chosen,)))

    assert refused.value.problem == "no_such_file"


async def test_too_much_for_a_mail_is_said_with_both_sizes(office: Office):
    ticket = await a_ticket(office, kept(size=6_000_000))
    chosen = (await ids(office, ticket))["quote.pdf"]
    wish = Reply(ticket, PIERRE, SAID, share=(chosen,), files=(in_slack(size=5_000_000),))

    with pytest.raises(InvalidField) as refused:
        await office.desk.handle(wish)

    fault = refused.value
    assert (fault.field, fault.problem) == ("new_files", "files_too_large")
    assert (fault.limit, fault.size) == (10_000_000, 11_000_000)


async def test_more_than_ten_files_are_too_many(office: Office):
    ticket = await a_ticket(office)
    many = tuple(in_slack(f"{n}.txt", f"F{n}") for n in range(11))

    with pytest.raises(InvalidField) as refused:
        await office.desk.handle(Reply(ticket, PIERRE, SAID, files=many))

    assert (refused.value.problem, refused.value.limit) == ("too_many_files", 10)


async def test_the_form_offers_the_newest_ten(office: Office):
    ticket = await a_ticket(office, *(kept(f"{n}.pdf", f"{n:064}") for n in range(12)))

    facts = await office.desk.ask(MoveForm(ticket, Move.REPLY), by=PIERRE)

    assert [file.name for file in facts.files] == [f"{n}.pdf" for n in range(11, 1, -1)]
    assert facts.shared == frozenset()


async def test_who_has_no_address_is_sent_files_behind_the_words(office: Office):
    ticket = await a_ticket(office, kept(), requester=ADA)
    chosen = (await ids(office, ticket))["quote.pdf"]

    await office.desk.handle(Reply(ticket, PIERRE, SAID, share=(chosen,)))

    lanes = [e.lane for e in office.waiting() if isinstance(e, SendDirect | SendFiles)]
    assert len(lanes) == 3  # the acknowledgement, the words, the files
    assert len(set(lanes)) == 1


async def test_an_answer_brings_files(office: Office):
    ticket = await a_ticket(office)

    await office.desk.handle(AnswerTicket(ticket, PAUL, SAID, "<a@b>", files=(kept(),)))

    assert list(await ids(office, ticket)) == ["quote.pdf"]


async def test_a_transfer_wishes_for_files_behind_the_new_card_whatever_waits(office: Office):
    ticket = await a_ticket(office, kept())
    (before,) = office.waiting_of(ShowFiles)

    await office.does(TransferTicket(ticket, PIERRE, await office.team("reseau")))
    await office.does(TransferTicket(ticket, ROOT_ADMIN, await office.team("applis")))

    wishes = [row for row in office.rows() if isinstance(row.effect, ShowFiles)]
    assert [row.effect for row in wishes] == [before] * 3
    assert [row.asked for row in wishes] == [1, 1, 1]
    (card,) = [row for row in office.rows() if isinstance(row.effect, RefreshCard)]
    assert card.id < wishes[1].id


async def test_a_transfer_does_not_show_again_what_somebody_deleted(office: Office):
    ticket, card = await office.opened_with_card()
    for ts, name in (("9.1", "wrong.txt"), ("9.2", "right.txt")):
        note = TakeNote(PIERRE, card.channel, card.ts, ts, SAID, files=(in_slack(name),))
        await office.does(note)
    await office.does(DeleteNote(PIERRE, card.channel, "9.1"))

    await office.does(TransferTicket(ticket, PIERRE, await office.team("reseau")))

    files = await office.store.read(lambda tx: tx.files.of(ticket))
    kept = next(file.entry for file in files if file.name == "right.txt")
    assert [effect.entry for effect in office.waiting_of(ShowFiles)] == [kept]
    assert {file.name: file.shown for file in files} == {"wrong.txt": True, "right.txt": False}


def test_the_wish_of_a_transfer_reads_the_same_to_a_version_that_knows_none():
    moved = ShowFiles(1, 2, version=7)

    written = effect_to_json(moved)

    assert written == {"kind": "ShowFiles", "ticket": 1, "entry": 2, "later": False}
    assert effect_from_json(written) == ShowFiles(1, 2)
    assert len({moved.key, ShowFiles(1, 2, version=8).key, ShowFiles(1, 2).key}) == 3
    assert moved.lane == ShowFiles(1, 2).lane


@settings(
    max_examples=25,
    deadline=timedelta(seconds=20),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_nothing_that_was_not_chosen_is_in_any_mail(office: Office, data: st.DataObject):
    opened = data.draw(st.lists(st.integers(0, 5), max_size=4, unique=True))
    ticket = await a_ticket(office, *(kept(f"{n}.pdf", f"{n:064}") for n in opened))
    chosen: set[str] = set()
    for _ in range(data.draw(st.integers(0, 3))):
        known = await ids(office, ticket)
        names = data.draw(
            st.sets(st.sampled_from(sorted(known)), max_size=3) if known else st.just(set())
        )
        replied = await office.desk.handle(
            Reply(ticket, PIERRE, SAID, share=tuple(known[name] for name in names))
        )
        if data.draw(st.booleans()):
            assert replied.entry is not None
            await office.desk.handle(WithdrawReply(ticket, replied.entry, PIERRE))
        else:
            chosen |= names

    later = office.now + UNDO
    mailed: set[str] = set()
    for effect in office.waiting():
        if isinstance(effect, SendMail) and effect.ticket == ticket:
            with suppress(NotPublic):
                facts = await office.store.read(lambda tx, e=effect: mail_facts(tx, e, later))
                mailed |= {file.name for file in facts.files}
    assert mailed <= chosen
