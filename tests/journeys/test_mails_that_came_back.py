"""Mails of ours that come back: seen on the card and in the thread, answered by nothing."""

from __future__ import annotations

from sandbox.person import Person
from tests.journeys.mishaps import soon, stored
from tests.journeys.sights import shown
from tests.journeys.stage import Stage
from tests.mail.written.build import mail

PAUL = "paul.smith@meridien.example"
DESK = "support@meridien.example"
DAEMON = "mailer-daemon@mx.meridien.example"


def bounce(
    message_id: str, action: str = "failed", status: str = "5.2.2", number: int = 1
) -> bytes:
    body = f"""--b
Content-Type: text/plain

About your mail to {PAUL}: the mailbox is full.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.meridien.example

Final-Recipient: rfc822; {PAUL}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 552 {status} Mailbox is over quota

--b
Content-Type: text/rfc822-headers

From: {DESK}
To: {PAUL}
Message-ID: {message_id}

--b--
"""
    return mail(
        body,
        From=f"Mail Delivery System <{DAEMON}>",
        To=DESK,
        Subject="Undelivered Mail Returned to Sender",
        Message_ID=f"<bounce{number}@mx.meridien.example>",
        Content_Type="multipart/report; report-type=delivery-status; boundary=b",
    )


async def acknowledged(stage: Stage) -> str:
    """Paul has written; the Message-ID of our acknowledgement."""
    await stage.slack.send_mail(PAUL, DESK, "Screen", "My screen stays black.")
    await soon(stage.slack, lambda: stage.slack.mailbox("paul"))
    return stage.slack.mailbox("paul")[-1].message_id


def card(pierre: Person) -> str:
    return "\n".join(shown(m) for m in pierre.messages("support-postes"))


def thread(pierre: Person) -> str:
    messages = pierre.messages("support-postes")
    return "\n".join(shown(r) for m in messages for r in pierre.thread("support-postes", m))


async def test_a_mail_that_comes_back_is_seen_on_its_ticket(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    ours = await acknowledged(stage)

    await slack.mailboxes.send_raw(DAEMON, bounce(ours))

    await soon(slack, lambda: f"Courriel non remis à {PAUL}" in card(pierre))
    assert "la boîte aux lettres est pleine" in card(pierre)
    await soon(slack, lambda: "↩︎ Courriel non remis" in thread(pierre))
    assert stored(stage, "SELECT count(*) FROM tickets") == [(1,)]
    assert len(slack.mailbox("paul")) == 1


async def test_many_reports_of_one_mail_are_one_entry(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    ours = await acknowledged(stage)

    for number in range(40):
        await slack.mailboxes.send_raw(DAEMON, bounce(ours, number=number))

    await soon(slack, lambda: stored(stage, "SELECT times FROM returned_mails") == [(40,)])
    assert thread(pierre).count("↩︎ Courriel non remis") == 1
    assert len(slack.mailbox("paul")) == 1


async def test_a_mail_that_is_late_is_no_failure(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    ours = await acknowledged(stage)

    await slack.mailboxes.send_raw(DAEMON, bounce(ours, "delayed", "4.4.1"))

    await soon(slack, lambda: "est retardé" in thread(pierre))
    assert "non remis" not in card(pierre)


async def test_an_answer_shows_that_mail_arrives_after_all(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    ours = await acknowledged(stage)
    await slack.mailboxes.send_raw(DAEMON, bounce(ours))
    await soon(slack, lambda: "non remis" in card(pierre))

    await slack.send_mail(PAUL, DESK, "Re: Screen", "It is a Dell.", ours)

    await soon(slack, lambda: "non remis" not in card(pierre))


async def test_a_report_about_a_mail_that_is_not_ours_changes_nothing(stage: Stage) -> None:
    slack, pierre = stage.slack, stage.slack.person("pierre")
    await acknowledged(stage)

    await slack.mailboxes.send_raw(DAEMON, bounce("<fd.1.1.aaaaaaaaaaaaaaaa@meridien.example>"))
    await slack.send_mail(PAUL, DESK, "Mouse", "My mouse is gone.")

    await soon(slack, lambda: stored(stage, "SELECT count(*) FROM tickets") == [(2,)])
    assert "non remis" not in card(pierre)
    assert stored(stage, "SELECT count(*) FROM returned_mails") == [(0,)]
