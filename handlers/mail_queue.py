"""Administrators settle mails that did not leave; technicians write their signature."""

from __future__ import annotations

from blocks.ids import Action, Field, Form
from blocks.mail_queue import mail_queue
from blocks.signature_form import signature_form
from desk.mail_queue import DropQueued, MailQueue, SendQueued
from desk.sign_replies import Signature, SignReplies
from handlers.answer import Answer, OpenView, PublishHome, UpdateView, View, then
from handlers.context import Context, Table
from handlers.pages import BEGINNING, home_view
from handlers.payload import Called, Click, Submission

SIGN = frozenset({"signature"})  # the command's word, in both languages


async def on_queue(click: Click, context: Context) -> Answer:
    return then(OpenView(click.trigger, await _queue(click.user, context)))


async def on_send(click: Click, context: Context) -> Answer:
    await context.desk.handle(SendQueued(click.entry, click.user), once=click.once)
    return await _again(click, context)


async def on_drop(click: Click, context: Context) -> Answer:
    await context.desk.handle(DropQueued(click.entry, click.user), once=click.once)
    return await _again(click, context)


async def _again(click: Click, context: Context) -> Answer:
    """The list, and the number on the button that led to it."""
    view = UpdateView(click.view, await _queue(click.user, context))
    return then(view, PublishHome(click.user, await home_view(BEGINNING, click.user, context)))


async def _queue(user: str, context: Context) -> View:
    return mail_queue(await context.desk.ask(MailQueue(), by=user), context.t)


async def on_signature(asked: Click | Called, context: Context) -> Answer:
    words = await context.desk.ask(Signature(), by=asked.user)
    return then(OpenView(asked.trigger, signature_form(words, context.t)))


async def on_signed(sent: Submission, context: Context) -> Answer:
    await context.desk.handle(
        SignReplies(sent.user, sent.values.words(Field.SIGNATURE)), once=sent.once
    )
    return Answer()


ACTIONS: Table = {
    Action.QUEUE_OPEN: on_queue,
    Action.QUEUE_SEND: on_send,
    Action.QUEUE_DROP: on_drop,
    Action.HOME_SIGNATURE: on_signature,
}
FORMS: Table = {Form.SIGNATURE: on_signed}
