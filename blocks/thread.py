"""The thread below a card: the technicians' journal, where public words are framed unmistakably."""

from __future__ import annotations

from blocks.attached import attached
from blocks.card import headline, people_line
from blocks.deeds import (
    deed,
    is_trouble,
    progress,
    recipient,
    retry_button,
    told,
    trouble_line,
    whole_button,
)
from blocks.elements import actions, button, context, section
from blocks.formatted import fits, mrkdwn, quotations
from blocks.ids import Action
from blocks.mail_notices import notice_lines
from blocks.message import Block, Message
from blocks.text import exactly, inline, listed, name_of
from blocks.vocabulary import INTERNAL, PUBLIC, move
from desk.answers import EntryFacts, ThreadFacts
from desk.journal import Entry, Kind
from desk.lifecycle import Move
from locales.translator import Translator

EXCERPT = 600  # characters of the description in the summary after a transfer
SPOKEN = (Kind.REPLY, Kind.ANSWER, Kind.RESOLVED)  # framed; every other entry is one grey line


def thread_opening(facts: ThreadFacts, t: Translator) -> Message:
    requester = inline(name_of(facts.facts.requester))
    title = t("Technicians’ journal")
    reads = t(
        "What you write here stays between technicians. All of them, and everybody in this channel,"
        " can read it; it is never sent to {name}.",
        name=requester,
    )
    blocks = [section(f"{INTERNAL} *{title}*\n{reads}")]
    if facts.earlier:
        blocks += _summary(facts, t)
    blocks += actions(_opening_buttons(facts, t))
    return {"text": f"{INTERNAL} {title}. {reads}", "blocks": blocks}


def _summary(facts: ThreadFacts, t: Translator) -> list[Block]:
    """What the new team should know without leaving the thread."""
    ticket = facts.facts.ticket
    description = mrkdwn(ticket.description, EXCERPT, quoting=True)
    before = t.plural(
        "{n} entry was written before the transfer.",
        "{n} entries were written before the transfer.",
        facts.earlier,
    )
    head = f"{headline(facts.facts)}\n{people_line(facts.facts, t)}"
    return [section(f"{head}\n{description}"), context(before)]


def _opening_buttons(facts: ThreadFacts, t: Translator) -> list[Block]:
    ticket = facts.facts.ticket
    buttons = [button(move(Move.REPLY, t), Action.TICKET_REPLY, ticket.id)]
    if facts.earlier:
        buttons.append(button(t("Show journal"), Action.JOURNAL_SHOW, ticket.id))
    return buttons


def entry_message(facts: EntryFacts, t: Translator) -> Message:
    entry = facts.entry
    line = deed(entry, t)
    if entry.kind in SPOKEN and not entry.withdrawn:
        return {"text": _plain(line), "blocks": _framed(facts, line, t)}
    blocks = [context(line)]
    if entry.words and entry.kind is not Kind.OPENED and not entry.withdrawn:
        blocks.append(section(mrkdwn(entry.words, quoting=True)))
    blocks += _whole(entry, fits(entry.words, quoting=True), t) + _doubts(entry, t)
    if entry.kind is Kind.OPENED:
        blocks += _trouble(facts, t)  # of the acknowledgement; that it left is no news
    return {"text": _plain(line), "blocks": blocks}


def _framed(facts: EntryFacts, line: str, t: Translator) -> list[Block]:
    """Words that the requester wrote or reads, with how far they have come."""
    entry = facts.entry
    texts, complete = quotations(entry.words)
    blocks = [section("\n".join(filter(None, (line, _readers(facts, t)))))]
    blocks += [section(text) for text in texts]
    blocks += attached(entry, t)
    blocks += _whole(entry, complete, t) + _call_holder(facts, t) + _doubts(entry, t)
    return blocks + _progress(facts, t)


def _whole(entry: Entry, complete: bool, t: Translator) -> list[Block]:
    if complete and not entry.facts.get("whole"):
        return []
    return actions([whole_button(entry.ticket, entry.id, t)])


def _doubts(entry: Entry, t: Translator) -> list[Block]:
    """What to know of a mail before one believes or answers it."""
    blocks = []
    if entry.facts.get("unverified"):
        warning = t("Nothing proves that this mail came from {name}.", name=_author(entry))
        blocks.append(context(f"⚠️ {warning}"))
    if other := entry.facts.get("reply_to"):
        told = t("The sender asks for answers to another address: {address}", address=inline(other))
        blocks.append(context(told))
    return blocks + [context(line) for line in notice_lines(entry.facts.get("notices", ()), t)]


def _call_holder(facts: EntryFacts, t: Translator) -> list[Block]:
    """An answer is worth a notification, to the one person who waits for it."""
    holder = facts.facts.assignee
    quiet = facts.entry.facts.get("automatic") or facts.entry.facts.get("thanks")
    person_wrote = facts.entry.kind is Kind.ANSWER and not quiet
    if not person_wrote or holder is None or holder.slack_id is None:
        return []
    return [context(t("For {name}", name=f"<@{holder.slack_id}>"))]


def _readers(facts: EntryFacts, t: Translator) -> str:
    """Who will read it, as long as the deliveries below do not say so."""
    if facts.entry.kind is Kind.ANSWER or (facts.deliveries and not facts.undo):
        return ""
    people = listed([recipient(delivery) for delivery in facts.deliveries], t)
    people = people or told(facts.facts.audience, t)
    if facts.entry.kind is Kind.RESOLVED:
        return f"{PUBLIC} {t('Solution for {people}', people=people)}"
    return t("To {people}", people=people)


def _progress(facts: EntryFacts, t: Translator) -> list[Block]:
    entry = facts.entry
    if facts.undo and entry.public_from is not None:
        value = f"{entry.ticket}:{entry.id}"
        return [
            context(
                t("Leaves at {time}; until then you can undo it", time=exactly(entry.public_from))
            ),
            *actions([button(t("Undo"), Action.REPLY_WITHDRAW, value)]),
        ]
    line = progress(facts.deliveries, t)
    return [*([context(f"{PUBLIC} {line}")] if line else []), *_trouble(facts, t)]


def _trouble(facts: EntryFacts, t: Translator) -> list[Block]:
    return [
        section(trouble_line(delivery, t), retry_button(delivery, facts.entry.ticket, t))
        for delivery in filter(is_trouble, facts.deliveries)
    ]


def _author(entry: Entry) -> str:
    return inline(name_of(entry.by)) if entry.by else "?"


def _plain(line: str) -> str:
    """The line without marks of style, for notifications."""
    return line.replace("*", "")
