"""The mail server is busy, refuses, falls silent or is not there: nobody is mailed twice, nobody
is forgotten, and what cannot be known is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import endings
from mail.sending import SmtpCourier
from sandbox.person import Person
from sandbox.slack import Slack
from sandbox.world import Message
from tests.journeys.mishaps import settled, soon, stored
from tests.journeys.sights import PAUL, card, lines, open_ticket, shown
from tests.journeys.stage import Stage, a_stage, free_port


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "FIRST_MAIL_PAUSE", 0.2)
    limits = SmtpCourier.__init__.__kwdefaults__
    assert limits is not None
    for limit in ("connect", "command", "data", "taking"):
        monkeypatch.setitem(limits, limit, 1.0)


async def _reply(stage: Stage, person: Person, posted: Message, words: str) -> None:
    await person.press("ticket.reply", on=posted)
    await soon(stage.slack, lambda: person.modal)
    await person.fill({"message": words})
    assert await person.submit() == {}


async def _a_ticket(stage: Stage) -> tuple[Person, Message]:
    """A technician, and the card of a ticket whose acknowledgement has arrived."""
    pierre = stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    return pierre, posted


@pytest.mark.parametrize(
    ("where", "how"),
    [
        ("connect", 421),
        ("connect", "drop"),
        ("connect", "hang"),
        ("rcpt", 451),
        ("rcpt", "drop"),
        ("data", 451),
    ],
)
async def test_a_mail_not_taken_for_now_comes_later_and_once(
    stage: Stage, where: str, how: int | str
) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    slack.smtp_faults.add(where, how)

    await open_ticket(stage, pierre, requester=PAUL)

    await soon(slack, lambda: slack.mailbox("paul"))
    await settled(stage)
    assert slack.smtp_faults.waiting == []
    assert len(slack.mailbox("paul")) == 1
    assert _stuck(stage) == []
    assert "⚠️" not in shown(card(pierre, "support-postes", "R-000001"))


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_refused_mail_is_shown_in_the_thread_and_on_the_card(
    stage: Stage, where: str
) -> None:
    slack = stage.slack
    pierre, posted = await _a_ticket(stage)
    slack.smtp_faults.add(where, 550)

    await _reply(stage, pierre, posted, "Which model is it?")

    await soon(slack, lambda: "550 " in lines(pierre, posted))
    await settled(stage)
    assert "550" in shown(card(pierre, "support-postes", "R-000001"))
    assert len(slack.mailbox("paul")) == 1

    await pierre.press("mail.retry", on=_with(pierre, posted, "mail.retry"))

    await soon(slack, lambda: len(slack.mailbox("paul")) == 2)
    await settled(stage)
    assert "550 " not in lines(pierre, posted)
    assert "⚠️" not in shown(card(pierre, "support-postes", "R-000001"))


@pytest.mark.parametrize(
    ("where", "how", "arrived"),
    [
        ("data", "drop", 0),
        ("data", "hang", 0),
        ("after_data", "drop", 1),
        ("after_data", "hang", 1),
    ],
)
async def test_a_mail_in_doubt_is_said_to_be_and_sent_again_by_a_person_alone(
    stage: Stage, where: str, how: str, arrived: int
) -> None:
    slack = stage.slack
    pierre, posted = await _a_ticket(stage)
    slack.smtp_faults.add(where, how)

    await _reply(stage, pierre, posted, "Which model is it?")

    await soon(slack, lambda: "mail.retry" in lines(pierre, posted))
    await settled(stage)
    assert "⚠️" in shown(card(pierre, "support-postes", "R-000001"))
    assert [state for _, state in _stuck(stage)] == ["uncertain"]
    assert _arrived(slack) == arrived

    # Whatever happens to the ticket now, the mail does not go by itself.
    await pierre.press("ticket.assign", on=posted)
    await settled(stage)
    assert _arrived(slack) == arrived

    retry = _with(pierre, posted, "mail.retry")
    await pierre.press("mail.retry", on=retry, confirm=False)
    assert _arrived(slack) == arrived
    await pierre.press("mail.retry", on=retry)
    await soon(slack, lambda: _arrived(slack) == arrived + 1)
    await settled(stage)
    assert "mail.retry" not in lines(pierre, posted)
    ids = {m.message_id for m in slack.mailbox("paul") if "Which model" in m.text}
    assert len(ids) == 1  # whoever got it twice has a program that knows so


@pytest.mark.parametrize(("where", "how"), [("rcpt", 550), ("after_data", "drop")])
async def test_an_acknowledgement_that_did_not_arrive_can_be_sent_again(
    stage: Stage, where: str, how: int | str
) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    slack.smtp_faults.add(where, how)

    posted = await open_ticket(stage, pierre, requester=PAUL)

    await soon(slack, lambda: "⚠️" in shown(card(pierre, "support-postes", "R-000001")))
    await soon(slack, lambda: "mail.retry" in lines(pierre, posted))
    before = len(slack.mailbox("paul"))
    await pierre.press("mail.retry", on=_with(pierre, posted, "mail.retry"))
    await soon(slack, lambda: len(slack.mailbox("paul")) == before + 1)
    await soon(slack, lambda: "⚠️" not in shown(card(pierre, "support-postes", "R-000001")))


async def test_one_persons_trouble_holds_nobody_elses_mail_up(stage: Stage) -> None:
    slack = stage.slack
    pierre, posted = await _a_ticket(stage)
    slack.smtp_faults.add("rcpt", 550)
    await _reply(stage, pierre, posted, "Which model is it?")
    await soon(slack, lambda: "550" in lines(pierre, posted))

    await _reply(stage, pierre, posted, "Never mind.")

    await soon(slack, lambda: "Never mind." in "".join(m.text for m in slack.mailbox("paul")))


async def test_a_mail_server_that_is_down_at_the_start_gets_everything_when_it_comes(
    tmp_path: Path, database_url: str
) -> None:
    port = free_port()
    there = f"smtp://127.0.0.1:{port}"
    async with a_stage(tmp_path, DATABASE_URL=database_url, SMTP_URL=there) as stage:
        slack, pierre = stage.slack, stage.slack.person("pierre")
        posted = await open_ticket(stage, pierre, requester=PAUL)
        await _reply(stage, pierre, posted, "Which model is it?")
        await soon(slack, lambda: "Which model" in lines(pierre, posted))
        assert slack.mailbox("paul") == []

        async with _passage(port, slack.smtp_port):
            await soon(slack, lambda: len(slack.mailbox("paul")) == 2)
            await settled(stage)

        assert ["Which model" in m.text for m in slack.mailbox("paul")] == [False, True]


@asynccontextmanager
async def _passage(port: int, to: int) -> AsyncIterator[None]:
    """A mail server on `port`: the one on `to`, by another door."""
    open_ends: list[asyncio.StreamWriter] = []

    async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", to)
        open_ends.extend((writer, back))
        await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)

    server = await asyncio.start_server(meet, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for end in open_ends:
            end.close()


def _with(person: Person, posted: Message, action: str) -> Message:
    """The message in the thread that has this button."""
    return next(m for m in person.thread("support-postes", posted) if action in shown(m))


def _arrived(slack: Slack) -> int:
    return sum("Which model" in m.text for m in slack.mailbox("paul"))


def _stuck(stage: Stage) -> list[tuple[str, ...]]:
    return stored(stage, "SELECT key, state FROM outbox WHERE state IN ('refused', 'uncertain')")
