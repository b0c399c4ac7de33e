"""Mails about mails that are late."""

from __future__ import annotations

from tests.mail.written.bounces import DAEMON, POSTMASTER
from tests.mail.written.build import LATE, dsn, mail

EXIM_LATE = """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.org.

The address to which the message has not yet been delivered is:

  paul@example.org

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals.
"""
SENDMAIL_LATE = """    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************
   ----- The following addresses had transient non-fatal errors -----
<paul@example.org>
"""
DELAYS: list[tuple[str, bytes]] = [
    (
        "a full mailbox, tried again, from an address that is none",
        mail(
            "Delivery to paul@example.org has been postponed due to a full mailbox.\n"
            "We will continue to try to deliver your message over the next days.\n",
            From="<Postmaster\\@example.org@mx.example.org>",
            Subject="Mail Delivery Warning",
        ),
    ),
    ("postfix", dsn(LATE, Subject="Delayed Mail (still being retried)")),
    ("gmail", dsn(LATE, Subject="Delivery Status Notification (Delay)")),
    ("office 365", dsn(LATE, Subject="Delivery delayed:[R-000042] Printer")),
    ("exchange in french", dsn(LATE, Subject="Remise retardée : [R-000042] Imprimante")),
    (
        "exim",
        mail(
            EXIM_LATE,
            **DAEMON,
            Auto_Submitted="auto-replied",
            Subject="Warning: message 1AbCdE-000000-00 delayed 24 hours",
        ),
    ),
    (
        "sendmail",
        mail(SENDMAIL_LATE, **DAEMON, Subject="Warning: could not send message for past 4 hours"),
    ),
    (
        "words alone",
        mail(
            "Your message has not yet been delivered. We will keep trying.",
            **DAEMON,
            Subject="Delivery delayed",
        ),
    ),
    (
        "german words",
        mail(
            "Ihre Nachricht wurde noch nicht zugestellt, weitere Zustellversuche folgen",
            **POSTMASTER,
            Subject="Zustellung verzögert: Drucker",
        ),
    ),
    (
        "without an action",
        dsn(
            "Final-Recipient: rfc822; paul@example.org\nStatus: 4.4.7",
            "Delivery has been delayed; it will be retried for two days.",
            Subject="Delivery delayed",
        ),
    ),
]
