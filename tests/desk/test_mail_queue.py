"""Mails that did not leave: administrators see why, and one decision of one of them counts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from desk.ask_delivery import mail_facts
from desk.ask_queue import Home
from desk.effects import SendMail, ShowEntry
from desk.errors import AdministratorsOnly, InvalidField, TechniciansOnly
from desk.journal import COMMAND_LINE, Kind
from desk.mail_queue import DropQueued, MailQueue, SendQueued
from desk.people import SYSTEM
from desk.queued_mails import QueuedMail, Trouble
from desk.reply import Reply
from desk.sign_replies import LONGEST_SIGNATURE, Signature, SignReplies
from desk.words import NO_WORDS, Words
from storage.outbox_rows import Lease
from tests.desk.office import AICHA, PAUL, PIERRE, ROOT_ADMIN, UNDO, Office

HOLD = timedelta(seconds=15)


async def mails_of(office: Office) -> tuple[QueuedMail, ...]:
    facts = await office.desk.ask(MailQueue(), by=ROOT_ADMIN)
    assert facts.total == len(facts.mails)
    return facts.mails


async def lease_mail(office: Office) -> Lease:
    """The oldest mail that is due, as a relay takes it."""
    leases = await office.store.write(lambda tx: tx.outbox.lease(office.now, HOLD, "relay", 50))
    return next(lease for lease in leases if isinstance(lease.effect, SendMail))


async def in_trouble(office: Office, trouble: Trouble) -> int:
    """The row of an acknowledgement to Paul that met this."""
    await office.open()
    lease, now = await lease_mail(office), office.now
    await office.store.write(
        lambda tx: {
            Trouble.REFUSED: lambda: tx.outbox.bury(lease, now, "550 no such user"),
            Trouble.UNCERTAIN: lambda: tx.outbox.uncertain(lease, now, "time-out"),
            Trouble.LATE: lambda: tx.outbox.postpone(lease, now + HOLD, "451 greylisted"),
        }[trouble]()
    )
    return lease.id


def state_of(office: Office, row: int) -> str:
    return next(found.state for found in office.rows() if found.id == row)


async def kinds(office: Office) -> list[Kind]:
    return [entry.kind for entry in await office.store.read(lambda tx: tx.journal.of(1))]


@pytest.mark.parametrize("trouble", Trouble)
async def test_a_mail_in_trouble_is_listed_with_its_reason(office: Office, trouble: Trouble):
    row = await in_trouble(office, trouble)

    (mail,) = await mails_of(office)

    assert (mail.row, mail.trouble, mail.ticket) == (row, trouble, 1)
    assert (mail.person.name, mail.address) == ("Paul Smith", "paul.smith@meridien.example")
    assert mail.error
    home = await office.desk.ask(Home(), by=ROOT_ADMIN)
    assert home.mails == 1


async def test_what_waits_as_it_should_is_not_listed(office: Office):
    await office.open()
    await office.does(Reply(1, PIERRE, Words.plain("Which model?")))

    assert await mails_of(office) == ()


@pytest.mark.parametrize("trouble", Trouble)
async def test_a_mail_sent_again_is_due_at_once_and_the_journal_says_by_whom(
    office: Office, trouble: Trouble
):
    row = await in_trouble(office, trouble)

    result = await office.does(SendQueued(row, AICHA))

    found = next(one for one in office.rows() if one.id == row)
    assert (found.state, found.due) == ("waiting", office.now)
    entry = await office.store.read(lambda tx: tx.journal.get(result.entry))
    assert (entry.kind, entry.by and entry.by.name) == (Kind.MAIL_RETRIED, "Aïcha Benali")
    assert entry.facts["to"] == "Paul Smith"
    assert not entry.is_public
    assert ShowEntry(1, entry.id) in [one.effect for one in office.rows()]


@pytest.mark.parametrize("trouble", Trouble)
async def test_a_mail_given_up_is_never_sent(office: Office, trouble: Trouble):
    row = await in_trouble(office, trouble)

    await office.does(DropQueued(row, AICHA))

    assert state_of(office, row) == "withdrawn"
    assert await mails_of(office) == ()
    assert (await kinds(office))[-1] is Kind.MAIL_DROPPED


@pytest.mark.parametrize("command", [SendQueued, DropQueued])
async def test_what_the_command_line_settles_has_no_name_but_a_place(office: Office, command):
    row = await in_trouble(office, Trouble.REFUSED)

    result = await office.does(command(row, SYSTEM))

    entry = await office.store.read(lambda tx: tx.journal.get(result.entry))
    assert (entry.by, entry.facts["origin"]) == (None, COMMAND_LINE)
    assert ShowEntry(1, entry.id) in [one.effect for one in office.rows()]


@pytest.mark.parametrize("second", [SendQueued, DropQueued])
async def test_of_two_decisions_the_first_counts(office: Office, second):
    row = await in_trouble(office, Trouble.REFUSED)
    await office.does(DropQueued(row, AICHA))

    result = await office.does(second(row, ROOT_ADMIN))

    assert not result.changed
    assert state_of(office, row) == "withdrawn"
    assert (await kinds(office)).count(Kind.MAIL_DROPPED) == 1


async def test_a_click_delivered_twice_counts_once(office: Office):
    row = await in_trouble(office, Trouble.UNCERTAIN)

    results = [await office.does(SendQueued(row, AICHA), once="click:1") for _ in range(2)]

    assert results[0] == results[1]
    assert (await kinds(office)).count(Kind.MAIL_RETRIED) == 1


async def test_two_at_the_same_moment_have_one_winner(office: Office):
    row = await in_trouble(office, Trouble.REFUSED)

    both = await asyncio.gather(
        office.does(SendQueued(row, AICHA)), office.does(DropQueued(row, ROOT_ADMIN))
    )

    told = await kinds(office)
    assert any(result.changed for result in both)
    # Sent first, it waits without trouble and cannot be given up; given up, it is not sent.
    assert told.count(Kind.MAIL_RETRIED) + told.count(Kind.MAIL_DROPPED) == 1


async def test_a_mail_that_is_being_sent_is_left_alone(office: Office):
    row = await in_trouble(office, Trouble.LATE)
    office.later()
    await lease_mail(office)

    result = await office.does(DropQueued(row, AICHA))

    assert not result.changed
    assert state_of(office, row) == "waiting"


@pytest.mark.parametrize("command", [SendQueued, DropQueued])
async def test_only_administrators_see_and_settle_the_queue(office: Office, command):
    row = await in_trouble(office, Trouble.REFUSED)

    for user in (PIERRE, PAUL):
        with pytest.raises(AdministratorsOnly):
            await office.does(command(row, user))
        with pytest.raises(AdministratorsOnly):
            await office.desk.ask(MailQueue(), by=user)

    assert state_of(office, row) == "refused"
    assert (await office.desk.ask(Home(), by=PIERRE)).mails is None


async def test_a_row_that_never_was_changes_nothing(office: Office):
    assert not (await office.does(SendQueued(99, AICHA))).changed


async def test_a_technicians_signature_is_theirs_until_they_empty_it(office: Office):
    words = Words.plain("Pierre\nFloor 3")

    await office.does(SignReplies(PIERRE, words))

    assert await office.desk.ask(Signature(), by=PIERRE) == words
    assert await office.desk.ask(Signature(), by=AICHA) == NO_WORDS
    await office.does(SignReplies(PIERRE, NO_WORDS))
    assert await office.desk.ask(Signature(), by=PIERRE) == NO_WORDS


async def test_a_signature_is_short_and_for_technicians(office: Office):
    with pytest.raises(InvalidField):
        await office.does(SignReplies(PIERRE, Words.plain("x" * (LONGEST_SIGNATURE + 1))))
    with pytest.raises(TechniciansOnly):
        await office.does(SignReplies(PAUL, Words.plain("Paul")))
    with pytest.raises(TechniciansOnly):
        await office.desk.ask(Signature(), by=PAUL)


async def test_a_reply_bears_its_authors_signature_and_nobody_elses(office: Office):
    words = Words.plain("Pierre, floor 3")
    await office.does(SignReplies(PIERRE, words))
    await office.open()
    await office.does(Reply(1, PIERRE, Words.plain("Which model?")))
    office.later(UNDO)

    mails = [row.effect for row in office.rows() if isinstance(row.effect, SendMail)]
    facts = [
        await office.store.read(lambda tx, mail=mail: mail_facts(tx, mail, office.now))
        for mail in mails
    ]

    assert [found.signature for found in facts] == [NO_WORDS, words]
