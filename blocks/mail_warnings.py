"""What administrators are told of mail that does not come in."""

from __future__ import annotations

from blocks.elements import section
from blocks.message import Message
from blocks.text import inline
from locales.translator import Translator

NAME = 100  # characters of a sender, a subject or a mailbox


def set_aside_warning(mail: int, sender: str, subject: str, reason: str, t: Translator) -> Message:
    """A mail is kept that nothing was done about, and nothing will be by itself."""
    facts = {
        "sender": inline(sender, NAME) or t("unknown"),
        "subject": inline(subject, NAME) or t("no subject"),
        "reason": inline(reason, NAME),
        "look": f"`frontdesk mail show {mail}`",
        "again": f"`frontdesk mail retry {mail}`",
    }
    return _warning(
        t(
            "I could not take in a mail by {sender} ({subject}), and have set it aside ({reason})."
            " It is kept until somebody decides: {look} shows it, {again} tries once more.",
            **facts,
        )
    )


def mailbox_warning(mailbox: str, trouble: str, t: Translator) -> Message:
    name = inline(mailbox, NAME)
    match trouble:
        case "":
            said = t("The mailbox {mailbox} can be read again.", mailbox=name)
            return {"text": f"✅ {said}", "blocks": [section(f"✅ {said}")]}
        case "denied":
            return _warning(
                t(
                    "The mailbox {mailbox} refuses our password or token, so its mails do not come"
                    " in. Correct it and restart me; the mails wait there until then.",
                    mailbox=name,
                )
            )
        case "no_folder":
            return _warning(
                t(
                    "A folder of the mailbox {mailbox} cannot be opened or made, so its mails do"
                    " not come in. Look at its name in the desk file.",
                    mailbox=name,
                )
            )
        case "untrusted":
            return _warning(
                t(
                    "The server of the mailbox {mailbox} shows a certificate that this machine does"
                    " not trust, so its mails do not come in. {check} says more.",
                    mailbox=name,
                    check="`frontdesk check`",
                )
            )
        case _:
            return _warning(
                t(
                    "The server of the mailbox {mailbox} does not answer, so its mails do not come"
                    " in for now. I keep trying.",
                    mailbox=name,
                )
            )


def _warning(said: str) -> Message:
    return {"text": f"⚠️ {said}", "blocks": [section(f"⚠️ {said}")]}
