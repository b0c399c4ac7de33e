"""Mails that people write, although something about each looks like a machine's.

`PERSONS` has a word and the mail for each; none of them may be taken for a machine's.
"""

from __future__ import annotations

from tests.mail.written.answers import AWAY
from tests.mail.written.build import FAILED, OUR_ID, OURS, dsn, mail

HELP = "Hello, the printer is still broken. Could you have a look? Thanks, Paul"
_BOUNCED = (
    "Hello, I get this each time I write to Marie, what shall I do?\n\n"
    "> Delivery has failed to these recipients: marie@example.org\n"
    "> 550 5.1.1 user unknown\n"
)
_FORUM = {
    "List_Id": "<admins.example.org>",
    "List_Post": "<mailto:admins@example.org>",
    "List_Unsubscribe": "<mailto:admins-leave@example.org>",
}


def forwarded(inner: str, kind: str = "message/rfc822") -> str:
    words = "--o\nContent-Type: text/plain\n\nLook what came back.\n"
    return f"{words}--o\nContent-Type: {kind}\n\n{inner}\n--o--\n"


_SUBJECTS = {
    "answers an absence": "RE: Automatic reply: [R-000042] Printer",
    "answers an absence in french": "RE: Réponse automatique : Imprimante",
    "answers an absence in german": "AW: Automatische Antwort: Drucker",
    "answers an absence in swedish": "SV: Autosvar: skrivare",
    "forwards an absence": "Fwd: Out of Office: Printer",
    "forwards an absence in french": "TR: Absence du bureau",
    "forwards an absence in german": "WG: Abwesenheitsnotiz",
    "answers a bounce": "Re: Undeliverable: Printer",
    "forwards a bounce": "Fwd: Undelivered Mail Returned to Sender",
    "forwards a bounce in french": "TR: Non remis : Imprimante",
    "has trouble with absences": "Automatic reply does not work in Outlook",
    "asks about absences": "Out of office: how do I set it up?",
    "asks for an absence": "Out of office assistant for our team",
    "has trouble with answers": "Auto reply rules vanish since Monday",
    "has trouble with delivery": "Delivery failed for all my mails since Monday",
    "has trouble with a mailbox": "My mailbox is full",
    "has a full mailbox": "Mailbox full, cannot send",
    "has undeliverable mail": "Undeliverable messages in my outbox",
    "an office": "The office is out of paper",
    "a delayed parcel": "Delivery delayed for the new laptops",
    "a rejected badge": "Rejected: my badge at the door",
    "a bouncing thing": "Bounced message light on the phone",
    "a vacation": "Vacation calendar is empty",
    "an absence": "Absence de réseau au 3e étage",
    "a list": "List of broken printers",
    "cron": "Cron jobs on srv1 stopped",
    "reading": "Read: can anybody open this file?",
    "a report": "Report domain account locked",
    "a confirmation": "Please confirm my appointment",
    "urlaub": "Urlaubsantrag lässt sich nicht öffnen",
    "in spanish": "Fuera de servicio: impresora",
    "in italian": "Fuori uso la stampante",
}
# What people ask a help desk about is called as what mail systems write of.
_ASKED = {
    "Mailbox full": "Hello, my mailbox is full, can you give me more room? Thanks",
    "Quota exceeded": "Hi,\nwhen I save to drive P: it says quota exceeded.\nMarie",
    "Unknown user": "This badge belongs to an unknown user. Please block it.",
    "Undeliverable mail": "Good morning, mails to Marie come back: 550 5.1.1 user unknown.",
    "Mail delivery failed": "I always get mail delivery failed when I write to Marie.",
    "SMTP error": "Outlook shows SMTP error 554 since I came back from lunch.",
    "Wrong address": "The street in the portal does not exist anymore.",
    "Message rejected": "Hi, the portal says: message rejected, mailbox unavailable.",
    "Delivery report": "Where is the one for the toner? The shop says it does not exist.",
    "Impossible de remettre un courrier": "Bonjour, l'adresse de Paul n'existe pas, dit Outlook.",
    "Unzustellbar": "Hallo, meine Mail kam zurück, Postfach voll. Was tun?",
    "Out of office does not work": "Hello, nobody gets it. I am out of the office on Monday.",
    "Out of office": "Could you switch mine on, please? I am ill.",
    "Automatic reply": "How do I switch one on? I am on vacation from Monday.",
    "Marie is out of the office": "Please let her mails come to me.",
    "Read: the handbook": "I read your message in the handbook, and still it does not print.",
}
_NAMES = {
    "a person named bounce": "Peter Bounce <peter.bounce@example.org>",
    "bounce in the front": "Tom Bounce <bounce.tom@example.org>",
    "bounce alone": "Bounce, Peter <bounce@example.org>",
    "a postman": "Ann Postmaster <ann.postmaster@example.org>",
    "a mailer": "Norman Mailer <norman.mailer@example.org>",
    "a root": "Anna Root <anna.root@example.org>",
    "noreply within": "Norep Lyon <norep.lyon@example.org>",
    "a robot": "Eva Robotka <robotka@example.org>",
    "an alert person": "Alerta Diaz <alerta@example.org>",
    "a cronin": "Mary Cronin <cronin@example.org>",
    "a shared mailbox": "Reception <info@example.org>",
    "a department": "IT Service <it@example.org>",
    "a system person": "System Operators <ops@example.org>",
    "the postmaster asks": "Postmaster <postmaster@example.org>",
}
_HEADERS: dict[str, dict[str, str]] = {
    "exchange asks for silence": {"X_Auto_Response_Suppress": "DR, RN, NRN, OOF, AutoReply"},
    "exchange asks for all silence": {"X_Auto_Response_Suppress": "All"},
    "says it is not automatic": {"Auto_Submitted": "no"},
    "no autoreply": {"X_Autoreply": "no"},
    "normal precedence": {"Precedence": "normal"},
    "first class": {"Precedence": "first-class"},
    "redirected by a rule": {"X_MS_Exchange_Inbox_Rules_Loop": "boss@example.org"},
    "redirected by the rules agent": {
        "X_MS_Exchange_Generated_Message_Source": "Mailbox Rules Agent",
        "Resent_From": "boss@example.org",
    },
    "checked by a receiving server": {
        "X_DMARC_Policy": "v=DMARC1; p=reject",
        "X_DMARC_Result": "ok",
    },
    "answers go nowhere": {"Reply_To": "no-reply@example.org"},
    "answers go to a list": {"Reply_To": "list@example.org", **_FORUM},
    "a mailing list": _FORUM,
    "a mailing list with precedence": {**_FORUM, "Precedence": "list"},
    "an old mailman": {
        "Precedence": "bulk",
        "X_BeenThere": "admins@example.org",
        "Sender": "admins-admin@example.org",
    },
    "ezmlm": {
        "Mailing_List": "contact admins-help@example.org; run by ezmlm",
        "Precedence": "bulk",
    },
    "a google group": {
        "X_Google_Group_Id": "12",
        "List_Unsubscribe": "<https://g>",
        "Precedence": "list",
    },
    "sympa": {
        "X_Sympa_To": "admins@example.org",
        "X_Loop": "admins@example.org",
        "Precedence": "list",
    },
    "an answer on a list without a place to post": {
        "List_Id": "<admins.example.org>",
        "In_Reply_To": "<2@example.org>",
        "Precedence": "list",
    },
    "a list's envelope": {
        **_FORUM,
        "Return_Path": "<admins-bounces+desk=desk.example@example.org>",
    },
    "through amazon": {"Feedback_ID": "1.eu-west-1.abc:AmazonSES"},
    "asks for a receipt": {"Disposition_Notification_To": "paul@example.org"},
    "asks for an old receipt": {
        "Return_Receipt_To": "paul@example.org",
        "X_Confirm_Reading_To": "x@y.example",
    },
    "filtered as spam": {"X_Spam_Flag": "YES", "X_Spam_Status": "Yes, score=9 AUTOREPLY"},
    "delivered by sieve": {"X_Sieve": "CMU Sieve 2.3", "Delivered_To": "support@desk.example"},
    "looped by a forwarder": {"X_Loop": "paul@example.org"},
    "an importance": {"Importance": "high", "X_Priority": "1"},
    "a web form": {"X_Mailer": "PHPMailer 6.9", "Subject": "Contact form"},
    "a scanner's person": {
        "X_Mailer": "Microsoft Outlook 16.0",
        "Subject": "Undeliverable mail, please help",
    },
    "an invitation": {
        "Content_Type": "text/calendar; method=REQUEST",
        "Subject": "Invitation: printer",
    },
}
_BODIES = {
    "says they are away": "I'm out of office tomorrow, please call Marie instead of me. Paul",
    "quotes an absence": f"Thanks, then I ask Marie.\n\n> {AWAY}\n> This is an automatic reply.",
    "quotes a bounce": _BOUNCED,
    "quotes ours": f"It works now, thanks!\n\n> {OURS[:60]}",
    "tells of an error": "When I print I get 550 5.7.1 access denied, user unknown.",
    "tells what failed": "My message could not be delivered to the queue. Address not found.",
    "tells of a quota": "Outlook says that my mailbox is full and that I am over quota.",
    "writes nothing": "",
    "thanks": "Thanks!",
}

