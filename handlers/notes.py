"""Messages in a ticket's thread: technicians' notes, taken down as they are."""

from __future__ import annotations

from desk.take_note import DeleteNote, EditNote, TakeNote
from handlers.answer import Answer
from handlers.context import Context, Table
from handlers.payload import Spoken


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
    await context.desk.handle(note, once=said.once)
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
    await context.desk.handle(edit, once=said.once)
    return Answer()


async def on_deleted(said: Spoken, context: Context) -> Answer:
    deletion = DeleteNote(
        said.user or None, said.channel, said.ts, said.thread, under_us=said.under_us
    )
    await context.desk.handle(deletion, once=said.once)
    return Answer()


MESSAGES: Table = {"written": on_written, "edited": on_edited, "deleted": on_deleted}
