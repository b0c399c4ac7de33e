"""Find a ticket: one input, and below it what was found."""

from __future__ import annotations

from blocks.card import headline, people_line
from blocks.elements import button, context, divider, field, modal, section, text_input
from blocks.home import NAME, SUBJECT, request_line
from blocks.ids import Action, Field, Form
from blocks.message import Block, View
from blocks.text import age, inline
from blocks.vocabulary import situation
from desk.answers import RequesterFinds, TechnicianFinds, TicketFacts
from desk.find_tickets import named_ticket
from locales.translator import Translator

LONGEST_QUERY = 150
TEAM = 60  # characters shown


def find_view(
    found: TechnicianFinds | RequesterFinds | None,
    t: Translator,
    *,
    is_technician: bool,
    place: str = "",
) -> View:
    """Without `found` nothing was asked yet. `place` is where in App Home this began.

    The input keeps its ids, so that what was typed stays while the results below it change.
    """
    typed = text_input(initial=found.query if found else "", longest=LONGEST_QUERY)
    return modal(
        Form.TICKET_FIND,
        t("Find a ticket") if is_technician else t("Find a request"),
        [
            field(Field.QUERY, t("Words or a number"), typed),
            *(_results(found, t) if found else [context(_how(is_technician, t))]),
        ],
        submit=t("Find"),
        close=t("Close window"),
        metadata=place,
    )


def _how(is_technician: bool, t: Translator) -> str:
    if is_technician:
        return t(
            "Words of the subject, the description, the messages and the notes, the requester’s"
            " name, or a number such as R-000042. The beginning of a word is enough."
        )
    return t(
        "Words of your request or of the messages about it, or a number such as R-000042."
        " The beginning of a word is enough."
    )


def _results(found: TechnicianFinds | RequesterFinds, t: Translator) -> list[Block]:
    if not found.rows:
        return [section(_nothing(found, t))]
    if isinstance(found, TechnicianFinds):
        rows = [_row(facts, t) for facts in found.rows]
    else:
        rows = [request_line(line, t) for line in found.rows]
    return [divider(), *rows, *([context(_more(t))] if found.more else [])]


def _nothing(found: TechnicianFinds | RequesterFinds, t: Translator) -> str:
    is_technician = isinstance(found, TechnicianFinds)
    if named_ticket(found.query) is not None:
        return t("This ticket does not exist, or it is not yours to see.")
    if len(found.query.split()) == 1:
        if is_technician:
            return t("No ticket has this word. The beginning of it may be enough.")
        return t("None of your requests has this word. The beginning of it may be enough.")
    if is_technician:
        return t("No ticket has all of these words. With fewer of them there may be one.")
    return t("None of your requests has all of these words. With fewer of them there may be one.")


def _more(t: Translator) -> str:
    return t("There are more; the newest are shown. One more word brings you closer.")


def _row(facts: TicketFacts, t: Translator) -> Block:
    ticket = facts.ticket
    team = inline(facts.team.label.of(t.language), TEAM)
    details = [situation(facts, t), people_line(facts, t, NAME), team, age(ticket.created_at)]
    return section(
        f"{headline(facts, SUBJECT)}\n{' · '.join(details)}",
        button(t("Open"), Action.TICKET_OPEN, ticket.id),
    )
