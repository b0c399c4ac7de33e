"""Every builder at work, with one cast of people and words: for goldens, limits and translation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from blocks import (
    attached,
    card,
    home,
    mail_queue,
    move_forms,
    notes,
    people_on_ticket,
    search,
    signature_form,
    thread,
    ticket_form,
    ticket_page,
)
from blocks.drafts import Draft
from desk.answers import RequesterFinds, TechnicianFinds, TicketFacts
from desk.files import FileProblem, TicketFile
from desk.journal import COMMAND_LINE, Entry, Kind, public_entries
from desk.labels import Label
from desk.lifecycle import Move, State
from desk.mail_queue import COUNTED, SHOWN, MailQueueFacts
from desk.mails import DeliveryState
from desk.organisation import Team
from desk.people import Actor, Person
from desk.ports import Tab
from desk.queued_mails import QueuedMail, Trouble
from desk.taking_part import MOST
from desk.ticket import Hold, HoldReason, Outcome, Ticket
from desk.words import Words
from locales.translator import Translator
from tests import facts as f
from tests.blocks.held_scenes import held_scenes
from tests.blocks.note_scenes import note_scenes

Scene = tuple[str, Any]

WORDLESS = frozenset(
    {
        Kind.NOTE_DELETED,
        Kind.WITHDRAWN,
        Kind.ASSIGNED,
        Kind.RESUMED,
        Kind.CLOSED,
        Kind.DUPLICATE,
        Kind.JOINED,
        Kind.LEFT,
        Kind.FOLLOWED,
        Kind.MAIL_RETRIED,
        Kind.MAIL_DROPPED,
    }
)


@dataclass(frozen=True)
class Cast:
    """Whatever people may have written, typed or been called."""

    requester: Person = f.PAUL
    beneficiary: Person = f.MARIE
    technician: Person = f.PIERRE
    subject: str = "Printer on the 3rd floor jams"
    words: Words = f.JAM
    label: Label = f.WORKSTATIONS.label
    error: str = "mailbox full"
    typed: str = "Paul"
    unreachable: Person = field(default_factory=lambda: replace(f.NOBODY_TO_MAIL, slack_id=None))

    @property
    def team(self) -> Team:
        return replace(f.WORKSTATIONS, label=self.label)

    def ticket(self, state: State = State.NEW, **changes: Any) -> Ticket:
        return f.a_ticket(state, subject=self.subject, description=self.words, **changes)

    def facts(self, state: State = State.NEW, **changes: Any) -> TicketFacts:
        return f.ticket_facts(
            self.ticket(state, **changes),
            requester=self.requester,
            beneficiary=self.beneficiary,
            assignee=None if state is State.NEW else self.technician,
            team=self.team,
            path=(self.label,) * 3,
            code=None if state in (State.NEW, State.ASSIGNED, State.PENDING) else self.label,
            audience=(self.requester, self.beneficiary),
        )

    def entry(self, kind: Kind, **changes: Any) -> Entry:
        told = {"to": self.technician.name, "team": self.label.to_json(), "origin": "mail"}
        facts = {**told, "from_team": self.label.to_json(), "code": self.label.to_json(), "of": 37}
        by = self.requester if kind in (Kind.ANSWER, Kind.OPENED) else self.technician
        words = Words() if kind in WORDLESS else self.words
        return f.an_entry(kind, **{"words": words, "by": by, "facts": facts, **changes})

    def journal(self) -> tuple[Entry, ...]:
        return tuple(self.entry(kind, id=number) for number, kind in enumerate(Kind, start=1))


def scenes(cast: Cast, t: Translator) -> Iterator[Scene]:
    """Name and result of each builder in each of its situations."""
    yield from _cards(cast, t)
    yield from _threads(cast, t)
    yield from _pages(cast, t)
    yield from _new_ticket_forms(cast, t)
    yield from _move_forms(cast, t)
    yield from _homes(cast, t)
    yield from _finds(cast, t)
    yield from note_scenes(cast, t)
    yield from _file_scenes(cast, t)
    yield from held_scenes(cast, t)


def _cards(cast: Cast, t: Translator) -> Iterator[Scene]:
    for state in State:
        yield f"card_{state}", card.ticket_card(_card(cast, state), t)
    failed = tuple(
        f.a_delivery(trouble, person=cast.requester, error=cast.error)
        for trouble in (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
    )
    yield "card_trouble", card.ticket_card(_card(cast, State.ASSIGNED, trouble=failed), t)
    answered = _card(cast, State.ASSIGNED, ticket={"new_answer": True})
    yield "card_new_answer", card.ticket_card(answered, t)
    later = cast.entry(Kind.NOTE, at=f.NOW + timedelta(hours=1))
    yield "card_last_event", card.ticket_card(_card(cast, State.ASSIGNED, last=later), t)
    yield "card_left_behind", card.ticket_card(_card(cast, State.NEW, active=False), t)
    abandoned = _card(cast, State.CLOSED, ticket={"outcome": Outcome.ABANDONED})
    yield "card_abandoned", card.ticket_card(abandoned, t)
    duplicate = {"outcome": Outcome.DUPLICATE, "duplicate_of": 37}
    yield "card_duplicate", card.ticket_card(_card(cast, State.CLOSED, ticket=duplicate), t)
    for hold in (Hold(HoldReason.SUPPLIER), Hold(HoldReason.DATE, f.NOW + timedelta(days=3))):
        held = _card(cast, State.PENDING, ticket={"hold": hold})
        yield f"card_hold_{hold.reason}", card.ticket_card(held, t)
    at_the_latest = Hold(HoldReason.REQUESTER, f.NOW + timedelta(days=3))
    held = _card(cast, State.PENDING, ticket={"hold": at_the_latest})
    yield "card_hold_requester_until", card.ticket_card(held, t)


def _card(cast: Cast, state: State, ticket: dict[str, Any] | None = None, **changes: Any) -> Any:
    facts = cast.facts(state, **(ticket or {}))
    return replace(f.card_facts(facts.ticket), **{"facts": facts, **changes})


def _threads(cast: Cast, t: Translator) -> Iterator[Scene]:
    opening = replace(f.thread_facts(), facts=cast.facts(), team=cast.team)
    yield "thread_opening", thread.thread_opening(opening, t)
    yield "thread_transferred", thread.thread_opening(replace(opening, earlier=4), t)
    for kind in Kind:
        yield f"entry_{kind}", thread.entry_message(_shown(cast, cast.entry(kind)), t)
    reply = cast.entry(Kind.REPLY, public_from=f.LATER)
    yield "entry_reply_undo", thread.entry_message(_shown(cast, reply, undo=True), t)
    taken_back = replace(reply, withdrawn=True)
    yield "entry_reply_withdrawn", thread.entry_message(_shown(cast, taken_back), t)
    for state in DeliveryState:
        delivery = f.a_delivery(state, person=cast.requester, error=cast.error)
        shown = _shown(cast, reply, deliveries=(delivery, _to(cast.beneficiary, delivery)))
        yield f"delivery_{state}", thread.entry_message(shown, t)
    doubtful = cast.entry(Kind.ANSWER, facts={"origin": "mail", "unverified": "yes"})
    yield "entry_answer_unverified", thread.entry_message(_shown(cast, doubtful), t)
    quoting = {"origin": "mail", "whole": cast.words.text}
    quoted = cast.entry(Kind.ANSWER, facts=quoting)
    yield "entry_answer_quoting", thread.entry_message(_shown(cast, quoted), t)
    yield "whole_entry", notes.whole_entry(quoted, t)
    machine = cast.entry(Kind.ANSWER, facts={"origin": "mail", "automatic": True})
    yield "entry_answer_automatic", thread.entry_message(_shown(cast, machine), t)
    outsider = cast.entry(Kind.NOTE, facts={"outsider": True})
    yield "entry_note_outsider", thread.entry_message(_shown(cast, outsider), t)
    for name, kind, told in MOVES:
        moved = cast.entry(kind, facts=told, words=Words())
        yield f"entry_{name}", thread.entry_message(_shown(cast, moved), t)


def _to(person: Person, delivery: Any) -> Any:
    return replace(delivery, person=person, address=person.email or "")


MOVES: tuple[tuple[str, Kind, dict[str, Any]], ...] = (
    ("opened_let_in", Kind.OPENED, {"origin": "mail", "let_in": "Pierre Durand"}),
    ("assigned_to_self", Kind.ASSIGNED, {"to": "Pierre Durand", "to_self": True}),
    ("held_requester", Kind.HELD, {"reason": "requester"}),
    ("held_supplier", Kind.HELD, {"reason": "supplier"}),
    ("held_date", Kind.HELD, {"reason": "date", "until": "2026-12-01T08:00:00+00:00"}),
    ("resumed_by_itself", Kind.RESUMED, {"by_itself": True}),
    ("resumed_by_requester", Kind.RESUMED, {"by_requester": True}),
    ("reopened_by_requester", Kind.REOPENED, {"by_requester": True}),
    ("mail_retried_typed", Kind.MAIL_RETRIED, {"to": "Paul Smith", "origin": COMMAND_LINE}),
    ("mail_dropped_typed", Kind.MAIL_DROPPED, {"to": "Paul Smith", "origin": COMMAND_LINE}),
)


def _shown(cast: Cast, entry: Entry, **changes: Any) -> Any:
    return replace(f.entry_facts(entry), **{"facts": cast.facts(State.ASSIGNED), **changes})


def _page(cast: Cast, state: State, **changes: Any) -> Any:
    facts = cast.facts(state)
    page = f.ticket_page(facts.ticket, facts=facts, journal=cast.journal(), viewer=cast.technician)
    return replace(page, **changes)


def _pages(cast: Cast, t: Translator) -> Iterator[Scene]:
    for state in State:
        yield f"page_{state}", ticket_page.ticket_page(_page(cast, state), t)
    undoable = frozenset(e.id for e in cast.journal() if e.kind is Kind.REPLY)
    journal = tuple(replace(e, public_from=f.LATER) for e in cast.journal())
    undo = _page(cast, State.ASSIGNED, undoable=undoable, journal=journal)
    yield "page_undo", ticket_page.ticket_page(undo, t)
    yield "page_empty", ticket_page.ticket_page(_page(cast, State.NEW, journal=()), t)
    long = _page(cast, State.ASSIGNED, journal=cast.journal() * 20)
    yield "page_long_journal", ticket_page.ticket_page(long, t)
    crowd = cast.ticket(State.RESOLVED, participants=(cast.beneficiary.id,), follows=41)
    known = replace(cast.facts(State.RESOLVED), ticket=crowd, participants=(cast.beneficiary,))
    shared = _page(cast, State.RESOLVED, facts=known, followers=(43, 44), journal=())
    yield "page_shared", ticket_page.ticket_page(shared, t)
    yield "people_form", people_on_ticket.people_form(shared, t)
    full = replace(known, ticket=replace(crowd, participants=tuple(range(MOST))))
    yield "people_form_full", people_on_ticket.people_form(replace(shared, facts=full), t)
    yield "journal", ticket_page.journal_page(_page(cast, State.NEW), t)
    yield "journal_long", ticket_page.journal_page(long, t)
    for state in State:
        yield f"requester_page_{state}", ticket_page.requester_page(_asked(cast, state), t)
    later = replace(_asked(cast, State.NEW), journal=(), follows=41)
    yield "requester_page_follows", ticket_page.requester_page(later, t)
    silent = replace(_asked(cast, State.NEW), journal=(), may_answer=False)
    yield "requester_page_empty", ticket_page.requester_page(silent, t)


def _asked(cast: Cast, state: State) -> Any:
    line = replace(
        f.requester_line(cast.ticket(state)), team=cast.label, waits_for_me=state is State.PENDING
    )
    return replace(
        f.requester_page(cast.ticket(state)),
        line=line,
        requester=cast.requester,
        beneficiary=cast.beneficiary,
        journal=public_entries(cast.journal(), f.NOW),
        solution=cast.words if state is State.RESOLVED else None,
    )


def _form(cast: Cast, **changes: Any) -> Any:
    teams = (cast.team, f.NETWORK, f.FRONT)
    return f.new_ticket_facts(**{"viewer": cast.technician, "teams": teams, **changes})


def _new_ticket_forms(cast: Cast, t: Translator) -> Iterator[Scene]:
    yield "form_empty", ticket_form.ticket_form(_form(cast), Draft(), t)
    chosen = _form(
        cast,
        requester=replace(cast.requester, email=None),
        requester_open=(cast.facts(), cast.facts(State.ASSIGNED)),
        requester_open_total=5,
        beneficiary=cast.beneficiary,
    )
    full = Draft(family=1, service=2, item=3, other=True, details=True)
    texts = {"subject": cast.subject, "description": cast.words.text}
    yield "form_full", ticket_form.ticket_form(chosen, full, t, **texts)
    yield "form_somebody_new", ticket_form.ticket_form(_form(cast), Draft(somebody_new=True), t)
    unreachable = _form(cast, requester=cast.unreachable)
    yield "form_unreachable", ticket_form.ticket_form(unreachable, Draft(family=1), t)
    oneself = _form(
        cast, viewer=cast.requester, actor=Actor(cast.requester), requester=cast.requester
    )
    yield "form_requester", ticket_form.ticket_form(oneself, Draft(), t)
    for name, people in (("mail", (cast.requester,)), ("nobody", ())):
        created = f.created_facts(facts=cast.facts(), told=people)
        yield f"created_{name}", ticket_form.created_view(created, t)
    by_slack = replace(cast.requester, email=None)
    direct = f.created_facts(facts=cast.facts(), told=(by_slack,))
    yield "created_direct", ticket_form.created_view(direct, t)
    asked = f.created_facts(facts=cast.facts(), for_technician=False)
    yield "created_requester", ticket_form.created_view(asked, t)


def _moving(cast: Cast, move: Move, state: State, **changes: Any) -> Any:
    facts = cast.facts(state)
    return f.move_form_facts(
        move,
        facts.ticket,
        facts=facts,
        viewer=cast.technician,
        teams=(*f.TEAMS[1:], cast.team),
        members=(cast.technician, replace(cast.beneficiary, id=77)),
        recent_public=public_entries(cast.journal(), f.NOW)[-2:],
        files=_files(cast) if move is Move.REPLY else (),
        **changes,
    )


def _files(cast: Cast) -> tuple[TicketFile, ...]:
    """As many as a form offers, and in every kind of trouble."""
    problems = ("", *FileProblem)
    return tuple(
        f.a_file(n, name=f"{cast.subject}.pdf", by=cast.requester.name, problem=problems[n % 6])
        for n in range(1, 11)
    )


def _file_scenes(cast: Cast, t: Translator) -> Iterator[Scene]:
    yield "files_in_trouble", attached.file_trouble(_files(cast)[:6], t)
    names = {"files": [cast.subject] * 12}
    for kind in (Kind.ANSWER, Kind.REPLY):
        entry = replace(cast.entry(kind), facts=names)
        yield f"entry_{kind}_files", thread.entry_message(_shown(cast, entry), t)


def _move_forms(cast: Cast, t: Translator) -> Iterator[Scene]:
    for move, build in move_forms.FORMS.items():
        state = State.RESOLVED if move is Move.REOPEN else State.ASSIGNED
        yield f"move_{move}", build(_moving(cast, move, state), t)
    taken_back = _moving(cast, Move.REPLY, State.PENDING, shared=frozenset({3}))
    yield "move_reply_again", move_forms.reply_form(taken_back, t, cast.words)
    audience = (cast.unreachable, replace(cast.requester, email=None))
    nobody = replace(taken_back, facts=replace(taken_back.facts, audience=audience))
    signed = replace(taken_back, signature=cast.words)
    yield "move_reply_signed", move_forms.reply_form(signed, t)
    yield "move_reply_no_address", move_forms.reply_form(nobody, t)
    alone = _moving(cast, Move.TRANSFER, State.ASSIGNED)
    yield "move_transfer_alone", move_forms.transfer_form(replace(alone, teams=()), t)
    yield "move_reassign_alone", move_forms.assign_form(replace(alone, members=()), t)
    yield "answer", move_forms.answer_form(_asked(cast, State.PENDING), t)
    yield "answer_resolved", move_forms.answer_form(_asked(cast, State.RESOLVED), t)


def _mail_queue(cast: Cast, t: Translator) -> Iterator[Scene]:
    mails = tuple(
        QueuedMail(
            row=number,
            trouble=trouble,
            ticket=42,
            entry=4,
            person=cast.requester,
            address=cast.requester.email or "",
            since=f.EARLIER,
            next_try=f.LATER,
            error=cast.error if number else "",
        )
        for number, trouble in enumerate(Trouble)
    )
    yield "mail_queue", mail_queue.mail_queue(MailQueueFacts(cast.technician, mails, 3), t)
    longest = replace(mails[1], trouble=Trouble.UNCERTAIN)
    many = MailQueueFacts(cast.technician, (longest,) * SHOWN, COUNTED)
    yield "mail_queue_long", mail_queue.mail_queue(many, t)
    yield "mail_queue_empty", mail_queue.mail_queue(MailQueueFacts(cast.technician, (), 0), t)


def _homes(cast: Cast, t: Translator) -> Iterator[Scene]:
    rows = [cast.facts(State.NEW, id=42), cast.facts(State.ASSIGNED, id=43, new_answer=True)]
    for tab in Tab:
        queue = _queue(cast, rows, tab)
        yield f"home_{tab}", home.technician_home(queue, t)
        empty = replace(queue, rows=(), own=())
        yield f"home_{tab}_empty", home.technician_home(empty, t)
    queue = _queue(cast, rows * 6, Tab.TEAMS)
    middle = replace(queue, page=replace(queue.page, total=700, number=1))
    yield "home_paged", home.technician_home(replace(middle, counts={Tab.TEAMS: 1000}), t)
    lines = [_asked(cast, state).line for state in State]
    yield "home_administrator", home.technician_home(replace(middle, mails=3), t)
    yield from _mail_queue(cast, t)
    yield "signature_form", signature_form.signature_form(cast.words, t)
    yield "signature_form_empty", signature_form.signature_form(Words(), t)
    yield "home_requester", home.requester_home(f.requester_home(*lines, viewer=cast.requester), t)
    asked = f.requester_home(*lines, viewer=cast.requester)
    paged = replace(asked, page=replace(asked.page, total=50))
    yield "home_requester_paged", home.requester_home(paged, t)
    yield "home_requester_empty", home.requester_home(f.requester_home(viewer=cast.requester), t)


def _finds(cast: Cast, t: Translator) -> Iterator[Scene]:
    """Looking for a ticket: before, after, and in vain; a technician and somebody else."""
    rows = tuple(cast.facts(state, id=42 + number) for number, state in enumerate(State))
    lines = tuple(_asked(cast, state).line for state in State)
    for who, found, empty in (
        ("technician", TechnicianFinds(cast.typed, rows, more=False), TechnicianFinds),
        ("requester", RequesterFinds(cast.typed, lines, more=False), RequesterFinds),
    ):
        is_technician = who == "technician"
        nothing = empty(cast.typed, (), more=False)
        several = replace(found, rows=(*found.rows, *found.rows), more=True)
        for name, shown in (
            ("", None),
            ("_hits", found),
            ("_more", several),
            ("_nothing", nothing),
        ):
            view = search.find_view(shown, t, is_technician=is_technician, place="mine:1")
            yield f"find_{who}{name}", view


def _queue(cast: Cast, rows: list[TicketFacts], tab: Tab) -> Any:
    queue = f.technician_home(
        *(row.ticket for row in rows), tab=tab, viewer=cast.technician, teams=(cast.team,)
    )
    return replace(queue, rows=tuple(rows), own=(_asked(cast, State.PENDING).line,))
