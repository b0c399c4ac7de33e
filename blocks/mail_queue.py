"""The mails that did not leave, for administrators: to whom, since when, why, and what to do."""

from __future__ import annotations

from blocks.elements import actions, button, confirm, context, divider, modal, section
from blocks.ids import Action, Form
from blocks.message import Block, View
from blocks.text import cut, inline, name_of, when
from desk.mail_queue import COUNTED, MailQueueFacts
from desk.queued_mails import QueuedMail, Trouble
from desk.ticket import reference
from locales.translator import Translator

# In characters, so that the longest list is one that Slack takes.
REASON = 160  # of what a server said
NAME = 50


def queue_button(total: int, t: Translator) -> Block:
    """For App Home of an administrator."""
    shown = f"{total}+" if total >= COUNTED else str(total)
    return button(f"{t('Mail queue')} ({shown})", Action.QUEUE_OPEN, "queue")


def mail_queue(facts: MailQueueFacts, t: Translator) -> View:
    blocks: list[Block] = []
    for mail in facts.mails:
        blocks += [*([divider()] if blocks else []), section(_said(mail, t)), *_deeds(mail, t)]
    if not blocks:
        blocks = [section(t("Every mail has left. Nothing waits and nothing is in doubt."))]
    elif facts.total > len(facts.mails):
        blocks.append(context(t("These are the oldest; the others follow when these are settled.")))
    return modal(
        Form.MAIL_QUEUE, t("Mail queue"), blocks, close=t("Close window"), metadata="queue"
    )


def _said(mail: QueuedMail, t: Translator) -> str:
    name = inline(name_of(mail.person), NAME)
    to = f"{name} ({inline(mail.address, 120)})" if mail.address else name
    head = f"*{reference(mail.ticket)}* → {to} · {when(mail.since)}"
    reason = inline(mail.error, REASON) or t("no reason was given")
    said = {
        Trouble.REFUSED: f"❌ {t('Not delivered: {reason}', reason=reason)}",
        Trouble.UNCERTAIN: f"❓ {t('May have arrived or not: {reason}', reason=reason)}",
        Trouble.LATE: f"⏳ {_late(mail, reason, t)}",
    }[mail.trouble]
    return f"{head}\n{said}"


def _late(mail: QueuedMail, reason: str, t: Translator) -> str:
    return t(
        "Not yet: {reason}. It is tried again by itself, next {when}.",
        reason=reason,
        when=when(mail.next_try),
    )


def _deeds(mail: QueuedMail, t: Translator) -> list[Block]:
    value = f"{mail.ticket}:{mail.row}"
    send = button(t("Retry now"), Action.QUEUE_SEND, value)
    if mail.trouble is Trouble.UNCERTAIN:
        send["confirm"] = confirm(
            t("Send it again?"),
            t(
                "It may have arrived already; then {name} gets it twice.",
                name=cut(name_of(mail.person), NAME),
            ),
            t("Send again"),
            t("Cancel"),
        )
    drop = button(t("Don’t send"), Action.QUEUE_DROP, value, "danger")
    drop["confirm"] = confirm(
        t("Don’t send this mail?"),
        t(
            "{name} will not get it. The ticket’s journal says so.",
            name=cut(name_of(mail.person), NAME),
        ),
        t("Don’t send"),
        t("Keep it in the queue"),
        danger=True,
    )
    return actions([send, drop, button(t("Open"), Action.TICKET_OPEN, mail.ticket)])
