"""Mails about mails that did not arrive, after the habits of the programs that write them."""

from __future__ import annotations

from tests.mail.written.build import ARRIVED, FAILED, FULL, LATE, OUR_ID, OURS, dsn, mail

DAEMON = {"From": "Mail Delivery Subsystem <mailer-daemon@mx.example.org>", "Return_Path": "<>"}
POSTMASTER = {"From": "postmaster@example.org", "Return_Path": "<>"}

QMAIL = f"""Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<paul@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

{OURS}"""
EXIM = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  paul@example.org
    host mx.example.org [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<paul@example.org>:
    550 5.2.1 The account is disabled

------ This is a copy of the message, including all the headers. ------

{OURS}"""
SENDMAIL = f"""The original message was received at Tue, 24 Nov 2026 10:00:00 +0100

   ----- The following addresses had permanent fatal errors -----
<paul@example.org>
    (reason: 550 5.1.1 <paul@example.org>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.example.org.:
>>> DATA
<<< 550 5.1.1 <paul@example.org>... User unknown
550 5.1.1 <paul@example.org>... User unknown

   ----- Original message follows -----

{OURS}"""
EXCHANGE_FR = """Échec de la remise pour ces destinataires ou groupes :

paul@example.org
L'adresse de courrier que vous avez entrée n'a pas pu être trouvée.
Le message n'a pas pu être remis.
"""
EXCHANGE_DE = """Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

paul@example.org
Das Postfach des Empfängers ist voll. Die Nachricht konnte nicht zugestellt werden.
"""
NOTES = """Your message

  Subject: [R-000042] Printer

was not delivered to:

  paul@example.org

because:

  User Paul Smith (paul@example.org) not listed in Domino Directory
"""

BOUNCES: list[tuple[str, bytes]] = [
    (
        "behind the subject, from an ordinary address",
        mail(
            "******\nYour message could not be delivered to\npaul@example.org\n******\n",
            From="gateway@example.org",
            Subject="RE: Printer : non remis (delivery failed)",
        ),
    ),
    (
        "sent back by a filter, as a receipt",
        mail(
            "--b\nContent-Type: text/plain\n\nYour message to <paul@example.org> was automatically "
            "rejected:\nQuota exceeded\n--b\nContent-Type: message/disposition-notification\n\n"
            "Final-Recipient: rfc822; paul@example.org\n"
            "Disposition: automatic-action/MDN-sent-automatically; deleted\n--b--\n",
            From="Mail Delivery Subsystem <admin@example.org>",
            Subject="Automatically rejected mail",
            Content_Type="multipart/report; report-type=disposition-notification; boundary=b",
        ),
    ),
    ("postfix", dsn(FAILED)),
    ("postfix over quota", dsn(FULL)),
    ("headers only", dsn(FAILED, holder="text/rfc822-headers")),
    ("without a returned mail", dsn(FAILED, returned="")),
    ("from an ordinary address", dsn(FAILED, From="Mail <mail@mx.example.org>", Return_Path="")),
    ("with an ordinary subject", dsn(FAILED, Subject="Your message to paul@example.org")),
    ("without an action", dsn("Final-Recipient: rfc822; paul@example.org\nStatus: 5.0.0")),
    ("after days of trying", dsn(LATE.replace("delayed", "failed").replace("4.4.1", "4.4.7"))),
    ("one arrived and one did not", dsn(ARRIVED + "\n\n" + FAILED)),
    ("one late and one failed", dsn(LATE + "\n\n" + FAILED)),
    (
        "gmail",
        dsn(
            FAILED,
            "** Address not found **\n\nYour message wasn't delivered to paul@example.org",
            From="Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            Subject="Delivery Status Notification (Failure)",
            Auto_Submitted="auto-replied",
            X_Failed_Recipients="paul@example.org",
            In_Reply_To=OUR_ID,
        ),
    ),
    (
        "office 365",
        dsn(
            FAILED,
            "Your message to paul@example.org couldn't be delivered.",
            From="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bb@example.org>",
            Subject="Undeliverable: [R-000042] Printer",
            Auto_Submitted="auto-generated",
        ),
    ),
    (
        "exchange in french",
        dsn(
            FAILED,
            EXCHANGE_FR,
            From="postmaster@example.org",
            Subject="Non remis : [R-000042] Imprimante",
        ),
    ),
    (
        "exchange in german",
        dsn(
            FULL,
            EXCHANGE_DE,
            From="postmaster@example.org",
            Subject="Unzustellbar: [R-000042] Drucker",
        ),
    ),
    ("exchange in russian", dsn(FAILED, Subject="Не удается доставить: [R-000042]")),
    ("exchange in japanese", dsn(FAILED, Subject="配信不能: [R-000042] プリンタ")),
    ("utf-8 report", dsn(FAILED).replace(b"message/delivery", b"message/global-delivery")),
    (
        "amazon ses",
        dsn(
            FAILED,
            "An error occurred while trying to deliver the mail to the following recipients:",
            From="MAILER-DAEMON@eu-west-1.amazonses.example",
            Subject="Delivery Status Notification (Failure)",
        ),
    ),
    (
        "report type in capitals",
        dsn(
            FAILED, Content_Type=('MULTIPART/REPORT; REPORT-TYPE="DELIVERY-STATUS"; BOUNDARY="=_b"')
        ),
    ),
    ("status part in a mixed mail", dsn(FAILED, Content_Type='multipart/mixed; boundary="=_b"')),
    (
        "report of an unknown type",
        mail(
            "--b\n\nDelivery failed: user unknown\n--b--\n",
            **DAEMON,
            Subject="failure",
            Content_Type="multipart/report; boundary=b",
        ),
    ),
    ("qmail", mail(QMAIL, **DAEMON, Subject="failure notice")),
    (
        "qmail without any header",
        mail(QMAIL, From="MAILER-DAEMON@mx.example.org", Subject="failure notice", Content_Type=""),
    ),
    (
        "exim",
        mail(
            EXIM,
            **DAEMON,
            Subject="Mail delivery failed: returning message to sender",
            X_Failed_Recipients="paul@example.org",
            Auto_Submitted="auto-replied",
        ),
    ),
    ("exim without headers", mail(EXIM, **DAEMON, Subject="Mail delivery failed")),
    ("sendmail", mail(SENDMAIL, **DAEMON, Subject="Returned mail: see transcript for details")),
    (
        "old sendmail",
        mail(
            SENDMAIL,
            From="MAILER-DAEMON (Mail Delivery Subsystem)",
            Subject="Returned mail: User unknown",
        ),
    ),
    (
        "notes",
        mail(
            NOTES,
            From="Paul_Smith/Example@example.org",
            Return_Path="<>",
            Subject="DELIVERY FAILURE: User Paul Smith not listed in Domino Directory",
        ),
    ),
    (
        "yahoo",
        mail(
            "Sorry, we were unable to deliver your message to the following address.\n\n"
            "<paul@example.org>:\n554: delivery error: This user doesn't have an account",
            From="MAILER-DAEMON@yahoo.example",
            Subject="Failure Notice",
        ),
    ),
    (
        "aol",
        mail(
            "Your mail to the following recipients could not be delivered because they are "
            "not accepting mail from you: paul",
            **DAEMON,
            Subject="Returned mail: Blocked",
        ),
    ),
    (
        "mail.ru",
        mail(
            "Это письмо создано автоматически. Ваше сообщение не может быть доставлено:\n\n"
            "paul@example.org\n550 user not found",
            From="mailer-daemon@corp.example",
            Return_Path="<>",
            Subject="Mail failure.",
        ),
    ),
    (
        "mailenable",
        mail(
            "The following recipient(s) could not be reached:\n\nRecipient: "
            "[SMTP:paul@example.org]\nReason: The remote host said: 550 unknown user",
            **POSTMASTER,
            Subject="Message Delivery Failure",
        ),
    ),
    (
        "imail",
        mail(
            "Unknown user: paul@example.org\n\nOriginal message follows.",
            From="Postmaster <postmaster@example.org>",
            Subject="Undeliverable Mail",
            X_Mailer="<SMTP32 v8.00>",
        ),
    ),
    (
        "smtp32",
        mail(
            "undeliverable to paul@example.org\n",
            From="<postmaster@example.org>",
            Subject="Undeliverable Mail",
            X_Mailer="<SMTP32 v20080101>",
        ),
    ),
    (
        "communigate",
        mail(
            "Failed to deliver to 'paul@example.org'\nLOCAL module(account paul) "
            "reports:\n account is full (quota exceeded)",
            Return_Path="<>",
            From="<MAILER-DAEMON@example.org>",
            Subject="Undeliverable mail: Printer",
        ),
    ),
    (
        "postini",
        mail(
            "Delivery to the following recipient has been rejected: paul@example.org 550",
            **POSTMASTER,
            Subject="Returned mail",
        ),
    ),
    (
        "groupwise",
        mail(
            "The message that you sent was undeliverable to the following:\npaul (user not found)",
            From="Mailer-Daemon@example.org",
            Subject="Message status - undeliverable",
        ),
    ),
    (
        "mdaemon",
        mail(
            "The attached message had PERMANENT fatal delivery errors!\n550 No such user",
            From="MDaemon at mx.example.org <MDaemon@mx.example.org>",
            Subject="Permanent Delivery Failure",
        ),
    ),
    (
        "interscan",
        mail(
            "The message could not be delivered to <paul@example.org>: 550 invalid",
            From="Mail Administrator <postmaster@example.org>",
            Subject="Mail System Error - Returned Mail",
        ),
    ),
    (
        "surf control",
        mail(
            "Your message could not be sent. The following addresses failed: 550 ",
            From="Mail Delivery System <noreply@gate.example.org>",
            Subject="Mail could not be delivered",
        ),
    ),
    (
        "system administrator",
        mail(
            "Your message did not reach some or all of the intended recipients.",
            From="System Administrator <postmaster@example.org>",
            Subject="Undeliverable: Printer",
        ),
    ),
    (
        "administrateur système",
        mail(
            "Votre message n'a pas été remis à tous.\npaul@example.org n'existe pas",
            From="Administrateur système <postmaster@example.org>",
            Subject="Non remis : Imprimante",
        ),
    ),
    (
        "spanish text",
        mail(
            "No se pudo entregar el mensaje a paul@example.org: no existe",
            **POSTMASTER,
            Subject="No se puede entregar: impresora",
        ),
    ),
    (
        "italian text",
        mail(
            "Impossibile recapitare il messaggio a paul@example.org",
            **POSTMASTER,
            Subject="Non recapitabile: stampante",
        ),
    ),
    (
        "portuguese text",
        mail(
            "Não foi possível entregar a mensagem",
            **POSTMASTER,
            Subject="Não é possível entregar: impressora",
        ),
    ),
    (
        "dutch text",
        mail("Uw bericht kon niet worden bezorgd", **POSTMASTER, Subject="Onbestelbaar: printer"),
    ),
    (
        "chinese text",
        mail("您的邮件未能送达 paul@example.org", **POSTMASTER, Subject="系统退信/退信通知"),
    ),
    (
        "korean text",
        mail("메일을 배달할 수 없습니다", **POSTMASTER, Subject="배달할 수 없음: 프린터"),
    ),
    (
        "japanese carrier",
        mail(
            "次のあて先へのメッセージはエラーのため送信できませんでした。",
            From="Postmaster@docomo.example",
            Return_Path="<>",
            Subject="Undelivered Mail",
        ),
    ),
    (
        "from a null sender only",
        mail(
            "Sorry, paul@example.org: mailbox is full",
            Return_Path="<>",
            From="mx.example.org <robot@mx.example.org>",
            Subject="Printer",
        ),
    ),
    (
        "an encoded subject",
        mail("550 user unknown", **DAEMON, Subject="=?utf-8?B?w4ljaGVjIGRlIGxhIHJlbWlzZQ==?="),
    ),
    (
        "html only",
        mail(
            "<html><body><h2>Your message couldn't be delivered</h2>"
            "<p>paul@example.org wasn't found at example.org</p></body></html>",
            From="postmaster@outlook.example",
            Return_Path="<>",
            Subject="Undeliverable: Printer",
            Content_Type="text/html; charset=utf-8",
        ),
    ),
    ("no mime at all", mail(SENDMAIL, **DAEMON, Subject="Returned mail", Content_Type="")),
    ("no subject", mail(QMAIL, **DAEMON, Subject="")),
]
