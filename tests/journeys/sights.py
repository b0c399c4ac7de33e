"""What people see, as text: for assertions that read like what a person would say."""

from __future__ import annotations

import json
from typing import Any

from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.stage import Stage

PAUL = "Paul Smith — paul.smith@meridien.example"  # as the type-ahead offers him


def shown(thing: Any) -> str:
    """All the text of a message or view."""
    blocks = thing.get("blocks") if isinstance(thing, dict) else getattr(thing, "blocks", None)
    if blocks is None:
        return ""
    return json.dumps(blocks, ensure_ascii=False)


def card(person: Person, channel: str, reference: str) -> Message | None:
    """The ticket's card in the channel."""
    return next((m for m in person.messages(channel) if reference in shown(m)), None)


def lines(person: Person, posted: Message) -> str:
    """The thread under a card, as text."""
    return "\n".join(shown(m) for m in person.thread("support-postes", posted))


async def open_ticket(
    stage: Stage, by: Person, *, requester: str, subject: str = "Printer"
) -> Message:
    """A ticket in the workstations' queue, and its card."""
    await by.command("/ticket", subject, channel="support-postes")
    await stage.slack.until(lambda: by.modal)
    await by.fill({"requester": requester})
    await by.fill({"description": "It jams."})
    assert await by.submit() == {}
    await by.close()
    posted = await stage.slack.until(lambda: card(by, "support-postes", subject))
    assert isinstance(posted, Message)
    return posted
