"""Everything that moves a ticket, but for words to the requester (`replies.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from blocks import move_forms
from blocks.drafts import Context as FormContext
from blocks.ids import RETIRED, Action, Field, Form
from blocks.ticket_page import journal_page
from desk.abandon_ticket import AbandonTicket, MarkDuplicate
from desk.answers import MoveFormFacts, TicketPage
from desk.ask_ticket import MoveForm, OpenPage
from desk.assign_ticket import AssignTicket, ClaimTicket
from desk.errors import InvalidField, NotYours
from desk.hold_ticket import HoldTicket, ResumeTicket
from desk.lifecycle import Move
from desk.resolve_ticket import CloseTicket, ReopenTicket, ResolveTicket
from desk.ticket import HoldReason
from desk.transfer_ticket import TransferTicket
from handlers.answer import Answer, UpdateView, then
from handlers.context import Context, Handler, Table
from handlers.errors import out_of_date
from handlers.pages import after_click, after_form, beside, page_view
from handlers.payload import Click, Malformed, Submission
from locales.translator import Translator

FormBuilder = Callable[[MoveFormFacts, Translator], Mapping[str, Any]]
WAKING_HOUR = time(8)  # a ticket put off until a day is back when that day's work begins


async def on_open(click: Click, context: Context) -> Answer:
    view = await page_view(click.ticket, click.user, context)
    if click.form == Form.TICKET_CREATED:
        return then(UpdateView(click.view, view, click.hash))
    return then(beside(click, view))


async def on_journal(click: Click, context: Context) -> Answer:
    """All that was written and done, a part at a time; the value says how much was seen."""
    page = await context.desk.ask(OpenPage(click.ticket), by=click.user)
    if not isinstance(page, TicketPage):
        raise NotYours(click.ticket)
    view = journal_page(page, context.t, click.entry if ":" in click.value else 0)
    if click.form == Form.JOURNAL_PAGE:
        return then(UpdateView(click.view, view, click.hash))
    return then(beside(click, view))


async def on_claim(click: Click, context: Context) -> Answer:
    await context.desk.handle(ClaimTicket(click.ticket, by=click.user), once=click.once)
    return Answer(then=await after_click(click, context))


async def on_resume(click: Click, context: Context) -> Answer:
    await context.desk.handle(ResumeTicket(click.ticket, by=click.user), once=click.once)
    return Answer(then=await after_click(click, context))


async def on_close(click: Click, context: Context) -> Answer:
    await context.desk.handle(CloseTicket(click.ticket, by=click.user), once=click.once)
    return Answer(then=await after_click(click, context))


async def on_more(click: Click, context: Context) -> Answer:
    """The overflow of a card: its option names the action and the ticket."""
    action, _, ticket = click.value.partition(":")
    handler = MENU.get(action)
    if action in RETIRED:
        return out_of_date(click, context)
    if handler is None:
        raise Malformed("overflow")
    return await handler(replace(click, action=action, value=ticket), context)


def opens(move: Move, build: FormBuilder) -> Handler:
    """A handler that opens the form of `move`."""

    async def on_wish(click: Click, context: Context) -> Answer:
        facts = await context.desk.ask(MoveForm(click.ticket, move), by=click.user)
        return then(beside(click, build(facts, context.t)))

    return on_wish


async def on_resolved(sent: Submission, context: Context) -> Answer:
    await context.desk.handle(
        ResolveTicket(
            _ticket(sent), sent.user, sent[Field.CODE], sent.values.words(Field.SOLUTION)
        ),
        once=sent.once,
    )
    return Answer(then=await after_form(sent, context))


async def on_held(sent: Submission, context: Context) -> Answer:
    reason = sent[Field.HOLD_REASON]
    await context.desk.handle(
        HoldTicket(
            _ticket(sent),
            sent.user,
            HoldReason(reason) if reason in set(HoldReason) else None,
            until=_morning_of(sent[Field.UNTIL], context),
            note=sent.values.words(Field.NOTE),
        ),
        once=sent.once,
    )
    return Answer(then=await after_form(sent, context))


async def on_transferred(sent: Submission, context: Context) -> Answer:
    team = sent[Field.TEAM]
    if not team.isdecimal():
        raise InvalidField(Field.TEAM, "no_such_team")
    note = sent.values.words(Field.NOTE)
    await context.desk.handle(
        TransferTicket(_ticket(sent), sent.user, int(team), note), once=sent.once
    )
    return Answer(then=await after_form(sent, context))


async def on_reassigned(sent: Submission, context: Context) -> Answer:
    await context.desk.handle(
        AssignTicket(_ticket(sent), sent.user, sent[Field.ASSIGNEE]), once=sent.once
    )
    return Answer(then=await after_form(sent, context))


async def on_duplicate(sent: Submission, context: Context) -> Answer:
    await context.desk.handle(
        MarkDuplicate(_ticket(sent), sent.user, sent[Field.DUPLICATE_OF]), once=sent.once
    )
    return Answer(then=await after_form(sent, context))


async def on_reopened(sent: Submission, context: Context) -> Answer:
    await context.desk.handle(
        ReopenTicket(_ticket(sent), sent.user, sent.values.words(Field.REASON)), once=sent.once
    )
    return Answer(then=await after_form(sent, context))


async def on_abandoned(sent: Submission, context: Context) -> Answer:
    await context.desk.handle(
        AbandonTicket(_ticket(sent), sent.user, sent.values.words(Field.REASON)), once=sent.once
    )
    return Answer(then=await after_form(sent, context))


def _ticket(sent: Submission) -> int:
    return FormContext.decode(sent.metadata).ticket


def _morning_of(day: str, context: Context) -> datetime | None:
    """When work begins on `day` ("YYYY-MM-DD") where the person lives."""
    if not day:
        return None
    try:
        zone = ZoneInfo(context.viewer.person.zone if context.viewer else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    try:
        return datetime.combine(date.fromisoformat(day), WAKING_HOUR, zone)
    except ValueError:
        raise InvalidField(Field.UNTIL, "date_missing") from None


MENU: Table = {
    Action.TICKET_OPEN: on_open,
    Action.TICKET_ASSIGN: on_claim,
    Action.TICKET_RESUME: on_resume,
    Action.TICKET_CLOSE: on_close,
    Action.TICKET_RESOLVE: opens(Move.RESOLVE, move_forms.resolve_form),
    Action.TICKET_REPLY: opens(Move.REPLY, move_forms.reply_form),
    Action.TICKET_HOLD: opens(Move.HOLD, move_forms.hold_form),
    Action.TICKET_TRANSFER: opens(Move.TRANSFER, move_forms.transfer_form),
    Action.TICKET_REASSIGN: opens(Move.REASSIGN, move_forms.assign_form),
    Action.TICKET_DUPLICATE: opens(Move.DUPLICATE, move_forms.duplicate_form),
    Action.TICKET_REOPEN: opens(Move.REOPEN, move_forms.reopen_form),
    Action.TICKET_ABANDON: opens(Move.ABANDON, move_forms.abandon_form),
}
ACTIONS: Table = {**MENU, Action.TICKET_MORE: on_more, Action.JOURNAL_SHOW: on_journal}
FORMS: Table = {
    Form.RESOLVE: on_resolved,
    Form.HOLD: on_held,
    Form.TRANSFER: on_transferred,
    Form.REASSIGN: on_reassigned,
    Form.DUPLICATE: on_duplicate,
    Form.REOPEN: on_reopened,
    Form.ABANDON: on_abandoned,
}
