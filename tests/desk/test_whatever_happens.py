"""Whatever people do, in whatever order: what the desk promises holds after every step."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desk.abandon_ticket import AbandonTicket, MarkDuplicate
from desk.answer_ticket import AnswerTicket
from desk.ask_queue import NewTicketForm
from desk.ask_ticket import Created
from desk.assign_ticket import AssignTicket, ClaimTicket
from desk.hold_ticket import HoldTicket, ResumeTicket, WakeTicket
from desk.lifecycle import Move
from desk.open_ticket import OpenTicket
from desk.reply import Reply, WithdrawReply
from desk.resolve_ticket import CloseTicket, ReopenTicket, ResolveTicket
from desk.take_note import DeleteNote, EditNote, TakeNote
from desk.ticket import HoldReason, reference
from desk.transfer_ticket import TransferTicket
from desk.words import Words
from tests.desk.fixtures import Furnished
from tests.desk.office import (
    ADA,
    AICHA,
    CAMILLE,
    MAIL_ONLY,
    MARIE,
    NOE,
    PAUL,
    PIERRE,
    ROOT_ADMIN,
    ZOE,
    an_office,
)
from tests.desk.witness import Witness

TECHNICIANS = st.sampled_from((PIERRE, PIERRE, CAMILLE, AICHA, NOE, ROOT_ADMIN))
REQUESTERS = st.sampled_from((PAUL, ADA, MAIL_ONLY))
BENEFICIARIES = st.sampled_from((None, None, MARIE, PAUL))
# Mostly people who may, so that something happens; sometimes people who may not.
SOMEBODY = TECHNICIANS | TECHNICIANS | st.sampled_from((PAUL, MARIE, ZOE))
ANSWERERS = REQUESTERS | st.sampled_from((MARIE, ZOE, PIERRE))
WHICH = st.integers(0, 1)
MOST_TICKETS = 2
words = Words.plain


class AnythingHappens(RuleBasedStateMachine):
    def __init__(self, furnished: Furnished) -> None:
        super().__init__()
        self.closing = ExitStack()
        self.runner = self.closing.enter_context(asyncio.Runner())
        url = self.closing.enter_context(furnished())
        self.office = self.closing.enter_context(an_office(url))
        self.seen = Witness(self.office, self.runner)
        self.tickets: list[int] = []
        self.notes: list[tuple[str, str]] = []
        self.deleted: set[tuple[str, str]] = set()
        self.delivered: list[tuple[Any, str, Any]] = []

    def teardown(self) -> None:
        for number in self.tickets:
            self.seen.shows_nothing_internal(number, Created(number), NewTicketForm())
        self.closing.close()

    def does(self, which: int, kind: Any, move: Move, by: str, *more: Any) -> Any:
        """Some command on one of the tickets, delivered once with a key."""
        number = self.tickets[which % len(self.tickets)]
        command, once = kind(number, by, *more), f"click:{self.seen.word()}"
        result = self.seen.attempt(number, command, move, by, once)
        if result is not None:
            self.delivered.append((command, once, result))
        return result

    @initialize(requester=REQUESTERS, beneficiary=BENEFICIARIES)
    def the_first_ticket(self, requester: str, beneficiary: str | None) -> None:
        self.opens(PIERRE, requester, beneficiary, tell=True)

    @precondition(lambda self: len(self.tickets) < MOST_TICKETS)
    @rule(by=TECHNICIANS, requester=REQUESTERS, beneficiary=BENEFICIARIES, tell=st.booleans())
    def opens(self, by: str, requester: str, beneficiary: str | None, tell: bool) -> None:
        subject, said = self.seen.word(), words(self.seen.word())
        wish = OpenTicket(by, requester, subject, said, beneficiary, tell)
        result = self.seen.run(self.office.does(wish))
        assert result.ticket is not None
        self.tickets.append(result.ticket)
        self.seen.asked_for[result.ticket] = {requester, *filter(None, (beneficiary,))}

    @rule(which=WHICH, by=SOMEBODY)
    def claims(self, which: int, by: str) -> None:
        self.does(which, ClaimTicket, Move.ASSIGN, by)

    @rule(which=WHICH, by=SOMEBODY, to=TECHNICIANS)
    def assigns(self, which: int, by: str, to: str) -> None:
        self.does(which, AssignTicket, Move.REASSIGN, by, to)

    @rule(which=WHICH, by=SOMEBODY, team=st.integers(1, 3))
    def transfers(self, which: int, by: str, team: int) -> None:
        self.does(which, TransferTicket, Move.TRANSFER, by, team, words(self.seen.secret()))

    @rule(which=WHICH, by=SOMEBODY, reason=st.sampled_from(HoldReason), minutes=st.integers(-1, 3))
    def holds(self, which: int, by: str, reason: HoldReason, minutes: int) -> None:
        until = self.office.now + timedelta(minutes=minutes)
        note = words(self.seen.secret())
        self.does(which, HoldTicket, Move.HOLD, by, reason, until, note)

    @rule(which=WHICH, by=SOMEBODY)
    def resumes(self, which: int, by: str) -> None:
        self.does(which, ResumeTicket, Move.RESUME, by)

    @rule(which=WHICH)
    def wakes(self, which: int) -> None:
        self.seen.run(self.office.does(WakeTicket(self.tickets[which % len(self.tickets)])))

    @rule(which=WHICH, by=SOMEBODY, then_hold=st.booleans())
    def replies(self, which: int, by: str, then_hold: bool) -> None:
        said = "Reply" + self.seen.word()
        # Where a hold follows, the state after both is not the reply's: its own rule checks holds.
        move = None if then_hold else Move.REPLY
        result = self.does(which, Reply, move, by, words(said), then_hold)  # type: ignore[arg-type]
        if result is not None:
            self.seen.replies[said] = result.entry

    @rule(which=WHICH, by=SOMEBODY, back=st.integers(0, 2))
    def takes_back(self, which: int, by: str, back: int) -> None:
        number = self.tickets[which % len(self.tickets)]
        replies = self.seen.pending_replies(number)
        if replies:
            entry = replies[-1 - back % len(replies)]
            done = self.seen.attempt(number, WithdrawReply(number, entry, by), None, by)
            if done is not None and done.changed:
                self.seen.took_back(number, entry)

    @rule(which=WHICH, by=ANSWERERS, automatic=st.booleans(), mail=st.booleans())
    def answers(self, which: int, by: str, automatic: bool, mail: bool) -> None:
        number, said = self.tickets[which % len(self.tickets)], words(self.seen.word())
        message_id = f"<{self.seen.word()}@elsewhere>" if mail else None
        answer = AnswerTicket(number, by, said, message_id, automatic=automatic)
        before = self.seen.look(number).ticket
        if self.seen.attempt(number, answer, None, by) and automatic:
            assert self.seen.look(number).ticket == before

    @rule(which=WHICH, by=SOMEBODY)
    def resolves(self, which: int, by: str) -> None:
        self.does(which, ResolveTicket, Move.RESOLVE, by, "materiel", words(self.seen.word()))

    @rule(which=WHICH, by=SOMEBODY)
    def reopens(self, which: int, by: str) -> None:
        self.does(which, ReopenTicket, Move.REOPEN, by, words(self.seen.secret()))

    @rule(which=WHICH, by=SOMEBODY)
    def closes(self, which: int, by: str) -> None:
        self.does(which, CloseTicket, Move.CLOSE, by)

    @rule(which=WHICH, by=SOMEBODY)
    def abandons(self, which: int, by: str) -> None:
        self.does(which, AbandonTicket, Move.ABANDON, by, words(self.seen.secret()))

    @rule(which=WHICH, by=SOMEBODY, of=st.integers(1, 3))
    def marks_a_duplicate(self, which: int, by: str, of: int) -> None:
        self.does(which, MarkDuplicate, Move.DUPLICATE, by, reference(of))

    @rule(which=WHICH, by=SOMEBODY, old=st.booleans())
    def writes_in_a_thread(self, which: int, by: str, old: bool) -> None:
        number = self.tickets[which % len(self.tickets)]
        cards = self.seen.run(self.office.store.read(lambda tx: tx.cards.of(number)))
        if cards:
            card, ts = cards[0 if old else -1], f"9.{self.seen.word()}"
            note = TakeNote(by, card.channel, card.ts, ts, words(self.seen.secret()))
            self.seen.attempt(number, note, None, by)
            self.notes.append((card.channel, ts))

    @precondition(lambda self: self.notes)
    @rule(by=SOMEBODY, delete=st.booleans(), which=st.integers(0, 3))
    def amends_a_note(self, by: str, delete: bool, which: int) -> None:
        channel, ts = self.notes[which % len(self.notes)]
        said = words(self.seen.secret())
        amendment = DeleteNote(by, channel, ts) if delete else EditNote(by, channel, ts, said)
        done = self.seen.run(self.office.does(amendment))
        assert done.changed == ((channel, ts) not in self.deleted)
        if delete:
            self.deleted.add((channel, ts))

    @precondition(lambda self: self.delivered)
    @rule(which=st.integers(0, 5))
    def is_delivered_again(self, which: int) -> None:
        command, once, first = self.delivered[-1 - which % len(self.delivered)]
        before = self.seen.look(command.ticket)
        assert self.seen.run(self.office.does(command, once)) == first
        assert self.seen.look(command.ticket) == before

    @rule(seconds=st.sampled_from((0.000001, 5, 10, 61)))
    def time_passes(self, seconds: float) -> None:
        self.office.later(timedelta(seconds=seconds))

    @rule(ahead=st.booleans())
    def a_relay_takes_what_is_due(self, ahead: bool) -> None:
        self.seen.relay_takes(ahead)

    @rule()
    def relays_send_what_they_took(self) -> None:
        self.seen.relay_sends()

    @rule(which=WHICH, by=TECHNICIANS, relay_first=st.booleans())
    def undo_races_a_relay(self, which: int, by: str, relay_first: bool) -> None:
        self.seen.relay_takes(ahead=True)
        self.seen.relay_sends()  # so that nothing is ahead of the reply in its lane
        self.replies(which, by, then_hold=False)
        if relay_first:
            self.seen.relay_takes(ahead=True)
        self.takes_back(which, by, back=0)

    @invariant()
    def what_was_promised_holds(self) -> None:
        for number in self.tickets:
            self.seen.check(number)


def test_whatever_people_do_the_desk_keeps_its_promises(furnished: Furnished) -> None:
    few = max(8, settings().max_examples // 5)

    run_state_machine_as_test(
        lambda: AnythingHappens(furnished),
        settings=settings(max_examples=few, stateful_step_count=30),
    )