PERSONS: list[tuple[str, bytes]] = [
    *((name, mail(HELP, Subject=subject)) for name, subject in _SUBJECTS.items()),
    *((name, mail(HELP, From=sender)) for name, sender in _NAMES.items()),
    *((name, mail(HELP, **headers)) for name, headers in _HEADERS.items()),
    *((name, mail(body)) for name, body in _BODIES.items()),
    (
        "pastes a bounce",
        mail(
            _BOUNCED.replace("> ", ""),
            Subject="Undelivered mail again",
            User_Agent="Mozilla Thunderbird",
        ),
    ),
    (
        "attaches a bounce",
        mail(
            forwarded(dsn(FAILED).decode()),
            Subject="Fwd: Undelivered Mail Returned to Sender",
            Content_Type="multipart/mixed; boundary=o",
        ),
    ),
    (
        "attaches a bounce under a subject of its own",
        mail(
            forwarded(dsn(FAILED).decode()),
            Subject="What is this?",
            Content_Type="multipart/mixed; boundary=o",
        ),
    ),
    (
        "attaches one of ours",
        mail(
            forwarded(OURS), Subject="Is this from you?", Content_Type="multipart/mixed; boundary=o"
        ),
    ),
    ("answers us", mail(HELP, In_Reply_To=OUR_ID, References=OUR_ID)),
    (
        "accepts with a comment",
        mail(
            "--o\nContent-Type: text/plain\n\nI come, but later.\n--o\n"
            "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n--o--\n",
            Subject="Accepted: printer",
            Content_Type="multipart/alternative; boundary=o",
        ),
    ),
    (
        "signs",
        mail(
            "--o\n\n" + HELP + "\n--o\nContent-Type: application/pgp-signature\n\nx\n--o--\n",
            Content_Type="multipart/signed; boundary=o; micalg=pgp-sha256",
        ),
    ),
    (
        "the postmaster writes first",
        mail(HELP, From="Postmaster <postmaster@example.org>", Subject="A new disk"),
    ),
    (
        "a system administrator writes first",
        mail(HELP, From="System Administrator <anna@example.org>", Subject="A new disk"),
    ),
    *((f"asks about: {subject}", mail(text, Subject=subject)) for subject, text in _ASKED.items()),
    (
        "forwarded by a server that calls it bulk",
        mail(HELP, Precedence="bulk", X_Mailer="GroupWise 18.4", In_Reply_To="<2@example.org>"),
    ),
    (
        "carried by a service for newsletters",
        mail(HELP, X_SG_EID="abc", X_Mailgun_Sid="x", In_Reply_To=OUR_ID, Feedback_ID="1:sg"),
    ),
    ("no subject", mail(HELP, Subject="")),
    ("no headers but from", b"From: paul@example.org\n\n" + HELP.encode()),
]
