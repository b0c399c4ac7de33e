"""The desk beside a real Postfix and a real Dovecot: mail goes round, waits, and comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import dkim
import pytest

from bot import endings
from tests.journeys.killable import a_killable_bot
from tests.journeys.mishaps import settled, soon, stored
from tests.journeys.real_mail import (
    DESK,
    GONE,
    PAUL,
    UNKNOWN,
    WITHIN,
    a_house,
    answer_address,
    arrived,
    carried,
    logged,
    mail_settings,
    reply,
)
from tests.journeys.sights import PAUL as PAUL_OFFERED
from tests.journeys.sights import card, lines, open_ticket, shown
from tests.mail.test_signing import WEAK_BITS, key, published  # noqa: F401
from tests.mailservers.servers import CERTIFICATE, MailServers

pytestmark = pytest.mark.mailservers

JULIEN_OFFERED = f"Julien Moreau — {GONE}"
TICKETS = "SELECT count(*) FROM tickets"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "FIRST_MAIL_PAUSE", 0.3)
    monkeypatch.setattr(endings, "LONGEST_MAIL_PAUSE", 1.0)


@pytest.mark.parametrize("desk", [DESK, WITHIN], ids=["own domain", "one address"])
async def test_a_request_goes_round(
    mail_servers: MailServers, tmp_path: Path, database_url: str, desk: str
) -> None:
    async with a_house(mail_servers, tmp_path, desk=desk, DATABASE_URL=database_url) as stage:
        pierre = stage.slack.person("pierre")

        await mail_servers.send(PAUL, desk, "Screen", "My screen stays black.")
        posted = await soon(stage.slack, lambda: card(pierre, "support-postes", "Screen"))
        assert posted is not None
        await arrived(mail_servers, "paul.smith", 1)
        await reply(stage, pierre, posted, "Which model is it?")
        _, question = await arrived(mail_servers, "paul.smith", 2)
        # From a program that threads nothing: the address alone must do.
        await mail_servers.send(PAUL, answer_address(question), "Model", "It is a Dell.")

        await soon(stage.slack, lambda: "It is a Dell." in lines(pierre, posted))
        await carried(mail_servers)
        tickets = stored(stage, TICKETS)

    assert tickets == [(1,)]
    assert "Which model is it?" in question.text
    assert len(await arrived(mail_servers, "paul.smith", 2)) == 2


async def test_what_postfix_cannot_deliver_shows_on_the_card(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    async with a_house(mail_servers, tmp_path) as stage:
        pierre = stage.slack.person("pierre")

        posted = await open_ticket(stage, pierre, requester=JULIEN_OFFERED)

        await soon(stage.slack, lambda: f"Courriel non remis à {GONE}" in shown(posted))
        await soon(stage.slack, lambda: "↩︎ Courriel non remis" in lines(pierre, posted))
        await carried(mail_servers)
        tickets = stored(stage, TICKETS)
        returned = stored(stage, "SELECT times FROM returned_mails")

    assert tickets == [(1,)]
    assert returned == [(1,)]


async def test_what_postfix_refuses_at_once_shows_on_the_card(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    async with a_house(mail_servers, tmp_path) as stage:
        pierre = stage.slack.person("pierre")

        posted = await open_ticket(stage, pierre, requester=f"Zoë 🌻 Müller — {UNKNOWN}")

        await soon(stage.slack, lambda: "User unknown" in shown(posted) + lines(pierre, posted))
        await settled(stage)
        facts = await stage.bot.health()

    assert facts["outbox"] == {
        "waiting": 0,
        "refused": 1,
        "uncertain": 0,
        "postponed": 0,
        "late_seconds": 0,
    }


async def test_postfix_speaks_to_us_in_secret(mail_servers: MailServers, tmp_path: Path) -> None:
    await asyncio.to_thread(
        mail_servers.postfix.set, lmtp_tls_security_level="may", lmtp_tls_loglevel="1"
    )
    secured = {
        "FRONTDESK_MAIL_LISTEN": f"{mail_servers.door_url}?starttls=required",
        "FRONTDESK_MAIL_TLS_CERT": CERTIFICATE,
    }
    async with a_house(mail_servers, tmp_path, **secured) as stage:
        await mail_servers.send(PAUL, DESK, "Screen", "My screen stays black.")

        await arrived(mail_servers, "paul.smith")
        tickets = stored(stage, TICKETS)

    assert tickets == [(1,)]
    await logged(
        mail_servers, f"TLS connection established to 127.0.0.1[127.0.0.1]:{mail_servers.door}"
    )


async def test_a_mail_that_is_greylisted_comes_later_and_once(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    await asyncio.to_thread(
        mail_servers.postfix.set,
        smtpd_recipient_restrictions=f"check_sender_access inline:{{ {{ {DESK} ="
        " 450 4.7.1 Greylisted, please come again } }, permit_mynetworks, reject",
    )
    async with a_house(mail_servers, tmp_path) as stage:
        await open_ticket(stage, stage.slack.person("pierre"), requester=PAUL_OFFERED)
        await logged(mail_servers, "Greylisted, please come again", 2)
        waiting = (await stage.bot.health())["outbox"]

        await asyncio.to_thread(mail_servers.postfix.restart)

        await arrived(mail_servers, "paul.smith")
        await carried(mail_servers)

    assert waiting == {
        "waiting": 1,
        "refused": 0,
        "uncertain": 0,
        "postponed": 1,
        "late_seconds": 0,
    }
    await arrived(mail_servers, "paul.smith", 1)


async def test_mail_waits_for_a_postfix_that_is_stopped(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    async with a_house(mail_servers, tmp_path) as stage:
        pierre = stage.slack.person("pierre")
        await open_ticket(stage, pierre, requester=PAUL_OFFERED, subject="Screen")
        await arrived(mail_servers, "paul.smith", 1)  # and the connection is kept
        await asyncio.to_thread(mail_servers.postfix.stop)

        for subject in ("Mouse", "Keyboard"):
            await open_ticket(stage, pierre, requester=PAUL_OFFERED, subject=subject)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(mail_servers.postfix.start)

        mails = await arrived(mail_servers, "paul.smith", 3)
        facts = await stage.bot.health()

    assert len({mail.message_id for mail in mails}) == 3
    assert facts["outbox"] == {
        "waiting": 0,
        "refused": 0,
        "uncertain": 0,
        "postponed": 0,
        "late_seconds": 0,
    }


async def test_a_mail_too_large_for_us_is_sent_back_by_postfix(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    async with a_house(mail_servers, tmp_path, FRONTDESK_MAIL_MAX_BYTES=20_000) as stage:
        await mail_servers.send(PAUL, DESK, "Everything", "A long story.\n" * 3_000)
        (returned,) = await arrived(mail_servers, "paul.smith")
        await mail_servers.send(PAUL, DESK, "Screen", "A short story.")

        await arrived(mail_servers, "paul.smith", 2)
        tickets = stored(stage, "SELECT subject FROM tickets")

    assert tickets == [("Screen",)]
    assert returned.message.get_content_type() == "multipart/report"
    assert "5.3.4" in returned.raw.decode()


async def test_a_stranger_hears_from_postfix_what_to_do(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    async with a_house(mail_servers, tmp_path) as stage:
        await mail_servers.send("stranger@meridien.example", DESK, "Hello", "Let me in.")

        (returned,) = await arrived(mail_servers, "stranger")
        tickets = stored(stage, TICKETS)

    assert tickets == [(0,)]
    assert "does not know your address" in " ".join(returned.text.split())


async def test_one_mail_to_two_of_our_addresses_is_one_ticket(
    mail_servers: MailServers, tmp_path: Path
) -> None:
    async with a_house(mail_servers, tmp_path) as stage:
        await mail_servers.send(PAUL, f"{DESK}, help@desk.meridien.example", "Screen", "Black.")

        await arrived(mail_servers, "paul.smith")
        await carried(mail_servers)
        tickets = stored(stage, TICKETS)

    assert tickets == [(1,)]
    await arrived(mail_servers, "paul.smith", 1)


async def test_postfix_keeps_mail_while_the_bot_is_dead(
    mail_servers: MailServers, tmp_path: Path, sqlite_url: str
) -> None:
    subjects = [f"Mail {number}" for number in range(8)]
    async with a_killable_bot(tmp_path, sqlite_url, **mail_settings(mail_servers)) as stage:
        await stage.start()
        for subject in subjects[:5]:
            await mail_servers.send(PAUL, DESK, subject, f"{subject} is about a screen.")
        stage.kill()  # with some of them taken, some on the way, and some in the queue
        await stage.ended()
        for subject in subjects[5:]:
            await mail_servers.send(PAUL, DESK, subject, f"{subject} is about a mouse.")
        await logged(mail_servers, "Connection refused", 3)

        await stage.start()
        await asyncio.to_thread(mail_servers.postfix.flush)
        await carried(mail_servers)
        await stage.all_shown()
        tickets = stored(stage, "SELECT subject FROM tickets ORDER BY subject")

    assert stage.deaths == 1
    assert tickets == [(subject,) for subject in subjects]


async def test_signature_and_return_address_survive_the_way(
    mail_servers: MailServers,
    tmp_path: Path,
    key: bytes,  # noqa: F811
    published,  # noqa: F811
) -> None:
    pem = tmp_path / "dkim.pem"
    pem.write_bytes(key)
    signing = {
        "FRONTDESK_DKIM_KEY": pem,
        "FRONTDESK_DKIM_SELECTOR": "desk",
        "FRONTDESK_DKIM_DOMAIN": "desk.example",
        "FRONTDESK_BOUNCE_ADDRESS": "bounces@desk.meridien.example",
    }
    async with a_house(mail_servers, tmp_path, **signing) as stage:
        pierre = stage.slack.person("pierre")

        await open_ticket(stage, pierre, requester=PAUL_OFFERED, subject="Écran cassé")
        posted = await open_ticket(stage, pierre, requester=JULIEN_OFFERED, subject="Souris")

        (mail,) = await arrived(mail_servers, "paul.smith")
        await soon(stage.slack, lambda: f"Courriel non remis à {GONE}" in shown(posted))

    assert mail.header("Return-Path").startswith("<bounces+b.")
    assert dkim.verify(mail.raw, dnsfunc=published, minkey=WEAK_BITS)
