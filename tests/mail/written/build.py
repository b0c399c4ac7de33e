"""A mail as bytes from a few words: what the tables of this folder are written with."""

from __future__ import annotations

OUR_ID = "<fd.42.7.aaaabbbbccccdddd@desk.example>"
OURS = f"""Return-Path: <support@desk.example>
From: "Pierre Durand (Helpdesk)" <support@desk.example>
To: Paul Smith <paul@example.org>
Subject: [R-000042] Printer on the 3rd floor
Message-ID: {OUR_ID}
X-Frontdesk-Loop: desk.example

Could you switch it off and on?
"""


def mail(body: str = "", **headers: str) -> bytes:
    """Header names are written with "_"; a header that is "" is left out."""
    usual = {
        "From": "Paul Smith <paul@example.org>",
        "To": "support@desk.example",
        "Subject": "Re: [R-000042] Printer on the 3rd floor",
        "Message_ID": "<1@example.org>",
        "Date": "Tue, 24 Nov 2026 10:00:00 +0100",
        "Content_Type": "text/plain; charset=utf-8",
    }
    named = {**usual, **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items() if value]
    return ("\n".join(lines) + "\n\n" + body).encode()


def dsn(
    fields: str,
    text: str = "Your mail could not be delivered.",
    returned: str = OURS,
    holder: str = "message/rfc822",
    **headers: str,
) -> bytes:
    body = "\n".join(
        (
            "--=_b",
            "Content-Type: text/plain; charset=utf-8",
            "",
            text,
            "--=_b",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.org",
            "",
            fields,
            "",
            "--=_b",
            f"Content-Type: {holder}",
            "",
            returned,
            "--=_b--",
            "",
        )
    )
    usual = {
        "From": "MAILER-DAEMON@mx.example.org (Mail Delivery System)",
        "Return_Path": "<>",
        "Subject": "Undelivered Mail Returned to Sender",
        "Content_Type": 'multipart/report; report-type=delivery-status; boundary="=_b"',
    }
    return mail(body, **{**usual, **headers})


FAILED = """Final-Recipient: rfc822; paul@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <paul@example.org>: Recipient address rejected: User unknown"""
FULL = """Final-Recipient: rfc822; paul@example.org
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 The email account that you tried to reach is over quota"""
LATE = """Final-Recipient: rfc822; paul@example.org
Action: delayed
Status: 4.4.1
Diagnostic-Code: smtp; connect to mx.example.org[192.0.2.1]:25: Connection timed out
Will-Retry-Until: Sat, 28 Nov 2026 10:00:00 +0100"""
ARRIVED = """Final-Recipient: rfc822; paul@example.org
Action: delivered
Status: 2.0.0"""
