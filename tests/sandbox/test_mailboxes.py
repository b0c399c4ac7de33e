"""Mail comes in by SMTP, is read by people, and goes back as mail programs send it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP

from sandbox import MailRefused, Sandbox

PAUL = "paul.smith@meridien.example"
JEANNE = "jeanne.martin@client.example"
DESK = "support@meridien.example"


def a_mail(to: str = PAUL, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    given = {
        "From": f"Service desk <{DESK}>",
        "To": to,
        "Subject": "[R-000042] Écran noir",
        "Message-ID": "<first@meridien.example>",
        "Date": "Tue, 24 Nov 2026 10:15:00 +0100",
    } | headers
    for name, value in given.items():
        mail[name] = value
    mail.set_content("Votre demande est enregistrée.\nCordialement")
    mail.add_alternative("<p>Votre demande est enregistrée.</p>", subtype="html")
    return mail


async def deliver(slack: Sandbox, mail: EmailMessage, **more: Any) -> Any:
    return await aiosmtplib.send(
        mail, hostname=slack.smtp_host, port=slack.smtp_port, start_tls=False, **more
    )


class DeskListener:
    """The desk's own mail server: keeps envelopes, refuses whom it is told to."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.refuse = ""

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
async def desk(slack: Sandbox) -> AsyncIterator[DeskListener]:
    listener = DeskListener()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(listener, loop=loop), "127.0.0.1", 0)
    slack.desk_smtp = ("127.0.0.1", server.sockets[0].getsockname()[1])
    yield listener
    server.close()


async def test_a_mail_lies_in_the_box_of_each_recipient(slack: Sandbox) -> None:
    await deliver(slack, a_mail(), sender="bounce@meridien.example", recipients=[PAUL, JEANNE])

    (mail,) = slack.mailbox("paul")
    assert mail.subject == "[R-000042] Écran noir"
    assert mail.text == "Votre demande est enregistrée.\nCordialement\n"
    assert "<p>" in mail.html
    assert mail.header("Message-ID") == "<first@meridien.example>"
    assert mail.envelope_from == "bounce@meridien.example"
    assert mail.envelope_to == [PAUL, JEANNE]
    assert len(slack.mailbox(JEANNE)) == 1
    assert slack.person("paul").mailbox == [mail]


async def test_a_person_without_slack_has_a_mailbox_and_no_screen(slack: Sandbox) -> None:
    jeanne = slack.world.person(JEANNE)

    assert not jeanne.in_slack
    assert JEANNE not in {m for c in slack.world.channels.values() for m in c.members}


async def test_an_answer_threads_and_quotes_as_mail_programs_do(
    slack: Sandbox, desk: DeskListener
) -> None:
    to = {"Reply-To": "R42 <reply+42@meridien.example>", "References": "<zero@meridien.example>"}
    await deliver(slack, a_mail(to=JEANNE, **to))

    answer = await slack.answer(slack.mailbox(JEANNE)[0], "Merci, c'est réparé.")

    assert answer.recipients == ["reply+42@meridien.example"]
    assert answer.subject == "Re: [R-000042] Écran noir"
    assert answer.header("In-Reply-To") == "<first@meridien.example>"
    assert answer.header("References") == "<zero@meridien.example> <first@meridien.example>"
    assert answer.header("From") == f"Jeanne Martin <{JEANNE}>"
    assert answer.text.splitlines() == [
        "Merci, c'est réparé.",
        "",
        f"Le 24 nov. 2026 à 10:15, Service desk <{DESK}> a écrit :",
        "> Votre demande est enregistrée.",
        "> Cordialement",
    ]
    assert desk.envelopes[0].mail_from == JEANNE
    assert desk.envelopes[0].rcpt_tos == ["reply+42@meridien.example"]


async def test_an_english_reader_quotes_in_english(slack: Sandbox, desk: DeskListener) -> None:
    await deliver(slack, a_mail())

    answer = await slack.answer(slack.mailbox(PAUL)[0], "Thanks!")

    assert "On Tue, 24 Nov 2026 at 10:15, Service desk" in answer.text


async def test_a_new_mail_carries_any_header_it_is_given(
    slack: Sandbox, desk: DeskListener
) -> None:
    sent = await slack.send_mail(
        PAUL,
        DESK,
        "Out of office",
        "I am away.",
        in_reply_to="<first@meridien.example>",
        headers={"Auto-Submitted": "auto-replied"},
    )

    assert b"Auto-Submitted: auto-replied" in desk.envelopes[0].content
    assert sent.header("References") == "<first@meridien.example>"
    assert sent.direction == "out"
    assert slack.mailbox(PAUL) == []


async def test_a_refusal_of_the_desk_is_seen_by_the_sender(
    slack: Sandbox, desk: DeskListener
) -> None:
    desk.refuse = "550 5.1.1 no such mailbox"

    with pytest.raises(MailRefused, match=r"550 5\.1\.1 no such mailbox"):
        await slack.send_mail(PAUL, DESK, "a", "b")

    (kept,) = slack.mailboxes.both_ways(PAUL)
    assert kept.status == "refused: 550 5.1.1 no such mailbox"


async def test_without_a_desk_a_mail_to_it_is_refused(slack: Sandbox) -> None:
    with pytest.raises(MailRefused, match="no mail server"):
        await slack.send_mail(PAUL, DESK, "a", "b")


@pytest.mark.parametrize(
    ("stage", "code", "kept"),
    [
        ("connect", 421, 0),
        ("connect", "drop", 0),
        ("rcpt", 550, 0),
        ("data", 451, 0),
        ("data", "drop", 0),
        ("after_data", 451, 1),
        ("after_data", "drop", 1),
    ],
)
async def test_the_sink_can_fail_at_every_stage_and_recovers(
    slack: Sandbox, stage: str, code: int | str, kept: int
) -> None:
    slack.smtp_faults.add(stage, code)

    with pytest.raises(aiosmtplib.SMTPException):
        await deliver(slack, a_mail())
    assert len(slack.mailbox(PAUL)) == kept

    await deliver(slack, a_mail())
    assert len(slack.mailbox(PAUL)) == kept + 1


@pytest.mark.parametrize("stage", ["connect", "data", "after_data"])
async def test_the_sink_can_fall_silent(slack: Sandbox, stage: str) -> None:
    slack.smtp_faults.add(stage, "hang")

    with pytest.raises(aiosmtplib.SMTPException):
        await deliver(slack, a_mail(), timeout=0.2)

    await deliver(slack, a_mail())
    assert slack.mailbox(PAUL)
