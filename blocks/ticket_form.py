"""The form for a new ticket, which grows with what is chosen, and its confirmation."""

from __future__ import annotations

from zlib import crc32

from blocks.attached import new_files
from blocks.card import headline
from blocks.drafts import Context, Draft
from blocks.elements import (
    MOST_OPTIONS,
    Option,
    actions,
    button,
    context,
    field,
    modal,
    option,
    search_select,
    section,
    select,
    text_input,
)
from blocks.ids import YES, Action, Field, Form
from blocks.message import Block, View
from blocks.options import entry_option, person_option, somebody_new_option
from blocks.returned import address_warning
from blocks.text import inline, listed, name_of, one_line, with_address
from blocks.vocabulary import for_requester, impact, priority, state, urgency, within
from desk.answers import CreatedFacts, NewTicketFacts, TicketFacts
from desk.ask_queue import SHOWN_OPEN
from desk.gathering import requester_line
from desk.open_ticket import LONGEST_SUBJECT
from desk.people import Person
from desk.ticket import PRIORITY, Impact, Urgency
from locales.translator import Translator


def ticket_form(
    facts: NewTicketFacts,
    draft: Draft,
    t: Translator,
    *,
    subject: str = "",
    description: str = "",
) -> View:
    """`subject` and `description` are what the form begins with, from a message for instance."""
    if facts.actor.is_technician:
        people = [*_requester(facts, draft, t), *_beneficiary(facts, draft, t)]
    else:
        people = _oneself(facts, t)
    blocks = [
        *people,
        *_catalogue(facts, draft, t),
        _subject(subject, t),
        _description(description, facts, t),
        _files(facts, t),
        *_priority(facts, draft, t),
    ]
    return modal(
        Form.TICKET_NEW,
        t("New ticket") if facts.actor.is_technician else t("New request"),
        blocks,
        submit=t("Create") if facts.actor.is_technician else t("Send"),
        close=t("Cancel"),
        metadata=draft.encode(),
    )


def _requester(facts: NewTicketFacts, draft: Draft, t: Translator) -> list[Block]:
    chosen: Option | None = person_option(facts.requester) if facts.requester else None
    if draft.somebody_new:
        chosen = somebody_new_option(t, draft.typed or "")
    find = search_select(Action.FORM_REQUESTER, t("Type a name or an address"), chosen)
    blocks = [field(Field.REQUESTER, t("Requester"), find, dispatch=True)]
    if draft.somebody_new:
        return blocks + _somebody_new(draft.typed or "", t)
    if facts.requester is None:
        return blocks
    return blocks + _address(facts.requester, t) + _came_back(facts, t) + _open_tickets(facts, t)


def _oneself(facts: NewTicketFacts, t: Translator) -> list[Block]:
    lines = [t("For {name}", name=with_address(facts.viewer))]
    if not facts.viewer.email:
        lines.append(t("We have no e-mail address of yours: you will be told by Slack message."))
    return [context("\n".join(lines)), *_open_tickets(facts, t, own=True)]


def _somebody_new(typed: str, t: Translator) -> list[Block]:
    """What was looked for is their name, or their address if it looks like one. The ids keep one
    person's address from becoming that of whom is looked for next."""
    address, name = (typed, "") if "@" in typed else ("", typed)
    hint = t("They will be told by e-mail.")
    whose = f"{crc32(typed.encode(errors='replace')):x}"
    return [
        field(f"{Field.NEW_NAME}#{whose}", t("Name"), text_input(longest=100, initial=name)),
        field(
            f"{Field.NEW_ADDRESS}#{whose}",
            t("E-mail address"),
            text_input(longest=254, initial=address),
            hint=hint,
        ),
    ]


def _address(person: Person, t: Translator) -> list[Block]:
    """Asked for where it is missing. The id keeps one person's address from becoming another's."""
    if person.email:
        return []
    name = name_of(person)
    if person.slack_id:
        hint = t("Without it, {name} will be told by Slack message.", name=name)
    else:
        hint = t("Without it, nobody can tell {name} anything.", name=name)
    block_id = f"{Field.ADDRESS}#{person.id}"
    label = t("E-mail address")
    return [field(block_id, label, text_input(longest=254), optional=True, hint=hint)]


def _came_back(facts: NewTicketFacts, t: Translator) -> list[Block]:
    return [context(address_warning(facts.returned, t))] if facts.returned else []


