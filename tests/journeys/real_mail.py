"""The bot between a real Postfix and a real Dovecot, and the steps that people take there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from sandbox.mail import Mail
from sandbox.person import Person
from sandbox.world import Message
from tests.journeys.mishaps import LONG, soon, stored
from tests.journeys.stage import Stage, a_stage
from tests.mailservers.servers import MailServers

PAUL, MARIE = "paul.smith@meridien.example", "marie.curie@meridien.example"
DESK = "support@desk.meridien.example"  # a domain that Postfix hands over to the bot
WITHIN = "postes@meridien.example"  # one address of the people's own domain, handed over likewise
SHARED = "support@meridien.example"  # a mailbox in Dovecot
GONE = "julien.moreau@meridien.example"  # whom Slack and Postfix know, and Dovecot does not
UNKNOWN = "zoe.mueller@meridien.example"  # whom Slack alone knows


def mail_settings(servers: MailServers, desk: str = DESK) -> dict[str, Any]:
    return {
        "SMTP_URL": servers.smtp_url,
        "MAIL_FROM": f"Assistance Méridien <{desk}>",
        "FRONTDESK_MAIL_LISTEN": servers.door_url,
    }


def a_house(
    servers: MailServers, folder: Path, *, desk: str = DESK, **changes: Any
) -> AbstractAsyncContextManager[Stage]:
    return a_stage(folder, **(mail_settings(servers, desk) | changes))


async def arrived(
    servers: MailServers, user: str, count: int = 1, folder: str = "INBOX"
) -> list[Mail]:
    """What lies in the mailbox once it is so many mails."""
    found: list[Mail] = []

    async def look() -> bool:
        nonlocal found
        found = await asyncio.to_thread(servers.mails, user, folder)
        return len(found) >= count

    await _until(look, servers)
    assert len(found) == count, [mail.subject for mail in found]
    return found


async def logged(servers: MailServers, words: str, times: int = 1) -> None:
    """Until Postfix has written it so often."""

    async def look() -> bool:
        return servers.postfix.log.read_text("utf-8", "replace").count(words) >= times

    await _until(look, servers)


async def carried(servers: MailServers) -> None:
    """Until nothing is left in Postfix's queue."""

    async def look() -> bool:
        return not await asyncio.to_thread(servers.postfix.queue)

    await _until(look, servers)


async def looked_at(servers: MailServers, stage: Stage, mailboxes: int) -> None:
    """Until the bot knows how far it has read so many mailboxes."""

    async def look() -> bool:
        return stored(stage, "SELECT count(*) FROM mailboxes") == [(mailboxes,)]

    await _until(look, servers)


async def _until(look: Callable[[], Awaitable[bool]], servers: MailServers) -> None:
    try:
        async with asyncio.timeout(LONG):
            while not await look():  # noqa: ASYNC110 - no server tells us
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(servers.last_words()) from None


async def reply(stage: Stage, person: Person, posted: Message, words: str) -> None:
    await person.press("ticket.reply", on=posted)
    await soon(stage.slack, lambda: person.modal)
    await person.fill({"message": words})
    assert await person.submit() == {}


def answer_address(mail: Mail) -> str:
    return parseaddr(mail.header("Reply-To"))[1]
