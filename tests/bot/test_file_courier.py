"""Files on their way between Slack and us: which are waited for, which go, and who is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.outcomes import Done, Unreachable
from desk.effects import SendFiles
from desk.reply import Reply, WithdrawReply
from desk.words import Words
from storage.outbox_rows import Lease
from tests.bot.file_desk import FileDesk
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import ADA, PIERRE, UNDO, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

SAID = Words.plain("See the file.")


@pytest.fixture
async def desk(office: Office, tmp_path: Path) -> FileDesk:
    desk = FileDesk(office, tmp_path / "files")
    await desk.files.prepare()
    return desk


async def attempting() -> bool:
    return True


async def replied(desk: FileDesk) -> Lease:
    """A reply with a file to Ada, who has no address: its words are out, its file is next."""
    ticket, office = await desk.opened(), desk.office
    file = await desk.kept("a.txt")
    await office.does(Reply(ticket, PIERRE, SAID, files=(file,)))
    due = office.now + UNDO
    while True:
        for lease in await office.lease(due):
            if isinstance(lease.effect, SendFiles):
                return lease
            await office.store.write(lambda tx, one=lease: tx.outbox.finish(one, due))


async def send(desk: FileDesk, lease: Lease) -> Done:
    return await desk.courier.send(lease.effect, lease, attempting)


async def test_files_of_a_reply_wait_where_the_clock_was_set_back(desk: FileDesk):
    lease = await replied(desk)  # it was due, and the clock says now that it is not

    with pytest.raises(Unreachable, match="not public yet") as put_off:
        await send(desk, lease)

    assert put_off.value.retry_after == UNDO.total_seconds()
    desk.office.later(UNDO)
    await send(desk, lease)
    assert [names for _, names in desk.slack.shown()] == [["a.txt"]]


async def test_files_of_a_reply_that_was_taken_back_go_nowhere(desk: FileDesk):
    ticket, office = await desk.opened(), desk.office
    file = await desk.kept("a.txt")
    reply = await office.does(Reply(ticket, PIERRE, SAID, files=(file,)))

    await office.does(WithdrawReply(ticket, reply.entry, PIERRE))
    await desk.carry()
    await desk.carry(60)

    assert [row.state for row in office.rows() if isinstance(row.effect, SendFiles)] == ["done"]
    assert [names for channel, names in desk.slack.shown() if channel == ADA] == []
