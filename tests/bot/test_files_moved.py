"""Files of a ticket that is transferred: the new team's thread has them, whatever was under way."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import NoReturn

import pytest

from bot.outcomes import Refused, Unreachable
from bot.upload import Upload
from desk.answer_ticket import AnswerTicket
from desk.effects import ShowEntry, ShowFiles
from desk.take_note import TakeNote
from desk.transfer_ticket import TransferTicket, transfer_ticket
from desk.words import Words
from storage.transaction import SqlTransaction
from tests.bot.file_desk import COMPLETE, UPLOAD, FileDesk
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import ADA, PIERRE, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

OLD, NEW = "C0POSTES", "C0RESEAU"
SAID = Words.plain("See the file.")
LONG = 600.0  # seconds, more than any pause between two tries


@pytest.fixture
async def desk(office: Office, tmp_path: Path) -> FileDesk:
    desk = FileDesk(office, tmp_path / "files")
    await desk.files.prepare()
    return desk


async def away() -> NoReturn:
    raise Unreachable("away")


async def no_answer() -> NoReturn:
    raise Unreachable("no answer", attempted=True)


async def answered(desk: FileDesk, ticket: int) -> None:
    file = await desk.kept("a.txt")
    await desk.office.does(AnswerTicket(ticket, ADA, SAID, "<a@b>", files=(file,)))


def names(count: int) -> list[str]:
    return [f"{n}.txt" for n in range(count)]


async def test_files_about_to_be_shown_are_shown_by_the_new_team(desk: FileDesk):
    ticket = await desk.opened(desk.in_slack("a.txt"))  # fetched, and due in a second

    await desk.transfer(ticket)
    await desk.carry(2)

    assert desk.slack.shown() == [(NEW, ["a.txt"])]


async def test_all_that_was_still_to_be_shown_comes_along(desk: FileDesk):
    ticket = await desk.opened(*map(desk.in_slack, names(12)))

    await desk.transfer(ticket)
    await desk.carry(2)

    assert desk.slack.shown() == [(NEW, names(12)[:10]), (NEW, names(12)[10:])]


async def test_files_shown_while_the_ticket_moves_are_shown_by_the_new_team_as_well(
    desk: FileDesk,
):
    ticket = await desk.opened()
    desk.slack.meanwhile[UPLOAD] = [lambda: desk.transfer(ticket)]

    await answered(desk, ticket)
    await desk.carry()

    assert desk.slack.shown() == [(OLD, ["a.txt"]), (NEW, ["a.txt"])]
    assert [file.shown for file in await desk.of(ticket)] == [True]


async def test_a_transfer_that_is_just_being_written_down_is_waited_for(desk: FileDesk):
    """On PostgreSQL it hides the files while we come to say that they are shown."""

    def slowly(tx: SqlTransaction) -> None:
        transfer_ticket(TransferTicket(ticket, PIERRE, network), tx, desk.office.now)
        tx.outbox.settle()
        begun.set()
        time.sleep(0.3)

    async def is_moving() -> None:
        moving.append(asyncio.create_task(desk.office.store.write(slowly)))
        assert await asyncio.to_thread(begun.wait, 30)

    ticket, network = await desk.opened(), await desk.office.team("reseau")
    begun, moving = threading.Event(), list[asyncio.Task[None]]()
    desk.slack.meanwhile[COMPLETE] = [is_moving]
    await answered(desk, ticket)

    await desk.carry()
    await asyncio.gather(*moving)
    await desk.carry(2)

    assert desk.slack.shown() == [(OLD, ["a.txt"]), (NEW, ["a.txt"])]


async def test_files_in_doubt_when_the_ticket_moves_are_shown_by_the_new_team_as_well(
    desk: FileDesk,
):
    ticket = await desk.opened()
    desk.slack.meanwhile[COMPLETE] = [no_answer]
    await answered(desk, ticket)
    await desk.carry()

    await desk.transfer(ticket)
    await desk.carry(LONG)

    assert desk.slack.shown() == [(OLD, ["a.txt"]), (NEW, ["a.txt"])]


@pytest.mark.parametrize("doubt", [False, True])
@pytest.mark.parametrize("slow", [False, True])
async def test_files_that_come_late_are_shown_by_the_new_team(
    desk: FileDesk, doubt: bool, slow: bool
):
    """Put off, they are in a lane of their own: the new card does not wait for them. `slow`: the
    new team's are put off, too."""

    async def moves_on() -> None:
        await desk.transfer(ticket)
        desk.slack.meanwhile[UPLOAD] = [away] if slow else []
        await desk.other_relay.carry_all()
        if doubt:
            await no_answer()

    desk.slack.meanwhile[UPLOAD] = [away]
    ticket = await desk.opened(await desk.kept("a.txt"))
    desk.slack.meanwhile[COMPLETE] = [moves_on]

    await desk.carry(LONG)
    await desk.carry(LONG)

    assert desk.slack.shown() == [(OLD, ["a.txt"]), (NEW, ["a.txt"])]
    assert desk.office.waiting_of(ShowFiles) == []


