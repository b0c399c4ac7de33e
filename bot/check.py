"""`frontdesk check`: a line for each thing that must be right, and what to do where it is not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosmtplib

from bot.check_database import check_database
from bot.check_mail import (
    Fact,
    check_bounces,
    check_certificate,
    check_dkim,
    check_files,
    check_sender,
    check_templates,
)
from bot.check_slack import check_slack
from bot.config import Settings
from bot.deskfile import DeskFileFault, read_desk_file
from bot.mail_addresses import read_addresses
from bot.mailboxes import Mailbox, read_mailboxes
from bot.unknown_settings import unknown_settings
from mail.imap import Away, Denied, Imap, NoFolder, Untrusted
from mail.smtp_url import SmtpServer

Say = Callable[[str], object]


async def check(settings: Settings, *, offline: bool, say: Say) -> bool:
    """Whether everything is as it must be. Says each finding; changes nothing but the schema,
    and the folder for files where it is not there yet."""
    unknown = unknown_settings()
    for line in unknown or ["settings"]:
        say(f"{'✗' if unknown else '✓'} {line}")
    try:
        setup = read_desk_file(settings.desk_file)
        mailboxes = read_mailboxes(settings.desk_file)
        read_addresses(settings.desk_file, settings.mail_strangers)
    except DeskFileFault as fault:
        for line in fault.lines:
            say(f"✗ {line}")
        return False
    nobody = "" if setup.admin_channel else "; no admin_channel: nobody is warned"
    holds = f"{len(setup.teams)} teams, {len(setup.catalogue)} catalogue entries"
    say(f"✓ desk file: {holds}{nobody}")
    way_in = bool(settings.mail_listen or mailboxes)
    facts = [
        *await check_templates(settings),
        *await check_dkim(settings, offline=offline),
        *check_sender(settings),
        *check_bounces(settings, way_in=way_in),
        *await check_files(settings, offline=offline),
    ]
    doors = [*filter(None, [settings.mail_listen]), *(f"mailbox {box.name}" for box in mailboxes)]
    into = ", ".join(map(str, doors)) or "none: mails say how to answer instead"
    facts += [(True, f"mail in: {into}"), *await check_certificate(settings)]
    if not offline:
        steps: tuple[Awaitable[list[Fact]], ...] = (
            check_database(settings),
            check_slack(settings, setup),
            _mail(settings),
            *(_mailbox(box, settings.state_folder) for box in mailboxes),
        )
        facts += [fact for step in steps for fact in await step]
    for good, words in facts:
        say(f"{'✓' if good else '✗'} {words}")
    return not unknown and all(good for good, _ in facts)


async def _mail(settings: Settings) -> list[Fact]:
    server = SmtpServer.read(settings.smtp_url.get_secret_value())
    smtp = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls,
        start_tls=server.starttls,
        validate_certs=server.verify,
        username=server.username,
        password=server.password,
        timeout=10,
    )
    try:
        await smtp.connect()
        await smtp.quit()
    except (aiosmtplib.SMTPException, OSError) as fault:
        why = _why_no_mail(fault)
        return [(False, f"mail server {server.host}:{server.port}: {why}. Check SMTP_URL.")]
    return [(True, f"mail server {server.host}:{server.port}")]


def _why_no_mail(fault: Exception) -> str:
    """In words; never the server's own, which may hold what was sent to it."""
    match fault:
        case aiosmtplib.SMTPAuthenticationError():
            return "refuses our user or password"
        case _ if _is_untrusted(fault):
            return "its certificate is not trusted"
        case TimeoutError() | aiosmtplib.SMTPTimeoutError():
            return "does not answer"
        case aiosmtplib.SMTPConnectError() | ConnectionError() | OSError():
            return "cannot be reached"
        case _:
            return f"does not do what we ask for, like STARTTLS ({type(fault).__name__})"


def _is_untrusted(fault: BaseException | None) -> bool:
    """Behind smtps:// the client calls it a connection that did not come about."""
    while fault is not None:
        if isinstance(fault, ssl.SSLCertVerificationError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


async def _mailbox(box: Mailbox, state_folder: Path | None = None) -> list[Fact]:
    """Whether its server lets us in and has the folder."""
    secret = box.password.get_secret_value() if box.password else ""
    token = ""

    def look() -> int:
        imap = Imap.open(box.server, password=secret, token=token)
        try:
            return imap.select(box.server.folder).next_uid
        finally:
            imap.close()

    name = f"mailbox {box.name}"
    try:
        if (tokens := box.tokens(state_folder)) is not None:
            token = await tokens.current()
        await asyncio.to_thread(look)
    except Denied:
        return [(False, f"{name}: refuses our password or token.")]
    except NoFolder:
        return [(False, f"{name}: has no folder {box.server.folder}.")]
    except Untrusted as fault:
        advice = "name its authority in SSL_CERT_FILE, or write ?verify=no behind its url"
        return [(False, f"{name}: its certificate is not trusted ({fault}); {advice}.")]
    except Away as fault:
        return [(False, f"{name}: {fault}. Is {box.server.host}:{box.server.port} right?")]
    return [(True, f"{name}: {box.server.folder} at {box.server.host}")]