def _open_tickets(facts: NewTicketFacts, t: Translator, *, own: bool = False) -> list[Block]:
    """What this person already waits for: the commonest duplicate is seen before it is made."""
    if not facts.requester_open or facts.requester is None:
        return []
    shown, count = facts.requester_open[:SHOWN_OPEN], facts.requester_open_total
    if own:
        head = t.plural("You have {n} open request:", "You have {n} open requests:", count)
        lines = [head, *(_own_request(ticket, t) for ticket in shown)]
    else:
        head = t.plural(
            "{name} has {n} open ticket:",
            "{name} has {n} open tickets:",
            count,
            name=inline(name_of(facts.requester)),
        )
        lines = [head, *(_open_ticket(ticket, t) for ticket in shown)]
    more = facts.requester_open_total - len(shown)
    if more > 0:
        lines.append(t.plural("and {n} more", "and {n} more", more))
    return [context("\n".join(lines))]


def _open_ticket(facts: TicketFacts, t: Translator) -> str:
    ticket = facts.ticket
    team = inline(facts.team.label.of(t.language))
    return f"• {ticket.reference} {inline(ticket.subject)} ({state(ticket.state, t)}, {team})"


def _own_request(facts: TicketFacts, t: Translator) -> str:
    line = requester_line(facts)
    return f"• {line.reference} {inline(line.subject)} ({for_requester(line, t)})"


def _beneficiary(facts: NewTicketFacts, draft: Draft, t: Translator) -> list[Block]:
    """A box to tick, since what an input holds comes with every use of the form: a button that is
    pressed while the form is drawn anew would be forgotten."""
    box = _box(Action.FORM_OTHER, option(t("For somebody else"), YES), ticked=draft.other)
    blocks = actions([box], Field.OTHER)
    if not draft.other:
        return blocks
    chosen = person_option(facts.beneficiary) if facts.beneficiary else None
    find = search_select(Action.FORM_BENEFICIARY, t("Type a name or an address"), chosen)
    hint = t("The person it is for, when somebody asks on their behalf.")
    tell = option(t("Keep the beneficiary informed too"), YES, t("Replies and the solution"))
    tick = _box(Action.INPUT, tell, ticked=True)
    return [
        *blocks,
        field(Field.BENEFICIARY, t("Beneficiary"), find, hint=hint, dispatch=True),
        field(Field.TELL_BENEFICIARY, t("Messages"), tick, optional=True),
    ]


def _box(action: Action, one: Option, *, ticked: bool) -> Block:
    box = {"type": "checkboxes", "action_id": action.value, "options": [one]}
    return box | ({"initial_options": [one]} if ticked else {})


def _catalogue(facts: NewTicketFacts, draft: Draft, t: Translator) -> list[Block]:
    """Family, then service, then item, each once there is a choice; then the team it leads to."""
    levels = (
        (Field.FAMILY, Action.FORM_FAMILY, t("Family"), None, draft.family),
        (Field.SERVICE, Action.FORM_SERVICE, t("Service"), draft.family, draft.service),
        (Field.ITEM, Action.FORM_ITEM, t("Item"), draft.service, draft.item),
    )
    blocks: list[Block] = []
    for name, action, label, parent, chosen in levels:
        if name is not Field.FAMILY and parent is None:
            break
        if not facts.catalogue.children(parent):
            break
        block_id = name if parent is None else f"{name}#{parent}"
        element = _entries(facts, action, parent, chosen, t)
        blocks.append(field(block_id, label, element, optional=True, dispatch=True))
    return blocks + _team(facts, draft, t)


def _entries(
    facts: NewTicketFacts, action: Action, parent: int | None, chosen: int | None, t: Translator
) -> Block:
    offered = facts.catalogue.children(parent)
    # Slack refuses the whole form if what was chosen is not offered any more.
    initial = next((entry_option(entry, t) for entry in offered if entry.id == chosen), None)
    if len(offered) > MOST_OPTIONS:
        return search_select(action, t("Type to find"), initial)
    return select(action, [entry_option(entry, t) for entry in offered], t("Choose"), initial)


def _team(facts: NewTicketFacts, draft: Draft, t: Translator) -> list[Block]:
    if draft.family is None:
        return []
    team = facts.team_of(facts.catalogue.placement(draft.entry))
    return [context("→ " + t("Team: {team}", team=f"*{inline(team.label.of(t.language))}*"))]