async def test_a_notes_file_that_is_fetched_while_the_ticket_moves_is_shown_by_the_new_team(
    desk: FileDesk,
):
    async def moves_on() -> None:
        await desk.transfer(ticket)
        await desk.other_relay.carry_all()

    ticket = await desk.opened()
    (card,) = await desk.office.store.read(lambda tx: tx.cards.of(ticket))
    note = TakeNote(PIERRE, OLD, card.ts, "9.9", SAID, files=(desk.in_slack("a.txt"),))
    await desk.office.does(note)
    desk.slack.meanwhile["files.info"] = [away, moves_on]
    await desk.carry()

    await desk.carry(LONG)
    await desk.carry(2)

    assert desk.slack.shown() == [(NEW, ["a.txt"])]


@pytest.mark.parametrize("posted", [True, False])
async def test_a_notes_file_in_the_thread_that_was_left_is_shown_by_the_new_team_alone(
    desk: FileDesk, posted: bool
):
    """`posted`: their card is there already as the note is written."""
    ticket = await desk.opened()
    (card,) = await desk.office.store.read(lambda tx: tx.cards.of(ticket))
    await desk.transfer(ticket)
    if posted:
        await desk.carry()

    files = (desk.in_slack("a.txt"), desk.in_slack("b.txt"))
    await desk.office.does(TakeNote(PIERRE, OLD, card.ts, "9.9", SAID, files=files))
    await desk.carry()
    await desk.carry(2)

    assert desk.slack.shown() == [(NEW, ["a.txt", "b.txt"])]
    assert all(file.shown for file in await desk.of(ticket))


async def test_a_note_that_waits_for_a_transfer_is_one_in_the_thread_that_was_left(
    desk: FileDesk,
):
    def slowly(tx: SqlTransaction) -> None:
        transfer_ticket(TransferTicket(ticket, PIERRE, network), tx, desk.office.now)
        tx.outbox.settle()
        begun.set()
        time.sleep(0.3)

    ticket, network = await desk.opened(), await desk.office.team("reseau")
    (card,) = await desk.office.store.read(lambda tx: tx.cards.of(ticket))
    begun = threading.Event()
    moving = asyncio.create_task(desk.office.store.write(slowly))
    assert await asyncio.to_thread(begun.wait, 30)

    note = TakeNote(PIERRE, OLD, card.ts, "9.9", SAID, files=(desk.in_slack("a.txt"),))
    noted = await desk.office.does(note)
    await moving
    assert ShowEntry(ticket, noted.entry or 0) in desk.office.waiting()
    await desk.carry()
    await desk.carry(2)

    assert desk.slack.shown() == [(NEW, ["a.txt"])]


async def test_a_ticket_that_moves_twice_shows_its_files_below_the_last_card(desk: FileDesk):
    ticket = await desk.opened(desk.in_slack("a.txt"))

    await desk.transfer(ticket)
    desk.slack.meanwhile[UPLOAD] = [lambda: desk.transfer(ticket, "applis")]
    await desk.carry(2)

    assert desk.slack.shown() == [(NEW, ["a.txt"]), ("C0APPLIS", ["a.txt"])]


async def test_where_the_new_card_is_refused_the_old_thread_shows_them_all(desk: FileDesk):
    ticket = await desk.opened(*map(desk.in_slack, names(12)))
    desk.slack.refuses[NEW] = Refused("invalid_blocks")

    await desk.transfer(ticket)
    await desk.carry(2)

    assert desk.slack.shown() == [(OLD, names(12)[:10]), (OLD, names(12)[10:])]
    assert all(file.shown for file in await desk.of(ticket))


def test_what_was_noted_of_an_upload_is_read_by_every_version():
    noted = Upload({7: "F1", 8: "F2"}, below="C1/1.1").encoded()

    assert Upload.decode(noted) == Upload({7: "F1", 8: "F2"}, below="C1/1.1")
    assert Upload.decode("7:F1 8:F2") == Upload({7: "F1", 8: "F2"})  # of a version before
    as_before = {int(file): name for file, _, name in (p.partition(":") for p in noted.split())}
    assert next(iter(as_before.values())) == "F1"
    assert as_before.keys() == {7, 8, 0}  # and 0 is no file
