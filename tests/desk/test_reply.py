"""Public replies: seen and sent only after their undo time, and taken back before it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from desk.answer_ticket import AnswerTicket
from desk.ask_delivery import mail_facts
from desk.ask_ticket import EntryWords, OpenPage
from desk.assign_ticket import AssignTicket, ClaimTicket
from desk.effects import Message, RefreshCard, SendDirect, SendMail, ShowEntry
from desk.errors import AlreadySent, InvalidField, NotPublic, NotYours
from desk.hold_ticket import HoldTicket, ResumeTicket
from desk.journal import Kind
from desk.lifecycle import State
from desk.mails import DeliveryState
from desk.moving import LONGEST_TEXT
from desk.reply import Reply, RetryMail, WithdrawReply
from desk.resolve_ticket import ResolveTicket
from desk.ticket import Hold, HoldReason
from desk.words import Words
from tests.desk.office import (
    ADA,
    CAMILLE,
    MARIE,
    MINUTE,
    NOE,
    PAUL,
    PIERRE,
    UNDO,
    Office,
    bring_to,
)

QUESTION = Words.plain("Which model is it?")
INSTANT = timedelta(microseconds=1)


async def reply_to(office: Office, number: int, **changes: bool) -> int:
    result = await office.does(Reply(number, PIERRE, QUESTION, **changes))
    assert result.entry is not None
    return result.entry


def mails_for(office: Office, entry: int) -> list[SendMail | SendDirect]:
    rows = [row.effect for row in office.rows() if row.state == "waiting"]
    sent = (effect for effect in rows if isinstance(effect, SendMail | SendDirect))
    return [effect for effect in sent if effect.entry == entry]


async def test_a_reply_is_written_down_shown_and_mailed_after_its_undo_time(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.deliver()
    office.later()

    entry = await reply_to(office, number)

    ticket, written = await office.ticket(number), await office.last(number)
    mail = SendMail(Message.REPLY, number, await office.id_of(PAUL), entry, ticket.version)
    assert (written.kind, written.words, written.public_from) == (
        Kind.REPLY,
        QUESTION,
        office.now + UNDO,
    )
    assert {row.effect: row.due for row in office.rows() if row.state == "waiting"} == {
        RefreshCard(number): office.now,
        ShowEntry(number, entry): office.now,
        mail: office.now + UNDO,
    }


async def test_the_requester_sees_a_reply_once_its_undo_time_is_over(office: Office) -> None:
    number = await office.open()
    entry = await reply_to(office, number)
    mail = mails_for(office, entry)[0]

    office.later(UNDO - INSTANT)
    early = await office.desk.ask(OpenPage(number), by=PAUL)
    with pytest.raises(NotPublic) as refusal:
        await office.store.read(lambda tx: mail_facts(tx, mail, office.now))
    office.later(INSTANT)
    due = await office.desk.ask(OpenPage(number), by=PAUL)
    facts = await office.store.read(lambda tx: mail_facts(tx, mail, office.now))

    assert refusal.value.entry == entry
    assert [e.kind for e in early.journal] == [Kind.OPENED]
    assert [e.kind for e in due.journal] == [Kind.OPENED, Kind.REPLY]
    assert facts.entry.words == QUESTION
    assert facts.author == "Pierre Durand"


async def test_requester_and_beneficiary_get_a_mail_each(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=PAUL, beneficiary=MARIE)

    entry = await reply_to(office, number)

    told = [effect.to for effect in mails_for(office, entry)]
    assert told == [await office.id_of(PAUL), await office.id_of(MARIE)]


async def test_a_beneficiary_who_was_unticked_is_not_told(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=PAUL, beneficiary=MARIE, tell_beneficiary=False)

    entry = await reply_to(office, number)

    assert [effect.to for effect in mails_for(office, entry)] == [await office.id_of(PAUL)]


async def test_who_has_no_address_is_told_by_slack(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=ADA)

    entry = await reply_to(office, number)

    version = (await office.ticket(number)).version
    direct = SendDirect(Message.REPLY, number, await office.id_of(ADA), entry, version)
    assert mails_for(office, entry) == [direct]


async def test_a_reply_may_put_the_ticket_on_hold_for_its_answer(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)

    await reply_to(office, number, then_hold=True)

    ticket, journal = await office.ticket(number), await office.journal(number)
    assert (ticket.state, ticket.hold) == (State.PENDING, Hold(HoldReason.REQUESTER))
    assert [e.kind for e in journal[-2:]] == [Kind.REPLY, Kind.HELD]
    assert journal[-1].facts == {"reason": "requester"}


async def test_a_reply_on_hold_leaves_the_hold_as_it_is(office: Office) -> None:
    number = await bring_to(office, State.PENDING)

    await reply_to(office, number, then_hold=True)

    assert (await office.ticket(number)).hold == Hold(HoldReason.SUPPLIER)


@pytest.mark.parametrize(
    ("words", "problem", "limit"),
    [(Words.plain(" "), "blank", None), (Words.plain("x" * 20_001), "too_long", LONGEST_TEXT)],
    ids=["empty", "too long"],
)
async def test_a_reply_needs_words_and_not_too_many(
    office: Office, words: Words, problem: str, limit: int | None
) -> None:
    number = await office.open()

    with pytest.raises(InvalidField) as refusal:
        await office.does(Reply(number, PIERRE, words))

    said = refusal.value
    assert (said.field, said.problem, said.limit) == ("message", problem, limit)
    assert len(await office.journal(number)) == 1


async def test_a_reply_taken_back_in_time_is_never_sent(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=PAUL, beneficiary=MARIE)
    entry = await reply_to(office, number)
    office.later(UNDO - INSTANT)

    await office.does(WithdrawReply(number, entry, PIERRE))

    office.later()
    sent = await office.deliver()
    page = await office.desk.ask(OpenPage(number), by=PAUL)
    reply, withdrawn = (await office.journal(number))[-2:]
    assert not [e for e in sent if isinstance(e, SendMail) and e.entry == entry]
    assert (withdrawn.kind, withdrawn.refers_to) == (Kind.WITHDRAWN, entry)
    assert reply.withdrawn
    assert [e.kind for e in page.journal] == [Kind.OPENED]


async def test_a_reply_taken_back_comes_back_into_the_form(office: Office) -> None:
    number = await office.open()
    entry = await reply_to(office, number)
    await office.does(WithdrawReply(number, entry, PIERRE))

    again = await office.desk.ask(EntryWords(entry), by=PIERRE)

    assert (again.words, again.then_hold) == (QUESTION, False)
    with pytest.raises(NotYours):
        await office.desk.ask(EntryWords(entry), by=PAUL)


async def test_a_reply_taken_back_remembers_that_the_ticket_was_to_wait(office: Office) -> None:
    number = await office.open()
    entry = await reply_to(office, number, then_hold=True)
    await office.does(WithdrawReply(number, entry, PIERRE))

    again = await office.desk.ask(EntryWords(entry), by=PIERRE)

    assert again.then_hold


async def test_taking_a_reply_back_twice_is_one_withdrawal(office: Office) -> None:
    number = await office.open()
    entry = await reply_to(office, number)
    await office.does(WithdrawReply(number, entry, PIERRE))
    before = await office.journal(number)

    again = await office.does(WithdrawReply(number, entry, CAMILLE))

    assert not again.changed
    assert await office.journal(number) == before


async def test_taking_a_reply_back_ends_the_hold_that_came_with_it(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    office.later()
    entry = await reply_to(office, number, then_hold=True)

    await office.does(WithdrawReply(number, entry, PIERRE))

    ticket = await office.ticket(number)
    assert (ticket.state, ticket.hold) == (State.ASSIGNED, None)
    assert (await office.last(number)).kind is Kind.RESUMED


async def test_taking_a_reply_back_leaves_a_hold_of_another_moment(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    entry = await reply_to(office, number)
    office.later(INSTANT)
    await office.does(HoldTicket(number, PIERRE, HoldReason.REQUESTER))

    await office.does(WithdrawReply(number, entry, PIERRE))

    assert (await office.ticket(number)).state is State.PENDING


@pytest.mark.parametrize("then_hold", [False, True])
async def test_after_a_reply_was_taken_back_the_answer_is_unread_again(
    office: Office, then_hold: bool
) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.does(AnswerTicket(number, PAUL, Words.plain("It still smokes.")))
    for _ in range(2):
        office.later()
        entry = await reply_to(office, number, then_hold=then_hold)
        replied = await office.ticket(number)

        await office.does(WithdrawReply(number, entry, PIERRE))

        assert (replied.new_answer, (await office.ticket(number)).new_answer) == (False, True)


@pytest.mark.parametrize(
    "acts",
    [
        pytest.param((ClaimTicket(1, PIERRE),), id="taken before"),
        pytest.param((Reply(1, PIERRE, QUESTION),), id="replied to before"),
        pytest.param(
            (HoldTicket(1, PIERRE, HoldReason.SUPPLIER), ResumeTicket(1, PIERRE)),
            id="held before",
        ),
    ],
)
async def test_an_answer_that_was_read_otherwise_stays_read(
    office: Office, acts: tuple[Any, ...]
) -> None:
    number = await office.open()
    await office.does(AnswerTicket(number, PAUL, Words.plain("It still smokes.")))
    for act in acts:
        office.later(INSTANT)
        await office.does(act)
    office.later(INSTANT)
    entry = await reply_to(office, number)

    await office.does(WithdrawReply(number, entry, PIERRE))

    assert not (await office.ticket(number)).new_answer


async def test_what_was_done_after_a_reply_reads_the_answer_although_the_reply_goes(
    office: Office,
) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.does(AnswerTicket(number, PAUL, Words.plain("It still smokes.")))
    office.later(INSTANT)
    entry = await reply_to(office, number)
    office.later(INSTANT)
    await office.does(HoldTicket(number, PIERRE, HoldReason.SUPPLIER))

    await office.does(WithdrawReply(number, entry, PIERRE))

    assert not (await office.ticket(number)).new_answer


@pytest.mark.parametrize("said", ["thanks", "automatic"])
async def test_thanks_and_machines_are_no_answer_that_a_reply_taken_back_leaves_unread(
    office: Office, said: str
) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.does(AnswerTicket(number, PAUL, Words.plain("Thank you!"), **{said: True}))
    entry = await reply_to(office, number)

    await office.does(WithdrawReply(number, entry, PIERRE))

    assert not (await office.ticket(number)).new_answer


async def test_who_is_given_a_ticket_has_the_answer_to_read_after_an_undo(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.does(AnswerTicket(number, PAUL, Words.plain("It still smokes.")))
    entry = await reply_to(office, number)
    office.later(INSTANT)
    await office.does(AssignTicket(number, PIERRE, CAMILLE))

    await office.does(WithdrawReply(number, entry, PIERRE))

    assert (await office.ticket(number)).new_answer


async def test_after_its_undo_time_a_reply_stays(office: Office) -> None:
    number = await office.open()
    entry = await reply_to(office, number)
    office.later(UNDO)

    with pytest.raises(AlreadySent) as refusal:
        await office.does(WithdrawReply(number, entry, PIERRE))

    assert (refusal.value.ticket, refusal.value.entry) == (number, entry)
    assert len(mails_for(office, entry)) == 1


async def test_a_reply_the_relay_has_in_hand_stays(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=PAUL, beneficiary=MARIE)
    await office.deliver()
    entry = await reply_to(office, number)
    # Another machine, whose clock is ahead of ours, took the mails already.
    await office.lease(at=office.now + UNDO)

    with pytest.raises(AlreadySent):
        await office.does(WithdrawReply(number, entry, PIERRE))

    assert len(mails_for(office, entry)) == 2
    assert (await office.last(number)).kind is Kind.REPLY


async def test_the_relay_does_not_get_what_was_taken_back(office: Office) -> None:
    number = await office.open()
    await office.deliver()
    entry = await reply_to(office, number)
    await office.does(WithdrawReply(number, entry, PIERRE))

    leased = await office.lease(at=office.now + MINUTE)

    assert not [one for one in leased if isinstance(one.effect, SendMail)]


async def test_only_replies_can_be_taken_back(office: Office) -> None:
    number = await office.open()
    opened = (await office.last(number)).id

    with pytest.raises(AlreadySent):
        await office.does(WithdrawReply(number, opened, PIERRE))


async def test_a_technician_of_another_team_takes_nothing_back(office: Office) -> None:
    number = await office.open()
    entry = await reply_to(office, number)

    with pytest.raises(NotYours):
        await office.does(WithdrawReply(number, entry, NOE))


async def test_a_reply_can_be_taken_back_after_the_ticket_was_resolved(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    entry = await reply_to(office, number)
    await office.does(ResolveTicket(number, PIERRE, "materiel", Words.plain("New roller.")))

    await office.does(WithdrawReply(number, entry, PIERRE))

    assert (await office.ticket(number)).state is State.RESOLVED
    assert mails_for(office, entry) == []


async def stuck_mail(office: Office, number: int) -> int:
    """The outbox row of the acknowledgement, refused by the other side."""
    leases = await office.lease()
    lease = next(one for one in leases if isinstance(one.effect, SendMail))
    await office.store.write(lambda tx: tx.outbox.bury(lease, office.now, "550 no such user"))
    return lease.id


async def test_a_mail_that_failed_goes_again_as_the_same_row(office: Office) -> None:
    number = await office.open()
    row = await stuck_mail(office, number)

    result = await office.does(RetryMail(number, row, PIERRE))

    deliveries = await office.store.read(lambda tx: tx.journal.deliveries(number))
    opened, told = await office.store.read(lambda tx: tx.journal.of(number))
    assert result.changed
    assert [(d.outbox, d.entry, d.state) for d in deliveries] == [
        (row, opened.id, DeliveryState.WAITING)
    ]
    assert ShowEntry(number, opened.id) in office.waiting()
    assert (told.kind, told.by and told.by.name) == (Kind.MAIL_RETRIED, "Pierre Durand")
    assert told.facts["to"] == "Paul Smith"
    assert not told.is_public
    assert ShowEntry(number, told.id) in office.waiting()


async def test_a_mail_sent_again_twice_is_written_down_once(office: Office) -> None:
    number = await office.open()
    row = await stuck_mail(office, number)

    results = [await office.does(RetryMail(number, row, PIERRE)) for _ in range(2)]

    told = await office.store.read(lambda tx: tx.journal.of(number))
    assert [result.changed for result in results] == [True, False]
    assert [entry.kind for entry in told].count(Kind.MAIL_RETRIED) == 1


async def test_a_mail_that_is_on_its_way_is_not_sent_again(office: Office) -> None:
    number = await office.open()
    waiting = next(row.id for row in office.rows() if isinstance(row.effect, SendMail))

    result = await office.does(RetryMail(number, waiting, PIERRE))

    assert not result.changed
    assert len([row for row in office.rows() if isinstance(row.effect, SendMail)]) == 1


async def test_a_mail_of_another_ticket_cannot_be_sent_through_this_one(office: Office) -> None:
    other = await office.open()
    row = await stuck_mail(office, other)
    number = await office.open()

    result = await office.does(RetryMail(number, row, PIERRE))

    assert not result.changed
    deliveries = await office.store.read(lambda tx: tx.journal.deliveries(other))
    assert [d.state for d in deliveries] == [DeliveryState.FAILED]


async def test_the_requester_cannot_send_a_mail_again(office: Office) -> None:
    number = await office.open()
    row = await stuck_mail(office, number)

    with pytest.raises(NotYours):
        await office.does(RetryMail(number, row, PAUL))
