"""Mails that came back, in words."""

from __future__ import annotations

from blocks.text import inline, when
from desk.journal import Entry
from desk.mails import Delivery, ReturnedMail
from locales.translator import Translator


def why(reason: str, t: Translator) -> str:
    """The reason as a colleague would say it; "" for one that says nothing."""
    match reason:
        case "no_such_address":
            return t("there is no such address")
        case "no_such_domain":
            return t("there is no such mail domain")
        case "mailbox_full":
            return t("the mailbox is full")
        case "disabled":
            return t("the mailbox is closed")
        case "too_large":
            return t("the mail is too large")
        case "refused":
            return t("their mail server refused it")
        case "unreachable":
            return t("their mail server could not be reached")
        case "loop":
            return t("their mail servers send it in a circle")
        case _:
            return ""


def returned_deed(entry: Entry, t: Translator) -> str:
    facts = entry.facts
    address = inline(str(facts.get("address", "")), 120)
    if facts.get("reason") == "delayed":
        return t("⏳ Mail to {address} is delayed; it may still arrive", address=address)
    reason = why(str(facts.get("reason", "")), t) or inline(str(facts.get("said", "")), 150)
    reason = reason or t("no reason was given")
    if facts.get("hard") is False:
        return t(
            "↩︎ Mail not delivered to {address}: {reason}. This may pass; it can be sent again.",
            address=address,
            reason=reason,
        )
    return t("↩︎ Mail not delivered to {address}: {reason}", address=address, reason=reason)


def failed_mail(delivery: Delivery, t: Translator) -> str:
    """Of a mail that came back: to which address, and why."""
    said = inline(delivery.error, 150)
    reason = " · ".join(filter(None, (why(delivery.reason, t), said)))
    return t(
        "Mail not delivered to {address}: {reason}",
        address=inline(delivery.address, 120),
        reason=reason or t("no reason was given"),
    )


def address_warning(mail: ReturnedMail, t: Translator) -> str:
    """To whoever is about to write to an address."""
    reason = why(mail.reason, t) or t("no reason was given")
    return t(
        "⚠️ Mail to {address} came back {date}: {reason}.",
        address=inline(mail.address, 120),
        date=when(mail.last_at),
        reason=reason,
    )
