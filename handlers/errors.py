"""Refusals become words at the right place: a field, the foot of a form, or a private note."""

from __future__ import annotations

from typing import Any

from blocks.notes import (
    field_problem,
    notice_view,
    refusal,
    trouble,
)
from blocks.notes import (
    out_of_date as out_of_date_words,
)
from desk.errors import DeskError, InvalidField, InvalidFields
from handlers.answer import Answer, OpenView, PushView, SayDirectly, SayPrivately, Then
from handlers.context import Context
from handlers.payload import Called, Click, Happened, Reached, Spoken, Submission, Typing
from locales.translator import Translator, translator_for


def refused(error: DeskError, asked: Any, context: Context) -> Answer:
    """The answer to somebody whose wish the desk declined. It has changed nothing."""
    if isinstance(asked, Submission):
        return Answer(
            ack={"response_action": "errors", "errors": _at_fields(error, asked, context)}
        )
    return privately(asked, refusal(error, context.t, _zone(context)), context.t)


def _at_fields(error: DeskError, sent: Submission, context: Context) -> dict[str, str]:
    """Each fault at its input; what has no input of its own goes to the form's first one."""
    faults = error.faults if isinstance(error, InvalidFields) else (error,)
    placed: dict[str, str] = {}
    for fault in faults:
        if isinstance(fault, InvalidField):
            block = sent.values.blocks.get(fault.field, sent.first_field)
            placed[block] = field_problem(fault, context.t)
        else:
            placed[sent.first_field] = refusal(fault, context.t, _zone(context), in_form=True)
    return placed


def _zone(context: Context) -> str | None:
    """The clock of the person who reads the sentence."""
    return context.viewer.person.zone if context.viewer else None


def out_of_date(asked: Any, context: Context) -> Answer:
    return privately(asked, out_of_date_words(context.t), context.t)


def _trouble() -> str:
    """In both languages, where we cannot tell which is the person's."""
    return f"{trouble(translator_for('en'))}\n{trouble(translator_for('fr'))}"


def not_opened(asked: Any) -> Then:
    """Slack did not open the form. It is said where the person looks, or else to them alone."""
    channel = getattr(asked, "channel", "")
    if channel:
        return SayPrivately(channel, asked.user, _trouble(), getattr(asked, "thread", ""))
    return SayDirectly(asked.user, _trouble())


def busy(asked: Any) -> Answer:
    """The database did not take it."""
    text = _trouble()
    match asked:
        case Spoken() | Happened():
            return Answer(retry=True)
        case Submission():
            return Answer(ack={"response_action": "errors", "errors": {asked.first_field: text}})
        case Typing():
            return Answer(ack={"options": []})
        case _:
            return privately(asked, text, translator_for("en"))


def privately(asked: Any, text: str, t: Translator) -> Answer:
    """Say `text` to the person who acted, and to nobody else, where they acted."""
    match asked:
        case Called():
            return Answer(ack={"response_type": "ephemeral", "text": text})
        case Click():
            return Answer(then=(_beside_click(asked, text, t),))
        case Reached():
            return Answer(then=(OpenView(asked.trigger, notice_view(text, t)),))
        case Typing():
            return Answer(ack={"options": []})
        case Submission():
            return Answer(ack={"response_action": "errors", "errors": {asked.first_field: text}})
        case _:
            return Answer()


def _beside_click(click: Click, text: str, t: Translator) -> Then:
    if click.container == "message":
        return SayPrivately(click.channel, click.user, text, click.thread)
    if click.container == "home":
        return OpenView(click.trigger, notice_view(text, t))
    return PushView(click.trigger, notice_view(text, t))
