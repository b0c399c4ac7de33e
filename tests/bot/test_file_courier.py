"""Files on their way between Slack and us: which are waited for, which go, and who is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest
from slack_sdk.errors import SlackApiError

from bot.outcomes import Done, Refused, Unreachable
from bot.slack_calls import SlackDeclined
from desk.effects import FetchFile, SendDirect, SendFiles
from desk.files import FileState, NewFile
from desk.reply import Reply, WithdrawReply
from desk.words import Words
from storage.outbox_rows import Lease
from tests.bot.file_desk import FileDesk, Meanwhile
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import ADA, PIERRE, UNDO, Office

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

LONG = 600.0  # seconds, more than any pause between two tries
SAID = Words.plain("See the file.")


@pytest.fixture
async def desk(office: Office, tmp_path: Path) -> FileDesk:
    desk = FileDesk(office, tmp_path / "files")
    await desk.files.prepare()
    return desk


async def attempting() -> bool:
    return True


def says(desk: FileDesk, word: str, times: int) -> None:
    """So often, Slack answers with this word when it is asked about a file."""

    async def declines() -> NoReturn:
        raise desk.slack._judged(SlackApiError("", answer), "files.info", "", False)

    answer = SimpleNamespace(status_code=200, headers={}, data={"ok": False, "error": word})
    desk.slack.meanwhile["files.info"] = [declines] * times


async def states(desk: FileDesk, ticket: int) -> list[FileState]:
    return [file.state for file in await desk.of(ticket)]


@pytest.mark.parametrize("word", ["file_not_found", "file_not_shared", "access_denied"])
async def test_a_file_that_is_not_there_for_us_is_given_up_after_some_tries(
    desk: FileDesk, word: str
):
    says(desk, word, times=99)
    ticket = await desk.opened(desk.in_slack("a.txt"))
    assert await states(desk, ticket) == [FileState.WAITING]  # it may be new

    for _ in range(3):
        await desk.carry(LONG)

    assert await states(desk, ticket) == [FileState.LOST]
    assert "a.txt" in repr([post for method, post in desk.slack.seen if "postMessage" in method])
    assert desk.office.waiting_of(FetchFile) == []


async def test_a_file_that_slack_denies_us_at_first_is_fetched_after_all(desk: FileDesk):
    says(desk, "access_denied", times=2)
    ticket = await desk.opened(desk.in_slack("a.txt"))

    await desk.carry(LONG)
    await desk.carry(LONG)

    assert await states(desk, ticket) == [FileState.KEPT]


async def test_a_missing_scope_is_told_once_a_day_until_it_is_there(desk: FileDesk):
    says(desk, "missing_scope", times=5)
    ticket = await desk.opened(desk.in_slack("a.txt"), desk.in_slack("b.txt"))
    house = await desk.office.store.read(lambda tx: tx.organisation.house())

    for _ in range(4):
        await desk.carry(LONG)

    told = [post for _, post in desk.slack.seen if post.get("channel") == house.admin_channel]
    assert len(told) == 1
    assert "files:read" in told[0]["text"]
    assert await states(desk, ticket) == [FileState.KEPT] * 2


async def test_files_of_a_reply_are_asked_for_less_and_less_often_while_they_are_fetched(
    desk: FileDesk,
):
    says(desk, "missing_scope", times=99)
    lease = await replied(desk, desk.in_slack("a.txt"))
    desk.office.later(UNDO)

    with pytest.raises(Unreachable, match="on its way") as put_off:
        await send(desk, lease)

    assert put_off.value.retry_after is None  # as long as the relay makes it


async def replied(desk: FileDesk, file: NewFile) -> Lease:
    """A reply with a file to Ada, who has no address: its words are out, its file is next."""
    ticket, office = await desk.opened(), desk.office
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
    """They were due when they were leased, and the clock says now that they are not."""
    lease = await replied(desk, await desk.kept("a.txt"))

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


TWO_DAYS = timedelta(days=2).total_seconds()


async def breaks_off() -> NoReturn:
    raise KeyError("file")


async def is_refused() -> NoReturn:
    raise Refused("download: evil.example is not where Slack has files")


async def is_declined() -> NoReturn:
    raise SlackDeclined("user_disabled", "")


def states_of(desk: FileDesk, *kinds: type[FetchFile | SendFiles | SendDirect]) -> list[str]:
    return [row.state for row in desk.office.rows() if isinstance(row.effect, kinds)]


def told(desk: FileDesk, channel: str) -> list[str]:
    posts = [post for method, post in desk.slack.seen if method == "chat.postMessage"]
    return [repr(post) for post in posts if post["channel"] == channel]


async def two_replies(desk: FileDesk) -> int:
    """The first with a file that is in Slack, to Ada, who has no address; both may leave."""
    ticket = await desk.opened()
    await desk.office.does(Reply(ticket, PIERRE, SAID, files=(desk.in_slack("a.txt"),)))
    await desk.office.does(Reply(ticket, PIERRE, Words.plain("And good bye.")))
    desk.office.later(UNDO)
    return ticket


GIVEN_UP = pytest.mark.parametrize("why", ["unheard_of", is_refused, breaks_off])


def stumbles(desk: FileDesk, why: str | Meanwhile) -> None:
    """For as long as anybody tries, the file cannot be fetched."""
    if isinstance(why, str):
        says(desk, why, times=99)
    else:
        desk.slack.meanwhile["files.info"] = [why] * 99


@GIVEN_UP
async def test_a_file_whose_fetching_is_given_up_is_lost_and_nobody_waits_for_it(
    desk: FileDesk, why: str | Meanwhile
):
    ticket = await two_replies(desk)
    stumbles(desk, why)

    for _ in range(25):
        await desk.carry(LONG)

    assert await states(desk, ticket) == [FileState.LOST]
    warnings = [said for said in told(desk, "C0POSTES") if "être récupéré" in said]
    assert ["a.txt" in said for said in warnings] == [True]
    assert states_of(desk, FetchFile, SendFiles) == ["refused", "refused"]
    assert "good bye" in told(desk, ADA)[-1]


@GIVEN_UP
async def test_a_lost_file_that_a_person_has_fetched_again_is_lost_no_more(
    desk: FileDesk, why: str | Meanwhile
):
    stumbles(desk, why)
    ticket = await desk.opened(desk.in_slack("a.txt"))
    for _ in range(25):
        await desk.carry(LONG)
    desk.slack.meanwhile.clear()

    (row,) = [row.id for row in desk.office.rows() if isinstance(row.effect, FetchFile)]
    await desk.office.store.write(lambda tx: tx.outbox.retry(row, desk.office.now))
    await desk.carry()
    await desk.carry(2)

    (file,) = await desk.of(ticket)
    assert (file.state, file.problem) == (FileState.KEPT, "")
    assert desk.slack.shown() == [("C0POSTES", ["a.txt"])]


async def test_an_error_nobody_has_heard_of_may_be_over_the_next_time(desk: FileDesk):
    says(desk, "unheard_of", times=2)
    ticket = await desk.opened(desk.in_slack("a.txt"))

    await desk.carry(LONG)
    await desk.carry(LONG)

    assert await states(desk, ticket) == [FileState.KEPT]


async def test_files_of_a_reply_are_waited_for_as_long_as_for_a_mails(desk: FileDesk):
    ticket = await two_replies(desk)
    says(desk, "missing_scope", times=999)
    await desk.carry()
    assert states_of(desk, SendFiles) == ["waiting"]

    await desk.carry(TWO_DAYS)

    assert await states(desk, ticket) == [FileState.WAITING]  # administrators can put it right
    assert states_of(desk, SendFiles) == ["refused"]
    assert "good bye" in told(desk, ADA)[-1]


async def test_files_for_somebody_who_cannot_be_written_to_are_given_up_at_once(desk: FileDesk):
    await two_replies(desk)
    desk.slack.meanwhile["conversations.open"] = [is_declined]

    await desk.carry()
    await desk.carry(LONG)

    assert states_of(desk, SendFiles) == ["refused"]
    assert "good bye" in told(desk, ADA)[-1]
