"""The requester answers, by mail or in Slack; so do machines, which changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desk.acknowledging import Budget
from desk.answer_ticket import AnswerTicket
from desk.ask_ticket import OpenPage, WholeEntry
from desk.effects import Message, RefreshCard, SendMail, ShowEntry
from desk.errors import InvalidField, NotYours
from desk.files import NewFile
from desk.hold_ticket import HoldTicket, ResumeTicket, WakeTicket
from desk.journal import Entry, Kind
from desk.lifecycle import State
from desk.mails import MailThread
from desk.people import NewPerson
from desk.reply import Reply
from desk.resolve_ticket import ResolveTicket
from desk.ticket import HoldReason
from desk.words import BlockKind, Span, TextBlock, Words
from tests.desk.office import MAIL_ONLY, MARIE, MINUTE, PAUL, PIERRE, ZOE, Office, bring_to

ANSWER = Words.plain("It is an LX-9.")
TOMORROW = 24 * 60 * MINUTE


async def test_an_answer_by_slack_is_public_and_marks_the_ticket(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.deliver()
    office.later()

    result = await office.does(AnswerTicket(number, PAUL, ANSWER))

    ticket, entry = await office.ticket(number), await office.last(number)
    assert (ticket.state, ticket.new_answer) == (State.ASSIGNED, True)
    assert (entry.id, entry.kind, entry.words) == (result.entry, Kind.ANSWER, ANSWER)
    assert entry.is_public
    assert entry.facts == {"origin": "slack"}
    assert office.waiting() == [RefreshCard(number), ShowEntry(number, entry.id)]


async def test_an_answer_by_mail_keeps_the_mails_id(office: Office) -> None:
    number = await office.open()

    result = await office.does(AnswerTicket(number, PAUL, ANSWER, "<1@paul>", unverified=True))

    entry = await office.last(number)
    known = await office.store.read(lambda tx: tx.mails.entry_of("<1@paul>"))
    assert known == (number, result.entry)
    assert entry.facts == {"origin": "mail", "unverified": True}


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        pytest.param("Re: [R-000001] Printer jams", "Printer jams", id="the old one, answered"),
        pytest.param("", "Printer jams", id="none"),
        pytest.param("Now the scanner", "Now the scanner", id="another one"),
    ],
)
async def test_a_ticket_that_follows_has_the_subject_without_the_old_reference(
    office: Office, written: str, subject: str
) -> None:
    number = await bring_to(office, State.RESOLVED)
    office.later(8 * TOMORROW)
    late = AnswerTicket(number, PAUL, ANSWER, "<3@paul>", subject=written, grace=TOMORROW)

    result = await office.does(late)

    assert result.ticket is not None
    new = await office.ticket(result.ticket)
    assert (new.follows, new.subject) == (number, subject)


async def opened_late(office: Office, **brought: Any) -> int:
    """The ticket that a mail opens which comes too late to reopen."""
    number = await bring_to(office, State.RESOLVED)
    office.later(8 * TOMORROW)
    late = AnswerTicket(number, PAUL, ANSWER, "<3@paul>", grace=TOMORROW, **brought)
    result = await office.does(late)
    assert result.ticket not in (None, number)
    return result.ticket


async def test_a_ticket_that_follows_says_what_is_to_know_of_the_mail(office: Office) -> None:
    known = {
        "unverified": True,
        "reply_to": "paul@home.example",
        "notices": ({"kind": "invite", "what": "Tea"},),
        "whole": "It is an LX-9.\n\n> Which model?",
    }

    new = await opened_late(office, **known)

    opened = (await office.journal(new))[0]
    told = {"origin": "mail", "follows": new - 1, **known, "notices": [*known["notices"]]}
    assert opened.facts == told


async def test_a_ticket_that_follows_has_the_files_of_the_mail(office: Office) -> None:
    quote = NewFile("quote.pdf", "application/pdf", 100, "d" * 64)

    new = await opened_late(office, files=(quote,))

    files = await office.store.read(lambda tx: tx.files.of(new))
    assert [file.name for file in files] == ["quote.pdf"]


async def test_a_ticket_that_follows_goes_on_in_the_thread_of_the_mail(office: Office) -> None:
    thread = MailThread("AdoxVNG6", "Printer jams")

    new = await opened_late(office, thread=thread)

    assert await office.store.read(lambda tx: tx.mails.thread_of(new)) == thread


async def test_who_is_in_copy_of_the_mail_takes_part_in_the_ticket_that_follows(
    office: Office,
) -> None:
    new = await opened_late(office, cc=(NewPerson("Wanda", MAIL_ONLY),))

    assert (await office.ticket(new)).participants == (await office.id_of(MAIL_ONLY),)


@pytest.mark.parametrize(
    ("brought", "told"),
    [
        pytest.param({}, [Message.ACKNOWLEDGEMENT], id="a person's mail"),
        pytest.param({"acknowledge": False}, [], id="one that asks for silence"),
        pytest.param({"budget": Budget(an_hour=0)}, [], id="one too many"),
    ],
)
async def test_a_ticket_that_follows_is_acknowledged_like_any_other(
    office: Office, brought: dict[str, Any], told: list[Message]
) -> None:
    new = await opened_late(office, **brought)

    assert [mail.message for mail in office.waiting_of(SendMail) if mail.ticket == new] == told


@pytest.mark.parametrize("state", [State.NEW, State.ASSIGNED, State.PENDING])
async def test_an_answer_to_what_is_still_open_goes_into_it_however_late_it_comes(
    office: Office, state: State
) -> None:
    number = await bring_to(office, state)
    office.later(30 * TOMORROW)

    result = await office.does(AnswerTicket(number, PAUL, ANSWER, "<4@paul>", grace=TOMORROW))

    assert result.ticket == number
    assert (await office.last(number)).words == ANSWER


async def test_the_grace_time_counts_from_the_solution_not_from_the_request(
    office: Office,
) -> None:
    number = await bring_to(office, State.ASSIGNED)
    office.later(30 * TOMORROW)
    await office.does(ResolveTicket(number, PIERRE, "materiel", Words.plain("New roller.")))
    office.later(TOMORROW - MINUTE)

    result = await office.does(AnswerTicket(number, PAUL, ANSWER, "<5@paul>", grace=TOMORROW))

    assert result.ticket == number
    assert (await office.ticket(number)).is_open


async def test_what_waited_for_the_requester_goes_on_with_the_answer(office: Office) -> None:
    number = await bring_to(office, State.ASSIGNED)
    await office.does(HoldTicket(number, PIERRE, HoldReason.REQUESTER))

    await office.does(AnswerTicket(number, PAUL, ANSWER))

    ticket, journal = await office.ticket(number), await office.journal(number)
    assert (ticket.state, ticket.hold, ticket.new_answer) == (State.ASSIGNED, None, True)
    assert [entry.kind for entry in journal[-2:]] == [Kind.ANSWER, Kind.RESUMED]
    assert journal[-1].facts == {"by_requester": True}
    assert ShowEntry(number, journal[-1].id) in office.waiting()


async def test_what_nobody_holds_is_new_again_after_the_answer(office: Office) -> None:
    number = await office.open()
    await office.does(HoldTicket(number, PIERRE, HoldReason.REQUESTER))

    await office.does(AnswerTicket(number, PAUL, ANSWER))

    assert (await office.ticket(number)).state is State.NEW


@pytest.mark.parametrize("reason", [HoldReason.SUPPLIER, HoldReason.DATE])
async def test_other_holds_stay_and_show_the_new_answer(office: Office, reason: HoldReason) -> None:
    number = await bring_to(office, State.ASSIGNED)
    until = office.now + TOMORROW if reason is HoldReason.DATE else None
    await office.does(HoldTicket(number, PIERRE, reason, until))

    await office.does(AnswerTicket(number, PAUL, ANSWER))

    ticket = await office.ticket(number)
    assert (ticket.state, ticket.new_answer) == (State.PENDING, True)
    assert ticket.hold is not None
    assert ticket.hold.reason is reason


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
async def test_an_answer_to_what_is_over_reopens_it(office: Office, state: State) -> None:
    number = await bring_to(office, state)

    await office.does(AnswerTicket(number, PAUL, ANSWER))

    ticket, journal = await office.ticket(number), await office.journal(number)
    assert (ticket.state, ticket.outcome, ticket.resolution) == (State.ASSIGNED, None, None)
    assert ticket.assignee == await office.id_of(PIERRE)
    assert [entry.kind for entry in journal[-2:]] == [Kind.ANSWER, Kind.REOPENED]


@pytest.mark.parametrize("state", State)
async def test_a_machines_answer_is_noted_and_nothing_else(office: Office, state: State) -> None:
    number = await bring_to(office, state)
    before = await office.ticket(number)
    await office.deliver()

    machine = AnswerTicket(number, PAUL, ANSWER, "<2@paul>", unverified=True, automatic=True)
    result = await office.does(machine)

    entry = await office.last(number)
    assert await office.ticket(number) == before
    assert (entry.id, entry.kind) == (result.entry, Kind.ANSWER)
    assert entry.facts == {"origin": "mail", "unverified": True, "automatic": True}
    assert office.waiting() == [ShowEntry(number, entry.id)]
    assert await office.store.read(lambda tx: tx.mails.entry_of("<2@paul>")) == (number, entry.id)


async def test_a_machine_does_not_end_a_hold_for_the_requester(office: Office) -> None:
    number = await office.open()
    await office.does(HoldTicket(number, PIERRE, HoldReason.REQUESTER))

    await office.does(AnswerTicket(number, PAUL, ANSWER, "<3@paul>", automatic=True))

    assert (await office.ticket(number)).state is State.PENDING


async def test_a_technicians_move_settles_the_new_answer(office: Office) -> None:
    number = await office.open()
    await office.does(AnswerTicket(number, PAUL, ANSWER))

    await office.does(Reply(number, PIERRE, Words.plain("Thank you.")))

    assert not (await office.ticket(number)).new_answer


async def test_waking_by_itself_does_not_settle_the_new_answer(office: Office) -> None:
    number = await office.open()
    await office.does(HoldTicket(number, PIERRE, HoldReason.DATE, office.now + MINUTE))
    await office.does(AnswerTicket(number, PAUL, ANSWER))
    office.later()

    await office.does(WakeTicket(number))

    ticket = await office.ticket(number)
    assert (ticket.state, ticket.new_answer) == (State.NEW, True)


async def test_resuming_settles_the_new_answer(office: Office) -> None:
    number = await office.open()
    await office.does(HoldTicket(number, PIERRE, HoldReason.SUPPLIER))
    await office.does(AnswerTicket(number, PAUL, ANSWER))

    await office.does(ResumeTicket(number, PIERRE))

    assert not (await office.ticket(number)).new_answer


async def test_the_beneficiary_may_answer_too(office: Office) -> None:
    number = await office.open(by=PIERRE, requester=PAUL, beneficiary=MARIE)

    await office.does(AnswerTicket(number, MARIE, ANSWER))

    assert (await office.ticket(number)).new_answer


@pytest.mark.parametrize("who", [ZOE, PIERRE])
async def test_only_the_people_it_is_for_answer(office: Office, who: str) -> None:
    number = await office.open()

    for automatic in (False, True):
        with pytest.raises(NotYours):
            await office.does(AnswerTicket(number, who, ANSWER, automatic=automatic))

    assert len(await office.journal(number)) == 1


async def test_an_empty_answer_is_refused_at_its_field(office: Office) -> None:
    number = await office.open()

    with pytest.raises(InvalidField) as refusal:
        await office.does(AnswerTicket(number, PAUL, Words.plain(" \n ")))

    assert (refusal.value.field, refusal.value.problem) == ("message", "blank")


async def test_mentions_are_written_out_by_name(office: Office) -> None:
    number = await office.open()
    mention = Span(f"@{PIERRE}", user=PIERRE)
    said = Words((TextBlock(BlockKind.PARAGRAPH, (Span("Ask "), mention)),))

    await office.does(AnswerTicket(number, PAUL, said))

    page = await office.desk.ask(OpenPage(number), by=PAUL)
    assert page.journal[-1].words.text == "Ask @Pierre Durand"
    unnamed = replace(mention, text="@Pierre Durand", user=None)
    assert (await office.last(number)).words.blocks[0].spans[1] == unnamed


async def test_what_a_mail_quotes_is_kept_for_technicians_and_shown_to_nobody_else(
    office: Office,
) -> None:
    number = await office.open()
    whole = "It is an LX-9.\n\n> Which model?"

    await office.does(AnswerTicket(number, PAUL, ANSWER, "<2@paul>", whole=whole))
    entry = await office.last(number)

    assert entry.facts["whole"] == whole
    seen = await office.desk.ask(WholeEntry(entry.id), by=PIERRE)
    assert isinstance(seen, Entry)
    assert seen.facts["whole"] == whole
    assert "Which model?" not in repr(await office.desk.ask(OpenPage(number), by=PAUL))
    assert "Which model?" not in repr(await office.desk.ask(WholeEntry(entry.id), by=PAUL))
