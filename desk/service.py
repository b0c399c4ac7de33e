"""The desk's two doors: `handle` a command, `ask` a question; each in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar, overload

from desk import abandon_ticket as abandon
from desk import answer_ticket as answering
from desk import (
    answers,
    ask_queue,
    ask_ticket,
    find_tickets,
    setting_up,
    take_note,
    taking_part,
)
from desk import assign_ticket as assigning
from desk import decide_held as deciding
from desk import hold_ticket as holding
from desk import mail_queue as queueing
from desk import note_by_mail as noting
from desk import open_ticket as opening
from desk import reply as replying
from desk import report_undelivered as returning
from desk import resolve_ticket as resolving
from desk import sign_replies as signing
from desk import transfer_ticket as transferring
from desk.answers import CreatedFacts
from desk.errors import DeskError, Stale
from desk.held_mails import HeldFacts
from desk.journal import Entry, PublicEntry
from desk.people import Actor, Person
from desk.ports import Store, Transaction
from desk.result import Result
from desk.share_files import MOST_SHARED
from desk.trying_again import persistently
from desk.viewers import Viewers
from desk.words import Words

R = TypeVar("R")
UseCase = Callable[[Any, Transaction, datetime], Result]
Answerer = Callable[[Any, Actor, Transaction, datetime], Any]
Clock = Callable[[], datetime]

USE_CASES: dict[type[Any], UseCase] = {
    opening.OpenTicket: opening.open_ticket,
    assigning.ClaimTicket: assigning.claim_ticket,
    assigning.AssignTicket: assigning.assign_ticket,
    transferring.TransferTicket: transferring.transfer_ticket,
    holding.HoldTicket: holding.hold_ticket,
    holding.ResumeTicket: holding.resume_ticket,
    holding.WakeTicket: holding.wake_ticket,
    replying.WithdrawReply: replying.withdraw_reply,
    replying.RetryMail: replying.retry_mail,
    queueing.SendQueued: queueing.send_queued,
    queueing.DropQueued: queueing.drop_queued,
    deciding.LetMailIn: deciding.let_mail_in,
    deciding.RefuseMail: deciding.refuse_mail,
    signing.SignReplies: signing.sign_replies,
    returning.ReportUndelivered: returning.report_undelivered,
    answering.AnswerTicket: answering.answer_ticket,
    noting.NoteByMail: noting.note_by_mail,
    taking_part.AddPerson: taking_part.add_person,
    taking_part.RemovePerson: taking_part.remove_person,
    resolving.ResolveTicket: resolving.resolve_ticket,
    resolving.ReopenTicket: resolving.reopen_ticket,
    resolving.CloseTicket: resolving.close_ticket,
    abandon.AbandonTicket: abandon.abandon_ticket,
    abandon.MarkDuplicate: abandon.mark_duplicate,
    take_note.TakeNote: take_note.take_note,
    take_note.EditNote: take_note.edit_note,
    take_note.DeleteNote: take_note.delete_note,
    setting_up.LoadDesk: setting_up.load_desk,
    setting_up.LearnPeople: setting_up.learn_people,
    setting_up.ReportChannel: setting_up.report_channel,
}

QUESTIONS: dict[type[Any], Answerer] = {
    ask_ticket.OpenPage: ask_ticket.open_page,
    ask_ticket.RequesterView: ask_ticket.requester_view,
    ask_ticket.MoveForm: ask_ticket.move_form,
    ask_ticket.Created: ask_ticket.created,
    ask_ticket.EntryWords: ask_ticket.entry_words,
    ask_ticket.WholeEntry: ask_ticket.whole_entry,
    ask_queue.Home: ask_queue.home,
    queueing.MailQueue: queueing.mail_queue,
    deciding.ReadHeldMail: deciding.read_held_mail,
    signing.Signature: signing.signature,
    ask_queue.NewTicketForm: ask_queue.new_ticket_form,
    ask_queue.FindPeople: ask_queue.find_people,
    ask_queue.WhoIs: ask_queue.who_is,
    ask_queue.Viewer: ask_queue.viewer,
    find_tickets.FindTickets: find_tickets.find_tickets,
}

CHANGE_PEOPLE = (setting_up.LoadDesk, setting_up.LearnPeople)


class Desk:
    """One command, one transaction, one answer."""

    def __init__(
        self, store: Store, clock: Clock, undo: timedelta, most_shared: int = MOST_SHARED
    ) -> None:
        self._store = store
        self._clock = clock
        self._viewers = Viewers()
        self._use_cases: dict[type[Any], UseCase] = {
            **USE_CASES,
            replying.Reply: partial(replying.reply, undo=undo, most_shared=most_shared),
        }

    async def handle(self, command: Any, *, once: str | None = None) -> Result:
        """Carry out `command`; a second delivery under the same `once` key gets the first answer.

        Raises a DeskError when the desk declines, and Busy when the database could not take it;
        either way nothing was stored, the key neither.
        """
        result = await persistently(self._store, lambda tx: self._done(command, once, tx))
        if isinstance(command, CHANGE_PEOPLE):
            self._viewers.forget()
        return result

    async def open(self, wish: opening.OpenTicket, *, once: str | None = None) -> CreatedFacts:
        """`handle` for a new ticket, and what the person sees of it: a transaction less."""

        about = [one for one in (wish.requester, wish.beneficiary) if isinstance(one, str) and one]

        def work(tx: Transaction) -> CreatedFacts:
            if wish.writer is None:  # who may be one of them, and become known only now
                tx.people.expect(wish.by, about)
            result = self._done(wish, once, tx)
            assert result.ticket is not None
            question = ask_ticket.Created(result.ticket)
            return ask_ticket.created(question, tx.people.actor(wish.by), tx, self._clock())

        return await persistently(self._store, work)

    def _done(self, command: Any, once: str | None, tx: Transaction) -> Result:
        now = self._clock()
        if once is not None and (before := tx.first_time(once)) is not None:
            return before
        try:
            result = self._use_cases[type(command)](command, tx, now)
        except DeskError as declined:
            # On account of what its own other delivery has just done: that has the answer.
            if once is not None and tx.first_time(once) is not None:
                raise Stale from declined
            raise
        if once is not None:
            tx.remember(once, result, now)
        return result

    @overload
    async def ask(
        self, question: ask_ticket.OpenPage, *, by: str
    ) -> answers.TicketPage | answers.RequesterPage: ...
    @overload
    async def ask(
        self, question: ask_ticket.RequesterView, *, by: str
    ) -> answers.RequesterPage: ...
    @overload
    async def ask(self, question: ask_ticket.MoveForm, *, by: str) -> answers.MoveFormFacts: ...
    @overload
    async def ask(self, question: ask_ticket.Created, *, by: str) -> answers.CreatedFacts: ...
    @overload
    async def ask(self, question: ask_ticket.EntryWords, *, by: str) -> answers.TakenBack: ...
    @overload
    async def ask(self, question: ask_ticket.WholeEntry, *, by: str) -> Entry | PublicEntry: ...
    @overload
    async def ask(
        self, question: ask_queue.Home, *, by: str
    ) -> answers.TechnicianHome | answers.RequesterHome: ...
    @overload
    async def ask(self, question: queueing.MailQueue, *, by: str) -> queueing.MailQueueFacts: ...
    @overload
    async def ask(self, question: deciding.ReadHeldMail, *, by: str) -> HeldFacts: ...
    @overload
    async def ask(self, question: signing.Signature, *, by: str) -> Words: ...
    @overload
    async def ask(
        self, question: ask_queue.NewTicketForm, *, by: str
    ) -> answers.NewTicketFacts: ...
    @overload
    async def ask(self, question: ask_queue.FindPeople, *, by: str) -> tuple[Person, ...]: ...
    @overload
    async def ask(self, question: ask_queue.WhoIs, *, by: str) -> Person | None: ...
    @overload
    async def ask(
        self, question: find_tickets.FindTickets, *, by: str
    ) -> answers.TechnicianFinds | answers.RequesterFinds: ...
    @overload
    async def ask(self, question: ask_queue.Viewer, *, by: str) -> Actor: ...

    async def ask(self, question: Any, *, by: str) -> Any:
        """Answer `question` as far as this person may know. Raises NoSuchTicket otherwise."""
        if isinstance(question, ask_queue.Viewer):
            return await self._viewer(by)
        return await self._answer(question, by)

    async def _viewer(self, by: str) -> Actor:
        now, moment = self._clock(), self._viewers.moment
        known = self._viewers.get(by, now)
        if known is None:
            known = await self._answer(ask_queue.Viewer(), by)
            self._viewers.keep(by, known, now, moment)
        return known

    async def _answer(self, question: Any, by: str) -> Any:
        answerer = QUESTIONS[type(question)]

        def work(tx: Transaction) -> Any:
            return answerer(question, tx.people.actor(by), tx, self._clock())

        return await self._store.read(work)
