"""Somebody writes with Outlook: our mails stand in their conversation, and theirs in the ticket."""

from __future__ import annotations

import base64

from sandbox.mail import Mail, answer_headers
from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.mishaps import settled, soon
from tests.journeys.sights import card, lines
from tests.journeys.stage import Stage

PAUL = "paul.smith@meridien.example"
DESK = "support@meridien.example"
CHANNEL = "support-postes"
BEGUN = bytes.fromhex("01dd5d29f00a") + bytes(range(16))  # when, and the conversation's id
TOPIC = "Printer – third floor"


def outlook(index: bytes) -> dict[str, str]:
    return {"Thread-Index": base64.b64encode(index).decode(), "Thread-Topic": TOPIC}


def index_of(mail: Mail) -> bytes:
    return base64.b64decode(mail.header("Thread-Index"))


async def reply(stage: Stage, pierre: Person, posted: Message, words: str) -> None:
    await pierre.press("ticket.reply", on=posted)
    await soon(stage.slack, lambda: pierre.modal)
    await pierre.fill({"message": words})
    assert await pierre.submit() == {}
    await settled(stage)


async def mailed(stage: Stage, words: str) -> Mail:
    box = stage.slack.person("paul").mailbox
    return await soon(stage.slack, lambda: next((m for m in box if words in m.text), None))


async def test_our_replies_are_answers_in_outlooks_conversation(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await slack.send_mail(PAUL, DESK, TOPIC, "It jams.", headers=outlook(BEGUN))
    posted = await soon(slack, lambda: card(pierre, CHANNEL, TOPIC))
    await settled(stage)

    await reply(stage, pierre, posted, "Which tray?")

    ours = await mailed(stage, "Which tray?")
    assert index_of(ours)[:22] == BEGUN
    assert len(index_of(ours)) == 27
    assert ours.header("Thread-Topic") == TOPIC

    # Outlook hangs its answer below ours.
    to, subject, threading = answer_headers(ours)
    answer = outlook(index_of(ours) + bytes.fromhex("0000100020"))
    await slack.send_mail(PAUL, to, subject, "The second one.", headers={**threading, **answer})
    await soon(slack, lambda: "The second one." in lines(pierre, posted))
    await reply(stage, pierre, posted, "I am on my way.")

    last = await mailed(stage, "I am on my way.")
    assert index_of(last)[:32] == index_of(ours) + bytes.fromhex("0000100020")
    assert len(index_of(last)) == 37
    assert last.header("Thread-Topic") == TOPIC
