"""Who is on a ticket: a part of its page, and the form that changes it."""

from __future__ import annotations

from blocks.card import headline
from blocks.drafts import Context
from blocks.elements import (
    button,
    confirm,
    context,
    divider,
    field,
    modal,
    search_select,
    section,
    text_input,
)
from blocks.ids import Action, Field, Form
from blocks.message import Block, View
from blocks.text import inline, listed, name_of, with_address
from desk.answers import TicketFacts, TicketPage
from desk.lifecycle import Move
from desk.people import Person
from desk.taking_part import MOST
from locales.translator import Translator

LONGEST_ADDRESS = 254


def people_part(facts: TicketPage, t: Translator) -> Block:
    """Changing it is for who works on the ticket; others may read it and take notes."""
    works_on_it = bool(set(facts.moves) - {Move.NOTE, Move.ANSWER})
    people = listed([inline(name_of(person)) for person in _everybody(facts.facts)], t)
    change = button(t("Change"), Action.PEOPLE_SHOW, facts.facts.ticket.id)
    text = f"*{t('People on this ticket')}*\n{people}"
    return section(text, change if works_on_it else None)


def people_form(facts: TicketPage, t: Translator) -> View:
    ticket = facts.facts.ticket
    full = len(ticket.participants) >= MOST
    blocks = [
        section(headline(facts.facts)),
        context(
            t(
                "Everybody here receives public replies and the solution, and may answer by e-mail."
                " Nobody here ever sees what technicians write among themselves."
            )
        ),
        *_rows(facts.facts, t),
        divider(),
        *([section(t("The list is full: take somebody off first."))] if full else _adding(t)),
    ]
    return modal(
        Form.PEOPLE,
        t("Who is on it"),
        blocks,
        submit=None if full else t("Add"),
        close=t("Close window"),
        metadata=Context(ticket.id).encode(),
    )


def _adding(t: Translator) -> list[Block]:
    find = search_select(Action.FORM_PERSON, t("Type a name or an address"))
    typed = text_input(longest=LONGEST_ADDRESS)
    return [
        field(Field.PERSON, t("Somebody you know"), find, optional=True),
        field(Field.ADDRESS, t("Or an e-mail address"), typed, optional=True),
    ]


def _rows(facts: TicketFacts, t: Translator) -> list[Block]:
    rows = [section(f"{with_address(facts.requester)}\n{t('Requester')}")]
    if facts.beneficiary is not None:
        rows.append(section(f"{with_address(facts.beneficiary)}\n{t('Beneficiary')}"))
    return [*rows, *(_row(facts.ticket.id, person, t) for person in facts.participants)]


def _row(ticket: int, person: Person, t: Translator) -> Block:
    remove = button(t("Take off"), Action.PEOPLE_REMOVE, f"{ticket}:{person.id}")
    remove["confirm"] = confirm(
        t("Take this person off?"),
        t("They receive nothing further, and can no longer answer. You can add them again."),
        t("Take off"),
        t("Cancel"),
    )
    return section(f"{with_address(person)}\n{t('In copy')}", remove)


def _everybody(facts: TicketFacts) -> tuple[Person, ...]:
    asked = (facts.requester, *((facts.beneficiary,) if facts.beneficiary else ()))
    named = {person.id: person for person in (*asked, *facts.participants)}
    return tuple(named.values())
