"""Believable facts for tests: one printer, one requester, one team. Change what a test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.answers import (
    CardFacts,
    CreatedFacts,
    EntryFacts,
    MailFacts,
    MoveFormFacts,
    NewTicketFacts,
    NoticeFacts,
    RequesterHome,
    RequesterLine,
    RequesterPage,
    TechnicianHome,
    ThreadFacts,
    TicketFacts,
    TicketPage,
)
from desk.effects import Message, Notice
from desk.files import FileOrigin, FileState, TicketFile
from desk.journal import Entry, Kind, PublicEntry, public_entries, visibility_of
from desk.labels import Label
from desk.lifecycle import Move, State
from desk.mails import Delivery, DeliveryState
from desk.organisation import Catalogue, CatalogueEntry, House, ResolutionCode, Team
from desk.people import Actor, Person, member_moves
from desk.ports import Page, Tab
from desk.ticket import Hold, HoldReason, Origin, Outcome, Resolution, Ticket
from desk.words import Words

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=2)
LATER = NOW + timedelta(seconds=30)

PAUL = Person(
    1, "Paul Smith", "paul@example.org", "U0PAUL", "en", "Finance, Lyon", zone="Europe/Paris"
)
MARIE = Person(2, "Marie Curie", "marie@example.org", "U0MARIE", "fr", "Laboratory")
PIERRE = Person(3, "Pierre Durand", "pierre@example.org", "U0PIERRE", "fr", "Support")
CAMILLE = Person(4, "Camille Petit", "camille@example.org", "U0CAMILLE", "fr", "Support")
NOBODY_TO_MAIL = Person(5, "Ada Guest", None, "U0ADA")

WORKSTATIONS = Team(
    1, "workstations", Label("Workstations", "Postes de travail"), "C0WORK", language="en"
)
NETWORK = Team(2, "network", Label("Network", "Réseau"), "C0NET", language="en")
FRONT = Team(3, "front", Label("Front desk", "Accueil"), "C0FRONT", language="fr")
TEAMS = (WORKSTATIONS, NETWORK, FRONT)

FAMILY = CatalogueEntry(1, "workstations", Label("Workstations", "Postes de travail"), None, team=1)
SERVICE = CatalogueEntry(2, "printing", Label("Printing", "Impression"), 1)
ITEM = CatalogueEntry(3, "jam", Label("Jam", "Bourrage papier"), 2)
OTHER_FAMILY = CatalogueEntry(4, "network", Label("Network", "Réseau"), None, team=2)
CATALOGUE = Catalogue((FAMILY, SERVICE, ITEM, OTHER_FAMILY))

CODES = (
    ResolutionCode("assistance", Label("Assistance", "Assistance")),
    ResolutionCode("hardware", Label("Hardware repair", "Réparation matériel")),
)
HOUSE = House("en", fallback_team=3, name="Frontdesk", admin_channel="C0ADMIN")

JAM = Words.plain("It stops after every second page since this morning.")
FIXED = Words.plain("The pickup roller was worn. It has been replaced.")


def a_person(number: int = 9, name: str = "Sam Doe", **changes: Any) -> Person:
    return replace(
        Person(number, name, f"person{number}@example.org", f"U0PERSON{number}"), **changes
    )


def a_ticket(state: State = State.NEW, **changes: Any) -> Ticket:
    """A ticket as it is in `state`: with a holder, a hold, a solution where the state has one."""
    belonging: dict[State, dict[str, Any]] = {
        State.NEW: {},
        State.ASSIGNED: {"assignee": PIERRE.id},
        State.PENDING: {"assignee": PIERRE.id, "hold": Hold(HoldReason.REQUESTER)},
        State.RESOLVED: {
            "assignee": PIERRE.id,
            "outcome": Outcome.SOLVED,
            "resolution": Resolution("hardware", FIXED),
        },
        State.CLOSED: {
            "assignee": PIERRE.id,
            "outcome": Outcome.SOLVED,
            "resolution": Resolution("hardware", FIXED),
        },
    }
    ticket = Ticket(
        id=42,
        subject="Printer on the 3rd floor jams",
        description=JAM,
        requester=PAUL.id,
        team=WORKSTATIONS.id,
        created_at=EARLIER,
        state_since=EARLIER,
        changed_at=EARLIER,
        entry=ITEM.id,
        state=state,
        origin=Origin.MAIL,
    )
    return replace(ticket, **{**belonging[state], **changes})


def ticket_facts(ticket: Ticket | None = None, **changes: Any) -> TicketFacts:
    """`ticket` with the people and names it points at."""
    ticket = ticket or a_ticket()
    people = {person.id: person for person in (PAUL, MARIE, PIERRE, CAMILLE, NOBODY_TO_MAIL)}
    known = {code.key: code.label for code in CODES}
    facts = TicketFacts(
        ticket=ticket,
        requester=people[ticket.requester],
        beneficiary=people[ticket.beneficiary] if ticket.beneficiary else None,
        assignee=people[ticket.assignee] if ticket.assignee else None,
        team=next(team for team in TEAMS if team.id == ticket.team),
        path=tuple(step.label for step in CATALOGUE.path(ticket.entry)),
        code=known[ticket.resolution.code] if ticket.resolution else None,
        audience=tuple(people[person] for person in ticket.audience),
    )
    return replace(facts, **changes)


def card_facts(ticket: Ticket | None = None, **changes: Any) -> CardFacts:
    facts = ticket_facts(ticket)
    card = CardFacts(
        facts=facts,
        moves=member_moves(facts.ticket),
        last=None,
        trouble=(),
        active=True,
        language="en",
    )
    return replace(card, **changes)


def thread_facts(ticket: Ticket | None = None, **changes: Any) -> ThreadFacts:
    facts = ticket_facts(ticket)
    return replace(ThreadFacts(facts, facts.team, earlier=0, language="en"), **changes)


def an_entry(kind: Kind = Kind.NOTE, words: Words | str = "", **changes: Any) -> Entry:
    entry = Entry(
        id=100,
        ticket=42,
        kind=kind,
        at=NOW,
        by=PIERRE,
        visibility=visibility_of(kind),
        words=words if isinstance(words, Words) else Words.plain(words),
        facts={},
    )
    return replace(entry, **changes)


def a_reply(words: str = "Could you tell me the model?", **changes: Any) -> Entry:
    return an_entry(Kind.REPLY, words, **{"public_from": LATER, **changes})


def an_answer(words: str = "It is the LX-9.", **changes: Any) -> Entry:
    return an_entry(Kind.ANSWER, words, **{"by": PAUL, "facts": {"origin": "mail"}, **changes})


def a_delivery(state: DeliveryState = DeliveryState.SENT, **changes: Any) -> Delivery:
    delivery = Delivery(100, PAUL, "paul@example.org", state, at=LATER, outbox=7)
    return replace(delivery, **changes)


def entry_facts(entry: Entry, **changes: Any) -> EntryFacts:
    facts = EntryFacts(
        ticket_facts(), entry, refers_to=None, deliveries=(), undo=False, language="en"
    )
    return replace(facts, **changes)


def a_journal() -> tuple[Entry, ...]:
    """Five entries, oldest first; the second and third must never reach the requester."""
    return (
        an_entry(Kind.OPENED, JAM, id=1, at=EARLIER, by=PAUL),
        an_entry(Kind.NOTE, "Probably the pickup roller again.", id=2, at=EARLIER),
        an_entry(Kind.ASSIGNED, id=3, at=EARLIER, facts={"to": "Pierre Durand", "to_self": True}),
        a_reply(id=4, at=EARLIER, public_from=EARLIER),
        an_answer(id=5),
    )


def ticket_page(ticket: Ticket | None = None, **changes: Any) -> TicketPage:
    facts = ticket_facts(ticket or a_ticket(State.ASSIGNED))
    page = TicketPage(
        facts=facts,
        journal=a_journal(),
        deliveries=(a_delivery(entry=4, at=EARLIER),),
        undoable=frozenset(),
        moves=member_moves(facts.ticket),
        viewer=PIERRE,
    )
    return replace(page, **changes)


def requester_line(ticket: Ticket | None = None, **changes: Any) -> RequesterLine:
    ticket = ticket or a_ticket(State.ASSIGNED)
    line = RequesterLine(
        id=ticket.id,
        reference=ticket.reference,
        subject=ticket.subject,
        state=ticket.state,
        outcome=ticket.outcome,
        team=WORKSTATIONS.label,
        created_at=ticket.created_at,
        changed_at=ticket.changed_at,
        state_since=ticket.state_since,
        waits_for_me=ticket.state is State.PENDING,
    )
    return replace(line, **changes)


def requester_page(ticket: Ticket | None = None, **changes: Any) -> RequesterPage:
    ticket = ticket or a_ticket(State.ASSIGNED)
    page = RequesterPage(
        line=requester_line(ticket),
        description=ticket.description,
        requester=PAUL,
        beneficiary=None,
        journal=public_entries(a_journal(), NOW),
        solution=ticket.resolution.solution if ticket.resolution else None,
        may_answer=True,
        viewer=PAUL,
    )
    return replace(page, **changes)


def technician_home(*tickets: Ticket, **changes: Any) -> TechnicianHome:
    page = Page(total=len(tickets), number=0, size=20, tickets=tickets)
    home = TechnicianHome(
        viewer=PIERRE,
        tab=Tab.TEAMS,
        page=page,
        rows=tuple(ticket_facts(ticket) for ticket in tickets),
        moves={ticket.id: member_moves(ticket) for ticket in tickets},
        counts={Tab.TEAMS: len(tickets), Tab.MINE: 3, Tab.SOLVED: 0},
        teams=(WORKSTATIONS, NETWORK),
        own=(),
    )
    return replace(home, **changes)


def requester_home(*lines: RequesterLine, **changes: Any) -> RequesterHome:
    page = Page(total=len(lines), number=0, size=20)
    return replace(RequesterHome(PAUL, page, lines), **changes)


def new_ticket_facts(**changes: Any) -> NewTicketFacts:
    facts = NewTicketFacts(
        viewer=PIERRE,
        actor=Actor(PIERRE, frozenset({WORKSTATIONS.id})),
        house=HOUSE,
        catalogue=CATALOGUE,
        teams=TEAMS,
    )
    return replace(facts, **changes)


def a_file(number: int = 1, **changes: Any) -> TicketFile:
    file = TicketFile(
        id=number,
        ticket=42,
        entry=1,
        name="quote.pdf",
        media_type="application/pdf",
        size=1_234_567,
        digest="0" * 64,
        state=FileState.KEPT,
        origin=FileOrigin.MAIL,
        slack_id="",
        shown=True,
        problem="",
        by="Paul Smith",
    )
    return replace(file, **changes)


def move_form_facts(move: Move, ticket: Ticket | None = None, **changes: Any) -> MoveFormFacts:
    facts = MoveFormFacts(
        facts=ticket_facts(ticket or a_ticket(State.ASSIGNED)),
        viewer=PIERRE,
        move=move,
        codes=CODES,
        teams=TEAMS,
        members=(CAMILLE, PIERRE),
        recent_public=public_entries(a_journal(), NOW)[-2:],
    )
    return replace(facts, **changes)


def created_facts(**changes: Any) -> CreatedFacts:
    facts = CreatedFacts(ticket_facts(), PIERRE, told=(PAUL,), for_technician=True)
    return replace(facts, **changes)


def a_public_entry(kind: Kind = Kind.REPLY, words: Words | str = "", **changes: Any) -> PublicEntry:
    entry = PublicEntry(
        4,
        kind,
        NOW,
        "Pierre Durand",
        words if isinstance(words, Words) else Words.plain(words or "Could you tell me the model?"),
    )
    return replace(entry, **changes)


def mail_facts(message: Message = Message.REPLY, **changes: Any) -> MailFacts:
    """The mail of one kind to Paul, in English, as the second mail of its conversation."""
    entries = {
        Message.ACKNOWLEDGEMENT: a_public_entry(Kind.OPENED, JAM, by_name="Paul Smith"),
        Message.REPLY: a_public_entry(),
        Message.RESOLVED: a_public_entry(Kind.RESOLVED, FIXED),
    }
    facts = MailFacts(
        message=message,
        ticket=42,
        reference="R-000042",
        subject="Printer on the 3rd floor jams",
        to=PAUL,
        entry=entries[message],
        author="" if message is Message.ACKNOWLEDGEMENT else "Pierre Durand",
        team=WORKSTATIONS.label,
        desk_name="Frontdesk",
        for_beneficiary=False,
        requester_name="Paul Smith",
        references=("<ticket.42@desk.example.org>",),
    )
    return replace(facts, **changes)


def direct_facts(message: Message = Message.REPLY, **changes: Any) -> MailFacts:
    return mail_facts(message, **{"to": NOBODY_TO_MAIL, **changes})


def notice_facts(notice: Notice = Notice.ASSIGNED_TO_YOU, **changes: Any) -> NoticeFacts:
    facts = NoticeFacts(
        notice=notice,
        facts=ticket_facts(a_ticket(State.ASSIGNED)),
        reader=PIERRE,
        by=CAMILLE,
        card=("C0WORK", "1790000000.000100"),
        language="en",
    )
    return replace(facts, **changes)
