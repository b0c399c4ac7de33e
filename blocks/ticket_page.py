"""A ticket's modal: one for technicians, one for the person it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from blocks.attached import attached_line
from blocks.card import ACTIONS, headline, offered, path_line
from blocks.deeds import deed, is_trouble, progress, told, trouble_line, whole_button
from blocks.drafts import Context
from blocks.elements import actions, button, confirm, context, divider, fields, modal, section
from blocks.formatted import fits, mrkdwn
from blocks.ids import Action, Form
from blocks.message import Block, View
from blocks.people_on_ticket import people_part
from blocks.text import cut, exactly, inline, left_to_right, listed, person_name, when, with_address
from blocks.vocabulary import (
    ANSWERED,
    INTERNAL,
    PUBLIC,
    for_requester,
    impact,
    move,
    origin,
    priority,
    request_type,
    situation,
    urgency,
    within,
)
from desk.answers import RequesterPage, TicketFacts, TicketPage
from desk.journal import Entry, Kind, PublicEntry
from desk.lifecycle import Move
from desk.ticket import reference
from desk.words import Words
from locales.translator import Translator

E = TypeVar("E", Entry, PublicEntry)

# Slack refuses views with much more than 13,000 characters of text: these shares add up to less.
DESCRIPTION = 2000
SOLUTION = 1200
ENTRY = 900
PUBLIC_SHARE = 4500
INTERNAL_SHARE = 2500
WHOLE_JOURNAL = 11_000
MOST_ENTRIES = 40  # two journals of two blocks an entry at most, below Slack's hundred

TOP = (Move.ASSIGN, Move.RESUME, Move.REPLY, Move.RESOLVE, Move.REOPEN, Move.ANSWER, Move.REASSIGN)
MORE = (Move.HOLD, Move.TRANSFER, Move.DUPLICATE, Move.CLOSE)


def ticket_page(facts: TicketPage, t: Translator) -> View:
    """Newest entries first: what one looks for is at the top, and the oldest is what is cut."""
    blocks = [section(f"{headline(facts.facts)}\n{_standing(facts.facts, t)}")]
    blocks += actions(_buttons(facts, t))
    blocks.append(fields(_facts(facts.facts, _recorded(facts, t), t) + _links(facts, t)))
    blocks.append(people_part(facts, t))
    ticket = facts.facts.ticket
    blocks += _description(ticket.id, ticket.description, facts.journal, t)
    blocks += _journals(facts, t)
    blocks += _abandon(facts, t)
    return modal(
        Form.TICKET_PAGE,
        cut(facts.facts.ticket.reference, 24),
        blocks,
        close=t("Close window"),
        metadata=Context(facts.facts.ticket.id).encode(),
    )


def journal_page(facts: TicketPage, t: Translator, newer: int = 0) -> View:
    """Everything in one line of time, oldest first; a part of it where Slack cannot show it all.

    `newer` is how many of the newest entries the reader has seen already.
    """
    unseen = facts.journal[: len(facts.journal) - newer]
    kept, left_out = _newest_within(
        unseen, lambda entry: _entry(entry, facts, t), WHOLE_JOURNAL, MOST_ENTRIES * 2
    )
    blocks = [section(f"{headline(facts.facts)}\n{_standing(facts.facts, t)}"), divider()]
    blocks += _left_out(left_out, facts.facts.ticket.id, newer + len(kept), t)
    blocks += reversed(kept)
    return modal(
        Form.JOURNAL_PAGE,
        t("Journal"),
        blocks,
        close=t("Close window"),
        metadata=Context(facts.facts.ticket.id).encode(),
    )


def _standing(facts: TicketFacts, t: Translator) -> str:
    parts = [situation(facts, t)]
    if facts.ticket.new_answer:
        parts.append(f"{ANSWERED} *{t('New answer')}*")
    return " · ".join(parts)


def _buttons(facts: TicketPage, t: Translator) -> list[Block]:
    """Everything this person may do, except what closes the ticket without a solution."""
    ticket = facts.facts.ticket
    moves = offered(ticket, facts.moves)
    return [button(move(m, t), ACTIONS[m], ticket.id) for m in (*TOP, *MORE) if m in moves]


def _facts(facts: TicketFacts, recorded: str, t: Translator) -> list[str]:
    ticket = facts.ticket
    team = inline(facts.team.label.of(t.language))
    channel = f" <#{facts.team.channel}>" if facts.team.channel else ""
    level = t(
        "Impact: {impact} · urgency: {urgency}",
        impact=within(impact(ticket.impact, t)),
        urgency=within(urgency(ticket.urgency, t)),
    )
    opened = f"{when(ticket.created_at)} · {origin(ticket.origin, t)}{recorded}"
    return [
        _fact(t("Requester"), with_address(facts.requester)),
        *([_fact(t("Beneficiary"), with_address(facts.beneficiary))] if facts.beneficiary else []),
        _fact(t("Team"), team + channel),
        _fact(t("Catalogue"), path_line(facts, t) or t("Not filed")),
        _fact(request_type(ticket.request_type, t), f"{priority(ticket.priority, t)}\n{level}"),
        _fact(t("Opened"), opened),
    ]


def _recorded(facts: TicketPage, t: Translator) -> str:
    """Who wrote the request down, where that is not who asks."""
    opened = next((entry for entry in facts.journal if entry.kind is Kind.OPENED), None)
    if opened is None or opened.by is None or opened.by.id == facts.facts.requester.id:
        return ""
    return f" · {t('recorded by {name}', name=person_name(opened.by, t))}"


def _links(facts: TicketPage, t: Translator) -> list[str]:
    """The ticket before, and those that came of late answers."""
    before, later = facts.facts.ticket.follows, [reference(n) for n in facts.followers]
    shown = [_fact(t("Follows"), reference(before))] if before else []
    return shown + ([_fact(t("Followed by"), listed(later, t))] if later else [])


def _fact(name: str, value: str) -> str:
    return f"*{name}*\n{value}"


def _description(
    ticket: int, words: Words, journal: Iterable[Entry | PublicEntry], t: Translator
) -> list[Block]:
    if not words:
        return []
    opened = next((entry.id for entry in journal if entry.kind is Kind.OPENED), None)
    said = f"*{t('Description')}*\n{mrkdwn(words, DESCRIPTION)}"
    return [section(said, _rest(ticket, opened, words, DESCRIPTION, t, quoting=False))]


def _rest(
    ticket: int, entry: int | None, words: Words, limit: int, t: Translator, *, quoting: bool = True
) -> Block | None:
    """The way to what was cut at `limit`."""
    if entry is None or fits(words, limit, quoting=quoting):
        return None
    return whole_button(ticket, entry, t)


def _journals(facts: TicketPage, t: Translator) -> list[Block]:
    public = [entry for entry in facts.journal if _for_requester(entry)]
    internal = [entry for entry in facts.journal if not _for_requester(entry)]
    reads = t("{people} can read this", people=told(facts.facts.audience, t))
    secret = t("Only technicians can read this")
    return [
        divider(),
        section(f"{PUBLIC} *{t('Requester’s journal')}*\n{reads}"),
        *_share(public, facts, t, PUBLIC_SHARE),
        divider(),
        section(f"{INTERNAL} *{t('Technicians’ journal')}*\n{secret}"),
        *_share(internal, facts, t, INTERNAL_SHARE),
    ]


def _for_requester(entry: Entry) -> bool:
    """What they read, or will; the opening is the description, which stands above."""
    return entry.is_public and not entry.withdrawn and entry.kind is not Kind.OPENED


def _share(entries: list[Entry], facts: TicketPage, t: Translator, share: int) -> list[Block]:
    if not entries:
        return [context(t("Nothing yet."))]
    kept, left_out = _newest_within(
        entries, lambda entry: _entry(entry, facts, t), share, MOST_ENTRIES
    )
    return kept + _left_out(left_out, facts.facts.ticket.id, 0, t)


def _newest_within(
    entries: Iterable[E], show: Callable[[E], Block], share: int, most: int
) -> tuple[list[Block], int]:
    """The newest entries, newest first, as far as `share` characters go; how many are left out."""
    newest_first = list(entries)[::-1]
    kept: list[Block] = []
    for entry in newest_first[:most]:
        block = show(entry)
        share -= len(_said(block))
        if share < 0 and kept:
            break
        kept.append(block)
    return kept, len(newest_first) - len(kept)


def _said(block: Block) -> str:
    texts = block.get("elements") or [block["text"]]
    return "".join(text["text"] for text in texts)


def _entry(entry: Entry, facts: TicketPage, t: Translator) -> Block:
    """One entry as one block: who and when, the words, and how far a mail has come."""
    head = f"{deed(entry, t)} · {when(entry.at)}"
    if not entry.words or entry.kind is Kind.OPENED:
        return context("\n".join(filter(None, (head, attached_line(entry, t)))))
    lines = [head, mrkdwn(entry.words, ENTRY, quoting=True), attached_line(entry, t)]
    if entry.is_public and not entry.withdrawn:
        lines += _progress(entry, facts, t)
    pressed = _rest(entry.ticket, entry.id, entry.words, ENTRY, t)
    if entry.id in facts.undoable:
        pressed = button(t("Undo"), Action.REPLY_WITHDRAW, f"{entry.ticket}:{entry.id}")
    return section("\n".join(filter(None, lines)), pressed)


def _progress(entry: Entry, facts: TicketPage, t: Translator) -> list[str]:
    if entry.id in facts.undoable and entry.public_from is not None:
        return [t("Leaves at {time}; until then you can undo it", time=exactly(entry.public_from))]
    deliveries = [d for d in facts.deliveries if d.entry == entry.id]
    troubled = [trouble_line(d, t) for d in deliveries if is_trouble(d)]
    return [progress(deliveries, t), *troubled[:2]]


def _left_out(count: int, ticket: int, newer: int, t: Translator) -> list[Block]:
    """What does not fit is one click away: the journal from the entry before the `newer` ones."""
    if not count:
        return []
    more = t.plural("{n} older entry", "{n} older entries", count)
    return [section(more, button(t("Show journal"), Action.JOURNAL_SHOW, f"{ticket}:{newer}"))]


def _abandon(facts: TicketPage, t: Translator) -> list[Block]:
    """Set apart at the very end, red, and with a question: never pressed by accident."""
    if Move.ABANDON not in facts.moves:
        return []
    ticket = facts.facts.ticket
    pressed = button(move(Move.ABANDON, t), Action.TICKET_ABANDON, ticket.id, "danger")
    pressed["confirm"] = confirm(
        t("Close without follow-up?"),
        t("Nobody will work on this request any more. You will be asked for the reason."),
        t("Continue"),
        t("Keep it open"),
        danger=True,
    )
    return [divider(), *actions([pressed])]


def requester_page(facts: RequesterPage, t: Translator) -> View:
    """Public words only: there is nothing else in these facts."""
    line = facts.line
    title = f"*{line.reference} · {inline(line.subject)}*"
    blocks = [section(f"{title}\n{for_requester(line, t)}")]
    if facts.may_answer:
        style = "primary" if line.waits_for_me else None
        blocks += actions([button(move(Move.ANSWER, t), Action.TICKET_ANSWER, line.id, style)])
    if facts.solution:
        solved = next((e.id for e in facts.journal[::-1] if _above(e, facts)), None)
        rest = _rest(line.id, solved, facts.solution, SOLUTION, t)
        said = f"*{t('Solution')}*\n{mrkdwn(facts.solution, SOLUTION, quoting=True)}"
        blocks.append(section(said, rest))
    blocks.append(context(_opened_for(facts, t)))
    blocks += _description(line.id, facts.description, facts.journal, t)
    blocks += [divider(), section(f"*{t('Messages')}*"), *_messages(facts, t)]
    return modal(
        Form.TICKET_PAGE,
        cut(line.reference, 24),
        blocks,
        close=t("Close window"),
        metadata=Context(line.id).encode(),
    )


def _opened_for(facts: RequesterPage, t: Translator) -> str:
    parts = [t("Opened {date}", date=when(facts.line.created_at))]
    requester = inline(facts.requester.name)
    if facts.beneficiary is not None:
        beneficiary = inline(facts.beneficiary.name)
        parts.append(
            t("{requester} for {beneficiary}", requester=requester, beneficiary=beneficiary)
        )
    if facts.follows:
        parts.append(t("Follows {reference}", reference=reference(facts.follows)))
    return " · ".join(parts)


def _messages(facts: RequesterPage, t: Translator) -> list[Block]:
    messages = [e for e in facts.journal if e.kind is not Kind.OPENED and not _above(e, facts)]
    if not messages:
        return [context(t("Nothing yet. You will be told as soon as there is an answer."))]
    kept, left_out = _newest_within(
        messages, lambda e: _message(facts.line.id, e, t), 7000, MOST_ENTRIES
    )
    if left_out:
        kept.append(
            context(
                t.plural(
                    "{n} older message is not shown.", "{n} older messages are not shown.", left_out
                )
            )
        )
    return kept


def _above(entry: PublicEntry, facts: RequesterPage) -> bool:
    """Whether the entry is the solution that the page shows already."""
    return entry.kind is Kind.RESOLVED and entry.words == facts.solution


def _message(ticket: int, entry: PublicEntry, t: Translator) -> Block:
    by = inline(entry.by_name)
    said = t("Solution from {name}", name=by) if entry.kind is Kind.RESOLVED else by
    words = mrkdwn(entry.words, 2 * ENTRY, quoting=True)
    rest = _rest(ticket, entry.id, entry.words, 2 * ENTRY, t)
    head = left_to_right(f"*{said}* · {when(entry.at)}")
    return section(f"{head}\n{words}", rest)
