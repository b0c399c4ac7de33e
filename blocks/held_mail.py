"""A held mail: the question what is to become of it, and afterwards who decided what."""

from __future__ import annotations

from blocks.elements import actions, button, confirm, context, modal, section
from blocks.formatted import mrkdwn, quotations
from blocks.ids import Action, Form
from blocks.message import Block, Message, View
from blocks.text import age, cut, inline, name_of, one_line, when
from desk.held_mails import Fate, HeldCard, HeldFacts, HeldMail, Why
from desk.ticket import reference
from desk.words import Words
from locales.translator import Translator

EXCERPT = 300
NAME, ADDRESS, SUBJECT = 100, 120, 150  # characters
SUBJECT_DECIDED = 60  # where all is said in one line


def held_message(facts: HeldFacts, t: Translator) -> Message:
    if facts.card.fate is not Fate.OPEN:
        return _decided(facts, t)
    head = _head(facts, t)
    lines = [f"✋ *{head}*", f"*{_subject(facts.card.newest, t)}*"]
    if facts.card.newest.text.strip():
        lines.append(mrkdwn(Words.plain(facts.card.newest.text), EXCERPT, quoting=True))
    else:
        lines.append(f"_{t('This mail holds no text.')}_")
    return {
        "text": f"{head} · {_subject(facts.card.newest, t)}",
        "blocks": [
            section("\n".join(lines)),
            context(" · ".join(_details(facts, t))),
            *actions(_buttons(facts, t)),
        ],
    }


def held_view(facts: HeldFacts, t: Translator) -> View:
    """The whole text, for who decides."""
    mail = facts.card.newest
    texts, complete = quotations(Words.plain(mail.text)) if mail.text.strip() else ([], True)
    head = f"*{_subject(mail, t)}*\n{_who(mail)}"
    said = [section(text) for text in texts] or [context(t("This mail holds no text."))]
    blocks: list[Block] = [section(head), context(" · ".join(_details(facts, t))), *said]
    if not complete:
        blocks.append(context(t("The rest is too long for Slack.")))
    return modal(Form.NOTICE, t("Full message"), blocks, close=t("Close window"))


def _head(facts: HeldFacts, t: Translator) -> str:
    who = _who(facts.card.newest)
    if facts.card.why is Why.STRANGER:
        return t("Mail from an unknown sender: {who}", who=who)
    if facts.card.why is Why.CLOSED:
        return t("Mail from {who}, whose account is closed", who=who)
    if facts.card.why is Why.ANSWERS and facts.card.newest.ticket is not None:
        number = reference(facts.card.newest.ticket)
        return t(
            "{who} sends more answers to {reference} than a person writes",
            who=who,
            reference=number,
        )
    return t("{who} sends more mails than a person writes", who=who)


def _details(facts: HeldFacts, t: Translator) -> list[str]:
    card, mail = facts.card, facts.card.newest
    parts = [f"⚠️ {t('Sender not verified')}"] if mail.doubtful else []
    if card.mails > 1:
        parts.append(t.plural("{n} mail held", "{n} mails held; this is the newest", card.mails))
    if mail.files:
        parts.append(f"📎 {t.plural('{n} file', '{n} files', mail.files)}")
    return [*parts, age(card.at)]


def _buttons(facts: HeldFacts, t: Translator) -> list[Block]:
    card, several = facts.card, facts.card.mails > 1
    refuse = button(t("Refuse them") if several else t("Refuse"), Action.HELD_REFUSE, card.id)
    refuse["confirm"] = confirm(
        t("Refuse these mails?") if several else t("Refuse this mail?"),
        t("Nobody works on it, and {who} hears nothing of it.", who=_named(facts.card.newest)),
        t("Refuse"),
        t("Cancel"),
        danger=True,
    )
    return [
        button(_letting_in(card, t), Action.HELD_LET_IN, card.id, "primary"),
        refuse,
        button(t("Open"), Action.HELD_OPEN, card.id),
    ]


def _letting_in(card: HeldCard, t: Translator) -> str:
    if card.why is Why.ANSWERS:
        return t("Show them in the ticket") if card.mails > 1 else t("Show it in the ticket")
    return t("Make tickets of them") if card.mails > 1 else t("Make a ticket")


def _decided(facts: HeldFacts, t: Translator) -> Message:
    """One line, with nothing left to press."""
    card = facts.card
    about = inline(card.newest.address, ADDRESS)
    if card.mails == 1:
        about = f"{_subject(card.newest, t, SUBJECT_DECIDED)} · {about}"
    at = f" · {when(card.decided_at)}" if card.decided_at else ""
    text = f"{_outcome(facts, t)} · {about}"
    return {"text": text, "blocks": [context(f"{text}{at}")]}


def _outcome(facts: HeldFacts, t: Translator) -> str:
    card = facts.card
    name = inline(name_of(facts.by), NAME) if facts.by else t("an administrator")
    numbers = ", ".join(reference(ticket) for ticket in card.tickets)
    if card.fate is Fate.REFUSED and card.mails == 1:
        return f"🚫 {t('Refused by {name}', name=name)}"
    if card.fate is Fate.REFUSED:
        said = t.plural(
            "{n} mail refused by {name}", "{n} mails refused by {name}", card.mails, name=name
        )
        return f"🚫 {said}"
    if card.mails == 1 and numbers and card.why is not Why.ANSWERS:
        return f"✅ {t('{reference} made by {name}', reference=f'*{numbers}*', name=name)}"
    into = f" · {numbers}" if numbers else ""
    if card.mails == 1:
        return f"✅ {t('Let in by {name}', name=name)}{into}"
    said = t.plural(
        "{n} mail let in by {name}", "{n} mails let in by {name}", card.mails, name=name
    )
    more = "…" if numbers and len(card.tickets) < card.mails and card.why is not Why.ANSWERS else ""
    return f"✅ {said}{into}{more}"


def _who(mail: HeldMail) -> str:
    name, address = inline(mail.name, NAME), inline(mail.address, ADDRESS)
    return f"{name} ({address})" if name and name != address else address


def _named(mail: HeldMail) -> str:
    """For plain text."""
    return cut(one_line(mail.name, NAME) or one_line(mail.address, ADDRESS), NAME)


def _subject(mail: HeldMail, t: Translator, longest: int = SUBJECT) -> str:
    return inline(mail.subject, longest) or f"({t('no subject')})"
