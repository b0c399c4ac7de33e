"""Messages in a ticket's thread: technicians' notes, taken down as they are."""

from __future__ import annotations

import asyncio

from desk.errors import TooEarly
from desk.take_note import DeleteNote, EditNote, TakeNote
from handlers.answer import Answer
from handlers.context import Context, Table
from handlers.payload import Spoken

PAUSES = (0.02, 0.1, 0.3, 0.6)  # seconds; together well below what Slack waits


async def on_written(said: Spoken, context: Context) -> Answer:
    note = TakeNote(
        said.user,
        said.channel,
        said.thread,
        said.ts,
        said.words,
        under_us=said.under_us,
        files=said.files,
    )
    await _taken(note, said, context)
    return Answer()


async def on_edited(said: Spoken, context: Context) -> Answer:
    edit = EditNote(
        said.user,
        said.channel,
        said.ts,
        said.words,
        said.thread,
        under_us=said.under_us,
        edited=said.edited,
        files=said.files,
    )
    await _taken(edit, said, context)
    return Answer()


async def on_deleted(said: Spoken, context: Context) -> Answer:
    deletion = DeleteNote(
        said.user or None, said.channel, said.ts, said.thread, under_us=said.under_us
    )
    await _taken(deletion, said, context)
    return Answer()


async def _taken(what: TakeNote | EditNote | DeleteNote, said: Spoken, context: Context) -> None:
    """Who writes below a card as soon as it appears is faster than we write down where it is.
    Slack brings the message again, but the second time only after a minute."""
    for pause in PAUSES:
        try:
            await context.desk.handle(what, once=said.once)
            return
        except TooEarly:
            await asyncio.sleep(pause)
    await context.desk.handle(what, once=said.once)


MESSAGES: Table = {"written": on_written, "edited": on_edited, "deleted": on_deleted}
