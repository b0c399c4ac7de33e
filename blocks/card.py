"""The card in a team's channel: one per ticket, edited in place, the same for everybody."""

from __future__ import annotations

from blocks.deeds import deed, recipient
from blocks.elements import actions, button, context, option, section
from blocks.ids import Action
from blocks.message import Block, Message
from blocks.returned import failed_mail
from blocks.text import age, inline, left_to_right, name_of, when
from blocks.vocabulary import ANSWERED, move, origin, priority, situation, state
from desk.answers import CardFacts, TicketFacts
from desk.journal import Kind
from desk.lifecycle import Move, State
from desk.mails import Delivery, DeliveryState
from desk.ticket import Ticket, reference
from locales.translator import Translator

EXCERPT = 150  # characters of the description
MOST_TROUBLE = 3  # lines; more of the same says no more

ACTIONS: dict[Move, Action] = {
    Move.ASSIGN: Action.TICKET_ASSIGN,
    Move.RESUME: Action.TICKET_RESUME,
    Move.REPLY: Action.TICKET_REPLY,
    Move.ANSWER: Action.TICKET_ANSWER,
    Move.RESOLVE: Action.TICKET_RESOLVE,
    Move.REASSIGN: Action.TICKET_REASSIGN,
    Move.HOLD: Action.TICKET_HOLD,
    Move.TRANSFER: Action.TICKET_TRANSFER,
    Move.DUPLICATE: Action.TICKET_DUPLICATE,
    Move.REOPEN: Action.TICKET_REOPEN,
    Move.CLOSE: Action.TICKET_CLOSE,
    Move.ABANDON: Action.TICKET_ABANDON,
}
BUTTONS = (Move.ASSIGN, Move.RESUME, Move.REPLY, Move.RESOLVE, Move.REOPEN)
MENU = (Move.REASSIGN, Move.HOLD, Move.TRANSFER, Move.CLOSE)  # with Open, Slack's five


def ticket_card(facts: CardFacts, t: Translator) -> Message:
    if not facts.active:
        return _left_behind(facts.facts, t)
    ticket = facts.facts.ticket
    folded = not ticket.is_open
    blocks = [section(_folded(facts.facts, t) if folded else _lines(facts.facts, t))]
    blocks += _last_event(facts, t)
    if facts.last is not None and facts.last.facts.get("unverified"):
        blocks.append(context(f"⚠️ {t('Sender not verified')}"))
    blocks += [_trouble(delivery, t) for delivery in facts.trouble[:MOST_TROUBLE]]
    blocks += actions(_buttons(facts, t))
    return {"text": summary(facts.facts, t), "blocks": blocks}


def offered(ticket: Ticket, moves: tuple[Move, ...]) -> tuple[Move, ...]:
    """The moves worth a button. "Assign to me" is for tickets that nobody holds."""
    held = ticket.state is not State.NEW
    return tuple(m for m in moves if not (held and m is Move.ASSIGN))


def headline(facts: TicketFacts, limit: int = 200) -> str:
    return f"*{facts.ticket.reference} · {inline(facts.ticket.subject, limit)}*"


def summary(facts: TicketFacts, t: Translator) -> str:
    """One line for notifications: which ticket, and where it stands."""
    ticket = facts.ticket
    return f"{ticket.reference} · {inline(ticket.subject)} · {state(ticket.state, t)}"


def people_line(facts: TicketFacts, t: Translator, limit: int = 100) -> str:
    """ "Paul Smith for Marie Curie"."""
    requester = inline(name_of(facts.requester), limit)
    if facts.beneficiary is None:
        return requester
    beneficiary = inline(name_of(facts.beneficiary), limit)
    return t("{requester} for {beneficiary}", requester=requester, beneficiary=beneficiary)


def path_line(facts: TicketFacts, t: Translator) -> str:
    return " › ".join(inline(step.of(t.language), 80) for step in facts.path)


def _lines(facts: TicketFacts, t: Translator) -> str:
    ticket = facts.ticket
    where = [situation(facts, t), priority(ticket.priority, t), path_line(facts, t)]
    if ticket.new_answer:
        where.insert(1, f"{ANSWERED} *{t('New answer')}*")
    if ticket.follows:
        where.append(t("Follows {reference}", reference=reference(ticket.follows)))
    who = [people_line(facts, t), origin(ticket.origin, t), age(ticket.created_at)]
    excerpt = inline(ticket.description.excerpt(EXCERPT))
    lines = [
        headline(facts),
        " · ".join(filter(None, where)),
        left_to_right(" · ".join(who)),
        f"> {excerpt}",
    ]
    return "\n".join(lines if excerpt else lines[:-1])


def _folded(facts: TicketFacts, t: Translator) -> str:
    parts = [situation(facts, t), when(facts.ticket.state_since)]
    if facts.ticket.new_answer:
        parts.append(f"{ANSWERED} *{t('New answer')}*")
    return f"{headline(facts)}\n{' · '.join(parts)}"


def _last_event(facts: CardFacts, t: Translator) -> list[Block]:
    """What happened since the ticket came into its state; the state itself is said above."""
    last, ticket = facts.last, facts.facts.ticket
    if last is None or last.kind is Kind.OPENED or last.at <= ticket.state_since:
        return []
    if last.kind is Kind.ANSWER and ticket.new_answer:
        return []  # "New answer" says so above
    if last.kind is Kind.RETURNED and any(delivery.reason for delivery in facts.trouble):
        return []  # said below, as long as it is true
    return [context(f"{deed(last, t)} · {when(last.at)}")]


def _left_behind(facts: TicketFacts, t: Translator) -> Message:
    team = inline(facts.team.label.of(t.language))
    place = f"<#{facts.team.channel}>" if facts.team.channel else ""
    line = t("Transferred to {team} →", team=f"*{team}*")
    said = f"{facts.ticket.reference} · {inline(facts.ticket.subject)} · {line} {place}".rstrip()
    text = f"{facts.ticket.reference} · {t('Transferred to {team} →', team=team)}"
    return {"text": text, "blocks": [context(said)]}


def _trouble(delivery: Delivery, t: Translator) -> Block:
    who = recipient(delivery)
    if delivery.state is DeliveryState.UNCERTAIN:
        said = t("The message to {name} may not have arrived; see the thread.", name=who)
    elif delivery.reason:
        said = failed_mail(delivery, t)
    else:
        error = inline(delivery.error, 150) or t("no reason was given")
        said = t("The message to {name} was not delivered: {error}", name=who, error=error)
    return context(f"⚠️ {said}")


def _buttons(facts: CardFacts, t: Translator) -> list[Block]:
    ticket = facts.facts.ticket
    worth_one = offered(ticket, facts.moves)
    shown = [m for m in BUTTONS if m in worth_one]
    row = [
        button(move(m, t), ACTIONS[m], ticket.id, "primary" if m is Move.ASSIGN else None)
        for m in shown[:3]
    ]
    rest = [m for m in MENU if m in facts.moves]
    if not rest:
        return [*row, button(t("Open"), Action.TICKET_OPEN, ticket.id)]
    return [*row, _menu(ticket.id, rest, t)]


def _menu(ticket: int, moves: list[Move], t: Translator) -> Block:
    options = [option(t("Open"), f"{Action.TICKET_OPEN}:{ticket}")]
    options += [option(move(m, t), f"{ACTIONS[m]}:{ticket}") for m in moves]
    return {"type": "overflow", "action_id": str(Action.TICKET_MORE), "options": options[:5]}
