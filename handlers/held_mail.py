"""A held mail's message: somebody of its team looks, and decides."""

from __future__ import annotations

from blocks.held_mail import held_view
from blocks.ids import Action
from desk.decide_held import LetMailIn, ReadHeldMail, RefuseMail
from handlers.answer import Answer, OpenView, then
from handlers.context import Context, Table
from handlers.payload import Click, number_in


async def on_let_in(click: Click, context: Context) -> Answer:
    await context.desk.handle(LetMailIn(number_in(click.value), click.user), once=click.once)
    return Answer()


async def on_refuse(click: Click, context: Context) -> Answer:
    await context.desk.handle(RefuseMail(number_in(click.value), click.user), once=click.once)
    return Answer()


async def on_open(click: Click, context: Context) -> Answer:
    facts = await context.desk.ask(ReadHeldMail(number_in(click.value)), by=click.user)
    return then(OpenView(click.trigger, held_view(facts, context.t)))


ACTIONS: Table = {
    Action.HELD_LET_IN: on_let_in,
    Action.HELD_REFUSE: on_refuse,
    Action.HELD_OPEN: on_open,
}
