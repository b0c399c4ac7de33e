"""The forms of the moves. Leaving any of them changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from blocks.attached import sharing
from blocks.card import headline
from blocks.drafts import Context
from blocks.elements import (
    Option,
    context,
    field,
    modal,
    option,
    radio,
    section,
    select,
    text_input,
)
from blocks.formatted import rich_text
from blocks.ids import HOLD_AFTERWARDS, LEAVE_AFTERWARDS, Action, Field, Form
from blocks.message import Block, View
from blocks.options import code_option, person_option, team_option
from blocks.returned import address_warning
from blocks.text import inline, listed, name_of, plain, when, with_address
from blocks.vocabulary import PUBLIC, hold_reason, situation
from desk.answers import MoveFormFacts, RequesterPage
from desk.journal import Kind
from desk.lifecycle import Move, State, moves_from
from desk.people import Person
from desk.ticket import HoldReason
from desk.words import Words
from locales.translator import Translator

EXCERPT = 300  # characters of an earlier message


def reply_form(
    facts: MoveFormFacts, t: Translator, words: Words | None = None, *, then_hold: bool = False
) -> View:
    """`words` are those of a reply taken back, and `then_hold` is what was to follow it."""
    blocks = [
        section(headline(facts.facts)),
        section(_will_be_sent(facts.facts.audience, t)),
        *_came_back(facts, t),
        *_recent(facts, t),
        field(Field.MESSAGE, t("Your message"), _writing(words)),
        *sharing(facts.files, facts.shared, t),
        *_signed(facts, t),
        *_afterwards(facts, t, then_hold=then_hold),
    ]
    return _form(facts, Form.REPLY, t("✉️ Reply to requester"), t("Send"), blocks, t)


def _came_back(facts: MoveFormFacts, t: Translator) -> list[Block]:
    return [context(address_warning(mail, t)) for mail in facts.returned]


def _will_be_sent(audience: tuple[Person, ...], t: Translator) -> str:
    """Where these words go: the line that tells a reply from a note."""
    lines = []
    mailed = [with_address(person) for person in audience if person.email]
    direct = [inline(name_of(p)) for p in audience if not p.email and p.slack_id]
    lost = [inline(name_of(p)) for p in audience if not p.email and not p.slack_id]
    if mailed:
        people = f"*{listed(mailed, t)}*"
        lines.append(f"{PUBLIC} {t('This will be e-mailed to {people}.', people=people)}")
    if direct:
        people = f"*{listed(direct, t)}*"
        lines.append(f"💬 {t('This will be sent by Slack message to {people}.', people=people)}")
    lines += [f"⚠️ {t('{name} has no address and will not be told.', name=n)}" for n in lost]
    return "\n".join(lines)


def _recent(facts: MoveFormFacts, t: Translator) -> list[Block]:
    """The last public messages, folded: enough to answer without leaving the form."""
    shown = [
        entry for entry in facts.recent_public if entry.words and entry.kind is not Kind.OPENED
    ]
    return [
        context(
            f"{inline(entry.by_name)} · {when(entry.at)}\n"
            f"{inline(entry.words.excerpt(EXCERPT), EXCERPT)}"
        )
        for entry in shown[-2:]
    ]


def _signed(facts: MoveFormFacts, t: Translator) -> list[Block]:
    """What nobody types but the requester reads."""
    if not facts.signature:
        return []
    words = inline(facts.signature.excerpt(EXCERPT), EXCERPT)
    return [context(t("Your signature goes below it: {words}", words=words))]


def _afterwards(facts: MoveFormFacts, t: Translator, *, then_hold: bool) -> list[Block]:
    """Only where the ticket can be put on hold from the state it is in."""
    if Move.HOLD not in moves_from(facts.facts.ticket.state):
        return []
    leave = option(t("Leave the ticket as it is"), LEAVE_AFTERWARDS)
    hold = option(t("Put on hold until they answer"), HOLD_AFTERWARDS)
    return [
        field(
            Field.AFTERWARDS, t("After sending"), radio([leave, hold], hold if then_hold else leave)
        )
    ]


def resolve_form(facts: MoveFormFacts, t: Translator) -> View:
    options = [code_option(known, t) for known in facts.codes]
    chosen = options[0] if options else None
    blocks = [
        section(headline(facts.facts)),
        field(Field.CODE, t("Resolution code"), select(Action.INPUT, options, t("Choose"), chosen)),
        field(Field.SOLUTION, t("Solution"), _writing(None)),
        section(_will_be_sent(facts.facts.audience, t)),
        *_came_back(facts, t),
    ]
    return _form(facts, Form.RESOLVE, t("Resolve"), t("Resolve"), blocks, t)


def hold_form(facts: MoveFormFacts, t: Translator) -> View:
    reasons = {reason: option(hold_reason(reason, t), reason.value) for reason in HoldReason}
    date = {"type": "datepicker", "action_id": Action.INPUT.value}
    hint = t("The ticket comes back by itself that morning.")
    blocks = [
        section(headline(facts.facts)),
        field(
            Field.HOLD_REASON,
            t("Reason"),
            radio(list(reasons.values()), reasons[HoldReason.REQUESTER]),
        ),
        field(Field.UNTIL, t("Comes back on"), date, optional=True, hint=hint),
        _note(t),
    ]
    return _form(facts, Form.HOLD, t("Put on hold"), t("Put on hold"), blocks, t)


def transfer_form(facts: MoveFormFacts, t: Translator) -> View:
    here = facts.facts.ticket.team
    options = [team_option(team, t) for team in facts.teams if team.id != here]
    if not options:
        return _nothing(facts, Form.TRANSFER, t("Transfer"), t("There is no other team."), t)
    blocks = [
        section(headline(facts.facts)),
        field(Field.TEAM, t("Team"), select(Action.INPUT, options, t("Choose"))),
        _note(t),
        context(t("The ticket goes on there, with its whole journal and without an assignee.")),
    ]
    return _form(facts, Form.TRANSFER, t("Transfer"), t("Transfer"), blocks, t)


def assign_form(facts: MoveFormFacts, t: Translator) -> View:
    holder = facts.facts.ticket.assignee
    members = [person for person in facts.members if person.id != holder]
    if not members:
        sentence = t("Nobody else is in this team.")
        return _nothing(facts, Form.REASSIGN, t("Assign"), sentence, t)
    options = [_member(person, facts.viewer, t) for person in members]
    blocks = [
        section(f"{headline(facts.facts)}\n{situation(facts.facts, t)}"),
        field(Field.ASSIGNEE, t("Assign to"), select(Action.INPUT, options, t("Choose"))),
    ]
    return _form(facts, Form.REASSIGN, t("Assign"), t("Assign"), blocks, t)


def _member(person: Person, viewer: Person, t: Translator) -> Option:
    chosen = person_option(person)
    if person.id == viewer.id:
        chosen["text"] = plain(t("{name} (me)", name=name_of(person)), 75)
    return chosen


def abandon_form(facts: MoveFormFacts, t: Translator) -> View:
    name = inline(name_of(facts.facts.requester))
    told = t(
        "*{name} is not told*: the reason stays between technicians. If they should know, reply to"
        " them first.",
        name=name,
    )
    blocks = [
        section(headline(facts.facts)),
        section(f"⚠️ {told}\n{t('Reopening the ticket undoes this.')}"),
        field(Field.REASON, t("Reason"), text_input(multiline=True)),
    ]
    title = t("Close without follow-up")
    return _form(facts, Form.ABANDON, title, t("Close it"), blocks, t)


def duplicate_form(facts: MoveFormFacts, t: Translator) -> View:
    name = inline(name_of(facts.facts.requester))
    told = t(
        "This ticket will be closed, and the other one goes on. {name} is not told; if they"
        " should know, reply to them first.",
        name=name,
    )
    element = text_input(longest=30, placeholder="R-000042")
    blocks = [
        section(headline(facts.facts)),
        section(told),
        field(Field.DUPLICATE_OF, t("Reference of the ticket that goes on"), element),
    ]
    return _form(facts, Form.DUPLICATE, t("Mark as duplicate"), t("Close as duplicate"), blocks, t)


def reopen_form(facts: MoveFormFacts, t: Translator) -> View:
    element = text_input(multiline=True)
    hint = t("For technicians only; the requester is not told.")
    blocks = [
        section(f"{headline(facts.facts)}\n{situation(facts.facts, t)}"),
        field(Field.REASON, t("Reason"), element, optional=True, hint=hint),
    ]
    return _form(facts, Form.REOPEN, t("Reopen"), t("Reopen"), blocks, t)


def answer_form(page: RequesterPage, t: Translator) -> View:
    """For the person it is for."""
    line = page.line
    team = inline(line.team.of(t.language))
    notice = t("Your message goes to the {team} team.", team=team)
    if line.state in (State.RESOLVED, State.CLOSED):
        notice += " " + t("Your request will be open again.")
    last = [e for e in page.journal if e.kind is not Kind.OPENED][-1:]
    blocks = [
        section(f"*{line.reference} · {inline(line.subject)}*\n{notice}"),
        *(
            context(
                f"{inline(e.by_name)} · {when(e.at)}\n{inline(e.words.excerpt(EXCERPT), EXCERPT)}"
            )
            for e in last
        ),
        field(Field.MESSAGE, t("Your message"), _writing(None)),
    ]
    return modal(
        Form.ANSWER,
        t("Answer"),
        blocks,
        submit=t("Send"),
        close=t("Cancel"),
        metadata=Context(line.id).encode(),
    )


def _writing(words: Words | None) -> Block:
    element: Block = {"type": "rich_text_input", "action_id": Action.INPUT.value}
    return {**element, "initial_value": rich_text(words)} if words else element


def _note(t: Translator) -> Block:
    hint = t("Only technicians read it.")
    element = text_input(multiline=True)
    return field(Field.NOTE, t("Note"), element, optional=True, hint=hint)


def _form(
    facts: MoveFormFacts,
    form: Form,
    title: str,
    submit: str,
    blocks: list[Block],
    t: Translator,
) -> View:
    metadata = Context(facts.facts.ticket.id).encode()
    return modal(form, title, blocks, submit=submit, close=t("Cancel"), metadata=metadata)


def _nothing(facts: MoveFormFacts, form: Form, title: str, sentence: str, t: Translator) -> View:
    """Where there is nothing to choose there is nothing to send."""
    metadata = Context(facts.facts.ticket.id).encode()
    blocks = [section(f"{headline(facts.facts)}\n{sentence}")]
    return modal(form, title, blocks, close=t("Cancel"), metadata=metadata)


FORMS: dict[Move, Callable[[MoveFormFacts, Translator], View]] = {
    Move.REPLY: reply_form,
    Move.RESOLVE: resolve_form,
    Move.HOLD: hold_form,
    Move.TRANSFER: transfer_form,
    Move.REASSIGN: assign_form,
    Move.ABANDON: abandon_form,
    Move.DUPLICATE: duplicate_form,
    Move.REOPEN: reopen_form,
}