def _subject(subject: str, t: Translator) -> Block:
    element = text_input(longest=LONGEST_SUBJECT, initial=one_line(subject))
    return field(Field.SUBJECT, t("Subject"), element)


def _description(description: str, facts: NewTicketFacts, t: Translator) -> Block:
    """Technicians are told that this is no place for notes: the acknowledgement quotes it."""
    element = text_input(multiline=True, initial=description)
    hint = t("The requester will read this.") if facts.actor.is_technician else ""
    return field(Field.DESCRIPTION, t("Description"), element, hint=hint)


def _files(facts: NewTicketFacts, t: Translator) -> Block:
    hint = t("They stay between technicians.") if facts.actor.is_technician else ""
    return new_files(Field.FILES, t("Files"), hint)


def _priority(facts: NewTicketFacts, draft: Draft, t: Translator) -> list[Block]:
    """One quiet line until somebody wants to change it."""
    placement = facts.catalogue.placement(draft.entry)
    level = Impact(draft.impact) if draft.impact else placement.impact
    pressing = Urgency(draft.urgency) if draft.urgency else placement.urgency
    outcome = priority(PRIORITY[level][pressing], t)
    if draft.details:
        return [*_details(level, pressing, draft, t), context(f"→ {outcome}")]
    line = t(
        "Impact: {impact} · urgency: {urgency} → {priority}",
        impact=within(impact(level, t)),
        urgency=within(urgency(pressing, t)),
        priority=f"*{outcome}*",
    )
    change = section(line, button(t("Change"), Action.FORM_DETAILS, YES))
    return [{**change, "block_id": Action.FORM_DETAILS.value}]


def _details(level: Impact, pressing: Urgency, draft: Draft, t: Translator) -> list[Block]:
    """The catalogue's own values come back when another entry is chosen."""
    filed = draft.entry or 0
    impacts = {value: option(impact(value, t), value.value) for value in Impact}
    urgencies = {value: option(urgency(value, t), value.value) for value in Urgency}
    return [
        field(
            f"{Field.IMPACT}#{filed}",
            t("Impact"),
            select(Action.FORM_IMPACT, list(impacts.values()), t("Choose"), impacts[level]),
            dispatch=True,
        ),
        field(
            f"{Field.URGENCY}#{filed}",
            t("Urgency"),
            select(Action.FORM_URGENCY, list(urgencies.values()), t("Choose"), urgencies[pressing]),
            dispatch=True,
        ),
    ]


def created_view(facts: CreatedFacts, t: Translator, place: str = "") -> View:
    """`place` as the form's: where in App Home it began."""
    ticket = facts.facts.ticket
    title = t("Ticket created") if facts.for_technician else t("Request sent")
    again = t("Create another") if facts.for_technician else t("Send another")
    return modal(
        Form.TICKET_CREATED,
        title,
        [
            section(f"✅ {headline(facts.facts)}"),
            section(_what_follows(facts, t)),
            *actions(
                [
                    button(t("Open"), Action.TICKET_OPEN, ticket.id),
                    button(again, Action.FORM_AGAIN, ticket.id),
                ]
            ),
        ],
        close=t("Done"),
        metadata=Context(ticket.id, place).encode(),
    )


def _what_follows(facts: CreatedFacts, t: Translator) -> str:
    team = inline(facts.facts.team.label.of(t.language))
    if not facts.for_technician:
        return t(
            "The {team} team has it now. You will be told as soon as there is news.", team=team
        )
    lines = [t("Team: {team}", team=f"*{team}*"), *_told(facts, t)]
    return "\n".join(lines)


def _told(facts: CreatedFacts, t: Translator) -> list[str]:
    """Who hears of it, and how. Somebody nobody can reach is said so, not passed over."""
    mailed = [with_address(person) for person in facts.told if person.email]
    direct = [inline(name_of(person)) for person in facts.told if not person.email]
    lines = []
    if mailed:
        lines.append("✉️ " + t("{people} will be told by e-mail.", people=listed(mailed, t)))
    if direct:
        lines.append("💬 " + t("{people} will be told by Slack message.", people=listed(direct, t)))
    if not lines:
        name = inline(name_of(facts.facts.requester))
        lines.append("⚠️ " + t("{name} has no address and will not be told.", name=name))
    return lines
