"""How often Slack is called, by the whole bot as it runs: each call more is a tenth of a second."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.double import SlackDouble
from bench.load import closed_loop
from bench.payloads import clicks, forms, numbered
from bench.servers import free_port, ours
from bench.sink import MailSink
from bot.app import Bot
from bot.config import read_settings

HOST = "127.0.0.1"
LONG = 30.0  # seconds a busy machine may need


@dataclass
class Desk:
    slack: SlackDouble
    mail: MailSink
    port: int

    async def create(self, number: int) -> None:
        """A new ticket, until it is shown and its requester was mailed."""
        answers = await closed_loop(self.port, numbered(forms("/slack/events", HOST), number, 1), 1)
        assert not answers.refused
        assert await self.slack.until_shown({number: 2}, LONG)
        assert await self.mail.until_mailed({number}, LONG)

    async def claim(self, ticket: int) -> None:
        before = self.slack.messages
        await closed_loop(self.port, numbered(clicks("/slack/events", HOST), ticket, 1), 1)
        assert await self.slack.until(lambda: self.slack.messages >= before + 2, LONG)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """The real bot over HTTP, warm: it has served somebody."""
    slack, mail, port = SlackDouble(), MailSink(), free_port()
    await slack.start()
    await mail.start()
    _, settings = ours(port, f"sqlite:///{tmp_path}/desk.db", slack.url, mail.port, tmp_path)
    given = {name: value for name, value in settings.items() if value}
    bot = Bot(read_settings(_env_file=None, **given))
    await bot.start()
    desk = Desk(slack, mail, port)
    await desk.create(1)
    slack.calls.clear()
    slack.order.clear()
    try:
        yield desk
    finally:
        with suppress(OSError):
            await bot.stop()
        await slack.stop()
        await mail.stop()


async def test_a_new_ticket_is_a_card_and_a_line_below_it(desk: Desk):
    await desk.create(2)

    assert desk.slack.calls == {"chat.postMessage": 2}


async def test_a_claim_is_an_edit_of_the_card_and_a_line_below_it(desk: Desk):
    await desk.claim(1)

    assert desk.slack.calls == {"chat.update": 1, "chat.postMessage": 1}


async def test_slack_is_never_asked_again_who_we_are(desk: Desk):
    for number in (2, 3):
        await desk.create(number)
    await desk.claim(1)

    assert desk.slack.calls["auth.test"] == 0


async def test_nothing_is_asked_of_slack_before_the_card_is_posted(desk: Desk):
    answers = await closed_loop(desk.port, numbered(forms("/slack/events", HOST), 2, 1), 1)
    assert not answers.refused

    assert await desk.slack.until_shown({2: 1}, LONG)
    assert desk.slack.order[0] == "chat.postMessage"
