"""A signed request is good for five minutes: sent again within them, it does nothing again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from desk.ticket import State
from sandbox.delivery import Ack
from sandbox.signed_http import SignedHttp, read_answer
from sandbox.world import Message
from tests.journeys.mishaps import settled, soon, stored
from tests.journeys.sights import PAUL, card, open_ticket
from tests.journeys.stage import Stage

Snapshot = list[Any]
KEPT = ("tickets", "entries", "mails", "people", "members")


@dataclass
class Sent:
    body: bytes
    headers: dict[str, str]
    answer: Ack


@dataclass
class Eavesdropper:
    """Has read every request on its way to the bot, and sends it again byte by byte."""

    stage: Stage
    heard: list[Sent] = field(default_factory=list)

    def last(self, words: bytes) -> Sent:
        return [sent for sent in self.heard if words in sent.body][-1]

    async def again(self, sent: Sent) -> Ack:
        url = f"http://127.0.0.1:{self.stage.bot.http_port}/slack/events"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=sent.body, headers=sent.headers) as answer,
        ):
            return Ack(read_answer(await answer.text()), answer.status)


@pytest.fixture
def eavesdropper(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Eavesdropper:
    listening = Eavesdropper(stage)
    post = SignedHttp._post

    async def heard(self: SignedHttp, body: bytes, headers: dict[str, str]) -> Ack:
        answer = await post(self, body, headers)
        listening.heard.append(Sent(body, dict(headers), answer))
        return answer

    monkeypatch.setattr(SignedHttp, "_post", heard)
    return listening


def world(stage: Stage) -> Snapshot:
    """All that is stored, posted and mailed."""
    slack = stage.slack
    rows = [stored(stage, f"SELECT * FROM {table} ORDER BY 1, 2") for table in KEPT]
    outbox = stored(stage, "SELECT id, key FROM outbox ORDER BY id")
    posted = len(slack.traffic.of("chat.postMessage"))
    return [*rows, outbox, posted, [len(box) for box in slack.mailboxes.boxes.values()]]


async def ask_by_command(stage: Stage, _: Message) -> bytes:
    await stage.slack.person("pierre").command("/ticket", "Again", channel="support-postes")
    return b"command=%2Fticket&text=Again"


async def open_by_form(stage: Stage, _: Message) -> bytes:
    await open_ticket(stage, stage.slack.person("pierre"), requester=PAUL, subject="Twice")
    return b"view_submission"


async def claim(stage: Stage, posted: Message) -> bytes:
    await stage.slack.person("pierre").press("ticket.assign", on=posted)
    await soon(stage.slack, lambda: stored(stage, "SELECT id FROM tickets WHERE state='assigned'"))
    return b"block_actions"


async def reply(stage: Stage, posted: Message) -> bytes:
    pierre = stage.slack.person("pierre")
    await pierre.press("ticket.reply", on=posted)
    await soon(stage.slack, lambda: pierre.modal)
    await pierre.fill({"message": "Which floor?"})
    assert await pierre.submit() == {}
    return b"view_submission"


async def note(stage: Stage, posted: Message) -> bytes:
    await stage.slack.person("pierre").say("support-postes", "I look at it.", thread_ts=posted)
    await soon(stage.slack, lambda: stored(stage, "SELECT 1 FROM entries WHERE kind = 'note'"))
    return b"I look at it."


async def edited_note(stage: Stage, posted: Message) -> bytes:
    pierre = stage.slack.person("pierre")
    said = await pierre.say("support-postes", "I look at it.", thread_ts=posted)
    await soon(stage.slack, lambda: stored(stage, "SELECT 1 FROM entries WHERE kind = 'note'"))
    await pierre.edit(said, "I looked at it.")
    await pierre.edit(said, "I have looked at it.")
    return b"I looked at it."


async def deleted_note(stage: Stage, posted: Message) -> bytes:
    pierre = stage.slack.person("pierre")
    said = await pierre.say("support-postes", "I look at it.", thread_ts=posted)
    await soon(stage.slack, lambda: stored(stage, "SELECT 1 FROM entries WHERE kind = 'note'"))
    await pierre.delete(said)
    return b"message_deleted"


async def person_renamed_twice(stage: Stage, _: Message) -> bytes:
    """The first name, sent again, must not come back."""
    for name in ("Paul Before", "Paul After"):
        await stage.slack.change_person("paul", name=name)
        named = f"SELECT 1 FROM people WHERE name = '{name}'"
        await soon(stage.slack, lambda query=named: stored(stage, query))  # type: ignore[misc]
    return b"Paul Before"


async def open_home(stage: Stage, _: Message) -> bytes:
    await stage.slack.person("pierre").open_home()
    return b"app_home_opened"


DEEDS: dict[str, Callable[[Stage, Message], Awaitable[bytes]]] = {
    "a command": ask_by_command,
    "a form that opens a ticket": open_by_form,
    "a form that writes to the requester": reply,
    "a click": claim,
    "a message": note,
    "an edited message": edited_note,
    "a deleted message": deleted_note,
    "an event about a person": person_renamed_twice,
    "an event about a page": open_home,
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_what_is_sent_again_byte_by_byte_does_nothing_again(
    stage: Stage, eavesdropper: Eavesdropper, deed: str
) -> None:
    posted = await open_ticket(stage, stage.slack.person("pierre"), requester=PAUL)
    await settled(stage)
    words = await DEEDS[deed](
        stage, card(stage.slack.person("pierre"), "support-postes", "R-000001") or posted
    )
    await settled(stage)
    sent = eavesdropper.last(words)
    before = world(stage)

    answers = [await eavesdropper.again(sent) for _ in range(3)]
    await settled(stage)

    assert [answer.status for answer in answers] == [200] * 3
    assert world(stage) == before


async def test_a_form_sent_again_is_answered_as_the_first_time(
    stage: Stage, eavesdropper: Eavesdropper
) -> None:
    await open_ticket(stage, stage.slack.person("pierre"), requester=PAUL)
    sent = eavesdropper.last(b"view_submission")

    again = await eavesdropper.again(sent)

    assert again == sent.answer
    assert again.body is not None


async def test_a_click_sent_again_later_does_not_undo_what_came_since(
    stage: Stage, eavesdropper: Eavesdropper
) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    posted = await open_ticket(stage, pierre, requester=PAUL)
    await settled(stage)
    await claim(stage, posted)
    await settled(stage)
    claimed = eavesdropper.last(b"block_actions")
    await pierre.press("ticket.more", on=posted, value="ticket.hold:1")
    await soon(slack, lambda: pierre.modal)
    await pierre.fill({"hold_reason": "supplier"})
    assert await pierre.submit() == {}
    await settled(stage)

    await eavesdropper.again(claimed)

    assert stored(stage, "SELECT state FROM tickets") == [(State.PENDING.value,)]
