"""The desk's words for its own ideas: states, moves, reasons, levels. One word per idea."""

from __future__ import annotations

from blocks.text import day, inline, name_of, when
from desk.answers import RequesterLine, TicketFacts
from desk.lifecycle import Move, State
from desk.ticket import (
    HoldReason,
    Impact,
    Origin,
    Outcome,
    RequestType,
    Ticket,
    Urgency,
    reference,
)
from locales.translator import Translator

EMOJI = {
    State.NEW: "🔵",
    State.ASSIGNED: "🟢",
    State.PENDING: "🟡",
    State.RESOLVED: "✅",
    State.CLOSED: "⚪",
}
PUBLIC, INTERNAL, ANSWERED = "✉️", "🔒", "📩"


def state(value: State, t: Translator) -> str:
    return t.table(_states)[value]


def _states(t: Translator) -> dict[State, str]:
    return {
        State.NEW: t("New"),
        State.ASSIGNED: t("Assigned"),
        State.PENDING: t("On hold"),
        State.RESOLVED: t("Resolved"),
        State.CLOSED: t("Closed"),
    }


def move(value: Move, t: Translator) -> str:
    return t.table(_moves)[value]


def _moves(t: Translator) -> dict[Move, str]:
    return {
        Move.ASSIGN: t("Assign to me"),
        Move.RESUME: t("Resume"),
        Move.REPLY: t("Reply to requester"),
        Move.ANSWER: t("Answer"),
        Move.RESOLVE: t("Resolve"),
        Move.REASSIGN: t("Assign to…"),
        Move.HOLD: t("Put on hold"),
        Move.TRANSFER: t("Transfer"),
        Move.DUPLICATE: t("Mark as duplicate"),
        Move.NOTE: t("Write a note"),
        Move.REOPEN: t("Reopen"),
        Move.CLOSE: t("Close"),
        Move.ABANDON: t("Close without follow-up"),
    }


def hold_reason(value: HoldReason, t: Translator) -> str:
    return t.table(_hold_reasons)[value]


def _hold_reasons(t: Translator) -> dict[HoldReason, str]:
    return {
        HoldReason.REQUESTER: t("Waiting for the requester"),
        HoldReason.SUPPLIER: t("Waiting for a supplier"),
        HoldReason.DATE: t("Until a date"),
    }


def impact(value: Impact, t: Translator) -> str:
    return t.table(_impacts)[value]


def _impacts(t: Translator) -> dict[Impact, str]:
    return {
        Impact.DEPARTMENT: t("A whole department"),
        Impact.SERVICE: t("A whole service"),
        Impact.PERSON: t("One person"),
    }


def urgency(value: Urgency, t: Translator) -> str:
    return t.table(_urgencies)[value]


def _urgencies(t: Translator) -> dict[Urgency, str]:
    return {
        Urgency.CRITICAL: t("Critical"),
        Urgency.HIGH: t("High"),
        Urgency.MEDIUM: t("Medium"),
        Urgency.LOW: t("Low"),
    }


def priority(value: int, t: Translator) -> str:
    """1 is the most pressing."""
    return t.table(_priorities)[value]


def _priorities(t: Translator) -> dict[int, str]:
    return {
        1: t("Very high priority"),
        2: t("High priority"),
        3: t("Normal priority"),
        4: t("Low priority"),
    }


def within(phrase: str) -> str:
    """The phrase inside a sentence: "One person" becomes "one person"."""
    return phrase[:1].lower() + phrase[1:]


def request_type(value: RequestType, t: Translator) -> str:
    return t.table(_request_types)[value]


def _request_types(t: Translator) -> dict[RequestType, str]:
    return {
        RequestType.INCIDENT: t("Incident"),
        RequestType.SERVICE_REQUEST: t("Service request"),
    }


def origin(value: Origin, t: Translator) -> str:
    return t.table(_origins)[value]


def _origins(t: Translator) -> dict[Origin, str]:
    return {
        Origin.IN_PERSON: t("in person"),
        Origin.CHAT: t("via Slack"),
        Origin.MAIL: t("by e-mail"),
        Origin.PHONE: t("by phone"),
        Origin.PORTAL: t("by the portal"),
        Origin.MONITORING: t("by monitoring"),
    }


def situation(facts: TicketFacts, t: Translator) -> str:
    """Where the ticket stands, in one phrase of markup: "🟢 Assigned to Pierre Durand"."""
    ticket = facts.ticket
    return f"{EMOJI[ticket.state]} {SITUATIONS[ticket.state](facts, t)}"


def _assigned(facts: TicketFacts, t: Translator) -> str:
    if facts.assignee is None:
        return t("Assigned")
    return t("Assigned to {name}", name=inline(name_of(facts.assignee)))


def _on_hold(facts: TicketFacts, t: Translator) -> str:
    return " · ".join(filter(None, (_waiting(facts.ticket, t), _holder(facts))))


def _waiting(ticket: Ticket, t: Translator) -> str:
    hold, since = ticket.hold, when(ticket.state_since)
    if hold is None:
        return t("On hold since {date}", date=since)
    if hold.until is None:
        if hold.reason is HoldReason.SUPPLIER:
            return t("Waiting for a supplier since {date}", date=since)
        return t("Waiting for the requester since {date}", date=since)
    date = day(hold.until)
    match hold.reason:
        case HoldReason.SUPPLIER:
            return t("Waiting for a supplier, until {date} at the latest", date=date)
        case HoldReason.REQUESTER:
            return t("Waiting for the requester, until {date} at the latest", date=date)
    return t("On hold until {date}", date=date)


def _resolved(facts: TicketFacts, t: Translator) -> str:
    code = inline(facts.code.of(t.language)) if facts.code else ""
    holder = _holder(facts)
    said = t("Resolved by {name}", name=holder) if holder else t("Resolved")
    return f"{said} · {code}" if code else said


def _closed(facts: TicketFacts, t: Translator) -> str:
    ticket = facts.ticket
    if ticket.outcome is Outcome.ABANDONED:
        return t("Closed without follow-up")
    if ticket.outcome is Outcome.DUPLICATE and ticket.duplicate_of is not None:
        return t("Closed as a duplicate of {reference}", reference=reference(ticket.duplicate_of))
    code = inline(facts.code.of(t.language)) if facts.code else ""
    return " · ".join(filter(None, (t("Closed"), code, _holder(facts))))


def _holder(facts: TicketFacts) -> str:
    return inline(name_of(facts.assignee)) if facts.assignee else ""


SITUATIONS = {
    State.NEW: lambda facts, t: state(State.NEW, t),
    State.ASSIGNED: _assigned,
    State.PENDING: _on_hold,
    State.RESOLVED: _resolved,
    State.CLOSED: _closed,
}


def for_requester(line: RequesterLine, t: Translator) -> str:
    """The same for the person who asked: what they may expect, nothing of how the teams work."""
    team = inline(line.team.of(t.language))
    if line.waits_for_me:
        return "🟡 " + t("We need an answer from you")
    match line.state:
        case State.NEW:
            return "🔵 " + t("Received by the {team} team", team=team)
        case State.ASSIGNED:
            return "🟢 " + t("The {team} team is working on it", team=team)
        case State.PENDING:
            return "🟡 " + t("On hold; the {team} team will come back to it", team=team)
        case State.RESOLVED:
            return "✅ " + t("Solved")
        case State.CLOSED if line.outcome is Outcome.SOLVED:
            return "⚪ " + t("Solved and closed")
        case _:
            return "⚪ " + t("Request closed")
