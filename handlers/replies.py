"""Words between technician and requester: reply, take it back, answer, send a mail once more."""

from __future__ import annotations

from blocks.drafts import Context as FormContext
from blocks.ids import HOLD_AFTERWARDS, Action, Field, Form
from blocks.move_forms import answer_form, reply_form
from blocks.notes import whole_entry
from desk.answer_ticket import AnswerTicket
from desk.answers import RequesterPage
from desk.ask_ticket import EntryWords, MoveForm, RequesterView, WholeEntry
from desk.errors import MoveNotAllowed
from desk.lifecycle import Move
from desk.reply import Reply, RetryMail, WithdrawReply
from handlers.answer import Answer, then
from handlers.context import Context, Table
from handlers.pages import after_form, beside, page_instead
from handlers.payload import Click, Submission, number_in


async def on_replied(sent: Submission, context: Context) -> Answer:
    await context.desk.handle(
        Reply(
            FormContext.decode(sent.metadata).ticket,
            sent.user,
            sent.values.words(Field.MESSAGE),
            then_hold=sent[Field.AFTERWARDS] == HOLD_AFTERWARDS,
            share=tuple(map(number_in, sent.values.ticked(Field.SHARE_FILES))),
            files=sent.values.files(Field.NEW_FILES),
        ),
        once=sent.once,
    )
    return Answer(then=await after_form(sent, context))


async def on_withdraw(click: Click, context: Context) -> Answer:
    """Undo: nothing was sent, and the text is in the form again while one can still reply."""
    await context.desk.handle(WithdrawReply(click.ticket, click.entry, click.user), once=click.once)
    reply = await context.desk.ask(EntryWords(click.entry), by=click.user)
    try:
        form = MoveForm(click.ticket, Move.REPLY, again=click.entry)
        facts = await context.desk.ask(form, by=click.user)
    except MoveNotAllowed:
        return Answer()
    again = reply_form(facts, context.t, reply.words, then_hold=reply.then_hold)
    return then(beside(click, again))


async def on_answer(click: Click, context: Context) -> Answer:
    page = await context.desk.ask(RequesterView(click.ticket), by=click.user)
    assert isinstance(page, RequesterPage)
    return then(beside(click, answer_form(page, context.t)))


async def on_answered(sent: Submission, context: Context) -> Answer:
    kept = FormContext.decode(sent.metadata)
    words = sent.values.words(Field.MESSAGE)
    await context.desk.handle(AnswerTicket(kept.ticket, sent.user, words), once=sent.once)
    if sent.below or kept.place:
        return Answer(then=await after_form(sent, context))
    return await page_instead(kept.ticket, sent.user, context)


async def on_mail_show(click: Click, context: Context) -> Answer:
    """What there was no room for: the rest of a text, or what was quoted below an answer."""
    entry = await context.desk.ask(WholeEntry(click.entry), by=click.user)
    return then(beside(click, whole_entry(entry, context.t)))


async def on_mail_retry(click: Click, context: Context) -> Answer:
    await context.desk.handle(RetryMail(click.ticket, click.entry, click.user), once=click.once)
    return Answer()


ACTIONS: Table = {
    Action.REPLY_WITHDRAW: on_withdraw,
    Action.TICKET_ANSWER: on_answer,
    Action.MAIL_SHOW: on_mail_show,
    Action.MAIL_RETRY: on_mail_retry,
}
FORMS: Table = {Form.REPLY: on_replied, Form.ANSWER: on_answered}
