"""Reports about mails, mails to many, and our own."""

from __future__ import annotations

from tests.mail.written.build import ARRIVED, OURS, dsn, mail

_ARF = (
    """--b
Content-Type: text/plain

This is an email abuse report for a message received from 192.0.2.1.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Example/1.0
Version: 1
--b
Content-Type: message/rfc822

"""
    + OURS
    + "--b--\n"
)
_MDN = """--b
Content-Type: text/plain

Your message was read on Tuesday.
--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822; paul@example.org
Disposition: manual-action/MDN-sent-manually; displayed
--b--
"""
REPORTS: list[tuple[str, bytes]] = [
    (
        "complaint",
        mail(
            _ARF,
            From="abuse@provider.example",
            Subject="Abuse report",
            Content_Type="multipart/report; report-type=feedback-report; boundary=b",
        ),
    ),
    (
        "complaint, type left out",
        mail(
            _ARF,
            From="staff@provider.example",
            Subject="FW: Printer",
            Content_Type="multipart/report; boundary=b",
        ),
    ),
    (
        "complaint by words",
        mail(
            "please see",
            From="staff@hotmail.example",
            Subject="complaint about message from 192.0.2.1",
        ),
    ),
    (
        "complaint, redacted",
        mail(
            "x",
            From="staff@hotmail.example",
            Subject="Printer",
            X_HmXmrOriginalRecipient="paul@example.org",
        ),
    ),
    (
        "read receipt",
        mail(
            _MDN,
            Subject="Read: [R-000042] Printer",
            Content_Type=("multipart/report; report-type=disposition-notification; boundary=b"),
        ),
    ),
    (
        "read receipt in french",
        mail(
            _MDN,
            Subject="Lu : Imprimante",
            Content_Type=("multipart/report; report-type=disposition-notification; boundary=b"),
        ),
    ),
    (
        "read receipt by words",
        mail("Your message\n To: x\nwas read on 24/11/2026.", Subject="Read: x"),
    ),
    (
        "arrived",
        dsn(
            ARRIVED,
            "Your message was successfully delivered.",
            Subject="Successful Mail Delivery Report",
        ),
    ),
    ("relayed", dsn(ARRIVED.replace("delivered", "relayed"), Subject="Relayed: Printer")),
    (
        "dmarc",
        mail(
            "aggregate",
            From="noreply-dmarc@google.example",
            Subject="Report domain: desk.example Submitter: google.example Report-ID: 12",
        ),
    ),
    (
        "tls",
        mail(
            "--b\n\nx\n--b--\n",
            From="tls@google.example",
            Subject="Report",
            Content_Type="multipart/report; report-type=tlsrpt; boundary=b",
        ),
    ),
]

LISTS: list[tuple[str, bytes]] = [
    (
        "newsletter",
        mail(
            "News!",
            From="News <news@shop.example>",
            Subject="Our offers",
            List_Unsubscribe="<https://shop.example/u>",
            Precedence="bulk",
            List_Id="<news.shop.example>",
            Feedback_ID="1:2:shop",
        ),
    ),
    (
        "newsletter with one click",
        mail(
            "News!",
            From="Anna from Shop <anna@shop.example>",
            Subject="Anna has news",
            List_Unsubscribe="<https://x/u>",
            List_Unsubscribe_Post="List-Unsubscribe=One-Click",
        ),
    ),
    (
        "campaign",
        mail(
            "News!",
            From="Anna <anna@shop.example>",
            Subject="Hello",
            X_Campaign="12",
            X_MC_User="abc",
        ),
    ),
    (
        "announcements",
        mail(
            "News!",
            From="Town <news@town.example>",
            Subject="This week",
            List_Id="<news.town.example>",
        ),
    ),
    ("bulk", mail("To all", From="Board <board@example.org>", Subject="Notice", Precedence="bulk")),
    ("no-reply", mail("Your order", From="Shop <no-reply@shop.example>", Subject="Your order")),
    ("noreply", mail("Your code", From="noreply@bank.example", Subject="Your code is 123")),
    (
        "ne pas répondre",
        mail("Votre facture", From="ne-pas-repondre@edf.example", Subject="Facture"),
    ),
    ("do not reply", mail("Statement", From="donotreply@bank.example", Subject="Statement")),
    (
        "cron",
        mail(
            "disk full",
            From="root@srv1.example.org (Cron Daemon)",
            Subject="Cron <root@srv1> /usr/bin/backup",
            X_Cron_Env="<SHELL=/bin/sh>",
        ),
    ),
    (
        "cron without a header",
        mail("disk full", From="root@srv1.example.org", Subject="Cron <root@srv1> /usr/bin/backup"),
    ),
    (
        "nagios",
        mail("CRITICAL", From="nagios@srv1.example.org", Subject="** PROBLEM: srv2 DOWN **"),
    ),
    ("zabbix", mail("down", From="Zabbix <zabbix@example.org>", Subject="Problem: srv2 is down")),
    (
        "monitoring",
        mail(
            "down",
            From="srv1@example.org",
            Subject="Disk full on srv1",
            Auto_Submitted="auto-generated",
        ),
    ),
    (
        "github",
        mail(
            "@paul commented",
            From="Paul Smith <notifications@github.example>",
            Subject="Re: [org/repo] Printer (#12)",
            List_Id="org/repo <repo.org.github>",
            List_Post="<mailto:reply+x@reply.github.example>",
            Precedence="list",
            In_Reply_To="<org/repo/12@github.example>",
            X_GitHub_Sender="paul",
        ),
    ),
    (
        "gitlab",
        mail("x", From="Paul <gitlab@git.example>", Subject="Re: Printer", X_GitLab_Project="p"),
    ),
    (
        "jira",
        mail(
            "x",
            From="Paul (Jira) <jira@example.org>",
            Subject="[JIRA] (DESK-1) Printer",
            Precedence="bulk",
            Auto_Submitted="auto-generated",
            X_JIRA_FingerPrint="a",
        ),
    ),
    ("alerts", mail("x", From="alerts@cloud.example", Subject="Budget reached")),
    (
        "social",
        mail(
            "x",
            From="notification@social.example",
            Subject="You have a new message",
            List_Unsubscribe="<https://social.example>",
        ),
    ),
]
OWN: list[tuple[str, bytes]] = [
    ("ours", OURS.encode()),
    ("ours, redirected", b"Resent-From: paul@example.org\n" + OURS.encode()),
]
